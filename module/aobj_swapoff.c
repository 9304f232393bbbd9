// SPDX-License-Identifier: GPL-2.0-only
/* Empties a swap device, see the header. */
#include <linux/jiffies.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>

#include "aobj_cluster.h"
#include "aobj_evict.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_pager.h"
#include "aobj_swap.h"
#include "aobj_swapoff.h"

static bool on_device(const struct aobj_cluster *c, unsigned int i,
		      const struct aobj_swapdev *dev)
{
	return aobj_slot_real(c->slot[i]) && aobj_swap_dev(c->slot[i]) == dev;
}

/* What to do with a cluster next, found by looking at it once. */
struct next_step {
	bool page_in; /* the page at @i is on the device only */
	bool wait; /* the page at @i is under write-out to the device */
	unsigned int i;
};

/* => resident pages give up their slots; the first other one is next */
static struct next_step forget_resident(struct aobj_cluster *c,
					const struct aobj_swapdev *dev)
{
	struct next_step next = {};

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		struct page *page = aobj_cluster_page(c, i);

		if (!on_device(c, i, dev))
			continue;
		if (page && PageUptodate(page) && !(c->writing & BIT_ULL(i))) {
			aobj_evict_forget_slot(c, i);
			continue;
		}
		if (next.page_in)
			continue;
		next.i = i;
		next.page_in = !(c->writing & BIT_ULL(i));
		next.wait = !next.page_in;
	}
	return next;
}

/* => 0, also if the page or its object went meanwhile, or it is now bad */
static int page_in(struct aobj_cluster *c, unsigned int i)
{
	struct aobj_cluster *got;
	int err;

	err = aobj_pager_get(c->obj, aobj_cluster_first(c) + i,
			     AOBJ_GET_CLUSTER | AOBJ_GET_NOCREATE, &got);
	if (!err) {
		aobj_pager_release(got);
		return 0;
	}
	switch (err) {
	case -ENXIO:
	case -ENODATA:
		return 0;
	case -EIO:
		return READ_ONCE(c->slot[i]) == AOBJ_SLOT_BAD ? 0 : -EIO;
	case -ENOSPC:
		return -ENOMEM;
	default:
		return err;
	}
}

/* => the cluster has nothing on the device any more, or an error */
static int empty_cluster(struct aobj_cluster *c, struct aobj_swapdev *dev)
{
	for (;;) {
		struct next_step next;
		int err = 0;

		mutex_lock(&c->lock);
		next = forget_resident(c, dev);
		mutex_unlock(&c->lock);

		if (signal_pending(current))
			return -EINTR;
		if (next.page_in)
			err = page_in(c, next.i);
		else if (next.wait)
			err = wait_var_event_killable(
				&c->writing,
				!(READ_ONCE(c->writing) & BIT_ULL(next.i)));
		else
			return 0;
		if (err)
			return err;
	}
}

/*
 * What is on this device only, as far as the totals tell, against what there
 * is room for: better said now than after an hour.
 */
static bool cannot_fit(const struct aobj_swapdev *dev)
{
	long only_here = atomic_long_read(&aobj_totals.swapped) -
			 (long)aobj_swap_used_beside(dev);
	long room = (long)READ_ONCE(aobj_budget) -
		    atomic_long_read(&aobj_charged) +
		    (long)aobj_swap_free_slots();

	return only_here > room;
}

static int drain(struct aobj_swapdev *dev)
{
	while (READ_ONCE(dev->slots.used)) {
		struct aobj_cluster *c = aobj_swap_next_cluster(dev);
		int err;

		if (c) {
			err = empty_cluster(c, dev);
			aobj_cluster_put(c);
		} else {
			/* Slots set aside for a batch; soon used or freed. */
			err = schedule_timeout_interruptible(1) ? -EINTR : 0;
		}
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

int aobj_swapoff(dev_t devt)
{
	struct aobj_swapdev *dev = aobj_swap_drain_begin(devt);
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = cannot_fit(dev) ? -ENOMEM : drain(dev);
	if (err)
		aobj_swap_drain_abort(dev);
	else
		aobj_swap_drain_finish(dev);
	return err;
}
