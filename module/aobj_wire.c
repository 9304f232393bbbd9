// SPDX-License-Identifier: GPL-2.0-only
/* Wiring, see the header. */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_queue.h"
#include "aobj_wire.h"
#include "aobj_wired.h"

/* => charged before, and given back if the page was wired already */
static int wire_page(struct aobj *obj, pgoff_t pgoff)
{
	u64 bit = BIT_ULL(pgoff % AOBJ_CLUSTER_PAGES);
	struct aobj_cluster *c;
	bool had;
	int err = aobj_wired_charge(obj, 1);

	if (err)
		return err;
	err = aobj_pager_get(obj, pgoff, 0, &c);
	if (err) {
		aobj_wired_uncharge(obj, 1);
		return err;
	}
	had = c->res->wired & bit;
	c->res->wired |= bit;
	aobj_pager_release(c);
	if (had)
		aobj_wired_uncharge(obj, 1);
	return 0;
}

/* Its pages stay anyway and are paid for: they are only brought in. */
static int populate_page(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c;
	int err = aobj_pager_get(obj, pgoff, 0, &c);

	if (!err)
		aobj_pager_release(c);
	return err;
}

static int wire_range(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	int err = 0;

	for (; !err && first < end; first++) {
		err = obj->noswap ? populate_page(obj, first) :
				    wire_page(obj, first);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

int aobj_wire(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	int err = mutex_lock_killable(&obj->resize_lock);

	if (err)
		return err;
	err = wire_range(obj, first, end);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_unwire(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		u64 mask = aobj_places_in(index, first, end);

		mutex_lock(&c->lock);
		if (c->res)
			aobj_cluster_unwire(c, mask);
		mutex_unlock(&c->lock);
		aobj_cluster_put(c);
		if (!mask)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

void aobj_set_swappable(struct aobj *obj)
{
	struct aobj_cluster *c;
	pgoff_t index = 0;

	lockdep_assert_held(&obj->resize_lock);
	WRITE_ONCE(obj->noswap, false);
	/* A get puts its cluster into the map, then looks at @noswap. */
	smp_mb();
	/* What is resident has not been on a queue. */
	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		mutex_lock(&c->lock);
		aobj_queue_update(c);
		mutex_unlock(&c->lock);
		aobj_cluster_put(c);
		cond_resched();
	}
}

/* => false, and as before: a fault was faster, and may have queued its page */
static bool mark_noswap(struct aobj *obj)
{
	bool was = obj->noswap;

	WRITE_ONCE(obj->noswap, true);
	/* A fault puts its cluster into the map, then looks at @noswap. */
	smp_mb();
	if (xa_empty(&obj->clusters))
		return true;
	if (!was)
		aobj_set_swappable(obj);
	return false;
}

static int set_noswap(struct aobj *obj)
{
	unsigned long nr = obj->pays ? 0 : aobj_object_npages(obj);
	int err;

	if (!xa_empty(&obj->clusters))
		return -EBUSY;
	err = aobj_wired_charge(obj, nr);
	if (err)
		return err;
	if (!mark_noswap(obj)) {
		aobj_wired_uncharge(obj, nr);
		return -EBUSY;
	}
	obj->pays = true;
	return 0;
}

int aobj_set_noswap(struct aobj *obj)
{
	int err = mutex_lock_killable(&obj->resize_lock);

	if (err)
		return err;
	err = set_noswap(obj);
	mutex_unlock(&obj->resize_lock);
	return err;
}
