/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before aobj_main.c, whose init and exit are then called by those of
 * kunit_main.c, round the suites.
 */
#ifndef AOBJ_LIVE_MODULE_H
#define AOBJ_LIVE_MODULE_H

#include <linux/module.h>

int aobj_live_init(void);
void aobj_live_exit(void);

#undef module_init
#define module_init(fn)                 \
	int __init aobj_live_init(void) \
	{                               \
		return fn();            \
	}

#undef module_exit
#define module_exit(fn)                  \
	void __exit aobj_live_exit(void) \
	{                                \
		fn();                    \
	}

#endif /* AOBJ_LIVE_MODULE_H */
