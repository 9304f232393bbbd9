// SPDX-License-Identifier: GPL-2.0-only
/* The state of each page of a range, see the header. */
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include <linux/aobj.h>

#include "aobj_cluster.h"
#include "aobj_evict.h"
#include "aobj_frame.h"
#include "aobj_query.h"

/*
 * Whether a mapped page was written only the page tables know; a zap hands
 * their dirty bits on.  (folio_mkclean() would leave the page mapped, but it
 * does not tell a dirty entry from one that is merely writable.)
 */
static void learn_dirty(struct aobj_cluster *c)
{
	unsigned int i;
	u64 mask = 0;

	if (!c->res)
		return;
	for_each_page_bit(i, c->res->present) {
		struct page *page = c->res->page[i];

		if (!folio_test_dirty(aobj_folio(page)) &&
		    aobj_frame_maps(aobj_folio(page)))
			mask |= BIT_ULL(i);
	}
	aobj_evict_unmap(c, mask);
}

static u8 page_state(struct aobj_cluster *c, unsigned int i)
{
	struct page *page = aobj_cluster_page(c, i);
	u8 state = 0;

	if (c->slot[i] == AOBJ_SLOT_BAD)
		return AOBJ_PAGE_BAD;
	if (aobj_slot_real(c->slot[i]))
		state |= AOBJ_PAGE_SWAPPED;
	if (page && folio_test_uptodate(aobj_folio(page))) {
		state |= AOBJ_PAGE_RESIDENT;
		if (folio_test_dirty(aobj_folio(page)))
			state |= AOBJ_PAGE_DIRTY;
	}
	return state;
}

static void query_cluster(struct aobj *obj, pgoff_t first, unsigned int nr,
			  u8 *states)
{
	struct aobj_cluster *c;
	unsigned int skip = first % AOBJ_CLUSTER_PAGES;

	memset(states, 0, nr);
	c = aobj_cluster_find(obj, first >> AOBJ_CLUSTER_SHIFT);
	if (!c)
		return;
	mutex_lock(&c->lock);
	learn_dirty(c);
	for (unsigned int k = 0; k < nr; k++)
		states[k] = page_state(c, skip + k);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

int aobj_query_pages(struct aobj *obj, pgoff_t first, pgoff_t nr,
		     u8 __user *vec)
{
	u8 states[AOBJ_CLUSTER_PAGES];

	while (nr) {
		unsigned int skip = first % AOBJ_CLUSTER_PAGES;
		unsigned int n = min_t(pgoff_t, nr, AOBJ_CLUSTER_PAGES - skip);

		query_cluster(obj, first, n, states);
		if (copy_to_user(vec, states, n))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		first += n;
		vec += n;
		nr -= n;
	}
	return 0;
}
