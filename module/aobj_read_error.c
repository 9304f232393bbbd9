// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of a page that could not be read, see the header. */
#include <linux/pagemap.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_queue.h"
#include "aobj_read_error.h"

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
	aobj_page_free(&page, 1);
	aobj_cluster_put(c);
}

const struct aobj_io_ops aobj_read_error_io_ops = {
	.read_failed = read_failed,
};
