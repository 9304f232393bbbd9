// SPDX-License-Identifier: GPL-2.0-only
/* The pool of page frames: what it keeps, and whom it gives that. */
#include <linux/highmem.h>
#include <linux/vmstat.h>

#include "aobj_frame.h"
#include "aobj_page.h"
#include "aobj_pool.h"
#include "ramdisk.h"
#include "suite.h"

#define NR 20

static unsigned long budget_before;

static int case_init(struct kunit *test)
{
	budget_before = aobj_budget;
	KUNIT_ASSERT_EQ(test, aobj_budget_set(1000), 0);
	return 0;
}

static void case_exit(struct kunit *test)
{
	aobj_pool_drain(ULONG_MAX);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(budget_before), 0);
	ramdisk_expect_idle(test);
}

static unsigned long reclaimable(void)
{
	return global_node_page_state_pages(NR_KERNEL_MISC_RECLAIMABLE);
}

static void get(struct kunit *test, struct page **pages, unsigned int nr,
		unsigned int flags)
{
	KUNIT_ASSERT_TRUE(test, aobj_page_charge(nr));
	KUNIT_ASSERT_EQ(test, aobj_page_alloc(pages, nr, flags), nr);
}

static bool among(const struct page *page, struct page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (pages[i] == page)
			return true;
	return false;
}

static void what_is_freed_is_used_next(struct kunit *test)
{
	struct page *pages[NR], *freed[NR], *again[NR];
	unsigned long before = reclaimable();

	get(test, pages, NR, 0);
	memcpy(freed, pages, sizeof(freed));
	aobj_page_recycle(pages, NR);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), (unsigned long)NR);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	KUNIT_EXPECT_EQ(test, reclaimable() - before, (unsigned long)NR);

	get(test, again, NR, 0);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
	for (int i = 0; i < NR; i++) {
		KUNIT_EXPECT_TRUE(test, among(again[i], freed, NR));
		KUNIT_EXPECT_EQ(test, page_ref_count(again[i]), 1);
		KUNIT_EXPECT_EQ(test, page_private(again[i]), 0ul);
	}
	aobj_page_free(again, NR);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
	KUNIT_EXPECT_EQ(test, reclaimable(), before);
}

/* What was in a page is nobody else's business. */
static void zeros_are_zeros(struct kunit *test)
{
	struct page *pages[NR];

	get(test, pages, NR, 0);
	for (int i = 0; i < NR; i++) {
		memset(page_address(pages[i]), 0x5a, PAGE_SIZE);
		SetPageUptodate(pages[i]);
	}
	aobj_page_recycle(pages, NR / 2);
	aobj_page_free(pages + NR / 2, NR / 2);
	get(test, pages, NR, AOBJ_PAGE_ZERO);
	for (int i = 0; i < NR; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(page_address(pages[i]), 0,
						   PAGE_SIZE));
		KUNIT_EXPECT_FALSE(test, PageUptodate(pages[i]));
	}
	aobj_page_free(pages, NR);
}

static void pinned_pages_are_not_kept(struct kunit *test)
{
	struct page *pages[2], *pinned;

	get(test, pages, 2, 0);
	pinned = pages[0];
	get_page(pinned);
	aobj_page_recycle(pages, 2);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 1ul);
	KUNIT_EXPECT_EQ(test, page_ref_count(pinned), 1);
	put_page(pinned);
}

static void it_holds_no_more_than_it_may(struct kunit *test)
{
	unsigned long most = aobj_budget_high();
	struct page **pages;

	pages = kunit_kcalloc(test, most + NR, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	get(test, pages, most + NR, 0);
	aobj_page_recycle(pages, most + NR);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), most);
	KUNIT_EXPECT_EQ(test, aobj_pool_drain(3), 3ul);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), most - 3);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(500), 0);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
}

/* RAM that the pool holds and RAM that pages hold are one budget. */
static void pool_and_pages_stay_within_the_budget(struct kunit *test)
{
	struct page *pages[NR + 1];
	unsigned long before = reclaimable();

	get(test, pages, NR, 0);
	aobj_page_recycle(pages, NR);
	/* Others' pages, were they real, and the pool: all of the budget. */
	KUNIT_ASSERT_TRUE(test, aobj_page_charge(1000 - NR - 1));
	/* All of the pool, and one from the kernel. */
	get(test, pages, NR + 1, 0);
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_budget_free(), 0);
	KUNIT_EXPECT_EQ(test, reclaimable() - before, (unsigned long)NR + 1);
	aobj_page_free(pages, NR + 1);
	aobj_page_uncharge(1000 - NR - 1);
}

static void what_nobody_needs_is_given_back(struct kunit *test)
{
	struct page *pages[NR];

	get(test, pages, NR, 0);
	aobj_page_recycle(pages, NR);
	aobj_pool_trim(); /* what happened before is of no interest */
	get(test, pages, 5, 0);
	aobj_page_recycle(pages, 5);
	aobj_pool_trim();
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 5ul);
	aobj_pool_trim();
	KUNIT_EXPECT_EQ(test, aobj_pool_size(), 0ul);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_freed_is_used_next),
	KUNIT_CASE(zeros_are_zeros),
	KUNIT_CASE(pinned_pages_are_not_kept),
	KUNIT_CASE(it_holds_no_more_than_it_may),
	KUNIT_CASE(pool_and_pages_stay_within_the_budget),
	KUNIT_CASE(what_nobody_needs_is_given_back),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pool, .init = case_init, .exit = case_exit,
		 .test_cases = cases);
