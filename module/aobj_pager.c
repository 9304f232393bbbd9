// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pager, see the header.
 *
 * One pass looks at the page under the cluster's mutex.  If it is resident the
 * get is done; if it needs pages, or has to wait, the mutex is dropped for
 * that, and another pass looks again: anything may have happened meanwhile.
 *
 * A page under read stands in its cluster locked and not uptodate.  Until the
 * read completes nobody takes it out (the shrinker waits for the folio lock,
 * the evictor wants it uptodate), so its slot and the cluster stay as well.
 */
#include <linux/blkdev.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pagein.h"
#include "aobj_pager.h"
#include "aobj_place.h"
#include "aobj_queue.h"
#include "aobj_watch.h"
#include "aobj_writeout.h"

#define AT_HAND_MAX 8 /* pages to take from the pool with a cluster locked */

/* What one pass says. */
enum pass {
	PASS_DONE, /* resident; the cluster is still locked */
	PASS_PAGE, /* resident; unlocked, and @read is referenced */
	PASS_AGAIN, /* unlocked; look again */
	PASS_ERROR, /* unlocked; @err says why */
};

/**
 * struct get - one get under way
 * @obj: what was asked for
 * @pgoff: likewise
 * @flags: likewise
 * @c: the page's cluster, referenced
 * @i: the page's place in it
 * @npages: the object's size as this pass saw it, once: it may change any time
 * @err: why it failed
 * @res: a page part for the cluster, should it need one
 * @page: charged and allocated pages
 * @used: how many of them, from the first, have been put into the object
 * @nr: how many there are in all
 * @zeroed: they are filled with zeros
 * @window: what may come with the page; @nr is 0 until that was asked
 * @places: taken for pages that the object has not had, and not used yet
 * @further: pages that the device may be given beside those that are waited for
 * @read: the page, if it was read, and that is enough
 */
struct get {
	struct aobj *obj;
	pgoff_t pgoff;
	unsigned int flags;
	struct aobj_cluster *c;
	unsigned int i;
	pgoff_t npages;
	int err;
	struct aobj_resident *res;
	struct page **page;
	unsigned int used;
	unsigned int nr;
	bool zeroed;
	struct aobj_window window;
	unsigned int places;
	unsigned int further;
	struct page *read;
};

static enum pass pass_error(struct get *g, int err)
{
	mutex_unlock(&g->c->lock);
	g->err = err;
	return PASS_ERROR;
}

/*
 * Getting pages, unlocked
 */

typedef bool (*charge_fn)(unsigned long nr);

/* One page that is to come back goes before what is new, or read ahead. */
static charge_fn charge_for(const struct get *g, unsigned int want, bool zero)
{
	if (!(g->flags & AOBJ_GET_IMPATIENT) &&
	    aobj_evict_leaves_some(READ_ONCE(g->obj->bound)))
		return aobj_page_charge_bound;
	return want == 1 && !zero ? aobj_page_charge : aobj_page_charge_spare;
}

/* => the largest of nr, nr/2, ... 1 that could be charged, or 0 */
static unsigned int charge_some(charge_fn charge, unsigned int nr)
{
	while (nr && !charge(nr))
		nr /= 2;
	return nr;
}

static unsigned int patience_ms(const struct get *g)
{
	unsigned int ms = READ_ONCE(aobj_nospace_wait_ms);

	return g->flags & AOBJ_GET_IMPATIENT ? ms / 4 : ms;
}

static unsigned long memory_deadline(const struct get *g)
{
	return jiffies + msecs_to_jiffies(patience_ms(g));
}

/* => who wants no more than what is at hand */
static bool waits_for_room(const struct get *g)
{
	return !(g->flags &
		 (AOBJ_GET_NOWAIT | AOBJ_GET_BEGIN | AOBJ_GET_BRIEFLY));
}

static int charge_pages(struct get *g, unsigned int *want, bool zero)
{
	charge_fn charge = charge_for(g, *want, zero);
	int err;

	*want = charge_some(charge, *want);
	if (*want)
		return 0;
	if (!waits_for_room(g))
		return -EAGAIN;
	err = aobj_evict_wait_room(1, patience_ms(g), charge);
	*want = 1;
	return err;
}

/*
 * The kernel, or the memcg, is short of memory.  Only shrinkers that know of
 * memcgs are asked to help a memcg, so make room of our own.  @deadline: 0 at first
 */
static int relieve_memory(struct get *g, unsigned long *deadline)
{
	if (!*deadline)
		*deadline = memory_deadline(g);
	if (!waits_for_room(g))
		return -EAGAIN;
	if (fatal_signal_pending(current))
		return -EINTR;
	if (time_after(jiffies, *deadline))
		return -ENOMEM;
	/* The object's own pages: most likely they are the same memcg's. */
	aobj_evict_object(g->obj, AOBJ_CLUSTER_PAGES);
	schedule_timeout_killable(msecs_to_jiffies(20));
	aobj_swapio_reap();
	return 0;
}

static gfp_t get_gfp(const struct get *g)
{
	return g->flags & AOBJ_GET_ATOMIC ? GFP_NOWAIT :
					    GFP_KERNEL | __GFP_NORETRY;
}

static unsigned int alloc_some(struct get *g, unsigned int want, bool zero)
{
	unsigned int flags = zero ? AOBJ_PAGE_ZERO : 0;

	if (g->flags & AOBJ_GET_ATOMIC)
		flags |= AOBJ_PAGE_NOWAIT;
	return aobj_page_alloc(g->page, want, flags);
}

static int alloc_pages_of_get(struct get *g, unsigned int want, bool zero)
{
	unsigned long deadline = 0;
	int err = 0;

	while (!g->nr && !err) {
		/* A look without the mutex, to save making one for nothing. */
		bool has_res = READ_ONCE(g->c->res);

		if (!g->res && !has_res)
			g->res = aobj_resident_alloc(get_gfp(g));
		if (g->res || has_res)
			g->nr = alloc_some(g, want, zero);
		if (!g->nr)
			err = relieve_memory(g, &deadline);
	}
	aobj_page_uncharge(want - g->nr);
	return err;
}

static void drop_pages(struct get *g)
{
	aobj_page_recycle(g->page + g->used, g->nr - g->used);
	g->used = 0;
	g->nr = 0;
	aobj_place_give(g->obj, g->places);
	g->places = 0;
}

static bool has_page(const struct get *g)
{
	return g->used < g->nr;
}

/* What has been promised is not refused for a limit that cannot be kept. */
static bool passes_limit(const struct aobj *obj, unsigned long limit)
{
	return READ_ONCE(obj->reserved) &&
	       (!aobj_swap_free_for(AOBJ_TAG_NONE, NULL) ||
		atomic_long_read(&obj->wired) >= (long)limit);
}

/* => the object's own pages make way for one more */
static int make_room_in_limit(struct get *g, unsigned long limit)
{
	unsigned long seen = aobj_events_sum(AOBJ_EV_EVICTED);
	unsigned long deadline = memory_deadline(g);

	while (aobj_holds_over(g->obj, limit)) {
		if (passes_limit(g->obj, limit))
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		/* Others may have been faster to take what was freed. */
		if (aobj_evict_progress(&seen))
			deadline = memory_deadline(g);
		else if (time_after(jiffies, deadline))
			return READ_ONCE(g->obj->reserved) ? 0 : -ENOSPC;
		aobj_evict_object(g->obj, AOBJ_CLUSTER_PAGES);
		if (!aobj_swapio_reap() && aobj_holds_over(g->obj, limit))
			schedule_timeout_killable(1);
	}
	return 0;
}

/*
 * An object's limit is kept as it faults: by one page at a time near it, so
 * that only those who fault at the same time can pass it, by a page each.
 */
static int obey_limit(struct get *g, unsigned int *want)
{
	unsigned long limit = READ_ONCE(g->obj->limit);

	if (!limit || !aobj_holds_over(g->obj, limit - min_t(unsigned long,
							     *want, limit)))
		return 0;
	*want = 1;
	if (!aobj_holds_over(g->obj, limit - 1))
		return 0;
	return waits_for_room(g) ? make_room_in_limit(g, limit - 1) : -EAGAIN;
}

/* => the largest of nr, nr/2, ... 1 that there are places for, or 0 */
static unsigned int place_some(struct aobj *obj, unsigned int nr)
{
	while (nr && !aobj_place_take(obj, nr))
		nr /= 2;
	return nr;
}

/* What is left is reserved for others; but anybody may free something. */
static int take_places(struct get *g, unsigned int *want)
{
	unsigned long deadline = memory_deadline(g);

	while (!(g->places = place_some(g->obj, *want))) {
		if (!waits_for_room(g))
			return -EAGAIN;
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, deadline))
			return -ENOSPC;
		aobj_evict_clean(AOBJ_CLUSTER_PAGES);
		schedule_timeout_killable(msecs_to_jiffies(20));
	}
	*want = g->places;
	return 0;
}

/*
 * The last of the budget is not for who is bound to devices that do not keep up:
 * if they hang, others can go on with it.  swapoff, which is impatient, is not who
 * fills memory, and has to end.
 */
static int leave_room(struct get *g, unsigned int want)
{
	while (!(g->flags & AOBJ_GET_IMPATIENT) &&
	       aobj_evict_crowded(READ_ONCE(g->obj->bound), want)) {
		if (!waits_for_room(g))
			return -EAGAIN;
		if (fatal_signal_pending(current))
			return -EINTR;
		aobj_swapio_reap();
		schedule_timeout_killable(1);
	}
	return 0;
}

static enum pass get_pages(struct get *g, unsigned int want, bool zero)
{
	mutex_unlock(&g->c->lock);
	drop_pages(g);
	g->err = leave_room(g, want) ?: obey_limit(g, &want);
	if (!g->err && zero)
		g->err = take_places(g, &want);
	if (!g->err)
		g->err = charge_pages(g, &want, zero) ?:
				 alloc_pages_of_get(g, want, zero);
	if (g->err)
		return PASS_ERROR;
	g->zeroed = zero;
	return PASS_AGAIN;
}

/* => there is a page part; the cluster had none and so may have lost it */
static bool give_resident(struct get *g)
{
	if (!g->c->res) {
		g->c->res = g->res;
		g->res = NULL;
	}
	return g->c->res;
}

/*
 * A few pages from the pool cost nothing that a cluster's mutex forbids, and
 * save dropping it and looking again.
 */
static bool get_at_hand(struct get *g, unsigned int want)
{
	if (want > AT_HAND_MAX || has_page(g) || READ_ONCE(g->obj->limit) ||
	    !give_resident(g) || !charge_for(g, want, false)(want))
		return false;
	g->nr = aobj_page_at_hand(g->page, want);
	g->used = 0;
	g->zeroed = false;
	if (g->nr < want)
		aobj_page_uncharge(want - g->nr);
	return g->nr;
}

/*
 * How far ahead
 */

/* => the places from which pages may come beside @g->i */
static u64 places(const struct get *g)
{
	pgoff_t first = aobj_cluster_first(g->c);

	if (g->npages - first < AOBJ_CLUSTER_PAGES)
		return aobj_page_mask(0, g->npages - first);
	return ~0ULL;
}

/* The streams are asked once a get: what they say is what they remember. */
static void ask_ahead(struct get *g, bool swapped)
{
	if (g->window.nr)
		return;
	if (g->flags & AOBJ_GET_ALONE)
		g->window = (struct aobj_window){ NULL, 1, 1 };
	else if (swapped && g->flags & AOBJ_GET_SEQUENCE)
		aobj_ahead_sequence(&g->obj->ahead, g->pgoff, &g->window);
	else
		aobj_ahead_ask(&g->obj->ahead, g->pgoff, &g->window);
}

/* => the places to bring in, that of the page that was asked for among them */
static u64 wanted(struct get *g, bool swapped)
{
	u64 mask;

	if (swapped && g->flags & AOBJ_GET_CLUSTER)
		return aobj_cluster_absent(g->c, places(g) & (~0ULL << g->i),
					   true);
	ask_ahead(g, swapped);
	/* Whoever leaves gaps in what is new has no use for more of it. */
	if (!swapped && abs(g->window.step) != 1)
		g->window.nr = 1;
	if (g->window.nr == 1)
		return BIT_ULL(g->i);
	mask = aobj_ahead_mask(&g->window, g->i, places(g));
	return aobj_cluster_absent(g->c, mask, swapped);
}

/* => those that there are pages for */
static u64 affordable(struct get *g, u64 mask)
{
	unsigned int last = g->i;

	if (!is_power_of_2(mask)) {
		mask = aobj_ahead_first(&g->window, mask, g->nr - g->used);
		last = g->window.step < 0 ? __ffs64(mask) : fls64(mask) - 1;
	}
	aobj_ahead_done(&g->window, aobj_cluster_first(g->c) + last);
	return mask;
}

/*
 * Three cases: resident, never touched, in swap
 */

/* => the page is about to be used: it is active again */
static enum pass get_resident(struct get *g)
{
	struct aobj_cluster *c = g->c;
	u64 bit = BIT_ULL(g->i);

	if (c->res->inactive & bit) {
		aobj_count(AOBJ_EV_SOFT_FAULTS, 1);
		if (c->writing & bit)
			aobj_count(AOBJ_EV_RESCUES, 1);
	}
	aobj_cluster_activate(c, bit);
	return PASS_DONE;
}

/* => there is room to read what may never be used */
static bool room_ahead(const struct aobj *obj)
{
	return aobj_budget_free() >= 2L * AOBJ_CLUSTER_PAGES &&
	       !READ_ONCE(obj->limit) && !aobj_writeout_congested();
}

static bool reads_on(const struct get *g)
{
	return !(g->flags & (AOBJ_GET_NOWAIT | AOBJ_GET_BEGIN | AOBJ_GET_ALONE |
			     AOBJ_GET_CLUSTER));
}

/*
 * => how many pages the device should be given besides; locked: a page that is being
 *    read has a slot, but its device may go after that
 */
static void ask_further(struct get *g, struct aobj_swapdev *dev)
{
	struct aobj_pace *pace = &dev->pace[READ];

	g->further = 0;
	if (aobj_pace_reached(pace, ULONG_MAX))
		return;
	/* One that has enough to do gets nothing done sooner for being told. */
	if (aobj_pace_slow(pace) &&
	    (aobj_pace_owes(pace) || aobj_pace_owes(&dev->pace[WRITE])))
		return;
	g->further = aobj_pace_request(pace, AOBJ_CLUSTER_PAGES);
}

/*
 * While this task waits for its page, and then for its processor, the device can
 * read the cluster that a sequence comes to next.
 */
static void read_next(struct aobj *obj, pgoff_t pgoff, unsigned int nr)
{
	pgoff_t next;

	if (!nr || !room_ahead(obj) ||
	    !aobj_ahead_next(&obj->ahead, pgoff, nr, &next))
		return;
	/* Nobody has asked for it: whoever does will hear what is wrong. */
	aobj_pager_begin(obj, next);
}

static void read_on(const struct get *g)
{
	if (reads_on(g))
		read_next(g->obj, g->pgoff, g->further);
}

/* => the page of @g's cluster is no longer being read, and valid */
static int wait_valid(const struct get *g, struct folio *folio)
{
	int err;

	if (g->flags & AOBJ_GET_BRIEFLY)
		err = aobj_swapio_wait_read(g->c, folio, AOBJ_BRIEF_MS);
	else
		err = folio_wait_locked_killable(folio);
	return !err && !folio_test_uptodate(folio) ? -EIO : err;
}

/* => waits until the page is no longer being read; PASS_AGAIN if it is valid */
static enum pass wait_read(struct get *g, struct folio *folio)
{
	if (g->flags & AOBJ_GET_NOWAIT)
		return pass_error(g, -EAGAIN);
	if (g->flags & AOBJ_GET_BEGIN)
		return pass_error(g, -EINPROGRESS);
	folio_get(folio);
	if (reads_on(g))
		ask_further(g, aobj_swap_dev(g->c->slot[g->i]));
	mutex_unlock(&g->c->lock);
	read_on(g);
	g->err = wait_valid(g, folio);
	folio_put(folio);
	return g->err ? PASS_ERROR : PASS_AGAIN;
}

/* A device that sums what it writes must not see it change: wait. */
static bool must_not_change(const struct aobj_cluster *c, unsigned int i)
{
	return c->writing & BIT_ULL(i) &&
	       aobj_swap_dev(c->slot[i])->stable_writes;
}

static enum pass wait_written(struct get *g)
{
	struct aobj_cluster *c = g->c;

	if (!waits_for_room(g))
		return pass_error(g, -EAGAIN);
	mutex_unlock(&c->lock);
	g->err = aobj_writeout_wait(c, BIT_ULL(g->i));
	return g->err ? PASS_ERROR : PASS_AGAIN;
}

/* => @g's pages stand in the cluster where the mask says */
static void put_in(struct get *g, u64 mask)
{
	aobj_cluster_add(g->c, mask, g->page + g->used);
	g->used += hweight64(mask);
	aobj_queue_update(g->c);
}

/* => makes as many never touched pages resident as it has, @g->i among them */
static enum pass get_zero(struct get *g)
{
	struct page **pages;
	unsigned int got;
	u64 mask;

	if (g->flags & AOBJ_GET_NOCREATE)
		return pass_error(g, -ENODATA);
	mask = wanted(g, false);
	if (!has_page(g) || !g->zeroed || !give_resident(g))
		return get_pages(g, hweight64(mask), true);

	mask = affordable(g, mask);
	pages = g->page + g->used;
	got = hweight64(mask);
	for (unsigned int k = 0; k < got; k++)
		__folio_mark_uptodate(aobj_folio(pages[k]));
	put_in(g, mask);
	g->places -= got;
	aobj_count(AOBJ_EV_ZERO_FILLS, got);
	return PASS_DONE;
}

/* => @g's pages stand in the cluster, locked, where the mask says */
static u64 add_for_read(struct get *g, u64 mask)
{
	struct page **pages = g->page + g->used;
	unsigned int got;

	mask = affordable(g, mask);
	got = hweight64(mask);
	for (unsigned int k = 0; k < got; k++)
		__folio_set_locked(aobj_folio(pages[k]));
	put_in(g, mask);
	return mask;
}

/*
 * A device that is memory has copied a page sooner than a request for it is made:
 * that is short enough for the mutex.  The page is nobody's until it is valid; if
 * it will not be, a request finds out why.
 */
static bool copied(struct get *g, struct aobj_swapdev *dev)
{
	if (!dev->synchronous ||
	    !aobj_pagein_copy(g->c, g->i, g->page[g->used], dev))
		return false;
	put_in(g, affordable(g, BIT_ULL(g->i)));
	return true;
}

/* => for who wants no more than the page: unlocked, it may be mapped for less */
static enum pass pass_page(struct get *g)
{
	if (!(g->flags & AOBJ_GET_PAGE))
		return PASS_DONE;
	g->read = aobj_cluster_page(g->c, g->i);
	get_page(g->read);
	mutex_unlock(&g->c->lock);
	return PASS_PAGE;
}

/* => reads the page and those ahead of it; looks again when it is there */
static enum pass get_swapped(struct get *g)
{
	struct aobj_cluster *c = g->c;
	struct aobj_swapdev *dev = aobj_swap_dev(c->slot[g->i]);
	struct folio *folio;
	unsigned int want;
	u64 mask;

	if (g->flags & AOBJ_GET_ATOMIC ||
	    (g->flags & AOBJ_GET_NOWAIT && !dev->synchronous))
		return pass_error(g, -EAGAIN);
	mask = wanted(g, true);
	want = aobj_pace_request(&dev->pace[READ], hweight64(mask));
	if ((!has_page(g) || !give_resident(g)) && !get_at_hand(g, want))
		return get_pages(g, want, false);

	if (is_power_of_2(mask) && copied(g, dev))
		return pass_page(g);
	mask = add_for_read(g, mask);
	folio = aobj_folio(aobj_cluster_page(c, g->i));
	folio_get(folio);
	if (reads_on(g))
		ask_further(g, dev);
	mutex_unlock(&c->lock);
	if (is_power_of_2(mask))
		aobj_pagein_one(c, g->i, &folio->page, dev);
	else
		aobj_pagein(c, mask);

	read_on(g);
	g->err = g->flags & AOBJ_GET_BEGIN ? -EINPROGRESS :
					     wait_valid(g, folio);
	if (g->flags & AOBJ_GET_PAGE && !g->err && is_power_of_2(mask)) {
		g->read = &folio->page;
		return PASS_PAGE;
	}
	folio_put(folio);
	return g->err ? PASS_ERROR : PASS_AGAIN;
}

static enum pass get_pass(struct get *g)
{
	struct aobj_cluster *c = g->c;
	struct page *page;

	/*
	 * A shrink that sets the size after this waits for the mutex before it
	 * looks at the cluster, and takes out what this pass puts in.
	 */
	g->npages = aobj_object_npages(g->obj);
	if (g->pgoff >= g->npages)
		return pass_error(g, -ENXIO);
	page = aobj_cluster_page(c, g->i);
	if (page && !folio_test_uptodate(aobj_folio(page)))
		return wait_read(g, aobj_folio(page));
	if (page && must_not_change(c, g->i))
		return wait_written(g);
	if (page)
		return get_resident(g);
	if (c->slot[g->i] == AOBJ_SLOT_BAD)
		return pass_error(g, -EIO);
	if (c->slot[g->i] == AOBJ_SLOT_NONE)
		return get_zero(g);
	return get_swapped(g);
}

/* => false if that would mean to sleep where it is not allowed */
static bool lock_cluster(struct get *g)
{
	if (g->flags & AOBJ_GET_ATOMIC)
		return mutex_trylock(&g->c->lock);
	mutex_lock(&g->c->lock);
	return true;
}

/* => the cluster, referenced and locked, and in the map */
static int find_cluster(struct get *g)
{
	pgoff_t index = g->pgoff >> AOBJ_CLUSTER_SHIFT;
	unsigned long deadline = 0;
	int err;

	for (;;) {
		if (!g->c && g->flags & AOBJ_GET_NOCREATE) {
			g->c = aobj_cluster_find(g->obj, index);
			if (!g->c)
				return -ENODATA;
		} else if (!g->c) {
			g->c = aobj_cluster_get(g->obj, index, get_gfp(g));
		}
		if (!g->c) {
			err = relieve_memory(g, &deadline);
			if (err)
				return err;
			continue;
		}
		if (!lock_cluster(g))
			return -EAGAIN;
		if (!g->c->dead)
			return 0;
		mutex_unlock(&g->c->lock);
		aobj_cluster_put(g->c);
		g->c = NULL;
	}
}

static enum pass get_once(struct get *g)
{
	g->err = find_cluster(g);
	return g->err ? PASS_ERROR : get_pass(g);
}

/* A get that failed may have made a cluster for nothing. */
static void forget_empty(struct get *g)
{
	if (!lock_cluster(g))
		return;
	aobj_queue_update(g->c);
	mutex_unlock(&g->c->lock);
}

int aobj_pager_get_either(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
			  struct aobj_cluster **cp, struct page **page)
{
	struct page *pages[AOBJ_CLUSTER_PAGES] __uninitialized;
	struct get g = {
		.page = pages,
		.obj = obj,
		.pgoff = pgoff,
		.flags = flags,
		.i = pgoff % AOBJ_CLUSTER_PAGES,
	};
	enum pass pass;

	/* Checked again under the mutex; here it saves making a cluster. */
	if (pgoff >= aobj_object_npages(obj))
		return -ENXIO;
	aobj_watch_begin(obj);
	do {
		pass = get_once(&g);
	} while (pass == PASS_AGAIN);

	if (has_page(&g) || g.places)
		drop_pages(&g);
	aobj_watch_end(obj);
	if (g.res)
		aobj_resident_free(g.res);
	if (pass == PASS_DONE) {
		*cp = g.c;
		return 0;
	}
	if (pass == PASS_PAGE) {
		aobj_cluster_put(g.c);
		*cp = NULL;
		*page = g.read;
		return 0;
	}
	/* Who may sleep will be back at once, and then wants it. */
	if (g.c && (g.err != -EAGAIN || flags & AOBJ_GET_ATOMIC))
		forget_empty(&g);
	if (g.c)
		aobj_cluster_put(g.c);
	return g.err;
}

int aobj_pager_get(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
		   struct aobj_cluster **cp)
{
	return aobj_pager_get_either(obj, pgoff, flags, cp, NULL);
}

void aobj_pager_release(struct aobj_cluster *c)
{
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

int aobj_pager_begin(struct aobj *obj, pgoff_t pgoff)
{
	const unsigned int flags = AOBJ_GET_NOCREATE | AOBJ_GET_CLUSTER |
				   AOBJ_GET_BEGIN;
	struct aobj_cluster *c;
	int err = aobj_pager_get(obj, pgoff, flags, &c);

	if (!err)
		aobj_pager_release(c);
	return err == -EINPROGRESS ? 0 : err;
}

int aobj_pager_get_page(struct aobj *obj, pgoff_t pgoff, unsigned int flags,
			struct page **page)
{
	struct aobj_cluster *c;
	int err = aobj_pager_get(obj, pgoff, flags, &c);

	if (err)
		return err;
	*page = aobj_cluster_page(c, pgoff % AOBJ_CLUSTER_PAGES);
	get_page(*page);
	if (flags & AOBJ_GET_WRITE)
		aobj_cluster_set_dirty(c, pgoff % AOBJ_CLUSTER_PAGES);
	aobj_pager_release(c);
	return 0;
}
