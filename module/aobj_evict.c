// SPDX-License-Identifier: GPL-2.0-only
/* Ageing and eviction, see the header. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_frame.h"
#include "aobj_page.h"
#include "aobj_queue.h"
#include "aobj_swapio.h"
#include "aobj_watch.h"
#include "aobj_writeout.h"

/* The share of resident pages that should be inactive. */
#define INACTIVE_FEW 32
#define INACTIVE_MANY 8 /* where second chances are of use */
#define SAMPLE_SHARE 4 /* asked again after as many were evicted */
#define KICK_ROUNDS 8 /* waits of 20 ms after which a waiter kicks again */
#define CLEAN_EXTRA 16 /* clusters to look at beside those */
#define CLEAN_SHARE 4 /* clean pages that a cluster is hoped to have */
#define LIMIT_TRIES 500 /* to bring an object down to a new limit */
#define OBJECT_SCAN 64 /* clusters of an object to look at in one go */
#define PASS_MOST 64 /* clusters in a row whose devices are busy */

unsigned int aobj_nospace_wait_ms = 10000;

/*
 * Ageing
 */

bool aobj_evict_pinned(struct page *page)
{
	struct folio *folio = aobj_folio(page);

	return folio_ref_count(folio) > 1 + aobj_frame_maps(folio);
}

static u64 those_mapped(const struct aobj_cluster *c, u64 mask)
{
	unsigned int i;

	for_each_page_bit(i, mask)
		if (!aobj_frame_maps(aobj_folio(c->res->page[i])))
			mask &= ~BIT_ULL(i);
	return mask;
}

/*
 * A page that came back has earned a round; one that is new has not, but is not
 * taken away before it has been mapped, lest whoever waits for it never gets it.
 */
static u64 pages_to_age(struct aobj_cluster *c, u64 *mapped)
{
	struct aobj_resident *res = c->res;
	u64 mask = res->present & ~res->inactive & ~res->back & ~res->wired;
	unsigned int i;

	*mapped = 0;
	for_each_page_bit(i, mask) {
		struct folio *folio = aobj_folio(res->page[i]);
		int maps = aobj_frame_maps(folio);

		if (maps)
			*mapped |= BIT_ULL(i);
		if ((!maps && res->young & BIT_ULL(i)) ||
		    folio_ref_count(folio) > 1 + maps ||
		    !folio_test_uptodate(folio))
			mask &= ~BIT_ULL(i);
	}
	*mapped &= mask;
	return mask;
}

/*
 * One call, and one TLB flush, for each stretch of pages to unmap; pages that
 * are not mapped may lie inside a stretch, those that stay mapped may not.
 */
void aobj_evict_unmap(struct aobj_cluster *c, u64 mask)
{
	struct aobj_resident *res = c->res;
	u64 stays = those_mapped(c, res->present & ~res->inactive & ~mask);
	u64 left = mask;

	while (left) {
		unsigned int first = __ffs64(left), nr;
		u64 after = stays & (~0ULL << first);
		unsigned int end = after ? __ffs64(after) : AOBJ_CLUSTER_PAGES;
		u64 stretch = left & aobj_page_mask(0, end);

		nr = fls64(stretch) - first;
		unmap_mapping_pages(&c->obj->mapping,
				    aobj_cluster_first(c) + first, nr, false);
		aobj_count(AOBJ_EV_UNMAPS, 1);
		left &= ~stretch;
	}
}

static void age_cluster(struct aobj_cluster *c)
{
	u64 mapped, mask = pages_to_age(c, &mapped);

	aobj_evict_unmap(c, mapped);
	aobj_cluster_deactivate(c, mask);
	c->res->young = 0;
	c->res->back = 0;
}

/* => false when there is no active cluster to be had */
static bool age_one(void)
{
	struct aobj_cluster *c = aobj_queue_pop(AOBJ_QUEUE_ACTIVE);

	if (!c)
		return false;
	age_cluster(c);
	aobj_queue_return(c, false);
	return true;
}

/*
 * To unmap a page and see whether it is used costs a fault if it is.  That pays if
 * pages in memory are used more often than those on swap; where all are used
 * alike the same faults save nothing.
 */
static unsigned int inactive_share = INACTIVE_FEW;

/* => what an event has come to, what is longer ago counting less */
static unsigned long lately(enum aobj_event ev, unsigned long *seen,
			    unsigned long *sum)
{
	unsigned long now = aobj_events_sum(ev);

	*sum = *sum / 2 + now - *seen;
	*seen = now;
	return *sum;
}

/* => inactive pages are used more than twice as often as those on swap */
static bool chances_pay(void)
{
	static unsigned long soft_seen, soft_sum, reads_seen, reads_sum;
	u64 soft = lately(AOBJ_EV_SOFT_FAULTS, &soft_seen, &soft_sum);
	u64 reads = lately(AOBJ_EV_READ_BIOS, &reads_seen, &reads_sum);

	return soft * atomic_long_read(&aobj_totals.swapped) >
	       2 * reads * atomic_long_read(&aobj_totals.inactive);
}

/* For the daemon alone. */
static void choose_share(unsigned long evicted)
{
	static unsigned long since;

	since += evicted;
	if (since < atomic_long_read(&aobj_charged) / SAMPLE_SHARE)
		return;
	since = 0;
	inactive_share = chances_pay() ? INACTIVE_MANY : INACTIVE_FEW;
}

/*
 * What is being written is inactive, but not there to be evicted any more; nor are
 * @waiting pages, whose device is busy.
 */
static bool inactive_low(unsigned long waiting)
{
	return atomic_long_read(&aobj_totals.inactive) -
		       atomic_long_read(&aobj_totals.writing) - (long)waiting <
	       (atomic_long_read(&aobj_charged) - (long)waiting) /
		       (long)inactive_share;
}

/* => *@bound is less by the clusters looked at */
static void age_some(unsigned long waiting, unsigned long *bound)
{
	while (*bound && inactive_low(waiting) && age_one())
		(*bound)--;
}

/*
 * Freeing and choosing
 */

/*
 * => pages that nobody but the object has any use of; others become active
 * => of those, @clean seem to need no writing
 */
static u64 pages_to_evict(struct aobj_cluster *c, u64 *clean)
{
	u64 mask = c->res->inactive & ~c->writing, used = 0, dirty = 0;
	unsigned int i;

	for_each_page_bit(i, mask) {
		struct folio *folio = aobj_folio(c->res->page[i]);

		if (folio_ref_count(folio) != 1)
			used |= BIT_ULL(i);
		if (folio_test_dirty(folio))
			dirty |= BIT_ULL(i);
	}
	aobj_cluster_activate(c, used);
	mask &= ~used;
	*clean = mask & ~dirty;
	return mask;
}

/* => frees what is clean, starts writing what is dirty */
static enum aobj_written
evict_cluster(struct aobj_batch *b, struct aobj_cluster *c, unsigned long *done)
{
	u64 clean, mask = pages_to_evict(c, &clean);
	enum aobj_written res;

	if (clean)
		mask &= ~aobj_writeout_drop_clean(c, clean, done);
	if (!mask)
		return AOBJ_WRITTEN_DONE;
	res = aobj_writeout(b, c, mask, done);
	if (res == AOBJ_WRITTEN_BUSY)
		b->waiting += hweight64(mask);
	/* They would crowd the queue until the device answers, if it ever does. */
	if (res == AOBJ_WRITTEN_STALLED)
		aobj_cluster_activate(c, mask & ~c->writing);
	return res;
}

/*
 * Shortage of slots: those of resident dirty pages are of no use to anybody, nor
 * are those of pages that cannot leave memory for now
 */

static bool wants_no_slot(const struct aobj_cluster *c, unsigned int i)
{
	return folio_test_dirty(aobj_folio(c->res->page[i])) ||
	       c->res->wired & BIT_ULL(i) || aobj_evict_pinned(c->res->page[i]);
}

static unsigned int take_back_from(struct aobj_cluster *c, u32 tag)
{
	u64 mask = c->res->present & ~c->writing;
	unsigned int i, nr = 0;

	for_each_page_bit(i, mask) {
		if (!folio_test_uptodate(aobj_folio(c->res->page[i])) ||
		    !aobj_slot_real(c->slot[i]) || !wants_no_slot(c, i) ||
		    !aobj_swap_rewritable(c->slot[i], tag))
			continue;
		aobj_writeout_forget_slot(c, i);
		nr++;
	}
	return nr;
}

void aobj_evict_take_back_slots(struct aobj_batch *b)
{
	unsigned long bound = aobj_queue_length(AOBJ_QUEUE_ACTIVE);
	unsigned int nr = 0;

	b->want_slots = false;
	while (bound-- && nr < AOBJ_CLUSTER_PAGES) {
		struct aobj_cluster *c = aobj_queue_pop(AOBJ_QUEUE_ACTIVE);

		if (!c)
			break;
		nr += take_back_from(c, b->tag);
		aobj_queue_return(c, false);
	}
	if (!nr)
		b->full |= aobj_batch_bit(b->tag);
}

/*
 * The whole of it
 */

/* Two rounds to age everything, one to evict it, and one for good measure. */
static unsigned long scan_bound(void)
{
	return 4 * (aobj_queue_length(AOBJ_QUEUE_ACTIVE) +
		    aobj_queue_length(AOBJ_QUEUE_INACTIVE)) +
	       4;
}

/* => false: nothing more can be done now */
static bool evict_one(struct aobj_batch *b, unsigned long *done)
{
	struct aobj_cluster *c = aobj_queue_pop(AOBJ_QUEUE_INACTIVE);
	enum aobj_written res;

	if (!c)
		return age_one();
	res = evict_cluster(b, c, done);
	aobj_queue_return(c, res == AOBJ_WRITTEN_AGAIN ||
				     res == AOBJ_WRITTEN_CONGESTED);
	if (res != AOBJ_WRITTEN_DONE || (b->io && aobj_writeout_congested()))
		aobj_batch_submit(b);
	if (res == AOBJ_WRITTEN_CONGESTED)
		return aobj_swapio_reap();
	b->passed = res == AOBJ_WRITTEN_BUSY ? b->passed + 1 : 0;
	return b->passed < PASS_MOST;
}

unsigned long aobj_evict(unsigned long mark)
{
	struct aobj_batch b = {};
	unsigned long done = 0, bound = scan_bound();
	unsigned int flags = memalloc_noreclaim_save();
	struct aobj_plug plug;

	aobj_watch_begin(NULL);
	aobj_swapio_plug(&plug);
	while (bound-- && aobj_budget_shortage(mark) > 0) {
		aobj_swapio_reap();
		if (aobj_writeout_congested())
			break;
		age_some(b.waiting, &bound);
		if (!evict_one(&b, &done))
			break;
		if (b.want_slots)
			aobj_evict_take_back_slots(&b);
		cond_resched();
	}
	aobj_batch_submit(&b);
	aobj_swapio_unplug(&plug);
	aobj_watch_end(NULL);
	memalloc_noreclaim_restore(flags);
	choose_share(done);
	return done;
}

/*
 * => a cluster of the object taken off its queue, like aobj_queue_pop(): the first
 *    one from *@index on that can be locked; *@index is set to its own
 */
static struct aobj_cluster *object_pop(struct aobj *obj, pgoff_t *index)
{
	struct aobj_cluster *c;

	for (; (c = aobj_cluster_next(obj, index)); (*index)++) {
		if (mutex_trylock(&c->lock)) {
			aobj_queue_take(c);
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
	struct aobj_batch b = {};
	unsigned long done = 0;

	if (READ_ONCE(obj->noswap))
		nr = 0;
	aobj_watch_begin(NULL);
	for (int scanned = 0; scanned < OBJECT_SCAN && done < nr; scanned++) {
		struct aobj_cluster *c = object_pop(obj, &index);
		enum aobj_written res = AOBJ_WRITTEN_DONE;

		if (!c) {
			index = 0;
			continue;
		}
		if (c->res)
			res = evict_cluster(&b, c, &done);
		if (c->res)
			age_cluster(c);
		aobj_queue_return(c, false);
		if (res != AOBJ_WRITTEN_DONE)
			aobj_batch_submit(&b);
		index++;
	}
	WRITE_ONCE(obj->hand, index);
	aobj_batch_submit(&b);
	aobj_watch_end(NULL);
	memalloc_noreclaim_restore(flags);
}

int aobj_evict_set_limit(struct aobj *obj, u64 pages)
{
	if (pages && pages < AOBJ_CLUSTER_PAGES)
		return -EINVAL;
	pages = min_t(u64, pages, LONG_MAX);
	WRITE_ONCE(obj->limit, pages);
	for (int tries = 0; tries < LIMIT_TRIES && pages; tries++) {
		if (!aobj_holds_over(obj, pages) ||
		    fatal_signal_pending(current))
			break;
		aobj_evict_object(obj, OBJECT_SCAN * AOBJ_CLUSTER_PAGES);
		if (!aobj_swapio_reap())
			schedule_timeout_killable(1);
	}
	return 0;
}

unsigned long aobj_evict_clean(unsigned long nr)
{
	unsigned long freed = 0;
	unsigned long bound = nr / CLEAN_SHARE + CLEAN_EXTRA;

	bound = min(bound, aobj_queue_length(AOBJ_QUEUE_INACTIVE));
	while (freed < nr && bound--) {
		struct aobj_cluster *c = aobj_queue_pop(AOBJ_QUEUE_INACTIVE);
		u64 clean;

		if (!c)
			break;
		pages_to_evict(c, &clean);
		if (clean)
			aobj_writeout_drop_clean(c, clean, &freed);
		aobj_queue_return(c, false);
	}
	return freed;
}

/*
 * Waiting for room
 */

bool aobj_evict_progress(unsigned long *seen)
{
	unsigned long now = aobj_events_sum(AOBJ_EV_EVICTED);
	bool moved = now != *seen || atomic_long_read(&aobj_totals.writing);

	*seen = now;
	return moved;
}

bool aobj_evict_crowded(u32 tag, unsigned long nr)
{
	return tag != AOBJ_TAG_NONE &&
	       aobj_budget_free() < (long)(aobj_budget_low() + nr) &&
	       aobj_swap_awaited(tag);
}

bool aobj_evict_leaves_some(u32 tag)
{
	return tag != AOBJ_TAG_NONE &&
	       (!READ_ONCE(aobj_stalled) || aobj_swap_awaited(tag));
}

int aobj_evict_wait_room(unsigned long nr, unsigned int patience_ms,
			 bool (*charge)(unsigned long nr))
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
		fits = charge(nr);
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
		if (aobj_evict_progress(&seen))
			deadline = jiffies + patience;
		else if (time_after(jiffies, deadline))
			return aobj_page_charge(nr) ? 0 : -ENOSPC;
		/* The daemon should have done it; do what needs no I/O. */
		if (aobj_budget_free() < (long)nr) {
			aobj_count(AOBJ_EV_DIRECT_RECLAIMS, 1);
			aobj_swapio_reap();
			aobj_evict_clean(AOBJ_CLUSTER_PAGES);
		}
	}
}
