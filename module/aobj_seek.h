/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lseek(2) of objects, as in a regular file: SEEK_DATA and SEEK_HOLE too.
 *
 * Data is a page that is in memory or on swap, or was lost; what was never
 * touched or has been dropped is a hole, and so is what lies past the end.
 * The cost is in the clusters that are there, not in the bytes passed over.
 */
#ifndef AOBJ_SEEK_H
#define AOBJ_SEEK_H

#include <linux/types.h>

struct file;

/* => -EINVAL, -EOVERFLOW as lseek(2); -ENXIO past the end, and where no data
 *    follows; may sleep; -EINTR
 */
loff_t aobj_llseek(struct file *file, loff_t offset, int whence);

#endif /* AOBJ_SEEK_H */
