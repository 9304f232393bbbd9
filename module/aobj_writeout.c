// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write-out, see the header.
 *
 * Why a page that is freed when its write is over cannot have been changed
 * behind our back:
 *  - pages are mapped under the cluster's mutex, or by who took a reference
 *    under it; an inactive page was unmapped under it, and being mapped again
 *    makes it active;
 *  - a zap passes the dirty bit on before it gives up the mapping's reference,
 *    and who pinned a page does so before unpinning; so once the count is
 *    frozen at our own one reference, PG_dirty tells the truth.
 */
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/wait_bit.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_queue.h"
#include "aobj_writeout.h"

#define LONG_RUN 16 /* slots: from here on a rewrite in place is sequential */

void aobj_batch_submit(struct aobj_batch *b)
{
	aobj_swap_free(b->run.first, b->run.nr);
	b->run.nr = 0;
	if (b->io && b->io->nr)
		aobj_swapio_submit(b->io);
	else if (b->io)
		bio_put(&b->io->bio);
	b->io = NULL;
}

/* => the device counts bios that are submitted, and this one is not yet */
static bool batch_open(struct aobj_batch *b, struct aobj_swapdev *dev, u32 slot)
{
	b->io = aobj_swapio_alloc(dev, slot, AOBJ_CLUSTER_PAGES, true,
				  GFP_NOWAIT);
	return b->io;
}

static void put_slot(struct aobj_cluster *c, unsigned int i, u32 slot)
{
	u32 old = c->slot[i];

	if (old == slot)
		return;
	if (slot != AOBJ_SLOT_NONE)
		aobj_swap_link(c, aobj_swap_dev(slot));
	aobj_cluster_set_slot(c, i, slot);
	if (!c->nr_slots)
		aobj_swap_unlink(c);
	if (aobj_slot_real(old))
		aobj_swap_free(old, 1);
}

/* => the pages' slots are those of the request's device from @slot on */
static void put_slots(struct aobj_batch *b, struct aobj_cluster *c, u64 mask,
		      u32 slot)
{
	u32 old[AOBJ_CLUSTER_PAGES] __uninitialized;

	aobj_swap_link(c, b->io->dev);
	aobj_swap_free_each(old, aobj_cluster_set_slots(c, mask, slot, old));
}

/* => they have their slots, and are the next of the request */
static void batch_add(struct aobj_batch *b, struct aobj_cluster *c, u64 mask)
{
	aobj_cluster_clear_dirty(c, mask);
	c->writing |= mask;
	atomic_long_add(hweight64(mask), &aobj_totals.writing);
	aobj_swapio_add_resident(b->io, c, mask);
}

/* => the pages from the first of @mask on whose own slots are consecutive */
static u64 first_slot_run(struct aobj_cluster *c, u64 mask)
{
	unsigned int i, nr = 0;
	u64 run = 0;
	u32 first = 0;

	for_each_page_bit(i, mask) {
		if (!nr)
			first = c->slot[i];
		if (!aobj_slot_real(c->slot[i]) || c->slot[i] != first + nr)
			break;
		run |= BIT_ULL(i);
		nr++;
	}
	return run;
}

static u32 bound(const struct aobj_cluster *c)
{
	return READ_ONCE(c->obj->bound);
}

/* => write these to the slots that they have: long runs, nothing to gain */
static u64 pages_in_place(struct aobj_cluster *c, u64 mask)
{
	u64 run = first_slot_run(c, mask);

	if (hweight64(run) < LONG_RUN)
		return 0;
	return aobj_swap_stays(c->slot[__ffs64(run)], bound(c)) ? run : 0;
}

static enum aobj_written write_in_place(struct aobj_batch *b,
					struct aobj_cluster *c, u64 run,
					unsigned long *written)
{
	u32 slot = c->slot[__ffs64(run)];
	unsigned int nr;

	if (b->io)
		return AOBJ_WRITTEN_AGAIN;
	if (aobj_swap_state(aobj_swap_dev(slot)) != AOBJ_SWAP_READY)
		return AOBJ_WRITTEN_BUSY;
	if (!batch_open(b, aobj_swap_dev(slot), slot))
		return AOBJ_WRITTEN_CONGESTED;
	nr = aobj_pace_request(&b->io->dev->pace[WRITE], hweight64(run));
	batch_add(b, c, aobj_first_pages(run, nr));
	*written += nr;
	return AOBJ_WRITTEN_AGAIN;
}

/* => one slot run for a whole cluster, or one shared by small remains */
static bool batch_has_room(const struct aobj_batch *b, unsigned int want,
			   u32 tag)
{
	if (!b->run.nr || !aobj_swap_serves(b->run.dev, tag))
		return false;
	return b->run.nr >= want || want < LONG_RUN;
}

static enum aobj_written without_run(struct aobj_batch *b, u32 tag)
{
	switch (b->run.state) {
	case AOBJ_SWAP_BUSY:
		return AOBJ_WRITTEN_BUSY;
	case AOBJ_SWAP_STALLED:
		return AOBJ_WRITTEN_STALLED;
	default:
		b->want_slots = true;
		b->tag = tag;
		return AOBJ_WRITTEN_DONE;
	}
}

static enum aobj_written batch_start(struct aobj_batch *b, u32 tag)
{
	if (!aobj_swap_alloc(tag, AOBJ_CLUSTER_PAGES, &b->run))
		return without_run(b, tag);
	if (!batch_open(b, b->run.dev, b->run.first)) {
		aobj_swap_free(b->run.first, b->run.nr);
		b->run.nr = 0;
		return AOBJ_WRITTEN_CONGESTED;
	}
	return AOBJ_WRITTEN_DONE;
}

static enum aobj_written write_to_new(struct aobj_batch *b,
				      struct aobj_cluster *c, u64 mask,
				      unsigned long *written)
{
	enum aobj_written res = AOBJ_WRITTEN_DONE;
	u32 tag = bound(c);
	unsigned int nr;

	if (b->io && !batch_has_room(b, hweight64(mask), tag))
		return AOBJ_WRITTEN_AGAIN;
	if (!b->io)
		res = batch_start(b, tag);
	if (res != AOBJ_WRITTEN_DONE || !b->io)
		return res;

	mask = aobj_first_pages(mask, b->run.nr);
	nr = hweight64(mask);
	put_slots(b, c, mask, b->run.first);
	batch_add(b, c, mask);
	b->run.first += nr;
	b->run.nr -= nr;
	*written += nr;
	return b->run.nr ? AOBJ_WRITTEN_DONE : AOBJ_WRITTEN_AGAIN;
}

/*
 * With no slot to be had, a page may still be written where it was before.
 * Those that cannot be must not crowd the inactive queue: ageing would stop,
 * and never come to the clean pages.
 */
static enum aobj_written write_without_slots(struct aobj_batch *b,
					     struct aobj_cluster *c, u64 mask,
					     unsigned long *written)
{
	unsigned int i;

	for_each_page_bit(i, mask) {
		if (!aobj_slot_real(c->slot[i]) ||
		    !aobj_swap_rewritable(c->slot[i], bound(c)) ||
		    aobj_swap_state(aobj_swap_dev(c->slot[i])))
			continue;
		return write_in_place(
			b, c, first_slot_run(c, mask & (~0ULL << i)), written);
	}
	aobj_cluster_activate(c, mask);
	return AOBJ_WRITTEN_DONE;
}

enum aobj_written aobj_writeout(struct aobj_batch *b, struct aobj_cluster *c,
				u64 mask, unsigned long *written)
{
	bool full = b->full & aobj_batch_bit(bound(c));
	u64 run = pages_in_place(c, mask);
	enum aobj_written res = AOBJ_WRITTEN_DONE;

	if (run)
		return write_in_place(b, c, run, written);
	if (!full)
		res = write_to_new(b, c, mask, written);
	if (full || b->want_slots)
		res = write_without_slots(b, c, mask, written);
	return res;
}

/*
 * Freeing, and completion
 */

static void free_evicted(struct page **pages, unsigned int nr)
{
	aobj_count(AOBJ_EV_EVICTED, nr);
	aobj_page_recycle(pages, nr);
}

/*
 * => nobody but the object has it, or can get it, and it is clean
 * A page that is locked may be without another reference: a fault that was handed it
 * gives its own to the mapping, which may go before the fault unlocks the page; and a
 * read makes it valid first.
 */
static bool freeze_clean(struct page *page)
{
	struct folio *folio = aobj_folio(page);

	if (folio_test_dirty(folio) || !page_ref_freeze(page, 1))
		return false;
	if (!folio_test_dirty(folio) && !folio_test_locked(folio))
		return true;
	page_ref_unfreeze(page, 1);
	return false;
}

/* => those of @mask that are out, and the caller's */
static u64 take_clean(struct aobj_cluster *c, u64 mask, struct page **pages)
{
	unsigned int i, nr;

	for_each_page_bit(i, mask)
		if (!freeze_clean(c->res->page[i]))
			mask &= ~BIT_ULL(i);
	if (!mask)
		return 0;
	nr = aobj_cluster_del(c, mask, pages);
	while (nr--)
		page_ref_unfreeze(pages[nr], 1);
	return mask;
}

u64 aobj_writeout_drop_clean(struct aobj_cluster *c, u64 mask,
			     unsigned long *freed)
{
	struct page *pages[AOBJ_CLUSTER_PAGES] __uninitialized;
	u64 dropped = take_clean(c, mask, pages);
	unsigned int nr = hweight64(dropped);

	aobj_count(AOBJ_EV_CLEAN_DROPS, nr);
	free_evicted(pages, nr);
	*freed += nr;
	return dropped;
}

/* Nothing is lost: the page stays, dirty, and is given another slot. */
static void unwritten_page(struct aobj_cluster *c, unsigned int i,
			   const struct aobj_io *io)
{
	u32 slot = aobj_cluster_set_slot(c, i, AOBJ_SLOT_NONE);

	aobj_count(AOBJ_EV_WRITE_ERRORS, 1);
	atomic_long_inc(&io->dev->errors[WRITE]);
	aobj_cluster_set_dirty(c, i);
	atomic_inc(&c->obj->write_errors);
	if (!c->nr_slots)
		aobj_swap_unlink(c);
	if (aobj_swapio_permanent(io->status))
		aobj_swap_mark_bad(slot);
	else
		aobj_swap_free_unwritten(slot);
	/* A slot less, or a device, if that was one failure too many. */
	aobj_place_check();
}

static void write_done(struct aobj_io *io, unsigned int first, unsigned int nr)
{
	struct aobj_cluster *c = *aobj_io_cluster(io, first);
	struct page *pages[AOBJ_CLUSTER_PAGES] __uninitialized;
	u64 mask = 0, freed = 0;

	if (io->status) {
		pr_warn_ratelimited("%pg: write error %d at slot %u\n",
				    io->dev->bdev,
				    blk_status_to_errno(io->status),
				    io->slot + first - io->dev->base);
	} else {
		aobj_swap_write_worked(io->dev);
	}

	mutex_lock(&c->lock);
	for (unsigned int k = first; k < first + nr; k++) {
		unsigned int i = io->index[k];

		mask |= BIT_ULL(i);
		if (io->status)
			unwritten_page(c, i, io);
	}
	/* What was used in the meantime is no longer inactive. */
	if (!io->status)
		freed = take_clean(c, mask & c->res->inactive, pages);
	WRITE_ONCE(c->writing, c->writing & ~mask);
	aobj_queue_update(c);
	mutex_unlock(&c->lock);

	atomic_long_sub(nr, &aobj_totals.writing);
	free_evicted(pages, hweight64(freed));
	/* Orders the bits' going before the look at who waits for that. */
	smp_mb__after_atomic();
	wake_up_var(&c->writing);
}

const struct aobj_io_ops aobj_writeout_io_ops = {
	.write_done = write_done,
};

void aobj_writeout_forget_slot(struct aobj_cluster *c, unsigned int i)
{
	aobj_cluster_set_dirty(c, i);
	put_slot(c, i, AOBJ_SLOT_NONE);
}

int aobj_writeout_wait(struct aobj_cluster *c, u64 mask)
{
	if (wait_var_event_killable(&c->writing,
				    !(READ_ONCE(c->writing) & mask)))
		return -EINTR;
	return 0;
}

bool aobj_writeout_congested(void)
{
	long writing = atomic_long_read(&aobj_totals.writing);

	return writing && (writing >= (long)aobj_swap_most_writing() ||
			   aobj_swap_all_busy());
}
