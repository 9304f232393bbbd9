// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ageing and eviction, see the header.
 *
 * A queue is changed under the queue lock and the cluster's mutex both.  The
 * evictor has the queue lock first and so only trylocks the mutex; whoever
 * else holds the mutex takes the queue lock inside it.
 *
 * Why a page that is freed cannot have been changed behind our back:
 *  - pages are mapped under the cluster's mutex, or by who took a reference
 *    under it; an inactive page was unmapped under it, and being mapped again
 *    makes it active;
 *  - a zap passes the dirty bit on before it gives up the mapping's reference,
 *    and who pinned a page does so before unpinning; so once the count is
 *    frozen at our own one reference, PG_dirty tells the truth.
 */
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_page.h"

#define INFLIGHT_SHARE 4 /* a quarter of the budget may be under write-out */
#define INACTIVE_SHARE 3 /* a third of the resident pages should be inactive */
#define KICK_ROUNDS 8 /* waits of 20 ms after which a waiter kicks again */
#define LOCK_TRIES 16 /* clusters to pass over that somebody has locked */
#define CLEAN_SHARE 4 /* clean pages that a cluster is hoped to have */
#define OBJECT_SCAN 64 /* clusters of an object to look at in one go */
#define LONG_RUN 16 /* slots: from here on a rewrite in place is sequential */

static DEFINE_SPINLOCK(queue_lock);
static struct {
	struct list_head list;
	unsigned long nr;
} queues[AOBJ_QUEUE_NR] = {
	[AOBJ_QUEUE_ACTIVE].list =
		LIST_HEAD_INIT(queues[AOBJ_QUEUE_ACTIVE].list),
	[AOBJ_QUEUE_INACTIVE].list =
		LIST_HEAD_INIT(queues[AOBJ_QUEUE_INACTIVE].list),
};

/**
 * struct evict_batch - what an evictor is collecting for one bio
 * @io: the request, or NULL
 * @run: slots set aside for it and not yet given to a page
 * @want_slots: no device had a slot left
 * @full: and none could be taken back either: do not ask again
 */
struct evict_batch {
	struct aobj_io *io;
	struct aobj_slot_run run;
	bool want_slots;
	bool full;
};

enum evict_result {
	EVICT_DONE, /* nothing more to do in this cluster for now */
	EVICT_AGAIN, /* submit the batch, then come back */
	EVICT_CONGESTED, /* no bio: something must complete first */
};

unsigned int aobj_nospace_wait_ms = 10000;

/*
 * Queues
 */

static void queue_set(struct aobj_cluster *c, enum aobj_queue_id id, bool head)
{
	spin_lock(&queue_lock);
	if (c->queue != AOBJ_QUEUE_NONE) {
		list_del_init(&c->queue_node);
		queues[c->queue].nr--;
	}
	c->queue = id;
	if (id != AOBJ_QUEUE_NONE) {
		if (head)
			list_add(&c->queue_node, &queues[id].list);
		else
			list_add_tail(&c->queue_node, &queues[id].list);
		queues[id].nr++;
	}
	spin_unlock(&queue_lock);
}

void aobj_evict_requeue(struct aobj_cluster *c)
{
	enum aobj_queue_id id = AOBJ_QUEUE_NONE;

	lockdep_assert_held(&c->lock);
	if (c->res)
		id = c->res->inactive ? AOBJ_QUEUE_INACTIVE : AOBJ_QUEUE_ACTIVE;
	if (c->queue != id)
		queue_set(c, id, false);
	if (aobj_cluster_empty(c))
		aobj_cluster_remove(c);
}

/* => the first cluster that can be locked: off its queue, locked, referenced */
static struct aobj_cluster *queue_pop(enum aobj_queue_id id)
{
	struct aobj_cluster *c, *found = NULL;

	spin_lock(&queue_lock);
	for (int tries = 0; tries < LOCK_TRIES && !found; tries++) {
		c = list_first_entry_or_null(&queues[id].list,
					     struct aobj_cluster, queue_node);
		if (!c)
			break;
		if (!mutex_trylock(&c->lock)) {
			list_move_tail(&c->queue_node, &queues[id].list);
			continue;
		}
		list_del_init(&c->queue_node);
		queues[id].nr--;
		c->queue = AOBJ_QUEUE_NONE;
		refcount_inc(&c->refs);
		found = c;
	}
	spin_unlock(&queue_lock);
	return found;
}

/* => back on a queue, at the end or at the head, unlocked and put */
static void queue_return(struct aobj_cluster *c, bool head)
{
	if (head && c->res && c->res->inactive)
		queue_set(c, AOBJ_QUEUE_INACTIVE, true);
	else
		aobj_evict_requeue(c);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

/*
 * Ageing
 */

/* => references beyond the object's and the page tables': pinned, "loaned" */
static bool page_pinned(struct page *page)
{
	struct folio *folio = page_folio(page);

	return folio_ref_count(folio) > 1 + folio_mapcount(folio);
}

static u64 pages_to_age(struct aobj_cluster *c)
{
	struct aobj_resident *res = c->res;
	u64 mask = res->present & ~res->inactive & ~res->young;
	unsigned int i;

	for_each_page_bit(i, mask) {
		struct page *page = res->page[i];

		if (!PageUptodate(page) || page_pinned(page))
			mask &= ~BIT_ULL(i);
	}
	return mask;
}

/*
 * One call, and one TLB flush, for each stretch of pages to unmap; pages that
 * are not mapped may lie inside a stretch, those that stay mapped may not.
 */
void aobj_evict_unmap(struct aobj_cluster *c, u64 mask)
{
	struct aobj_resident *res = c->res;
	u64 stays = res->present & ~res->inactive & ~mask;
	u64 left = mask;
	unsigned int i;

	while (left) {
		unsigned int first = __ffs64(left), nr;
		u64 after = stays & (~0ULL << first);
		unsigned int end = after ? __ffs64(after) : AOBJ_CLUSTER_PAGES;
		u64 stretch = left & aobj_page_mask(0, end);

		nr = fls64(stretch) - first;
		unmap_mapping_pages(c->obj->mapping,
				    aobj_cluster_first(c) + first, nr, false);
		aobj_count(AOBJ_EV_UNMAPS, 1);
		left &= ~stretch;
	}
	for_each_page_bit(i, mask)
		aobj_compat_unmapped(page_folio(res->page[i]));
}

static void age_cluster(struct aobj_cluster *c)
{
	u64 mask = pages_to_age(c);

	aobj_evict_unmap(c, mask);
	aobj_cluster_deactivate(c, mask);
	c->res->young = 0;
}

/* => false when there is no active cluster to be had */
static bool age_one(void)
{
	struct aobj_cluster *c = queue_pop(AOBJ_QUEUE_ACTIVE);

	if (!c)
		return false;
	age_cluster(c);
	queue_return(c, false);
	return true;
}

static bool inactive_low(void)
{
	return atomic_long_read(&aobj_totals.inactive) <
	       atomic_long_read(&aobj_charged) / INACTIVE_SHARE;
}

/*
 * Freeing and choosing
 */

/* => the page at @i is out and @page the caller's, if nobody else has it */
static bool take_clean(struct aobj_cluster *c, unsigned int i,
		       struct page **page)
{
	struct page *p = c->res->page[i];

	if (PageDirty(p) || !page_ref_freeze(p, 1))
		return false;
	if (PageDirty(p)) {
		page_ref_unfreeze(p, 1);
		return false;
	}
	aobj_cluster_del(c, i);
	page_ref_unfreeze(p, 1);
	*page = p;
	return true;
}

static void free_evicted(struct page **pages, unsigned int nr)
{
	aobj_count(AOBJ_EV_EVICTED, nr);
	aobj_page_free(pages, nr);
}

/* => pages that nobody but the object has any use of; others become active */
static u64 pages_to_evict(struct aobj_cluster *c)
{
	u64 mask = c->res->inactive & ~c->writing, used = 0;
	unsigned int i;

	for_each_page_bit(i, mask)
		if (page_ref_count(c->res->page[i]) != 1)
			used |= BIT_ULL(i);
	aobj_cluster_activate(c, used);
	return mask & ~used;
}

/* => the pages of @mask that are dirty; frees those that are clean */
static u64 drop_clean(struct aobj_cluster *c, u64 mask, unsigned long *freed)
{
	struct page *pages[AOBJ_CLUSTER_PAGES];
	unsigned int i, nr = 0;
	u64 dirty = mask;

	for_each_page_bit(i, mask) {
		if (take_clean(c, i, &pages[nr])) {
			nr++;
			dirty &= ~BIT_ULL(i);
		}
	}
	aobj_count(AOBJ_EV_CLEAN_DROPS, nr);
	free_evicted(pages, nr);
	*freed += nr;
	return dirty;
}

/*
 * Write-out
 */

static void batch_submit(struct evict_batch *b)
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
static bool batch_open(struct evict_batch *b, struct aobj_swapdev *dev,
		       u32 slot)
{
	b->io = aobj_swapio_alloc(dev, slot, true, GFP_NOWAIT);
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

static void batch_add(struct evict_batch *b, struct aobj_cluster *c,
		      unsigned int i, u32 slot)
{
	struct page *page = c->res->page[i];

	put_slot(c, i, slot);
	/* Whatever changes the page from here on makes it dirty again. */
	ClearPageDirty(page);
	c->writing |= BIT_ULL(i);
	atomic_long_inc(&aobj_totals.writing);
	aobj_swapio_add(b->io, c, i, page);
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

/* => write these to the slots that they have: long runs, nothing to gain */
static u64 pages_in_place(struct aobj_cluster *c, u64 mask)
{
	u64 run = first_slot_run(c, mask);
	struct aobj_swapdev *dev;

	if (hweight64(run) < LONG_RUN)
		return 0;
	dev = aobj_swap_dev(c->slot[__ffs64(run)]);
	if (READ_ONCE(dev->draining) || READ_ONCE(dev->failed))
		return 0;
	return run;
}

static enum evict_result write_in_place(struct evict_batch *b,
					struct aobj_cluster *c, u64 run,
					unsigned long *written)
{
	u32 slot = c->slot[__ffs64(run)];
	unsigned int i;

	if (b->io)
		return EVICT_AGAIN;
	if (!batch_open(b, aobj_swap_dev(slot), slot))
		return EVICT_CONGESTED;
	for_each_page_bit(i, run)
		batch_add(b, c, i, c->slot[i]);
	*written += hweight64(run);
	return EVICT_AGAIN;
}

/* => one slot run for a whole cluster, or one shared by small remains */
static bool batch_has_room(const struct evict_batch *b, unsigned int want)
{
	return b->run.nr >= want || (b->run.nr && want < LONG_RUN);
}

static enum evict_result batch_start(struct evict_batch *b)
{
	if (!aobj_swap_alloc(AOBJ_CLUSTER_PAGES, &b->run)) {
		b->want_slots = true;
		return EVICT_DONE;
	}
	if (!batch_open(b, b->run.dev, b->run.first)) {
		aobj_swap_free(b->run.first, b->run.nr);
		b->run.nr = 0;
		return EVICT_CONGESTED;
	}
	return EVICT_DONE;
}

static enum evict_result write_to_new(struct evict_batch *b,
				      struct aobj_cluster *c, u64 mask,
				      unsigned long *written)
{
	enum evict_result res = EVICT_DONE;
	unsigned int i;

	if (b->io && !batch_has_room(b, hweight64(mask)))
		return EVICT_AGAIN;
	if (!b->io)
		res = batch_start(b);
	if (res != EVICT_DONE || !b->io)
		return res;

	for_each_page_bit(i, mask) {
		if (!b->run.nr)
			return EVICT_AGAIN;
		batch_add(b, c, i, b->run.first++);
		b->run.nr--;
		(*written)++;
	}
	return b->run.nr ? EVICT_DONE : EVICT_AGAIN;
}

/*
 * With no slot to be had, a page may still be written where it was before.
 * Those that cannot be must not crowd the inactive queue: ageing would stop,
 * and never come to the clean pages.
 */
static enum evict_result write_without_slots(struct evict_batch *b,
					     struct aobj_cluster *c, u64 mask,
					     unsigned long *written)
{
	unsigned int i;

	for_each_page_bit(i, mask) {
		struct aobj_swapdev *dev;

		if (!aobj_slot_real(c->slot[i]))
			continue;
		dev = aobj_swap_dev(c->slot[i]);
		if (READ_ONCE(dev->draining) || READ_ONCE(dev->failed))
			continue;
		return write_in_place(
			b, c, first_slot_run(c, mask & (~0ULL << i)), written);
	}
	aobj_cluster_activate(c, mask);
	return EVICT_DONE;
}

static enum evict_result write_pages(struct evict_batch *b,
				     struct aobj_cluster *c, u64 mask,
				     unsigned long *written)
{
	u64 run = pages_in_place(c, mask);
	enum evict_result res = EVICT_DONE;

	if (run)
		return write_in_place(b, c, run, written);
	if (!b->full)
		res = write_to_new(b, c, mask, written);
	if (b->full || b->want_slots)
		res = write_without_slots(b, c, mask, written);
	return res;
}

/* => frees what is clean, starts writing what is dirty */
static enum evict_result evict_cluster(struct evict_batch *b,
				       struct aobj_cluster *c,
				       unsigned long *done)
{
	u64 mask = pages_to_evict(c);

	if (mask)
		mask = drop_clean(c, mask, done);
	if (!mask)
		return EVICT_DONE;
	return write_pages(b, c, mask, done);
}

/* => the page is written: free it unless it was used in the meantime */
static bool written_page(struct aobj_cluster *c, unsigned int i,
			 struct page **page)
{
	if (!(c->res->inactive & BIT_ULL(i)))
		return false;
	return take_clean(c, i, page);
}

/* Nothing is lost: the page stays, dirty, and is given another slot. */
static void unwritten_page(struct aobj_cluster *c, unsigned int i,
			   const struct aobj_io *io)
{
	u32 slot = aobj_cluster_set_slot(c, i, AOBJ_SLOT_NONE);

	aobj_count(AOBJ_EV_WRITE_ERRORS, 1);
	SetPageDirty(c->res->page[i]);
	if (!c->nr_slots)
		aobj_swap_unlink(c);
	if (aobj_swapio_permanent(io->status))
		aobj_swap_mark_bad(slot);
	else
		aobj_swap_free_unwritten(slot);
}

static void evict_write_done(struct aobj_io *io, unsigned int first,
			     unsigned int nr)
{
	struct aobj_cluster *c = io->cluster[first];
	struct page *pages[AOBJ_CLUSTER_PAGES];
	unsigned int freed = 0;
	u64 mask = 0;

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
		else if (written_page(c, i, &pages[freed]))
			freed++;
	}
	WRITE_ONCE(c->writing, c->writing & ~mask);
	aobj_evict_requeue(c);
	mutex_unlock(&c->lock);

	atomic_long_sub(nr, &aobj_totals.writing);
	free_evicted(pages, freed);
	/* Orders the bits' going before the look at who waits for that. */
	smp_mb__after_atomic();
	wake_up_var(&c->writing);
}

const struct aobj_io_ops aobj_evict_io_ops = {
	.write_done = evict_write_done,
};

/*
 * Shortage of slots: those of resident dirty pages are of no use to anybody
 */

void aobj_evict_forget_slot(struct aobj_cluster *c, unsigned int i)
{
	SetPageDirty(c->res->page[i]);
	put_slot(c, i, AOBJ_SLOT_NONE);
}

static unsigned int take_back_from(struct aobj_cluster *c)
{
	u64 mask = c->res->present & ~c->writing;
	unsigned int i, nr = 0;

	for_each_page_bit(i, mask) {
		if (!PageUptodate(c->res->page[i]) ||
		    !PageDirty(c->res->page[i]) || !aobj_slot_real(c->slot[i]))
			continue;
		aobj_evict_forget_slot(c, i);
		nr++;
	}
	return nr;
}

static unsigned int take_back_slots(unsigned int want)
{
	unsigned long bound = READ_ONCE(queues[AOBJ_QUEUE_ACTIVE].nr);
	unsigned int nr = 0;

	while (bound-- && nr < want) {
		struct aobj_cluster *c = queue_pop(AOBJ_QUEUE_ACTIVE);

		if (!c)
			break;
		nr += take_back_from(c);
		queue_return(c, false);
	}
	return nr;
}

/*
 * The whole of it
 */

bool aobj_evict_congested(void)
{
	long limit = max_t(long, AOBJ_CLUSTER_PAGES,
			   READ_ONCE(aobj_budget) / INFLIGHT_SHARE);

	return atomic_long_read(&aobj_totals.writing) >= limit;
}

/* Two rounds to age everything, one to evict it, and one for good measure. */
static unsigned long scan_bound(void)
{
	return 4 * (READ_ONCE(queues[AOBJ_QUEUE_ACTIVE].nr) +
		    READ_ONCE(queues[AOBJ_QUEUE_INACTIVE].nr)) +
	       4;
}

/* => false: nothing more can be done now */
static bool evict_one(struct evict_batch *b, unsigned long *done)
{
	struct aobj_cluster *c = queue_pop(AOBJ_QUEUE_INACTIVE);
	enum evict_result res;

	if (!c)
		return age_one();
	res = evict_cluster(b, c, done);
	queue_return(c, res != EVICT_DONE);
	if (res != EVICT_DONE || aobj_evict_congested())
		batch_submit(b);
	if (res == EVICT_CONGESTED)
		return aobj_swapio_reap();
	return true;
}

unsigned long aobj_evict(unsigned long mark)
{
	struct evict_batch b = {};
	unsigned long done = 0, bound = scan_bound();
	unsigned int flags = memalloc_noreclaim_save();
	struct blk_plug plug;

	blk_start_plug(&plug);
	while (bound-- && aobj_budget_shortage(mark) > 0) {
		aobj_swapio_reap();
		if (aobj_evict_congested())
			break;
		if (inactive_low())
			age_one();
		if (!evict_one(&b, &done))
			break;
		if (b.want_slots) {
			b.want_slots = false;
			b.full = !take_back_slots(AOBJ_CLUSTER_PAGES);
		}
		cond_resched();
	}
	batch_submit(&b);
	blk_finish_plug(&plug);
	memalloc_noreclaim_restore(flags);
	return done;
}

/*
 * => a cluster of the object taken off its queue, like queue_pop(): the first
 *    one from *@index on that can be locked; *@index is set to its own
 */
static struct aobj_cluster *object_pop(struct aobj *obj, pgoff_t *index)
{
	struct aobj_cluster *c;

	for (; (c = aobj_cluster_next(obj, index)); (*index)++) {
		if (mutex_trylock(&c->lock)) {
			queue_set(c, AOBJ_QUEUE_NONE, false);
			return c;
		}
		aobj_cluster_put(c);
	}
	return NULL;
}

void aobj_evict_object(struct aobj *obj, unsigned long nr)
{
	unsigned int flags = memalloc_noreclaim_save();
	pgoff_t index = READ_ONCE(obj->hand);
	struct evict_batch b = {};
	unsigned long done = 0;

	for (int scanned = 0; scanned < OBJECT_SCAN && done < nr; scanned++) {
		struct aobj_cluster *c = object_pop(obj, &index);
		enum evict_result res = EVICT_DONE;

		if (!c) {
			index = 0;
			continue;
		}
		if (c->res)
			res = evict_cluster(&b, c, &done);
		if (c->res)
			age_cluster(c);
		queue_return(c, false);
		if (res != EVICT_DONE)
			batch_submit(&b);
		index++;
	}
	WRITE_ONCE(obj->hand, index);
	batch_submit(&b);
	memalloc_noreclaim_restore(flags);
}

unsigned long aobj_evict_clean(unsigned long nr)
{
	unsigned long freed = 0;
	unsigned long bound = nr / CLEAN_SHARE + LOCK_TRIES;

	bound = min(bound, READ_ONCE(queues[AOBJ_QUEUE_INACTIVE].nr));
	while (freed < nr && bound--) {
		struct aobj_cluster *c = queue_pop(AOBJ_QUEUE_INACTIVE);
		u64 mask;

		if (!c)
			break;
		mask = pages_to_evict(c);
		if (mask)
			drop_clean(c, mask, &freed);
		queue_return(c, false);
	}
	return freed;
}

/*
 * Waiting for room
 */

/* => something was freed since @seen, or is on its way */
static bool progress(unsigned long *seen)
{
	unsigned long now = aobj_events_sum(AOBJ_EV_EVICTED);
	bool moved = now != *seen || atomic_long_read(&aobj_totals.writing);

	*seen = now;
	return moved;
}

int aobj_evict_wait_room(unsigned long nr, unsigned int patience_ms)
{
	const unsigned long step = msecs_to_jiffies(20) + 1;
	unsigned long patience = msecs_to_jiffies(patience_ms);
	unsigned long seen = aobj_events_sum(AOBJ_EV_EVICTED);
	unsigned long deadline = jiffies + patience;

	for (unsigned int round = 0;; round++) {
		DEFINE_WAIT(wait);
		bool fits;

		prepare_to_wait_exclusive(&aobj_room_wait, &wait,
					  TASK_KILLABLE);
		fits = aobj_page_charge(nr);
		if (!fits) {
			if (round % KICK_ROUNDS == 0)
				aobj_daemon_kick();
			if (!fatal_signal_pending(current))
				io_schedule_timeout(step);
		}
		finish_wait(&aobj_room_wait, &wait);
		if (fits)
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		if (progress(&seen))
			deadline = jiffies + patience;
		else if (time_after(jiffies, deadline))
			return -ENOSPC;
		/* The daemon should have done it; do what needs no I/O. */
		if (!aobj_page_charge(nr)) {
			aobj_count(AOBJ_EV_DIRECT_RECLAIMS, 1);
			aobj_swapio_reap();
			aobj_evict_clean(AOBJ_CLUSTER_PAGES);
		} else {
			return 0;
		}
	}
}
