// SPDX-License-Identifier: GPL-2.0-only
/* The bitmap with summaries against a plain array of bits. */
#include <linux/bitmap.h>
#include <linux/prandom.h>

#include "aobj_hbitmap.h"
#include "suite.h"

static void is_empty_when_new(struct kunit *test)
{
	struct aobj_hbitmap b;

	KUNIT_ASSERT_EQ(test, aobj_hbitmap_init(&b, 100), 0);
	KUNIT_EXPECT_EQ(test, aobj_hbitmap_next(&b, 0), AOBJ_HBITMAP_NONE);
	aobj_hbitmap_exit(&b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(is_empty_when_new),
	{},
};

AOBJ_KUNIT_SUITE(aobj_hbitmap, .test_cases = cases);
