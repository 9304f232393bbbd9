// SPDX-License-Identifier: GPL-2.0-only
/* Slots and pages of an object, see the header. */
#include <linux/pagemap.h>

#include "aobj_cluster.h"
#include "aobj_evict.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_queue.h"
#include "aobj_swap.h"
#include "slotmap.h"

struct aobj *slotmap_object(struct kunit *test, u64 npages)
{
	struct aobj *obj = aobj_object_create();

	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, npages), 0);
	return obj;
}

/* => the page's cluster, referenced and locked; NULL if there is none */
static struct aobj_cluster *find_locked(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c =
		aobj_cluster_find(obj, pgoff >> AOBJ_CLUSTER_SHIFT);

	if (c)
		mutex_lock(&c->lock);
	return c;
}

static struct aobj_cluster *get_locked(struct kunit *test, struct aobj *obj,
				       pgoff_t pgoff)
{
	struct aobj_cluster *c =
		aobj_cluster_get(obj, pgoff >> AOBJ_CLUSTER_SHIFT, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_lock(&c->lock);
	return c;
}

static void release(struct aobj_cluster *c)
{
	aobj_queue_update(c);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

static u32 set_locked(struct aobj_cluster *c, unsigned int i, u32 slot)
{
	bool had = c->nr_slots;
	u32 old;

	if (aobj_slot_real(slot))
		aobj_swap_link(c, aobj_swap_dev(slot));
	/* As if there had been a page that has gone to swap. */
	if (aobj_slot_real(slot) && !aobj_slot_real(c->slot[i]) &&
	    !aobj_cluster_page(c, i))
		aobj_place_take(c->obj, 1);
	old = aobj_cluster_set_slot(c, i, slot);
	if (had && !c->nr_slots)
		aobj_swap_unlink(c);
	return old;
}

u32 slotmap_set(struct kunit *test, struct aobj *obj, pgoff_t pgoff, u32 slot)
{
	struct aobj_cluster *c = get_locked(test, obj, pgoff);
	u32 old = set_locked(c, pgoff % AOBJ_CLUSTER_PAGES, slot);

	release(c);
	return old;
}

u32 slotmap_get(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = find_locked(obj, pgoff);
	u32 slot;

	if (!c)
		return AOBJ_SLOT_NONE;
	slot = c->slot[pgoff % AOBJ_CLUSTER_PAGES];
	release(c);
	return slot;
}

u32 slotmap_allot(struct kunit *test, struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_slot_run run;
	u32 old;

	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	old = slotmap_set(test, obj, pgoff, run.first);
	if (aobj_slot_real(old))
		aobj_swap_free(old, 1);
	return run.first;
}

/* => false if a page has a slot already, or there is none for it */
static bool fill_cluster(struct aobj_cluster *c, unsigned int i,
			 unsigned int end, u32 *model)
{
	struct aobj_slot_run run = {};

	for (; i < end; i++) {
		if (c->slot[i] != AOBJ_SLOT_NONE ||
		    (!run.nr && !aobj_swap_alloc(AOBJ_TAG_NONE, end - i, &run)))
			return false;
		set_locked(c, i, run.first);
		*model++ = run.first++;
		run.nr--;
	}
	return true;
}

void slotmap_fill(struct kunit *test, struct aobj *obj, pgoff_t first,
		  pgoff_t nr, u32 *model)
{
	while (nr) {
		unsigned int i = first % AOBJ_CLUSTER_PAGES;
		unsigned int n = min_t(pgoff_t, nr, AOBJ_CLUSTER_PAGES - i);
		struct aobj_cluster *c = get_locked(test, obj, first);
		bool filled = fill_cluster(c, i, i + n, model + first);

		release(c);
		KUNIT_ASSERT_TRUE(test, filled);
		first += n;
		nr -= n;
	}
}

/* => the first of @nr pages that has not the slot of @model, or @nr */
static unsigned int first_difference(const struct aobj_cluster *c,
				     const u32 *model, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if ((c ? c->slot[i] : AOBJ_SLOT_NONE) != model[i])
			return i;
	return nr;
}

void slotmap_compare(struct kunit *test, struct aobj *obj, const u32 *model,
		     pgoff_t nr)
{
	for (pgoff_t first = 0; first < nr; first += AOBJ_CLUSTER_PAGES) {
		unsigned int n = min_t(pgoff_t, nr - first, AOBJ_CLUSTER_PAGES);
		struct aobj_cluster *c = find_locked(obj, first);
		unsigned int i = first_difference(c, model + first, n);

		if (c)
			release(c);
		if (i < n)
			KUNIT_FAIL(test, "page %lu of %lu: slot %u, not %u",
				   first + i, nr, slotmap_get(obj, first + i),
				   model[first + i]);
	}
}

void slotmap_page_in(struct kunit *test, struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_resident *res = aobj_resident_alloc(GFP_KERNEL);
	struct aobj_cluster *c;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, res);
	KUNIT_ASSERT_TRUE(test, aobj_page_charge(1));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(&page, 1, 0), 1);
	SetPageUptodate(page);
	c = get_locked(test, obj, pgoff);
	if (!c->res)
		swap(c->res, res);
	if (!aobj_slot_real(c->slot[pgoff % AOBJ_CLUSTER_PAGES]))
		KUNIT_ASSERT_TRUE(test, aobj_place_take(obj, 1));
	aobj_cluster_add(c, BIT_ULL(pgoff % AOBJ_CLUSTER_PAGES), &page);
	release(c);
	aobj_resident_free(res);
}

void slotmap_page_out(struct kunit *test, struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = get_locked(test, obj, pgoff);
	struct page *page = aobj_cluster_page(c, pgoff % AOBJ_CLUSTER_PAGES);

	if (page) {
		lock_page(page);
		aobj_cluster_del(c, BIT_ULL(pgoff % AOBJ_CLUSTER_PAGES), &page);
		unlock_page(page);
	}
	release(c);
	KUNIT_ASSERT_NOT_NULL(test, page);
	aobj_page_free(&page, 1);
}

bool slotmap_resident(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = find_locked(obj, pgoff);
	bool resident;

	if (!c)
		return false;
	resident = aobj_cluster_page(c, pgoff % AOBJ_CLUSTER_PAGES);
	release(c);
	return resident;
}
