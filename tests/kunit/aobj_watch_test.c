// SPDX-License-Identifier: GPL-2.0-only
/* Who looks at the figures all the time: what it sees, and what is no fault. */
#include "aobj_place.h"
#include "aobj_watch.h"
#include "pager_env.h"

#define LOOKS 40 /* more than it takes to be sure */
#define BUDGET 256

/* => how many have been found to be wrong, in some looks in a row */
static unsigned int found_wrong(void)
{
	unsigned int wrong = 0;

	for (int i = 0; i < LOOKS; i++)
		wrong += aobj_watch_look();
	return wrong;
}

static void nothing_is_wrong_with_what_is_right(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
	obj = env_mixed(env);
	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 30), 0);
	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
}

/* => it is told, once; and no more when it has been put right */
static void expect_told(struct pager_env *env, atomic_long_t *count,
			const char *what)
{
	for (int by = -1; by <= 1; by += 2) {
		atomic_long_add(by, count);
		KUNIT_EXPECT_EQ_MSG(env->test, found_wrong(), 1u,
				    "%s is wrong by %d", what, by);
		atomic_long_sub(by, count);
		KUNIT_EXPECT_EQ_MSG(env->test, found_wrong(), 0u,
				    "%s is right again", what);
	}
}

#define EXPECT_TOLD(env, what) expect_told(env, &(what), #what)

static void a_total_that_is_wrong_is_told(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_mixed(env);
	EXPECT_TOLD(env, aobj_totals.swapped);
	EXPECT_TOLD(env, aobj_totals.slots);
	EXPECT_TOLD(env, aobj_totals.inactive);
	EXPECT_TOLD(env, aobj_totals.reserved);
	EXPECT_TOLD(env, aobj_charged);
}

static void an_object_that_is_wrong_is_told(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);

	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
	EXPECT_TOLD(env, obj->resident);
	EXPECT_TOLD(env, obj->swapped);
	EXPECT_TOLD(env, obj->slots);
	EXPECT_TOLD(env, obj->bad);
	EXPECT_TOLD(env, obj->wired);
	EXPECT_TOLD(env, obj->dirty);
}

/* What has been wrong for a moment, in between, is not what is wrong. */
static void what_changes_is_not_judged(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_mixed(env);
	unsigned int wrong = 0;

	for (int i = 0; i < LOOKS; i++) {
		atomic_long_inc(&obj->resident);
		wrong += aobj_watch_look() + aobj_watch_look();
		atomic_long_dec(&obj->resident);
		wrong += aobj_watch_look();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0u);
}

/* A get that waits for memory has a place for a page that is not there. */
static void a_call_under_way_is_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj, *other;
	struct env_thread *t;
	struct page *page;

	env_budget(env, BUDGET);
	obj = env_object(env, BUDGET);
	other = env_object(env, 10);
	env_write(env, obj, 0, BUDGET, 1);
	t = env_start_get(env, other, 3, 0);
	KUNIT_EXPECT_TRUE(test, env_wait(aobj_place_held(other) == 1));
	KUNIT_EXPECT_EQ(test, aobj_check(1), -EUCLEAN);
	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 100), 0);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, aobj_pager_get_page(other, 3, 0, &page), 0);
	put_page(page);
	KUNIT_EXPECT_EQ(test, found_wrong(), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_wrong_with_what_is_right),
	KUNIT_CASE(a_total_that_is_wrong_is_told),
	KUNIT_CASE(an_object_that_is_wrong_is_told),
	KUNIT_CASE(what_changes_is_not_judged),
	KUNIT_CASE(a_call_under_way_is_waited_for),
	{},
};

AOBJ_KUNIT_SUITE(aobj_watch, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
