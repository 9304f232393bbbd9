// SPDX-License-Identifier: GPL-2.0-only
/* The invariants: that each of them is looked at. */
#include <linux/pagemap.h>

#include "aobj_place.h"
#include "pager_env.h"

static void expect_seen(struct pager_env *env, atomic_long_t *count,
			const char *what)
{
	for (int by = -1; by <= 1; by += 2) {
		atomic_long_add(by, count);
		KUNIT_EXPECT_EQ_MSG(env->test, aobj_check(1), -EUCLEAN,
				    "%s is wrong by %d", what, by);
		atomic_long_sub(by, count);
	}
}

#define EXPECT_SEEN(env, what) expect_seen(env, &(what), #what)

static void nothing_is_wrong_with_what_is_right(struct kunit *test)
{
	struct pager_env *env = test->priv;

	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
	env_mixed(env);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
}

static void counts_of_an_object_are_checked(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);

	EXPECT_SEEN(env, obj->resident);
	EXPECT_SEEN(env, obj->swapped);
	EXPECT_SEEN(env, obj->slots);
	EXPECT_SEEN(env, obj->bad);
	EXPECT_SEEN(env, obj->wired);
	EXPECT_SEEN(env, obj->dirty);
	EXPECT_SEEN(env, obj->held);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
}

static void totals_are_checked(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_mixed(env);
	EXPECT_SEEN(env, aobj_totals.objects);
	EXPECT_SEEN(env, aobj_totals.clusters);
	EXPECT_SEEN(env, aobj_totals.inactive);
	EXPECT_SEEN(env, aobj_totals.swapped);
	EXPECT_SEEN(env, aobj_totals.slots);
	EXPECT_SEEN(env, aobj_totals.bad);
	EXPECT_SEEN(env, aobj_totals.writing);
	EXPECT_SEEN(env, aobj_totals.wired);
	EXPECT_SEEN(env, aobj_totals.reserved);
	EXPECT_SEEN(env, aobj_charged);
	aobj_count(AOBJ_EV_DIRTIED, 1);
	KUNIT_EXPECT_EQ(test, aobj_check(1), -EUCLEAN);
	aobj_count(AOBJ_EV_CLEANED, 1);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
}

/* A slot that nobody has, a place that nobody takes. */
static void what_is_lost_is_missed(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);
	struct aobj_slot_run run;

	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	KUNIT_EXPECT_EQ(test, aobj_check(1), -EUCLEAN);
	aobj_swap_free(run.first, run.nr);
	KUNIT_ASSERT_TRUE(test, aobj_place_take(obj, 1));
	KUNIT_EXPECT_EQ(test, aobj_check(1), -EUCLEAN);
	aobj_place_give(obj, 1);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
}

/* As KVM does, which makes pages dirty without a call: not counted, no harm. */
static void a_page_made_dirty_unseen_is_no_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);
	struct page *page = env_resident(obj, 2);
	long before = atomic_long_read(&obj->dirty);

	SetPageDirty(page);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->dirty), before);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
	env_page_out(env, obj, 2, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->dirty), before);
	KUNIT_EXPECT_EQ(test, aobj_check(1), 0);
}

static void dirty_pages_are_counted(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);

	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->dirty), 40);
	KUNIT_EXPECT_EQ(test, aobj_dirty_total(), 40);
	env_write(env, obj, 0, 5, 2);
	KUNIT_EXPECT_EQ(test, aobj_dirty_total(), 45);
	env_page_out(env, obj, 0, 60);
	KUNIT_EXPECT_EQ(test, aobj_dirty_total(), 20);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 70), 0);
	KUNIT_EXPECT_EQ(test, aobj_dirty_total(), 10);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->dirty), 10);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_wrong_with_what_is_right),
	KUNIT_CASE(counts_of_an_object_are_checked),
	KUNIT_CASE(totals_are_checked),
	KUNIT_CASE(what_is_lost_is_missed),
	KUNIT_CASE(a_page_made_dirty_unseen_is_no_error),
	KUNIT_CASE(dirty_pages_are_counted),
	{},
};

AOBJ_KUNIT_SUITE(aobj_check, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
