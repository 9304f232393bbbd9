/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pager: makes a page of an object resident (uao_get of the BSD pager).
 */
#ifndef AOBJ_PAGER_H
#define AOBJ_PAGER_H

#include "aobj_swapio.h"

enum aobj_get_flags {
	AOBJ_GET_NOWAIT = 1 << 0, /* do not wait for I/O or for room */
	AOBJ_GET_NOCREATE = 1 << 1, /* leave what was never touched as it is */
	AOBJ_GET_CLUSTER = 1 << 2, /* what is read: all of the cluster */
	AOBJ_GET_IMPATIENT = 1 << 3, /* short of room, give up before others */
	AOBJ_GET_ALONE = 1 << 4, /* no neighbours */
	AOBJ_GET_ATOMIC = 1 << 5, /* with NOWAIT: do not sleep at all */
	AOBJ_GET_WRITE = 1 << 6, /* get_page: it is dirty from here on */
	AOBJ_GET_BEGIN = 1 << 7, /* begin to read if there is room, no more */
	AOBJ_GET_PAGE = 1 << 8, /* get_either: the page will do */
	AOBJ_GET_SEQUENCE = 1 << 9, /* what is read is of a sequence */
	AOBJ_GET_BRIEFLY = 1 << 10, /* wait for a read, AOBJ_BRIEF_MS */
};

#define AOBJ_BRIEF_MS 20 /* a disk's seek, and a few requests before it */

/*
 * aobj_pager_get: makes the page at @pgoff resident and valid
 *
 * => 0: *@cp is the page's cluster, locked and referenced; the page is there,
 *    valid and active; release it with aobj_pager_release()
 * => -ENXIO: past the end of the object
 * => -EIO: its slot could not be read
 * => -ENOSPC: neither budget nor swap has room, and waiting did not help
 * => -ENOMEM: no memory for the page or for what keeps account of it
 * => -EINTR: a fatal signal came while waiting
 * => -EAGAIN: with NOWAIT, it would have to wait; with BRIEFLY, for longer, or for
 *    something else; with ATOMIC, also that somebody else is at the cluster, or
 *    that there is no memory at hand
 * => -EINPROGRESS: with BEGIN, the page is being read; -EAGAIN: there is no
 *    room for it now
 * => -ENODATA: with NOCREATE, the page was never touched: it reads as zeros
 *
 * => may sleep for memory; without NOWAIT also for I/O and for room in the
 *    budget, killable; holds no lock of ours meanwhile
 * => neighbours are brought in as well when the page continues a sequence
 */
int aobj_pager_get(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
		   struct aobj_cluster **cp);
void aobj_pager_release(struct aobj_cluster *c);

/*
 * aobj_pager_get_either: the same; but with PAGE, if the page had to be read, and it
 * alone, *@cp is NULL and *@page the page, referenced: that saves a second look
 */
int aobj_pager_get_either(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
			  struct aobj_cluster **cp, struct page **page);

/*
 * aobj_pager_begin: begins to read the page at @pgoff and, from there on, what
 * else of its cluster is on swap only
 * => 0: under way, or nothing to do; -EAGAIN: there is no room for it now; other
 *    errors as aobj_pager_get()
 * => may sleep for memory, not for I/O or for room in the budget
 */
int aobj_pager_begin(struct aobj *obj, pgoff_t pgoff);

/* => as get, but returns the page itself, referenced, and nothing locked */
int aobj_pager_get_page(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
			struct page **page);

#endif /* AOBJ_PAGER_H */
