/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's own init and exit, see live_module.h. */
#ifndef AOBJ_KUNIT_MAIN_H
#define AOBJ_KUNIT_MAIN_H

int aobj_live_init(void);
void aobj_live_exit(void);

#endif /* AOBJ_KUNIT_MAIN_H */
