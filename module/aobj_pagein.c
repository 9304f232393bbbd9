// SPDX-License-Identifier: GPL-2.0-only
/* Page-in, see the header. */
#include <linux/pagemap.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_pagein.h"
#include "aobj_place.h"
#include "aobj_queue.h"

/* => the pages of @mask, from the first on, that have slots in a row */
static u64 slot_run(const struct aobj_cluster *c, u64 mask)
{
	u32 next = c->slot[__ffs64(mask)];
	unsigned int i;
	u64 run = 0;

	for_each_page_bit(i, mask) {
		if (c->slot[i] != next++)
			break;
		run |= BIT_ULL(i);
	}
	return run;
}

/* => one bio for the first run of @mask; the pages that are left */
static u64 read_run(struct aobj_cluster *c, u64 mask)
{
	u64 run = slot_run(c, mask);
	u32 slot = c->slot[__ffs64(mask)];
	struct aobj_io *io = aobj_swapio_alloc(aobj_swap_dev(slot), slot,
					       hweight64(run), false, GFP_NOIO);

	aobj_swapio_add_resident(io, c, run);
	aobj_swapio_submit(io);
	return mask & ~run;
}

bool aobj_pagein_copy(struct aobj_cluster *c, unsigned int i, struct page *page,
		      struct aobj_swapdev *dev)
{
	struct folio *folio = aobj_folio(page);

	__folio_set_locked(folio);
	if (!aobj_compat_copy_in(dev->bdev, aobj_swap_sector(dev, c->slot[i]),
				 page)) {
		__folio_clear_locked(folio);
		return false;
	}
	aobj_count(AOBJ_EV_READ_BIOS, 1);
	aobj_count(AOBJ_EV_PAGES_IN, 1);
	return true;
}

void aobj_pagein_one(struct aobj_cluster *c, unsigned int i, struct page *page,
		     struct aobj_swapdev *dev)
{
	struct aobj_io *io =
		aobj_swapio_alloc(dev, c->slot[i], 1, false, GFP_NOIO);

	aobj_swapio_add(io, c, i, page);
	aobj_swapio_submit(io);
}

/*
 * The pages are locked, so they and their slots stay as they are; but a page that is
 * submitted may be read, unlocked and gone by the time that the next is looked at.
 */
void aobj_pagein(struct aobj_cluster *c, u64 mask)
{
	struct aobj_plug plug;

	aobj_swapio_plug(&plug);
	while (mask)
		mask = read_run(c, mask);
	aobj_swapio_unplug(&plug);
}

/*
 * A page that could not be read: only it is lost, and only if its medium says
 * so.  Its folio is still locked by the read.
 */
static void read_failed(struct aobj_io *io, unsigned int k)
{
	struct aobj_cluster *c = io->cluster;
	unsigned int i = io->index[k];
	bool lost = aobj_swapio_permanent(io->status);
	struct page *page;
	u32 slot;

	pr_warn_ratelimited("%pg: read error %d at slot %u\n", io->dev->bdev,
			    blk_status_to_errno(io->status),
			    io->slot + k - io->dev->base);
	aobj_count(AOBJ_EV_READ_ERRORS, 1);
	atomic_long_inc(&io->dev->errors[READ]);

	mutex_lock(&c->lock);
	/* Once the page is out nothing but this holds the cluster. */
	refcount_inc(&c->refs);
	aobj_cluster_del(c, BIT_ULL(i), &page);
	slot = c->slot[i];
	if (lost) {
		aobj_cluster_set_slot(c, i, AOBJ_SLOT_BAD);
		if (!c->nr_slots)
			aobj_swap_unlink(c);
		aobj_swap_mark_bad(slot);
		aobj_place_check();
	}
	aobj_queue_update(c);
	mutex_unlock(&c->lock);

	unlock_page(page);
	aobj_swapio_read_over(c);
	aobj_page_free(&page, 1);
	aobj_cluster_put(c);
}

const struct aobj_io_ops aobj_pagein_io_ops = {
	.read_failed = read_failed,
};
