// SPDX-License-Identifier: GPL-2.0-only
/* Flush, see the header. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include <linux/aobj.h>

#include "aobj_cluster.h"
#include "aobj_evict.h"
#include "aobj_flush.h"
#include "aobj_frame.h"
#include "aobj_object.h"
#include "aobj_queue.h"
#include "aobj_watch.h"
#include "aobj_writeout.h"

struct flush {
	struct aobj *obj;
	unsigned int flags;
	struct aobj_batch batch;
	struct aobj_flushed *flushed;
};

/*
 * => pages of @mask that may be flushed; locked
 * Those under read will be used by somebody right away.
 */
static u64 pages_to_flush(struct aobj_cluster *c, u64 mask)
{
	unsigned int i;

	if (READ_ONCE(c->obj->noswap))
		return 0;
	mask &= c->res->present & ~c->res->wired;
	for_each_page_bit(i, mask) {
		struct page *page = c->res->page[i];

		if (!folio_test_uptodate(aobj_folio(page)) ||
		    aobj_evict_pinned(page))
			mask &= ~BIT_ULL(i);
	}
	return mask;
}

/* => pages of @mask that are valid, not under write-out, and dirty */
static u64 dirty_pages(struct aobj_cluster *c, u64 mask)
{
	unsigned int i;
	u64 dirty = 0;

	for_each_page_bit(i, mask & ~c->writing)
		if (folio_test_dirty(aobj_folio(c->res->page[i])))
			dirty |= BIT_ULL(i);
	return dirty;
}

static void deactivate(struct aobj_cluster *c, u64 mask)
{
	aobj_cluster_deactivate(c, mask);
	c->res->young &= ~mask;
	c->res->back &= ~mask;
}

/*
 * => the pages that were dirty, which only now is known; counts what it did
 * => to deactivate and to clean is to page out: then clean pages go at once
 */
static u64 flush_resident(struct flush *f, struct aobj_cluster *c, u64 mask)
{
	const unsigned int page_out = AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN;
	u64 pages = pages_to_flush(c, mask), dirty;
	unsigned long dropped = 0;

	f->flushed->skipped += hweight64(mask & c->res->present & ~pages);
	aobj_evict_unmap(c, pages);
	dirty = dirty_pages(c, pages);
	if (f->flags & AOBJ_FLUSH_DEACTIVATE)
		deactivate(c, pages);
	f->flushed->done +=
		hweight64(f->flags & AOBJ_FLUSH_DEACTIVATE ? pages : dirty);
	if ((f->flags & page_out) == page_out)
		aobj_writeout_drop_clean(c, pages & ~dirty & ~c->writing,
					 &dropped);
	aobj_queue_update(c);
	return f->flags & AOBJ_FLUSH_CLEAN ? dirty : 0;
}

/*
 * => waits until something can be submitted again
 * What is in our own batch is part of what is waited for.
 */
static int wait_congested(struct flush *f)
{
	while (aobj_writeout_congested()) {
		aobj_batch_submit(&f->batch);
		if (fatal_signal_pending(current))
			return -EINTR;
		if (!aobj_swapio_reap())
			schedule_timeout_killable(1);
	}
	return 0;
}

/*
 * => those of @mask that are to be written; locked
 * The cluster was unlocked since they were found dirty.  One that is mapped
 * again must not change under a device that sums what it writes; and who holds
 * one may have marked it dirty before he changes it.
 */
static u64 still_dirty(struct aobj_cluster *c, u64 mask)
{
	unsigned int i;
	u64 mapped = 0;

	if (!c->res)
		return 0;
	mask = pages_to_flush(c, mask);
	for_each_page_bit(i, mask)
		if (aobj_frame_maps(aobj_folio(c->res->page[i])))
			mapped |= BIT_ULL(i);
	aobj_evict_unmap(c, mapped);
	return dirty_pages(c, mask);
}

/* => sends off some of the pages of *@dirty; the rest stays in it */
static int clean_some(struct flush *f, struct aobj_cluster *c, u64 *dirty)
{
	enum aobj_written res = AOBJ_WRITTEN_DONE;
	struct aobj_batch *b = &f->batch;
	unsigned long written = 0;
	u64 before;

	mutex_lock(&c->lock);
	*dirty = before = still_dirty(c, *dirty);
	if (before)
		res = aobj_writeout(b, c, before, &written);
	*dirty &= ~c->writing;
	/* For want of a slot they were made active, and are to go all the same. */
	if (f->flags & AOBJ_FLUSH_DEACTIVATE && before & c->writing)
		deactivate(c, before & c->writing);
	mutex_unlock(&c->lock);

	if (res != AOBJ_WRITTEN_DONE)
		aobj_batch_submit(b);
	if (b->want_slots)
		aobj_evict_take_back_slots(b);
	if (b->full && before && *dirty == before)
		return -ENOSPC;
	if (res != AOBJ_WRITTEN_DONE && res != AOBJ_WRITTEN_AGAIN &&
	    !aobj_swapio_reap())
		schedule_timeout_killable(1);
	return fatal_signal_pending(current) ? -EINTR : wait_congested(f);
}

static int clean(struct flush *f, struct aobj_cluster *c, u64 dirty)
{
	int err = 0;

	while (dirty && !err)
		err = clean_some(f, c, &dirty);
	return err;
}

/*
 * => what of @mask is busy, once some of that has been waited for
 * Who has wired a page, or taken it, since it was last looked at keeps it: its
 * place in *@held.  Those that were there, or came meanwhile, are in *@had.
 */
static u64 free_once(struct aobj_cluster *c, u64 mask, u64 *had, u64 *held,
		     int *err)
{
	struct aobj_removal r = {};
	u64 there, spared = 0;

	mutex_lock(&c->lock);
	if (c->res) {
		there = mask & c->res->present;
		spared = there & ~pages_to_flush(c, there);
		*had |= there;
		*held |= spared;
	}
	aobj_object_take_out(c, mask & ~spared, &r);
	mutex_unlock(&c->lock);
	*err = aobj_object_taken_out(c, &r);
	return r.busy;
}

/* => pages and slots are gone, but for pages that somebody holds */
static int free_pages_of(struct flush *f, struct aobj_cluster *c, u64 mask)
{
	u64 had = 0, held = 0;
	int err = 0;

	while (mask && !err)
		mask = free_once(c, mask, &had, &held, &err);
	f->flushed->skipped += hweight64(held);
	f->flushed->done += hweight64(had & ~held & ~mask);
	return err;
}

/*
 * What is under write-out may have changed since: that has to end before it
 * can be written again.  Whoever waits keeps no batch for others to wait for.
 */
static int wait_earlier(struct flush *f, struct aobj_cluster *c, u64 mask)
{
	const unsigned int both = AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT;

	if ((f->flags & both) != both || !(READ_ONCE(c->writing) & mask))
		return 0;
	aobj_batch_submit(&f->batch);
	return aobj_writeout_wait(c, mask);
}

static int flush_cluster(struct flush *f, struct aobj_cluster *c, u64 mask)
{
	u64 dirty = 0;
	int err;

	if (f->flags & AOBJ_FLUSH_FREE)
		return free_pages_of(f, c, mask);
	err = wait_earlier(f, c, mask);
	if (err)
		return err;
	mutex_lock(&c->lock);
	if (c->res)
		dirty = flush_resident(f, c, mask);
	mutex_unlock(&c->lock);
	return clean(f, c, dirty);
}

typedef int cluster_fn(struct flush *f, struct aobj_cluster *c, u64 mask);

static int wait_cluster(struct flush *f, struct aobj_cluster *c, u64 mask)
{
	return aobj_writeout_wait(c, mask);
}

static int walk_clusters(struct flush *f, pgoff_t first, pgoff_t end,
			 cluster_fn *fn)
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;
	u64 mask;
	int err = 0;

	for (; !err && (c = aobj_cluster_next(f->obj, &index)); index++) {
		mask = aobj_places_in(index, first, end);
		if (mask)
			err = fn(f, c, mask);
		aobj_cluster_put(c);
		if (!mask)
			break;
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/* While others hold the object its contents are not ours to throw away. */
static unsigned int allowed(struct aobj *obj, unsigned int flags)
{
	if (flags & AOBJ_FLUSH_FREE && atomic_read(&obj->holders) > 1)
		flags = (flags & ~AOBJ_FLUSH_FREE) | AOBJ_FLUSH_DEACTIVATE;
	return flags;
}

int aobj_flush_range(struct aobj *obj, pgoff_t first, pgoff_t end,
		     unsigned int flags, struct aobj_flushed *flushed)
{
	struct flush f = {
		.obj = obj,
		.flags = allowed(obj, flags),
		.flushed = flushed,
	};
	int errors = atomic_read(&obj->write_errors);
	int err = 0;

	*flushed = (struct aobj_flushed){};
	end = min(end, aobj_object_npages(obj));
	aobj_watch_begin(NULL);
	if (first < end && f.flags & ~AOBJ_FLUSH_WAIT)
		err = walk_clusters(&f, first, end, flush_cluster);
	aobj_batch_submit(&f.batch);
	aobj_watch_end(NULL);
	if (err || !(f.flags & AOBJ_FLUSH_WAIT) || first >= end)
		return err;
	err = walk_clusters(&f, first, end, wait_cluster);
	if (!err && atomic_read(&obj->write_errors) != errors)
		err = -EIO;
	return err;
}
