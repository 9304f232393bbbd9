// SPDX-License-Identifier: GPL-2.0-only
/* Discards, see the header. */
#include <linux/blkdev.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include <linux/aobj.h>

#include "aobj_discard.h"
#include "aobj_page.h"

#define ONCE_PAGES \
	(SZ_1G >> PAGE_SHIFT) /* of one call, so that it can be ended */
#define GROUPS_MAX 256 /* that one call discards: others wait for their slots */

static struct workqueue_struct *discard_wq;

int aobj_discard_start(void)
{
	discard_wq =
		alloc_workqueue("aobj_discard", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return discard_wq ? 0 : -ENOMEM;
}

void aobj_discard_stop(void)
{
	destroy_workqueue(discard_wq);
}

static int discard(struct aobj_swapdev *dev, u32 first, u32 nr)
{
	const unsigned int shift = PAGE_SHIFT - SECTOR_SHIFT;

	return blkdev_issue_discard(dev->bdev, (sector_t)first << shift,
				    (sector_t)nr << shift, GFP_NOIO);
}

/*
 * One that cannot be discarded is as good as one that was: its contents are of
 * no interest to anybody.
 */
static void discard_work_fn(struct work_struct *work)
{
	struct aobj_swapdev *dev =
		container_of(work, struct aobj_swapdev, discards);
	u32 first, nr;

	while ((nr = aobj_slots_discard_begin(&dev->slots, GROUPS_MAX,
					      &first))) {
		int err = discard(dev, first, nr);

		aobj_slots_discard_end(&dev->slots, first, nr);
		if (err)
			pr_warn_ratelimited("%pg: discard error %d\n",
					    dev->bdev, err);
		aobj_daemon_kick();
		cond_resched();
	}
}

/* => all but the header; -EINTR */
static int discard_all(struct aobj_swapdev *dev)
{
	for (u32 first = 1, nr; first < dev->npages; first += nr) {
		int err;

		nr = min_t(u32, dev->npages - first, ONCE_PAGES);
		err = discard(dev, first, nr);
		if (err) {
			pr_warn("%pg: discard error %d\n", dev->bdev, err);
			return 0;
		}
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int aobj_discard_init(struct aobj_swapdev *dev, u32 flags)
{
	int err = 0;

	INIT_WORK(&dev->discards, discard_work_fn);
	if (!bdev_max_discard_sectors(dev->bdev))
		return 0;
	if (flags & AOBJ_SWAPON_DISCARD_ONCE)
		err = discard_all(dev);
	if (err || !(flags & AOBJ_SWAPON_DISCARD_PAGES))
		return err;
	return aobj_slots_enable_discards(&dev->slots);
}

void aobj_discard_exit(struct aobj_swapdev *dev)
{
	cancel_work_sync(&dev->discards);
}

void aobj_discard_some(struct aobj_swapdev *dev)
{
	if (READ_ONCE(dev->slots.discarding))
		queue_work(discard_wq, &dev->discards);
}
