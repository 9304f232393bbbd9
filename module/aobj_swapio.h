/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Swap I/O: pages of clusters out to runs of slots and back.
 *
 * A read that works is finished in the interrupt: its pages become uptodate
 * and are unlocked, as in the page cache.  Writes, and reads that fail, need
 * the cluster's mutex: they go on a list and are finished by who reaps it, a
 * work item, the evictor, or a thread that is short of memory.
 *
 * A failed bio is tried again page by page, unmerged, so that one bad sector
 * costs one page; such a read of one page is tried again twice when the error
 * is not the medium's.
 */
#ifndef AOBJ_SWAPIO_H
#define AOBJ_SWAPIO_H

#include <linux/blkdev.h>

#include "aobj_sigpipe.h"
#include "aobj_swap.h"

/**
 * struct aobj_io_ops - who is told how a page's I/O ended
 * @write_done: pages @first to @first + @nr - 1 of @io, all of one cluster,
 *	have been written, or could not be (@io->status)
 * @read_failed: page @i of @io could not be read; its folio is still locked
 *
 * Both are called without locks, in process context; they may take the
 * cluster's mutex, and must not wait for memory or for I/O.
 */
struct aobj_io_ops {
	void (*write_done)(struct aobj_io *io, unsigned int first,
			   unsigned int nr);
	void (*read_failed)(struct aobj_io *io, unsigned int i);
};

int aobj_swapio_init(const struct aobj_io_ops *evict,
		     const struct aobj_io_ops *pager);
/* => no device is left */
void aobj_swapio_exit(void);

/* => the error is the medium's: trying again is of no use */
bool aobj_swapio_permanent(blk_status_t status);

/* => the @i'th page of @io */
struct page *aobj_swapio_page(const struct aobj_io *io, unsigned int i);

/*
 * aobj_swapio_alloc: an empty request for up to @nr slots from @slot on
 * => @gfp GFP_NOWAIT: NULL when the reserve is used up; reap and try again
 * => @gfp GFP_NOIO: waits for reads to complete; for reads only
 * => submit it before the next is allocated: the reserve counts on that
 */
struct aobj_io *aobj_swapio_alloc(struct aobj_swapdev *dev, u32 slot,
				  unsigned int nr, bool write, gfp_t gfp);

/*
 * aobj_swapio_add: a page for the next slot of the request, which has room
 * => never sleeps; a write takes a reference to @c; all of a read have one @c
 */
void aobj_swapio_add(struct aobj_io *io, struct aobj_cluster *c, unsigned int i,
		     struct page *page);

/*
 * => the same for all resident pages of @mask, in order; the cluster is locked, or
 *    the pages are
 */
void aobj_swapio_add_resident(struct aobj_io *io, struct aobj_cluster *c,
			      u64 mask);

/*
 * => no cluster is locked; may sleep in the device's queue; the request is gone after,
 *    and may be over
 */
void aobj_swapio_submit(struct aobj_io *io);

/* Submissions that are to reach their devices together; on the stack. */
struct aobj_plug {
	struct blk_plug plug;
	struct aobj_sigpipe sigpipe;
};

void aobj_swapio_plug(struct aobj_plug *plug);
void aobj_swapio_unplug(struct aobj_plug *plug);

/* => finishes what has completed; false if that was nothing; may submit */
bool aobj_swapio_reap(void);

/*
 * aobj_swapio_wait_read: waits for the end of a page's read, by whom it may be
 * @c: the page's cluster; referenced, as is the page
 * => -EAGAIN if it has not ended after @ms; sleeps, and is not interrupted
 */
int aobj_swapio_wait_read(struct aobj_cluster *c, struct folio *folio,
			  unsigned int ms);
/*
 * aobj_swapio_read_over: those who wait like that look again
 * => pages of the cluster have been unlocked; it may be gone; any context
 */
void aobj_swapio_read_over(struct aobj_cluster *c);

#endif /* AOBJ_SWAPIO_H */
