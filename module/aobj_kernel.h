/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface for other modules stands in aobj.h; this is for aobj's own. */
#ifndef AOBJ_KERNEL_H
#define AOBJ_KERNEL_H

/* => the kernel object goes; no other module is left that uses it */
void aobj_kernel_exit(void);

#endif /* AOBJ_KERNEL_H */
