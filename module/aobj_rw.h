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

struct aobj;
struct iov_iter;
struct kiocb;
struct page;

ssize_t aobj_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t aobj_write_iter(struct kiocb *iocb, struct iov_iter *from);

/*
 * aobj_rw_page: the page at @pgoff, to write to, even if a shrink has just taken
 * it away: the object is made at least @end bytes long
 * @flags: of enum aobj_get_flags, how neighbours are treated
 *
 * => referenced, and dirty from here on; may sleep
 * => errors as aobj_object_extend() and aobj_pager_get(): it is as long as before
 */
int aobj_rw_page(struct aobj *obj, pgoff_t pgoff, u64 end, unsigned int flags,
		 struct page **page);

#endif /* AOBJ_RW_H */
