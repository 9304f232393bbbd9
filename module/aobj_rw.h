/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * read(2) and write(2) of objects, as in a regular file.
 *
 * Never touched pages are read as zeros without being made.  Where a fault
 * would give SIGBUS these say EIO, or ENOSPC when there is no room.
 */
#ifndef AOBJ_RW_H
#define AOBJ_RW_H

#include <linux/types.h>

struct iov_iter;
struct kiocb;

ssize_t aobj_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t aobj_write_iter(struct kiocb *iocb, struct iov_iter *from);

#endif /* AOBJ_RW_H */
