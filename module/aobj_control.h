/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/aobj-control: swap devices and the budget, for the administrator. */
#ifndef AOBJ_CONTROL_H
#define AOBJ_CONTROL_H

int aobj_control_init(void);
void aobj_control_exit(void);

#endif /* AOBJ_CONTROL_H */
