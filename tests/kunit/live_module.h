/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before aobj_main.c, whose init and exit are then called by those of
 * kunit_main.c, round the suites; and by a suite, which runs before what is
 * marked __init is thrown away.
 */
#ifndef AOBJ_LIVE_MODULE_H
#define AOBJ_LIVE_MODULE_H

#include <linux/module.h>

#include "kunit_main.h"

#undef module_init
#define module_init(fn)                \
	int __ref aobj_live_init(void) \
	{                              \
		return fn();           \
	}

#undef module_exit
#define module_exit(fn)                 \
	void __ref aobj_live_exit(void) \
	{                               \
		fn();                   \
	}

#endif /* AOBJ_LIVE_MODULE_H */
