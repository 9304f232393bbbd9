// SPDX-License-Identifier: GPL-2.0-only
/* The budget, and pages charged to it. */
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "aobj_events.h"
#include "aobj_frame.h"
#include "aobj_page.h"
#include "ramdisk.h"
#include "suite.h"

static unsigned long budget_before;

static int case_init(struct kunit *test)
{
	budget_before = aobj_budget;
	return 0;
}

static void case_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, aobj_budget_set(budget_before), 0);
	ramdisk_expect_idle(test);
}

static void budget_has_bounds(struct kunit *test)
{
	unsigned long min = aobj_budget_min(), max = totalram_pages();

	KUNIT_EXPECT_EQ(test, min,
			max_t(unsigned long, 64, (1 << 20) / PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, aobj_budget_set(min - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(0), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(max + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(ULONG_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_budget, budget_before);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(max), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(min), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget, min);
}

/* What is kept free is a 32nd, of 16 pages at least and 512 at most. */
static void marks_follow_the_budget(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, aobj_budget_set(256), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_low(), 16);
	KUNIT_ASSERT_EQ(test, aobj_budget_set(3200), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_low(), 100);
	KUNIT_EXPECT_EQ(test, aobj_budget_high(), 200);
	KUNIT_ASSERT_EQ(test, aobj_budget_set(totalram_pages()), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_low(), 512);
}

static void charges_up_to_the_budget_and_no_more(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, aobj_budget_set(1000), 0);
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(1001));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(999));
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(2));
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(1));
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(1));
	KUNIT_EXPECT_EQ(test, aobj_budget_free(), 0);
	aobj_page_uncharge(0);
	KUNIT_EXPECT_EQ(test, aobj_budget_free(), 0);
	aobj_page_uncharge(600);
	KUNIT_EXPECT_EQ(test, aobj_budget_free(), 600);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(600));
	aobj_page_uncharge(1000);
}

/* Lowered below what is charged it has no room until enough has gone. */
static void lowered_budget_lets_nothing_in(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, aobj_budget_set(1000), 0);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(900));
	KUNIT_ASSERT_EQ(test, aobj_budget_set(500), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_free(), -400);
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(1));
	aobj_page_uncharge(400);
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(1));
	aobj_page_uncharge(1);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(1));
	aobj_page_uncharge(500);
}

static void shortage_counts_what_is_on_its_way(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, aobj_budget_set(1000), 0);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(900));
	KUNIT_EXPECT_EQ(test, aobj_budget_shortage(100), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_shortage(130), 30);
	atomic_long_add(20, &aobj_totals.writing);
	KUNIT_EXPECT_EQ(test, aobj_budget_shortage(130), 10);
	atomic_long_sub(20, &aobj_totals.writing);
	aobj_page_uncharge(900);
}

/* The last of what is free are for those who need one page back. */
static void some_are_kept_while_pages_leave(struct kunit *test)
{
	struct page *page;

	KUNIT_ASSERT_EQ(test, aobj_budget_set(1000), 0);
	schedule_timeout_uninterruptible(HZ / 10 + 1);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge_spare(1000));
	aobj_page_uncharge(1000);
	atomic_long_add(20, &aobj_totals.writing);
	KUNIT_EXPECT_FALSE(test, aobj_page_charge_spare(986));
	KUNIT_EXPECT_TRUE(test, aobj_page_charge_spare(985));
	KUNIT_EXPECT_FALSE(test, aobj_page_charge_spare(1));
	KUNIT_EXPECT_TRUE(test, aobj_page_charge(15));
	KUNIT_EXPECT_FALSE(test, aobj_page_charge(1));
	atomic_long_sub(20, &aobj_totals.writing);
	aobj_page_uncharge(1000);

	/* One that has just gone is as good: the next may be chosen by now. */
	KUNIT_ASSERT_TRUE(test, aobj_page_charge(1));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(&page, 1, 0), 1u);
	aobj_page_recycle(&page, 1);
	KUNIT_EXPECT_FALSE(test, aobj_page_charge_spare(986));
	schedule_timeout_uninterruptible(HZ / 10 + 1);
	KUNIT_EXPECT_TRUE(test, aobj_page_charge_spare(1000));
	aobj_page_uncharge(1000);
}

#define PAGES 100

/* MemAvailable counts on pages that can be swapped. */
static void pages_count_as_reclaimable(struct kunit *test)
{
	const enum node_stat_item item = NR_KERNEL_MISC_RECLAIMABLE;
	unsigned long before = global_node_page_state_pages(item);
	struct page **pages;

	pages = kunit_kcalloc(test, PAGES, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_TRUE(test, aobj_page_charge(PAGES));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(pages, PAGES, 0), PAGES);
	for (int i = 0; i < PAGES; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[i]), 1);
	}
	KUNIT_EXPECT_EQ(test, global_node_page_state_pages(item) - before,
			PAGES);

	/* One that is pinned lives on, but is the object's no longer. */
	get_page(pages[0]);
	aobj_page_free(pages, PAGES);
	KUNIT_EXPECT_EQ(test, page_ref_count(pages[0]), 1);
	put_page(pages[0]);
	KUNIT_EXPECT_EQ(test, global_node_page_state_pages(item), before);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
}

/* Nobody's statistics change when it is mapped, or marked as used. */
static void a_frame_is_mapped_by_its_owner(struct kunit *test)
{
	struct folio *folio;
	struct page *page;

	KUNIT_ASSERT_TRUE(test, aobj_page_charge(1));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(&page, 1, 0), 1);
	folio = page_folio(page);
	KUNIT_EXPECT_TRUE(test, folio_mapped(folio));
	KUNIT_EXPECT_EQ(test, aobj_frame_maps(folio), 0);
	folio_mark_accessed(folio);
	folio_mark_accessed(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_referenced(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_active(folio));

	folio_get(folio);
	aobj_page_free(&page, 1);
	KUNIT_EXPECT_FALSE(test, folio_mapped(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_referenced(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_active(folio));
	folio_put(folio);
}

/* He takes it off the statistics when he unmaps it, so it is added when it ends. */
static void who_maps_a_frame_after_its_end_is_counted(struct kunit *test)
{
	const enum node_stat_item item = NR_FILE_MAPPED;
	unsigned long before = global_node_page_state_pages(item);
	struct page *pages[2];
	struct folio *folio;

	KUNIT_ASSERT_TRUE(test, aobj_page_charge(2));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(pages, 2, 0), 2);
	folio = page_folio(pages[0]);
	folio_get(folio);
	atomic_inc(&folio->_mapcount);
	KUNIT_EXPECT_EQ(test, global_node_page_state_pages(item), before);
	aobj_page_free(pages, 2);
	KUNIT_EXPECT_EQ(test, global_node_page_state_pages(item), before + 1);

	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &folio->_mapcount));
	lruvec_stat_mod_folio(folio, item, -1);
	folio_put(folio);
}

static void events_add_up(struct kunit *test)
{
	unsigned long before = aobj_events_sum(AOBJ_EV_RESCUES);
	unsigned long other = aobj_events_sum(AOBJ_EV_READ_ERRORS);

	aobj_count(AOBJ_EV_RESCUES, 1);
	aobj_count(AOBJ_EV_RESCUES, 41);
	aobj_count(AOBJ_EV_RESCUES, 0);
	KUNIT_EXPECT_EQ(test, aobj_events_sum(AOBJ_EV_RESCUES), before + 42);
	KUNIT_EXPECT_EQ(test, aobj_events_sum(AOBJ_EV_READ_ERRORS), other);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(budget_has_bounds),
	KUNIT_CASE(marks_follow_the_budget),
	KUNIT_CASE(charges_up_to_the_budget_and_no_more),
	KUNIT_CASE(lowered_budget_lets_nothing_in),
	KUNIT_CASE(shortage_counts_what_is_on_its_way),
	KUNIT_CASE(some_are_kept_while_pages_leave),
	KUNIT_CASE(pages_count_as_reclaimable),
	KUNIT_CASE(a_frame_is_mapped_by_its_owner),
	KUNIT_CASE(who_maps_a_frame_after_its_end_is_counted),
	KUNIT_CASE(events_add_up),
	{},
};

AOBJ_KUNIT_SUITE(aobj_page, .init = case_init, .exit = case_exit,
		 .test_cases = cases);
