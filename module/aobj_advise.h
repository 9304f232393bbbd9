/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice: what posix_fadvise(2) and madvise(2) say of an object's use.
 */
#ifndef AOBJ_ADVISE_H
#define AOBJ_ADVISE_H

#include "aobj_internal.h"

/*
 * aobj_fadvise: file_operations->fadvise; MADV_WILLNEED comes here as well
 * => POSIX_FADV_RANDOM: reads and writes of this file bring in no neighbours,
 *    until NORMAL or SEQUENTIAL
 * => POSIX_FADV_SEQUENTIAL: a page that is read from swap brings in the rest of its
 *    cluster, and begins to read the next, until NORMAL or RANDOM
 * => POSIX_FADV_WILLNEED: what is on swap is read, up to half of the budget;
 *    may sleep for room, not for the reads; killable
 * => POSIX_FADV_DONTNEED: what is resident is deactivated, and is the next to go
 * => -EINVAL: an unknown advice, or a negative length
 */
int aobj_fadvise(struct file *file, loff_t pos, loff_t len, int advice);

/* => the AOBJ_GET_* flags for read(2) and write(2) */
unsigned int aobj_file_advice(const struct file *file);

#endif /* AOBJ_ADVISE_H */
