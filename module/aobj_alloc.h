/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fallocate(2) of objects that are regular files.
 *
 * Space for all of an object is reserved: see aobj_place.h.  Space for a part of
 * one is there once its pages are: those that were never touched are made, and
 * are dirty, as a memfd does it; what is on swap is left there.
 */
#ifndef AOBJ_ALLOC_H
#define AOBJ_ALLOC_H

#include <linux/types.h>

struct file;

/*
 * => the file is open for writing; @pos and @len are sane
 * => may sleep for I/O and for room, killable
 * => -EOPNOTSUPP: a mode that is not known, or KEEP_SIZE past the end
 * => -ENOSPC: at once, and nothing changes, where the totals show it; otherwise
 *    what there was room for is there, and the file ends behind that, if it was
 *    to be made larger
 * => -EFBIG, -EINTR, -EIO, -ENOMEM, and -EPERM of an object that is not swapped
 */
long aobj_fallocate(struct file *file, int mode, loff_t pos, loff_t len);

#endif /* AOBJ_ALLOC_H */
