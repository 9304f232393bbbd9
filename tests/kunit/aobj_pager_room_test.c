// SPDX-License-Identifier: GPL-2.0-only
/* The pager's get when the budget has no room. */
#include <linux/jiffies.h>

#include "pager_env.h"

#define BUDGET 256 /* the least that there is on machines with pages of 4 KiB */

/* => all of the budget is used by pages that cannot go: there is no device */
static struct aobj *full_budget(struct pager_env *env, unsigned int wait_ms)
{
	struct aobj *obj = env_object(env, 2 * BUDGET);

	env_budget(env, BUDGET);
	aobj_nospace_wait_ms = wait_ms;
	env_write(env, obj, 0, BUDGET, 1);
	return obj;
}

/* => how long it took to be refused, in milliseconds */
static unsigned int refused_after(struct kunit *test, struct aobj *obj,
				  unsigned int flags, int want)
{
	unsigned long begin = jiffies;
	struct page *page;

	KUNIT_EXPECT_EQ(test, aobj_pager_get_page(obj, BUDGET, flags, &page),
			want);
	return jiffies_to_msecs(jiffies - begin);
}

static void a_get_without_room_is_refused_in_time(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = full_budget(env, 400);
	unsigned int ms = refused_after(test, obj, 0, -ENOSPC);

	KUNIT_EXPECT_GE(test, ms, 400u);
	KUNIT_EXPECT_LT(test, ms, 4000u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), BUDGET);
	env_expect(env, obj, 0, BUDGET, 1);
	ENV_EXPECT_STATE(env, obj, BUDGET, 0);
	env_check(env);
}

static void the_impatient_give_up_before_others(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = full_budget(env, 1600);
	unsigned int ms = refused_after(test, obj, AOBJ_GET_IMPATIENT, -ENOSPC);

	KUNIT_EXPECT_GE(test, ms, 400u);
	KUNIT_EXPECT_LT(test, ms, 1500u);
}

static void nowait_does_not_wait_for_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = full_budget(env, 10000);
	unsigned int ms = refused_after(test, obj, AOBJ_GET_NOWAIT, -EAGAIN);

	KUNIT_EXPECT_LT(test, ms, 1000u);
	ms = refused_after(test, obj, AOBJ_GET_BRIEFLY, -EAGAIN);
	KUNIT_EXPECT_LT(test, ms, 1000u);
	env_check(env);
}

static bool somebody_waits(void)
{
	return wq_has_sleeper(&aobj_room_wait);
}

static void a_get_goes_on_when_there_is_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = full_budget(env, 60000);
	struct env_thread *t = env_start_get(env, obj, BUDGET, 0);

	KUNIT_EXPECT_TRUE(test, env_wait(somebody_waits()));
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 100), 0);
	/* It was past the end of the object by the time that there was. */
	ENV_EXPECT_ENDS(t, -ENXIO);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 2 * BUDGET), 0);
	env_write(env, obj, 100, BUDGET - 100, 2);
	t = env_start_get(env, obj, BUDGET, 0);
	KUNIT_EXPECT_TRUE(test, env_wait(somebody_waits()));
	env_budget(env, BUDGET + 64);
	ENV_EXPECT_ENDS(t, 0);
	env_expect(env, obj, 0, 100, 1);
	env_expect(env, obj, 100, BUDGET - 100, 2);
	env_check(env);
}

static void a_get_without_room_can_be_killed(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = full_budget(env, 60000);
	struct env_thread *t = env_start_get(env, obj, BUDGET, 0);

	KUNIT_EXPECT_TRUE(test, env_wait(somebody_waits()));
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), BUDGET);
	env_check(env);
}

/* While something is in flight there is hope, however long that takes. */
static void a_get_waits_as_long_as_pages_are_written(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d;
	struct aobj *obj;
	struct env_thread *t;

	obj = full_budget(env, 100);
	d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	held_disk_hold(d, HELD_WRITE, true);
	t = env_start_get(env, obj, BUDGET, 0);
	KUNIT_EXPECT_TRUE(test, env_wait(held_disk_held(d, HELD_WRITE)));
	schedule_timeout_uninterruptible(HZ);
	KUNIT_EXPECT_FALSE(test, completion_done(&t->done));
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_LE(test, atomic_long_read(&aobj_charged), BUDGET);
	env_expect(env, obj, 0, BUDGET, 1);
}

/* With the daemon at work: it all comes back. */
static void more_than_the_budget_lives_in_swap(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	struct aobj *obj = env_object(env, BUDGET + 250);

	env_budget(env, BUDGET);
	env_write(env, obj, 0, BUDGET + 250, 1);
	KUNIT_EXPECT_LE(test, atomic_long_read(&aobj_charged), BUDGET);
	for (unsigned int i = 0; i < BUDGET + 250; i += 50)
		env_write(env, obj, i, 1, 2);
	for (unsigned int i = 0; i < BUDGET + 250; i++)
		env_expect(env, obj, i, 1, i % 50 ? 1 : 2);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_get_without_room_is_refused_in_time),
	KUNIT_CASE(the_impatient_give_up_before_others),
	KUNIT_CASE(nowait_does_not_wait_for_room),
	KUNIT_CASE(a_get_goes_on_when_there_is_room),
	KUNIT_CASE(a_get_without_room_can_be_killed),
	KUNIT_CASE(a_get_waits_as_long_as_pages_are_written),
	KUNIT_CASE(more_than_the_budget_lives_in_swap),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pager_room, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
