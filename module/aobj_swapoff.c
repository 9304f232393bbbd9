// SPDX-License-Identifier: GPL-2.0-only
/* Empties a swap device, see the header. */
#include <linux/blkdev.h>
#include <linux/jiffies.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_frame.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pager.h"
#include "aobj_place.h"
#include "aobj_swap.h"
#include "aobj_swapoff.h"
#include "aobj_watch.h"
#include "aobj_writeout.h"

static bool on_device(const struct aobj_cluster *c, unsigned int i,
		      const struct aobj_swapdev *dev)
{
	return aobj_slot_real(c->slot[i]) && aobj_swap_holds(dev, c->slot[i]);
}

#define READS 16 /* clusters that are read at the same time */

/* What to do with a cluster next, found by looking at it once. */
struct next_step {
	bool page_in; /* the page at @i is on the device only */
	bool wait; /* the page at @i is under write-out to the device */
	unsigned int i;
};

/*
 * => resident pages give up their slots; of the others, but for those in
 *    @skip, one is next
 */
static struct next_step forget_resident(struct aobj_cluster *c,
					const struct aobj_swapdev *dev,
					u64 skip)
{
	struct next_step next = {};

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		struct page *page = aobj_cluster_page(c, i);

		if (!on_device(c, i, dev) || skip & BIT_ULL(i))
			continue;
		if (page && folio_test_uptodate(aobj_folio(page)) &&
		    !(c->writing & BIT_ULL(i))) {
			aobj_writeout_forget_slot(c, i);
			continue;
		}
		if (next.page_in)
			continue;
		next.i = i;
		next.page_in = !(c->writing & BIT_ULL(i));
		next.wait = !next.page_in;
	}
	aobj_swap_rehome(c);
	return next;
}

/*
 * => 0, also if the page went meanwhile, or is now known to be bad
 * The whole cluster comes along, but for one where that has failed.
 */
static int page_in(struct aobj_cluster *c, unsigned int i, bool alone)
{
	struct aobj_cluster *got;
	int err;

	err = aobj_pager_get(c->obj, aobj_cluster_first(c) + i,
			     AOBJ_GET_NOCREATE | AOBJ_GET_IMPATIENT |
				     (alone ? 0 : AOBJ_GET_CLUSTER),
			     &got);
	if (!err)
		aobj_pager_release(got);
	else if (err == -EIO && READ_ONCE(c->slot[i]) == AOBJ_SLOT_BAD)
		err = 0;
	else if (err == -ENODATA)
		err = 0;
	else if (err == -ENOSPC)
		err = -ENOMEM;
	return err;
}

/*
 * => 0: nothing of the cluster is on the device any more
 * => -EIO: but for pages that cannot be read
 * => -ENXIO: but for pages that are being shrunk away
 * => -ENOMEM, -EINTR: stopped
 */
static int empty_cluster(struct aobj_cluster *c, struct aobj_swapdev *dev)
{
	u64 unreadable = 0;

	for (;;) {
		struct next_step next;
		int err;

		aobj_step();
		mutex_lock(&c->lock);
		next = forget_resident(c, dev, unreadable);
		mutex_unlock(&c->lock);

		if (!next.page_in && !next.wait)
			return unreadable ? -EIO : 0;
		if (signal_pending(current))
			return -EINTR;
		err = next.page_in ? page_in(c, next.i, unreadable) :
				     aobj_writeout_wait(c, BIT_ULL(next.i));
		if (err == -EIO)
			unreadable |= BIT_ULL(next.i);
		else if (err)
			return err;
		cond_resched();
	}
}

/*
 * Reading ahead
 *
 * A cluster's list entry tells roughly in which order clusters were written, so
 * those that are read together lie together, and the block layer makes larger
 * requests of them.
 */

/**
 * struct ahead - clusters whose reads have begun, the oldest first
 * @cluster: referenced; a ring
 * @first: the oldest
 * @nr: how many
 */
struct ahead {
	struct aobj_cluster *cluster[READS];
	unsigned int first;
	unsigned int nr;
};

static bool is_ahead(const struct ahead *a, const struct aobj_cluster *c)
{
	for (unsigned int i = 0; i < a->nr; i++)
		if (a->cluster[(a->first + i) % READS] == c)
			return true;
	return false;
}

static struct aobj_cluster *take_oldest(struct ahead *a)
{
	struct aobj_cluster *c = a->cluster[a->first];

	a->first = (a->first + 1) % READS;
	a->nr--;
	return c;
}

/* => the first page of the cluster that is on the device only, or -1 */
static int first_swapped(struct aobj_cluster *c, const struct aobj_swapdev *dev)
{
	int found = -1;

	mutex_lock(&c->lock);
	for (int i = 0; found < 0 && i < AOBJ_CLUSTER_PAGES; i++)
		if (on_device(c, i, dev) && !aobj_cluster_page(c, i))
			found = i;
	mutex_unlock(&c->lock);
	return found;
}

/* => the cluster is being read, if it has to be and there is room */
static void begin_read(struct aobj_cluster *c, const struct aobj_swapdev *dev)
{
	int i = first_swapped(c, dev);

	if (i >= 0)
		aobj_pager_begin(c->obj, aobj_cluster_first(c) + i);
}

/* Beyond the first one, only into room that nobody else is short of. */
static bool room_ahead(const struct ahead *a)
{
	return !a->nr || aobj_budget_free() >
				 (long)(aobj_budget_low() + AOBJ_CLUSTER_PAGES);
}

/* => more reads have begun; none if the device has no cluster, or no other */
static void read_ahead(struct ahead *a, struct aobj_swapdev *dev,
		       unsigned int *list, bool far)
{
	unsigned int most = far ? READS : 1;
	struct aobj_plug plug;

	aobj_swapio_plug(&plug);
	while (a->nr < most && room_ahead(a)) {
		struct aobj_cluster *c = aobj_swap_next_cluster(dev, list);

		if (!c)
			break;
		if (is_ahead(a, c)) {
			aobj_cluster_put(c);
			break;
		}
		if (far)
			begin_read(c, dev);
		a->cluster[(a->first + a->nr++) % READS] = c;
	}
	aobj_swapio_unplug(&plug);
}

/*
 * What is on this device only, as far as the totals tell, against what there
 * is room for: better said now than after an hour, and better by swapoff than
 * by a program that finds no room.  Of free slots elsewhere @useless are of no use.
 */
static long missing_room(const struct aobj_swapdev *dev, unsigned long useless)
{
	long only_here = atomic_long_read(&aobj_totals.swapped) -
			 (long)aobj_swap_used_beside(dev);
	long room = aobj_budget_free() + (long)aobj_swap_free_beside(dev) -
		    (long)useless;

	return only_here > 0 ? only_here - room : 0;
}

static bool cannot_fit(const struct aobj_swapdev *dev)
{
	long missing = missing_room(dev, 0);

	if (missing <= 0)
		return false;
	/* Clean pages that never were written need no room: drop them. */
	aobj_evict(max(aobj_budget_free(), 0L) + missing);
	return missing_room(dev, 0) > 0;
}

/**
 * struct round - one way round the lists of the device's clusters
 * @list: which of them
 * @failed: the first cluster of it with pages that cannot be read, referenced
 * @unreadable: there was one, on this list or an earlier one
 */
struct round {
	unsigned int list;
	struct aobj_cluster *failed;
	bool unreadable;
};

static bool still_on_device(struct aobj_cluster *c,
			    const struct aobj_swapdev *dev)
{
	bool found = false;

	mutex_lock(&c->lock);
	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++)
		found |= on_device(c, i, dev);
	mutex_unlock(&c->lock);
	return found;
}

static void forget_failed(struct round *r)
{
	if (r->failed)
		aobj_cluster_put(r->failed);
	r->failed = NULL;
}

/* The second time that it is met all of its list has been tried. */
static void meet_unreadable(struct round *r, struct aobj_cluster *c,
			    const struct aobj_swapdev *dev)
{
	r->unreadable = true;
	if (r->failed == c) {
		forget_failed(r);
		r->list++;
		return;
	}
	/* One that has left the list meanwhile would never be met again. */
	if (r->failed && (READ_ONCE(r->failed->set) != READ_ONCE(c->set) ||
			  !still_on_device(r->failed, dev)))
		forget_failed(r);
	if (!r->failed) {
		refcount_inc(&c->refs);
		r->failed = c;
	}
}

/* => what to do when no cluster is left on any list, though slots are in use */
static int end_round(struct round *r)
{
	if (r->unreadable)
		return -EIO;
	/* A shrink, or a batch's slots: they go without us. */
	r->list = 0;
	return schedule_timeout_interruptible(1) ? -EINTR : 0;
}

/*
 * => 0: go on; else why not
 * Once something could not be read it goes on one by one: the second time round
 * nothing should be tried more often than it has to be.
 */
static int drain_step(struct aobj_swapdev *dev, struct round *r,
		      struct ahead *a)
{
	struct aobj_cluster *c;
	int err;

	if (cannot_fit(dev))
		return -ENOMEM;
	read_ahead(a, dev, &r->list, !r->unreadable);
	if (!a->nr)
		return end_round(r);
	c = take_oldest(a);
	err = empty_cluster(c, dev);
	if (err == -EIO) {
		meet_unreadable(r, c, dev);
		err = 0;
	}
	aobj_cluster_put(c);
	/* Being shrunk away: that goes without us. */
	if (err == -ENXIO)
		err = schedule_timeout_interruptible(1) ? -EINTR : 0;
	cond_resched();
	return err;
}

static int drain(struct aobj_swapdev *dev)
{
	struct round round = {};
	struct ahead ahead = {};
	int err = 0;

	/* Clusters that are held may be gone otherwise. */
	aobj_watch_begin(NULL);
	while (!err && READ_ONCE(dev->slots.used))
		err = drain_step(dev, &round, &ahead);
	while (ahead.nr)
		aobj_cluster_put(take_oldest(&ahead));
	forget_failed(&round);
	aobj_watch_end(NULL);
	return err;
}

/*
 * The forecast
 *
 * swapoff goes by the totals while it is at work; before it begins there is time
 * to look at what is bound to this device or to another one.
 */

/**
 * struct needs - places in memory or on other devices, in pages
 * @device: of objects that are bound to this device
 * @class: of those that are bound to its class
 * @bound: of all that are bound, more or less
 */
struct needs {
	unsigned long device;
	unsigned long class;
	unsigned long bound;
};

/* => nobody has to keep it: it is zeros, or its like is on another device */
static bool needs_no_place(const struct aobj_cluster *c, unsigned int i,
			   const struct aobj_swapdev *dev)
{
	struct page *page = aobj_cluster_page(c, i);

	if (on_device(c, i, dev))
		return false;
	if (aobj_slot_real(c->slot[i]) || !page)
		return true;
	/* What is wired is no part of the memory that is asked for here. */
	return c->res->wired & BIT_ULL(i) ||
	       (PageUptodate(page) && !PageDirty(page) &&
		!aobj_frame_maps(aobj_folio(page)));
}

/* => pages of an object that is bound to @dev that need a place but there */
static unsigned long places_needed(struct aobj *obj,
				   const struct aobj_swapdev *dev)
{
	struct aobj_cluster *c;
	unsigned long nr = 0;
	pgoff_t index = 0;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		mutex_lock(&c->lock);
		for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++)
			nr += !needs_no_place(c, i, dev);
		mutex_unlock(&c->lock);
		aobj_cluster_put(c);
		cond_resched();
	}
	return nr;
}

static void add_needs(struct needs *needs, struct aobj *obj,
		      const struct aobj_swapdev *dev)
{
	u32 tag = READ_ONCE(obj->bound);
	unsigned long nr;

	if (tag == AOBJ_TAG_NONE || READ_ONCE(obj->noswap))
		return;
	if (!aobj_swap_serves(dev, tag)) {
		needs->bound += atomic_long_read(&obj->resident) +
				atomic_long_read(&obj->swapped);
		return;
	}
	nr = places_needed(obj, dev);
	needs->bound += nr;
	if (tag == dev->tag)
		needs->device += nr;
	else
		needs->class += nr;
}

/* => pages that would have to be in memory, and are more than there may be */
static long missing_memory(const struct aobj_swapdev *dev,
			   const struct needs *needs)
{
	unsigned long wired = atomic_long_read(&aobj_totals.wired);
	unsigned long stay = needs->device;

	if (needs->class)
		stay += needs->class -
			min(needs->class, aobj_swap_free_for(dev->class, dev));
	return stay ? (long)(stay + wired) - (long)READ_ONCE(aobj_budget) : 0;
}

/* => slots of exclusive devices that nobody can come by */
static unsigned long out_of_reach(const struct aobj_swapdev *dev,
				  const struct needs *needs)
{
	unsigned long all = aobj_swap_free_beside(dev);
	unsigned long open = aobj_swap_free_for(AOBJ_TAG_NONE, dev);

	return all - min(all, open + needs->bound);
}

/* => pages that bindings leave without room */
static long missing_for_bindings(const struct aobj_swapdev *dev)
{
	struct needs needs = {};
	struct aobj *obj = NULL;

	while ((obj = aobj_object_next(obj)))
		add_needs(&needs, obj, dev);
	return max(missing_memory(dev, &needs),
		   missing_room(dev, out_of_reach(dev, &needs)));
}

/* => pages that would have no room, at least one if what is reserved would not */
static int pages_without_room(struct aobj_swapdev *dev)
{
	unsigned long places = aobj_swap_capacity_of(dev);
	long missing = max(missing_for_bindings(dev), 0L);

	if (aobj_place_missing_without(places) > aobj_place_missing())
		missing = max(missing, 1L);
	return min_t(long, missing, INT_MAX);
}

int aobj_swapoff_check(dev_t devt)
{
	int missing = aobj_swap_with(devt, pages_without_room);

	if (missing > 0) {
		/* As cannot_fit() does; but while others can use devices. */
		aobj_evict(max(aobj_budget_free(), 0L) + missing);
		missing = aobj_swap_with(devt, pages_without_room);
	}
	return missing > 0 ? -ENOMEM : missing;
}

int aobj_swapoff(dev_t devt)
{
	unsigned long missing = aobj_place_missing();
	struct aobj_swapdev *dev = aobj_swap_drain_begin(devt);
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	/* What is reserved counts on the device. */
	err = aobj_place_missing() > missing ? -ENOMEM : drain(dev);
	if (err)
		aobj_swap_drain_abort(dev);
	else
		aobj_swap_drain_finish(dev);
	return err;
}
