/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of an object, and what all of our ioctls share. */
#ifndef AOBJ_IOCTL_H
#define AOBJ_IOCTL_H

#include <linux/types.h>

struct file;

/* => AOBJ_IOC_*, on either kind of object; include/uapi/linux/aobj.h tells */
long aobj_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/*
 * aobj_ioctl_struct: takes in an ioctl's structure of whatever size
 * => shorter than ours ends in zeros, longer must be zero: else -E2BIG
 */
int aobj_ioctl_struct(void *to, size_t size, unsigned int cmd,
		      const void __user *from);
/* => direction, type and number are those of @ours; the size may differ */
bool aobj_ioctl_is(unsigned int cmd, unsigned int ours);

#endif /* AOBJ_IOCTL_H */
