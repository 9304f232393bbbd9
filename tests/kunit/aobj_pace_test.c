// SPDX-License-Identifier: GPL-2.0-only
/* The pace of a device: what answers do to it, and when one is overdue. */
#include <linux/sizes.h>

#include "aobj_internal.h"
#include "aobj_pace.h"
#include "suite.h"

#define QUICK_US 500
#define LATE_US 20000
#define MOST ULONG_MAX
#define LEAST 32ul

static void give_and_answer(struct aobj_pace *p, u64 us)
{
	aobj_pace_given(p, 64);
	aobj_pace_answered(p, 64, us, LEAST);
}

static void late_answers_take_off(struct kunit *test)
{
	struct aobj_pace p;
	unsigned long before;

	aobj_pace_init(&p);
	before = p.limit;
	give_and_answer(&p, QUICK_US);
	give_and_answer(&p, LATE_US);
	KUNIT_EXPECT_LT(test, p.limit, before);
	for (int i = 0; i < 100; i++)
		give_and_answer(&p, LATE_US);
	KUNIT_EXPECT_EQ(test, p.limit, LEAST);
}

/* What was not reached was not what held anybody back. */
static void answers_in_time_add_where_it_was_reached(struct kunit *test)
{
	struct aobj_pace p;
	unsigned long before;

	aobj_pace_init(&p);
	before = p.limit;
	aobj_pace_given(&p, before);
	KUNIT_EXPECT_FALSE(test, aobj_pace_answered(&p, 64, QUICK_US, LEAST));
	KUNIT_EXPECT_EQ(test, p.limit, before);
	KUNIT_EXPECT_FALSE(test, aobj_pace_reached(&p, MOST));
	aobj_pace_given(&p, 64);
	KUNIT_EXPECT_TRUE(test, aobj_pace_reached(&p, MOST));
	KUNIT_EXPECT_TRUE(test, aobj_pace_answered(&p, 64, QUICK_US, LEAST));
	KUNIT_EXPECT_EQ(test, p.limit, before + 1);
	KUNIT_EXPECT_FALSE(test, aobj_pace_answered(&p, 64, QUICK_US, LEAST));
	KUNIT_EXPECT_EQ(test, p.limit, before + 1);
}

/* => what the pace is after answers to @times as much as it was, all in time */
static unsigned long after_windows(unsigned long limit, int times)
{
	struct aobj_pace p;

	aobj_pace_init(&p);
	p.limit = limit;
	while (times--) {
		unsigned long pages = p.limit;

		aobj_pace_given(&p, pages);
		aobj_pace_reached(&p, MOST);
		aobj_pace_answered(&p, pages, QUICK_US, LEAST);
	}
	return p.limit;
}

/* A drive may answer at once for a while, and be slow after that. */
static void a_window_adds_little(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, after_windows(LEAST, 1), LEAST + 4);
	KUNIT_EXPECT_EQ(test, after_windows(LEAST, 16), LEAST + 64);
	KUNIT_EXPECT_EQ(test, after_windows(6400, 1), 6500ul);
	KUNIT_EXPECT_EQ(test, after_windows(LEAST, 1000),
			(unsigned long)SZ_64M >> PAGE_SHIFT);
}

/* It is far away; that is nobody's queue. */
static void what_the_quickest_takes_does_not_count(struct kunit *test)
{
	struct aobj_pace p;
	unsigned long before;

	aobj_pace_init(&p);
	before = p.limit;
	for (int i = 0; i < 100; i++)
		give_and_answer(&p, 15000);
	KUNIT_EXPECT_EQ(test, p.limit, before);
	give_and_answer(&p, QUICK_US);
	give_and_answer(&p, 15000);
	KUNIT_EXPECT_LT(test, p.limit, before);
	/* One quick answer does not count for ever, but for a while. */
	for (int i = 0; i < 1000; i++)
		give_and_answer(&p, 15000);
	KUNIT_EXPECT_LT(test, p.quickest, QUICK_US + 100ul);
	for (int i = 0; i < 1000; i++) {
		p.renewed = jiffies - 2 * HZ;
		give_and_answer(&p, 15000);
	}
	KUNIT_EXPECT_GT(test, p.quickest, 7000ul);
}

static void requests_of_a_slow_device_are_small(struct kunit *test)
{
	struct aobj_pace p;

	aobj_pace_init(&p);
	KUNIT_EXPECT_EQ(test, aobj_pace_request(&p, 64), 64u);
	KUNIT_EXPECT_FALSE(test, p.reached);
	p.limit = 256;
	KUNIT_EXPECT_FALSE(test, aobj_pace_slow(&p));
	p.limit = 160;
	KUNIT_EXPECT_TRUE(test, aobj_pace_slow(&p));
	KUNIT_EXPECT_EQ(test, aobj_pace_request(&p, 64), 40u);
	KUNIT_EXPECT_TRUE(test, p.reached);
	p.limit = LEAST;
	p.reached = false;
	KUNIT_EXPECT_EQ(test, aobj_pace_request(&p, 64), 16u);
	p.reached = false;
	KUNIT_EXPECT_EQ(test, aobj_pace_request(&p, 16), 16u);
	KUNIT_EXPECT_FALSE(test, p.reached);
}

static void no_more_than_the_caller_says(struct kunit *test)
{
	struct aobj_pace p;

	aobj_pace_init(&p);
	aobj_pace_given(&p, 100);
	KUNIT_EXPECT_FALSE(test, aobj_pace_reached(&p, 101));
	KUNIT_EXPECT_TRUE(test, aobj_pace_reached(&p, 100));
}

static void an_answer_is_overdue_when_one_is_owed(struct kunit *test)
{
	const unsigned long long_ago = jiffies - 2 * HZ;
	struct aobj_pace p;

	aobj_pace_init(&p);
	p.answered = long_ago;
	KUNIT_EXPECT_FALSE(test, aobj_pace_stalled(&p));
	/* It had nothing to answer before this. */
	aobj_pace_given(&p, 64);
	KUNIT_EXPECT_FALSE(test, aobj_pace_stalled(&p));
	p.answered = long_ago;
	KUNIT_EXPECT_TRUE(test, aobj_pace_stalled(&p));
	aobj_pace_given(&p, 64);
	KUNIT_EXPECT_TRUE(test, aobj_pace_stalled(&p));
	aobj_pace_answered(&p, 64, 2 * USEC_PER_SEC, LEAST);
	KUNIT_EXPECT_FALSE(test, aobj_pace_stalled(&p));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(late_answers_take_off),
	KUNIT_CASE(answers_in_time_add_where_it_was_reached),
	KUNIT_CASE(a_window_adds_little),
	KUNIT_CASE(what_the_quickest_takes_does_not_count),
	KUNIT_CASE(requests_of_a_slow_device_are_small),
	KUNIT_CASE(no_more_than_the_caller_says),
	KUNIT_CASE(an_answer_is_overdue_when_one_is_owed),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pace, .test_cases = cases);
