// SPDX-License-Identifier: GPL-2.0-only
/* Which pages go: ageing, clean ones, one object's; and with swap full. */
#include "pager_env.h"

static void inactive_pages_go_before_active_ones(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 128);

	env_disk(env, 0, 256, 0);
	env_write(env, obj, 0, 128, 1);
	env_page_out(env, obj, 64, 64);
	for (pgoff_t i = 0; i < 64; i++)
		KUNIT_EXPECT_TRUE(test, env_state(obj, i) & ENV_PRESENT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_EVICTED, 64);
	env_expect(env, obj, 0, 128, 1);
}

/* Nothing is inactive: the evictor ages, twice since all pages are young. */
static void active_pages_are_aged_and_go(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 64);
	unsigned long done;

	env_disk(env, 0, 256, 0);
	env_write(env, obj, 0, 64, 1);
	done = aobj_evict(ENV_BUDGET);
	KUNIT_EXPECT_EQ(test, done, 64ul);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	env_check(env);
	env_expect(env, obj, 0, 64, 1);
}

static void nothing_goes_when_enough_is_free(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 64);

	env_disk(env, 0, 256, 0);
	env_write(env, obj, 0, 64, 1);
	env_deactivate(obj, 0, 64);
	KUNIT_EXPECT_EQ(test, aobj_evict(ENV_BUDGET - 64), 0ul);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 64);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 0);
}

static void dirty_pages_stay_without_a_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 64);

	env_write(env, obj, 0, 10, 1);
	env_expect(env, obj, 40, 1, 0);
	env_deactivate(obj, 0, 64);
	aobj_evict(ENV_BUDGET + 1);
	env_expect(env, obj, 0, 10, 1);
	/* It was never written: it is zeros again when it is touched. */
	ENV_EXPECT_STATE(env, obj, 40, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 0);
	env_check(env);
}

static void the_shrinker_gets_clean_pages_only(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	env_expect(env, obj, 0, 10, 1);
	env_write(env, obj, 5, 5, 2);
	/* Active pages are not for the shrinker, clean or not. */
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(100), 0ul);
	env_deactivate(obj, 0, 4);
	env_deactivate(obj, 5, 5);
	env_mark(env);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(100), 4ul);
	ENV_EXPECT_STATE(env, obj, 3, ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 4, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 5,
			 ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY | ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_CLEAN_DROPS, 4);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 1u);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 5, 2);
	env_check(env);
}

static void the_shrinker_leaves_pages_under_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(100), 0ul);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 10);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 10, 1);
}

/* It may be called by whoever has a cluster locked, by way of an allocation. */
static void the_shrinker_waits_for_no_cluster(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct aobj_cluster *c;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 128);
	env_expect(env, obj, 0, 128, 1);
	env_deactivate(obj, 0, 128);
	c = aobj_cluster_find(obj, 0);
	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_lock(&c->lock);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(1000), 64ul);
	KUNIT_EXPECT_EQ(test, hweight64(c->res->present), 64u);
	aobj_pager_release(c);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(1000), 64ul);
	env_check(env);
}

static void the_shrinker_stops_when_it_has_enough(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 512, 0);
	obj = env_swapped(env, 256);
	env_expect(env, obj, 0, 256, 1);
	env_deactivate(obj, 0, 256);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(60), 64ul);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 192);
}

static void one_object_is_evicted_alone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *a = env_object(env, 100), *b = env_object(env, 100);

	env_disk(env, 0, 512, 0);
	env_write(env, a, 0, 100, 1);
	env_write(env, b, 0, 100, 2);
	aobj_evict_object(a, 100);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&a->resident), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&b->resident), 100);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&b->slots), 0);
	env_check(env);
	env_expect(env, a, 0, 100, 1);
	env_expect(env, b, 0, 100, 2);
}

static void an_object_without_pages_is_left_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	aobj_evict_object(obj, 100);
	env_check(env);
}

static void a_locked_cluster_is_passed_over(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_object(env, 128);
	struct aobj_cluster *c;

	/* A write that ends at once is finished here, which locks its clusters. */
	held_disk_hold(d, HELD_WRITE, true);
	env_write(env, obj, 0, 128, 1);
	c = aobj_cluster_find(obj, 0);
	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_lock(&c->lock);
	aobj_evict_object(obj, 64);
	aobj_pager_release(c);
	held_disk_open(d);
	env_wait_written(env);
	KUNIT_EXPECT_TRUE(test, env_state(obj, 0) & ENV_PRESENT);
	ENV_EXPECT_STATE(env, obj, 64, ENV_SLOT);
	env_expect(env, obj, 0, 128, 1);
}

/*
 * No slot is left
 */

/* => how many pages are in swap when all has been done that can be */
static long swapped_at_last(struct pager_env *env)
{
	for (unsigned int i = 0; i < 5; i++) {
		aobj_evict(ENV_BUDGET + 1);
		env_wait_written(env);
	}
	return atomic_long_read(&aobj_totals.swapped);
}

static void stale_slots_are_taken_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 34, 0);
	struct aobj *stale = env_swapped(env, 30), *obj;

	env_write(env, stale, 0, 30, 2);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 30u);
	obj = env_object(env, 20);
	env_write(env, obj, 0, 20, 3);
	env_evict(env, obj, 0, 20);
	env_wait_written(env);
	env_check(env);
	KUNIT_EXPECT_EQ(test, swapped_at_last(env), 33);
	env_check(env);
	env_expect(env, stale, 0, 30, 2);
	env_expect(env, obj, 0, 20, 3);
}

static void slots_of_clean_pages_are_not_taken_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 31, 0);
	struct aobj *clean = env_swapped(env, 30), *obj;

	env_expect(env, clean, 0, 30, 1);
	obj = env_object(env, 20);
	env_write(env, obj, 0, 20, 3);
	env_evict(env, obj, 0, 20);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 30u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 20);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 1u);
	env_check(env);
	env_expect(env, clean, 0, 30, 1);
	env_expect(env, obj, 0, 20, 3);
}

static void slots_under_read_are_not_taken_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 31, 0);
	struct aobj *under = env_swapped(env, 30), *obj;
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, under, 0, AOBJ_GET_CLUSTER);
	env_wait_held(env, d, HELD_READ, 1);
	obj = env_object(env, 20);
	env_write(env, obj, 0, 20, 3);
	env_evict(env, obj, 0, 20);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 30u);
	ENV_EXPECT_STATE(env, under, 5,
			 (env_state(under, 5) & ENV_YOUNG) | ENV_PRESENT |
				 ENV_READING | ENV_SLOT);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_expect(env, under, 0, 30, 1);
	env_check(env);
}

/* Rescued and changed: its slot is stale, but a write to it is in flight. */
static void slots_under_write_out_are_not_taken_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 21, 0);
	struct aobj *under = env_object(env, 20), *obj;

	env_write(env, under, 0, 20, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, under, 0, 20);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, under, 5, 0)), 0);
	env_write(env, under, 0, 20, 2);
	obj = env_object(env, 20);
	env_write(env, obj, 0, 20, 3);
	env_evict(env, obj, 0, 20);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 20u);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), 1u);
	env_check(env);
	held_disk_open(d);
	env_wait_written(env);
	/* Now they are stale and nothing more. */
	KUNIT_EXPECT_EQ(test, swapped_at_last(env), 20);
	env_expect(env, under, 0, 20, 2);
	env_expect(env, obj, 0, 20, 3);
	env_check(env);
}

static void a_full_device_is_still_rewritten(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 9, 0);
	struct aobj *obj = env_swapped(env, 8);
	u32 slot = env_slot(obj, 3);

	env_write(env, obj, 3, 1, 2);
	env_page_out(env, obj, 3, 1);
	KUNIT_EXPECT_EQ(test, env_slot(obj, 3), slot);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_WRITE, slot), 2u);
	env_expect(env, obj, 0, 3, 1);
	env_expect(env, obj, 3, 1, 2);
	env_expect(env, obj, 4, 4, 1);
	env_check(env);
}

static void slots_left_over_are_given_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 3);

	env_write(env, obj, 0, 3, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 3);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 3u);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(inactive_pages_go_before_active_ones),
	KUNIT_CASE(active_pages_are_aged_and_go),
	KUNIT_CASE(nothing_goes_when_enough_is_free),
	KUNIT_CASE(dirty_pages_stay_without_a_device),
	KUNIT_CASE(the_shrinker_gets_clean_pages_only),
	KUNIT_CASE(the_shrinker_leaves_pages_under_write_out),
	KUNIT_CASE(the_shrinker_waits_for_no_cluster),
	KUNIT_CASE(the_shrinker_stops_when_it_has_enough),
	KUNIT_CASE(one_object_is_evicted_alone),
	KUNIT_CASE(an_object_without_pages_is_left_at_once),
	KUNIT_CASE(a_locked_cluster_is_passed_over),
	KUNIT_CASE(stale_slots_are_taken_back),
	KUNIT_CASE(slots_of_clean_pages_are_not_taken_back),
	KUNIT_CASE(slots_under_read_are_not_taken_back),
	KUNIT_CASE(slots_under_write_out_are_not_taken_back),
	KUNIT_CASE(a_full_device_is_still_rewritten),
	KUNIT_CASE(slots_left_over_are_given_back),
	{},
};

AOBJ_KUNIT_SUITE(aobj_evict_choice, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
