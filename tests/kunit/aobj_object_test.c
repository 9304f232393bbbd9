// SPDX-License-Identifier: GPL-2.0-only
/* The size of an object, and what a change of it does to the slot map. */
#include <linux/slab.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_swap.h"
#include "ramdisk.h"
#include "slotmap.h"
#include "suite.h"

#define MAX_PAGES (LLONG_MAX >> PAGE_SHIFT) /* 2^51 - 1 with pages of 4 KiB */

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

static void expect_slots(struct kunit *test, struct aobj *obj, long nr)
{
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->slots), nr);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->swapped), nr);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.swapped), nr);
	KUNIT_EXPECT_EQ(test, used_slots(test), nr);
}

/*
 * Slots through a change of the size
 */

#define PAIR_MAX 400

/* => the first @small slots are as they were, and behind them is none */
static void expect_shrunk(struct kunit *test, struct aobj *obj, u32 *model,
			  u32 small, u32 large)
{
	memset(model + small, 0, (large - small) * sizeof(*model));
	slotmap_compare(test, obj, model, large);
	expect_slots(test, obj, small);
}

/* Shrinks from @large to @small and grows back, all slots set in each size. */
static void try_pair(struct kunit *test, struct aobj *obj, u32 *model,
		     u32 small, u32 large)
{
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, small), 0);
	expect_shrunk(test, obj, model, small, large);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, large), 0);
	expect_shrunk(test, obj, model, small, large);
	slotmap_fill(test, obj, small, large - small, model);
}

static void keeps_slots_for_every_pair_of_sizes(struct kunit *test)
{
	u32 *model = kunit_kcalloc(test, PAIR_MAX, sizeof(u32), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, model);
	for (u32 large = 1; large <= PAIR_MAX; large++) {
		struct aobj *obj = slotmap_object(test, large);

		slotmap_fill(test, obj, 0, large, model);
		for (u32 small = 1; small <= large; small++) {
			try_pair(test, obj, model, small, large);
			/* Most of the others would say the same, at length. */
			KUNIT_ASSERT_EQ_MSG(test, test->status, KUNIT_SUCCESS,
					    "%u -> %u -> %u", large, small,
					    large);
		}
		slotmap_compare(test, obj, model, large);
		aobj_object_detach(obj);
		KUNIT_ASSERT_EQ(test, used_slots(test), 0);
		KUNIT_ASSERT_EQ(test, atomic_long_read(&aobj_totals.clusters),
				0);
	}
}

/*
 * Everything that a page may be, dropped from every place on
 */

#define MIX_PAGES 200

enum kind { UNTOUCHED, SLOT, BAD, RESIDENT, RESIDENT_WITH_SLOT, KINDS };

/* Neighbours differ, and so do the same places of two clusters. */
static enum kind kind_of(u32 pgoff)
{
	return (pgoff + pgoff / 64) % KINDS;
}

static void make_mix(struct kunit *test, struct aobj *obj, u32 *model)
{
	for (u32 i = 0; i < MIX_PAGES; i++) {
		enum kind kind = kind_of(i);

		model[i] = AOBJ_SLOT_NONE;
		if (kind == SLOT || kind == RESIDENT_WITH_SLOT)
			model[i] = slotmap_allot(test, obj, i);
		else if (kind == BAD)
			slotmap_set(test, obj, i, model[i] = AOBJ_SLOT_BAD);
		if (kind == RESIDENT || kind == RESIDENT_WITH_SLOT)
			slotmap_page_in(test, obj, i);
	}
}

static void expect_mix(struct kunit *test, struct aobj *obj, u32 end)
{
	u32 nr[KINDS] = {};

	for (u32 i = 0; i < MIX_PAGES; i++) {
		enum kind kind = i < end ? kind_of(i) : UNTOUCHED;
		bool resident = kind >= RESIDENT;

		nr[kind]++;
		if (slotmap_resident(obj, i) != resident)
			KUNIT_FAIL(test, "page %u of %u", i, end);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), nr[BAD]);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident),
			nr[RESIDENT] + nr[RESIDENT_WITH_SLOT]);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->swapped), nr[SLOT]);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->slots),
			nr[SLOT] + nr[RESIDENT_WITH_SLOT]);
	KUNIT_EXPECT_EQ(test, used_slots(test),
			nr[SLOT] + nr[RESIDENT_WITH_SLOT]);
}

static void drops_everything_from_every_offset(struct kunit *test)
{
	u32 *model = kunit_kcalloc(test, MIX_PAGES, sizeof(u32), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, model);
	for (u32 end = 0; end <= MIX_PAGES; end++) {
		struct aobj *obj = slotmap_object(test, MIX_PAGES);

		make_mix(test, obj, model);
		expect_mix(test, obj, MIX_PAGES);
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, end), 0);
		memset(model + end, 0, (MIX_PAGES - end) * sizeof(*model));
		expect_mix(test, obj, end);
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, MIX_PAGES), 0);
		slotmap_compare(test, obj, model, MIX_PAGES);
		expect_mix(test, obj, end);
		aobj_object_detach(obj);
		KUNIT_ASSERT_EQ(test, atomic_long_read(&aobj_totals.clusters),
				0);
	}
}

/* A bad slot keeps its cluster in the map, and goes with a shrink only. */
static void bad_slots_stay_until_the_page_goes(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 200);
	struct aobj_cluster *c;

	slotmap_set(test, obj, 100, AOBJ_SLOT_BAD);
	KUNIT_EXPECT_EQ(test, slotmap_get(obj, 100), AOBJ_SLOT_BAD);
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, aobj_pager_get(obj, 100, 0, &c), -EIO);
		KUNIT_EXPECT_EQ(test,
				aobj_pager_get(obj, 100, AOBJ_GET_NOCREATE, &c),
				-EIO);
		KUNIT_EXPECT_EQ(test,
				aobj_pager_get(obj, 100, AOBJ_GET_NOWAIT, &c),
				-EIO);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 1);

	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 101), 0);
	KUNIT_EXPECT_EQ(test, slotmap_get(obj, 100), AOBJ_SLOT_BAD);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 100), 0);
	KUNIT_EXPECT_EQ(test, slotmap_get(obj, 100), AOBJ_SLOT_NONE);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);

	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 200), 0);
	KUNIT_EXPECT_EQ(test, aobj_pager_get(obj, 100, 0, &c), 0);
	aobj_pager_release(c);
	slotmap_set(test, obj, 199, AOBJ_SLOT_BAD);
	aobj_object_detach(obj);
}

/* Who has found a cluster before it was emptied sees that it is no longer one. */
static void emptied_clusters_leave_the_map(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_cluster *old, *new;

	slotmap_allot(test, obj, 5);
	old = aobj_cluster_find(obj, 0);
	KUNIT_ASSERT_NOT_NULL(test, old);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 5), 0);
	KUNIT_EXPECT_TRUE(test, old->dead);
	KUNIT_EXPECT_NULL(test, aobj_cluster_find(obj, 0));
	new = aobj_cluster_get(obj, 0, GFP_KERNEL);
	KUNIT_EXPECT_PTR_NE(test, old, new);
	KUNIT_EXPECT_FALSE(test, new->dead);
	aobj_object_detach(obj);

	/* The object's structure lives until the last of them is put. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
	aobj_cluster_put(new);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
	aobj_cluster_put(old);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
}

/*
 * Sizes
 */

static const pgoff_t far_pages[] = {
	0, 63, 64, (1ULL << 32) - 1, 1ULL << 32, (1ULL << 44) + 7, MAX_PAGES - 1
};

static void holds_slots_as_far_as_there_are_offsets(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, MAX_PAGES);
	u32 slot[ARRAY_SIZE(far_pages)];
	int i, nr = ARRAY_SIZE(far_pages);

	for (i = 0; i < nr; i++)
		slot[i] = slotmap_allot(test, obj, far_pages[i]);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, slotmap_get(obj, far_pages[i]), slot[i]);
		KUNIT_EXPECT_EQ(test, slotmap_get(obj, far_pages[i] ^ 32), 0);
		KUNIT_EXPECT_EQ(test, slotmap_get(obj, far_pages[i] ^ 1024), 0);
	}
	for (i = nr; i--;) {
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, far_pages[i] + 1),
				0);
		KUNIT_EXPECT_EQ(test, aobj_object_npages(obj),
				far_pages[i] + 1);
		expect_slots(test, obj, i + 1);
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, far_pages[i]), 0);
		expect_slots(test, obj, i);
	}
	aobj_object_detach(obj);
}

static void refuses_what_offsets_cannot_reach(struct kunit *test)
{
	static const u64 large[] = { MAX_PAGES + 1ULL, 1ULL << 52, 1ULL << 63,
				     U64_MAX };
	struct aobj *obj = slotmap_object(test, 10);

	for (int i = 0; i < ARRAY_SIZE(large); i++) {
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, large[i]),
				-EFBIG);
		KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10);
	}
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 1ULL << 63), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, LLONG_MAX), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10);
	aobj_object_detach(obj);
}

static void first_size_is_set_once(struct kunit *test)
{
	struct aobj *obj = aobj_object_create();

	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_size_once(obj, 1ULL << 52), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_size_once(obj, 7), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 7);
	KUNIT_EXPECT_EQ(test, aobj_object_size_once(obj, 9), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 7);
	aobj_object_detach(obj);
}

/* Even of a size of 0, if somebody has set it. */
static void size_0_is_a_size(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 0);

	KUNIT_EXPECT_EQ(test, aobj_object_size_once(obj, 9), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 0);
	aobj_object_detach(obj);
}

static void extending_never_shrinks(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 10);

	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 5 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 11 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 11);
	aobj_object_detach(obj);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(keeps_slots_for_every_pair_of_sizes),
	KUNIT_CASE(drops_everything_from_every_offset),
	KUNIT_CASE(bad_slots_stay_until_the_page_goes),
	KUNIT_CASE(emptied_clusters_leave_the_map),
	KUNIT_CASE(holds_slots_as_far_as_there_are_offsets),
	KUNIT_CASE(refuses_what_offsets_cannot_reach),
	KUNIT_CASE(first_size_is_set_once),
	KUNIT_CASE(size_0_is_a_size),
	KUNIT_CASE(extending_never_shrinks),
	{},
};

AOBJ_KUNIT_SUITE(aobj_object, .init = case_init, .exit = case_exit,
		 .test_cases = cases);
