// SPDX-License-Identifier: GPL-2.0-only
/* The pace of write-out: what answers do to it. */
#include <linux/sizes.h>

#include "aobj_internal.h"
#include "aobj_pace.h"
#include "suite.h"

#define QUICK_US 500
#define LATE_US 20000

static void late_answers_take_off(struct kunit *test)
{
	unsigned long before;

	aobj_pace_restart();
	before = aobj_pace_limit();
	aobj_pace_answered(64, LATE_US);
	KUNIT_EXPECT_LT(test, aobj_pace_limit(), before);
	for (int i = 0; i < 100; i++)
		aobj_pace_answered(64, LATE_US);
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(), 64ul);
}

/* What was not reached was not what held anybody back. */
static void answers_in_time_add_where_it_was_reached(struct kunit *test)
{
	unsigned long before;

	aobj_pace_restart();
	before = aobj_pace_limit();
	aobj_pace_answered(64, QUICK_US);
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(), before);
	aobj_pace_reached();
	aobj_pace_answered(64, QUICK_US);
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(), before + 64);
	aobj_pace_answered(64, QUICK_US);
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(), before + 64);
	for (int i = 0; i < 1000; i++) {
		aobj_pace_reached();
		aobj_pace_answered(64, QUICK_US);
	}
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(),
			(unsigned long)(SZ_64M >> PAGE_SHIFT));
	aobj_pace_restart();
	KUNIT_EXPECT_EQ(test, aobj_pace_limit(), before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(late_answers_take_off),
	KUNIT_CASE(answers_in_time_add_where_it_was_reached),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pace, .test_cases = cases);
