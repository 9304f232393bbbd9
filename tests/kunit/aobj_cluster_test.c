// SPDX-License-Identifier: GPL-2.0-only
/* The slot map, against an array that holds what each page should have. */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_swap.h"
#include "ramdisk.h"
#include "slotmap.h"
#include "suite.h"

static int case_init(struct kunit *test)
{
	test->priv = ramdisk_swap_on(test, 0, RAMDISK_PAGES);
	return 0;
}

static void case_exit(struct kunit *test)
{
	ramdisk_swap_off(test, 0);
	ramdisk_expect_idle(test);
}

static u32 used_slots(struct kunit *test)
{
	struct aobj_swapdev *dev = test->priv;

	return dev->slots.used;
}

/*
 * Look-up
 */

static void finds_what_was_made(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64 * 10);
	struct aobj_cluster *c, *again;

	KUNIT_EXPECT_NULL(test, aobj_cluster_find(obj, 3));
	c = aobj_cluster_get(obj, 3, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, c->index, 3);
	KUNIT_EXPECT_EQ(test, aobj_cluster_first(c), 3 * 64);
	KUNIT_EXPECT_PTR_EQ(test, c->obj, obj);
	KUNIT_EXPECT_TRUE(test, aobj_cluster_empty(c));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 1);

	again = aobj_cluster_get(obj, 3, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, again, c);
	aobj_cluster_put(again);
	again = aobj_cluster_find(obj, 3);
	KUNIT_EXPECT_PTR_EQ(test, again, c);
	aobj_cluster_put(again);
	KUNIT_EXPECT_NULL(test, aobj_cluster_find(obj, 2));
	KUNIT_EXPECT_NULL(test, aobj_cluster_find(obj, 4));
	/* As who looks under RCU may meet one that has just left the map. */
	refcount_set(&c->refs, 0);
	KUNIT_EXPECT_NULL(test, aobj_cluster_find(obj, 3));
	KUNIT_EXPECT_EQ(test, refcount_read(&c->refs), 0u);
	refcount_set(&c->refs, 2);
	aobj_cluster_put(c);
	aobj_object_detach(obj);
}

static void walks_clusters_in_order(struct kunit *test)
{
	static const pgoff_t made[] = { 9, 0, 1UL << 40, 63, 64 };
	static const pgoff_t walked[] = { 0, 9, 63, 64, 1UL << 40 };
	struct aobj *obj = slotmap_object(test, LLONG_MAX >> PAGE_SHIFT);
	pgoff_t index = 0;

	for (int i = 0; i < ARRAY_SIZE(made); i++)
		aobj_cluster_put(aobj_cluster_get(obj, made[i], GFP_KERNEL));
	for (int i = 0; i < ARRAY_SIZE(walked); i++) {
		struct aobj_cluster *c = aobj_cluster_next(obj, &index);

		KUNIT_ASSERT_NOT_NULL(test, c);
		KUNIT_EXPECT_EQ(test, c->index, walked[i]);
		KUNIT_EXPECT_EQ(test, index, walked[i]);
		index++;
		aobj_cluster_put(c);
	}
	KUNIT_EXPECT_NULL(test, aobj_cluster_next(obj, &index));
	aobj_object_detach(obj);
}

/*
 * Slots and counts
 */

struct counts {
	int slots;
	int swapped;
	int bad;
	int resident;
};

static void expect_counts(struct kunit *test, struct aobj *obj,
			  const struct counts *n)
{
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->slots), n->slots);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->swapped), n->swapped);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), n->bad);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), n->resident);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.swapped),
			n->swapped);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), n->bad);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), n->resident);
	KUNIT_EXPECT_EQ(test, used_slots(test), n->slots);
}

static void set_returns_the_old_slot(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_slot_run run;

	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 2, &run));
	KUNIT_ASSERT_EQ(test, run.nr, 2);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, run.first), 0);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, run.first + 1),
			run.first);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, AOBJ_SLOT_BAD),
			run.first + 1);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, AOBJ_SLOT_BAD),
			AOBJ_SLOT_BAD);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), 1);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, run.first),
			AOBJ_SLOT_BAD);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, 0), run.first);
	KUNIT_EXPECT_EQ(test, slotmap_set(test, obj, 63, 0), 0);
	aobj_swap_free(run.first, 2);
	expect_counts(test, obj, &(struct counts){});
	aobj_object_detach(obj);
}

/* A page is swapped while it has a slot and is not resident. */
static void counts_follow_each_change(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);

	slotmap_page_in(test, obj, 7);
	expect_counts(test, obj, &(struct counts){ .resident = 1 });
	slotmap_allot(test, obj, 7);
	expect_counts(test, obj, &(struct counts){ .resident = 1, .slots = 1 });
	slotmap_page_out(test, obj, 7);
	expect_counts(test, obj, &(struct counts){ .swapped = 1, .slots = 1 });
	slotmap_page_in(test, obj, 7);
	expect_counts(test, obj, &(struct counts){ .resident = 1, .slots = 1 });
	aobj_swap_free(slotmap_set(test, obj, 7, 0), 1);
	expect_counts(test, obj, &(struct counts){ .resident = 1 });
	slotmap_page_out(test, obj, 7);
	expect_counts(test, obj, &(struct counts){});
	slotmap_set(test, obj, 7, AOBJ_SLOT_BAD);
	expect_counts(test, obj, &(struct counts){ .bad = 1 });
	slotmap_allot(test, obj, 7);
	expect_counts(test, obj, &(struct counts){ .swapped = 1, .slots = 1 });
	aobj_object_detach(obj);
}

static void inactive_pages_are_counted_once(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_cluster *c;

	slotmap_page_in(test, obj, 1);
	slotmap_page_in(test, obj, 2);
	c = aobj_cluster_find(obj, 0);
	mutex_lock(&c->lock);
	aobj_cluster_deactivate(c, ~0ULL);
	KUNIT_EXPECT_EQ(test, c->res->inactive, 6);
	aobj_cluster_deactivate(c, 2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.inactive), 2);
	c->res->young = 0;
	aobj_cluster_activate(c, 2);
	aobj_cluster_activate(c, 2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.inactive), 1);
	KUNIT_EXPECT_EQ(test, c->res->young, 2);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);

	/* One that goes while inactive is no longer counted as such. */
	slotmap_page_out(test, obj, 2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.inactive), 0);
	aobj_object_detach(obj);
}

/*
 * A million operations
 */

#define MODEL_PAGES 5000
#define OPERATIONS 1000000

/**
 * struct model - an object and what each of its pages should have
 * @test: who asks
 * @obj: the object
 * @size: its size in pages
 * @slot: of each page
 * @resident: of each page
 * @n: what should be counted
 * @rnd: the sequence of what is done
 */
struct model {
	struct kunit *test;
	struct aobj *obj;
	u32 size;
	u32 *slot;
	bool *resident;
	struct counts n;
	struct rnd_state rnd;
};

static u32 below(struct model *m, u32 limit)
{
	return prandom_u32_state(&m->rnd) % limit;
}

static void count_page(struct model *m, u32 i, int nr)
{
	if (aobj_slot_real(m->slot[i])) {
		m->n.slots += nr;
		m->n.swapped += m->resident[i] ? 0 : nr;
	}
	m->n.bad += m->slot[i] == AOBJ_SLOT_BAD ? nr : 0;
	m->n.resident += m->resident[i] ? nr : 0;
}

/* => the page has @slot from now on; the old one is free */
static void do_set(struct model *m, u32 i, u32 slot)
{
	u32 old = slotmap_set(m->test, m->obj, i, slot);

	if (old != m->slot[i])
		KUNIT_FAIL(m->test, "page %u had slot %u, not %u", i, old,
			   m->slot[i]);
	if (aobj_slot_real(old))
		aobj_swap_free(old, 1);
	count_page(m, i, -1);
	m->slot[i] = slot;
	count_page(m, i, 1);
}

static void do_allot(struct model *m, u32 i)
{
	struct aobj_slot_run run;

	KUNIT_ASSERT_TRUE(m->test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	do_set(m, i, run.first);
}

/* A page that could not be read is not resident. */
static void do_set_bad(struct model *m, u32 i)
{
	if (!m->resident[i])
		do_set(m, i, AOBJ_SLOT_BAD);
}

static void do_move(struct model *m, u32 i)
{
	if (m->slot[i] == AOBJ_SLOT_BAD)
		return;
	count_page(m, i, -1);
	if (m->resident[i])
		slotmap_page_out(m->test, m->obj, i);
	else
		slotmap_page_in(m->test, m->obj, i);
	m->resident[i] = !m->resident[i];
	count_page(m, i, 1);
}

static void do_look_up(struct model *m, u32 i)
{
	u32 slot = slotmap_get(m->obj, i);
	bool resident = slotmap_resident(m->obj, i);

	if (slot != m->slot[i] || resident != m->resident[i])
		KUNIT_FAIL(m->test, "page %u has slot %u, not %u", i, slot,
			   m->slot[i]);
}

static void do_resize(struct model *m, u32 size)
{
	KUNIT_ASSERT_EQ(m->test, aobj_object_resize(m->obj, size), 0);
	for (u32 i = size; i < m->size; i++) {
		count_page(m, i, -1);
		m->slot[i] = AOBJ_SLOT_NONE;
		m->resident[i] = false;
	}
	m->size = size;
}

/* Mostly by little, now and then to anything. */
static u32 new_size(struct model *m)
{
	if (!below(m, 30))
		return 1 + below(m, MODEL_PAGES);
	return clamp_t(int, m->size + below(m, 300) - 140, 1, MODEL_PAGES);
}

static void do_something(struct model *m)
{
	u32 what = below(m, 1000), i = below(m, m->size);

	if (what < 400)
		do_allot(m, i);
	else if (what < 550)
		do_set(m, i, AOBJ_SLOT_NONE);
	else if (what < 650)
		do_set_bad(m, i);
	else if (what < 750)
		do_move(m, i);
	else if (what < 990)
		do_look_up(m, i);
	else
		do_resize(m, new_size(m));
}

static void behaves_as_an_array_does(struct kunit *test)
{
	struct model m = { .test = test, .size = MODEL_PAGES };

	m.obj = slotmap_object(test, MODEL_PAGES);
	m.slot = kunit_kcalloc(test, MODEL_PAGES, sizeof(u32), GFP_KERNEL);
	m.resident = kunit_kcalloc(test, MODEL_PAGES, 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.slot);
	KUNIT_ASSERT_NOT_NULL(test, m.resident);
	prandom_seed_state(&m.rnd, 3);
	for (u32 step = 0; step < OPERATIONS; step++) {
		do_something(&m);
		if (step % 1000 == 0)
			expect_counts(test, m.obj, &m.n);
		if (step % 20000 == 0)
			slotmap_compare(test, m.obj, m.slot, MODEL_PAGES);
		if (step % 1000 == 0)
			cond_resched();
	}
	slotmap_compare(test, m.obj, m.slot, MODEL_PAGES);
	aobj_object_detach(m.obj);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(finds_what_was_made),
	KUNIT_CASE(walks_clusters_in_order),
	KUNIT_CASE(set_returns_the_old_slot),
	KUNIT_CASE(counts_follow_each_change),
	KUNIT_CASE(inactive_pages_are_counted_once),
	KUNIT_CASE(behaves_as_an_array_does),
	{},
};

AOBJ_KUNIT_SUITE(aobj_cluster, .init = case_init, .exit = case_exit,
		 .test_cases = cases);
