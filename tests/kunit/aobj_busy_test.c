// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several devices, some of which have as much to write as they should, or do not
 * answer: what goes to the others, and what waits.
 */
#include "aobj_bind.h"
#include "aobj_flush.h"
#include "aobj_rebind.h"
#include "pager_env.h"

#define LONG_AGO (jiffies - 2 * HZ)

struct busy_case {
	struct pager_env *env;
	struct held_disk *d[2];
	struct aobj_swapdev *dev[2];
};

/* => two devices, with priorities, and classes "first" and "second" */
static struct busy_case two_devices(struct kunit *test, int first, int second)
{
	struct busy_case b = { .env = test->priv };

	for (int i = 0; i < 2; i++) {
		const struct aobj_swap_options opt = {
			.flags = AOBJ_SWAPON_PRIORITY,
			.priority = i ? second : first,
			.class = i ? "second" : "first",
		};

		b.d[i] = env_disk_as(b.env, i, ENV_DISK_PAGES, 0, &opt);
		b.dev[i] = env_dev(b.env, b.d[i]);
	}
	return b;
}

/* => as much is under way as may be; since when it has not answered */
static void set_busy(struct aobj_swapdev *dev, unsigned long answered)
{
	atomic_long_set(&dev->pace[WRITE].given, dev->pace[WRITE].limit);
	dev->pace[WRITE].answered = answered;
}

static void set_idle(struct aobj_swapdev *dev)
{
	atomic_long_set(&dev->pace[WRITE].given, 0);
}

/* => the device that has a slot for @tag, or NULL, and *@state says why */
static struct aobj_swapdev *would_take(u32 tag, enum aobj_swap_state *state)
{
	struct aobj_slot_run run;

	if (!aobj_swap_alloc(tag, 1, &run)) {
		*state = run.state;
		return NULL;
	}
	aobj_swap_free(run.first, run.nr);
	return run.dev;
}

static void of_equal_devices_one_that_is_not_busy_takes_it(struct kunit *test)
{
	struct busy_case b = two_devices(test, 3, 3);
	enum aobj_swap_state state = AOBJ_SWAP_READY;

	set_busy(b.dev[0], jiffies);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state),
				    b.dev[1]);
	KUNIT_EXPECT_FALSE(test, aobj_writeout_congested());
	set_busy(b.dev[1], jiffies);
	KUNIT_EXPECT_NULL(test, would_take(AOBJ_TAG_NONE, &state));
	KUNIT_EXPECT_EQ(test, state, AOBJ_SWAP_BUSY);
	KUNIT_EXPECT_FALSE(test, aobj_writeout_congested());
	atomic_long_inc(&aobj_totals.writing);
	KUNIT_EXPECT_TRUE(test, aobj_writeout_congested());
	atomic_long_dec(&aobj_totals.writing);
	set_idle(b.dev[0]);
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[0]);
	set_idle(b.dev[1]);
}

static void a_higher_one_is_waited_for_while_it_answers(struct kunit *test)
{
	struct busy_case b = two_devices(test, 3, 1);
	enum aobj_swap_state state = AOBJ_SWAP_READY;

	set_busy(b.dev[0], jiffies);
	KUNIT_EXPECT_NULL(test, would_take(AOBJ_TAG_NONE, &state));
	KUNIT_EXPECT_EQ(test, state, AOBJ_SWAP_BUSY);
	b.dev[0]->pace[WRITE].answered = LONG_AGO;
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[1]);
	set_busy(b.dev[1], LONG_AGO);
	KUNIT_EXPECT_NULL(test, would_take(AOBJ_TAG_NONE, &state));
	KUNIT_EXPECT_EQ(test, state, AOBJ_SWAP_STALLED);
	set_idle(b.dev[0]);
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[0]);
	set_idle(b.dev[1]);
}

/* There is nothing to wait for: the next priority is asked. */
static void one_that_does_not_answer_is_not_ready(struct kunit *test)
{
	struct busy_case b = two_devices(test, 3, 1);
	enum aobj_swap_state state = AOBJ_SWAP_READY;
	struct aobj *obj = env_object(b.env, 10);

	atomic_long_set(&b.dev[0]->pace[WRITE].given, 1);
	b.dev[0]->pace[WRITE].answered = jiffies;
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[0]);
	b.dev[0]->pace[WRITE].answered = LONG_AGO;
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[1]);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, "first"), 0);
	KUNIT_EXPECT_TRUE(test, aobj_swap_awaited(obj->bound));
	KUNIT_EXPECT_FALSE(test, aobj_swap_awaited(AOBJ_TAG_NONE));
	set_idle(b.dev[0]);
	KUNIT_EXPECT_FALSE(test, aobj_swap_awaited(obj->bound));
}

static void a_full_one_is_not_waited_for(struct kunit *test)
{
	struct busy_case b = two_devices(test, 3, 1);
	enum aobj_swap_state state = AOBJ_SWAP_READY;
	struct aobj_slot_run run[16];
	unsigned int runs = 0;

	while (runs < ARRAY_SIZE(run) - 1 &&
	       aobj_swap_alloc(AOBJ_TAG_NONE, 64, &run[runs]) &&
	       run[runs].dev == b.dev[0])
		runs++;
	aobj_swap_free(run[runs].first, run[runs].nr);
	KUNIT_ASSERT_EQ(test, env_used(b.env, b.d[0]), ENV_DISK_PAGES - 1u);
	set_busy(b.dev[0], jiffies);
	KUNIT_EXPECT_PTR_EQ(test, would_take(AOBJ_TAG_NONE, &state), b.dev[1]);
	b.dev[0]->pace[WRITE].answered = LONG_AGO;
	set_busy(b.dev[1], LONG_AGO);
	/* Slots can be taken back; an answer may never come. */
	KUNIT_EXPECT_NULL(test, would_take(AOBJ_TAG_NONE, &state));
	KUNIT_EXPECT_EQ(test, state, AOBJ_SWAP_FULL);
	set_idle(b.dev[0]);
	set_idle(b.dev[1]);
	while (runs--)
		aobj_swap_free(run[runs].first, run[runs].nr);
}

static void pages_on_one_that_does_not_answer_go_elsewhere(struct kunit *test)
{
	struct busy_case b = two_devices(test, 3, 1);
	u32 slot = b.dev[0]->base + 5;

	set_busy(b.dev[0], jiffies);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_stays(slot, AOBJ_TAG_NONE),
			    b.dev[0]);
	b.dev[0]->pace[WRITE].answered = LONG_AGO;
	KUNIT_EXPECT_NULL(test, aobj_swap_stays(slot, AOBJ_TAG_NONE));
	set_idle(b.dev[0]);
}

/* => an object, bound, with @nr dirty pages */
static struct aobj *bound_object(struct busy_case *b, const char *class,
				 unsigned int nr)
{
	struct aobj *obj = env_object(b->env, nr);

	KUNIT_ASSERT_EQ(b->env->test, aobj_object_bind(obj, class), 0);
	env_write(b->env, obj, 0, nr, 1);
	return obj;
}

static void a_device_that_hangs_holds_up_no_other(struct kunit *test)
{
	struct busy_case b = two_devices(test, 0, 0);
	struct aobj *hung, *well, *any;
	unsigned long writing;

	env_budget(b.env, 2048);
	hung = bound_object(&b, "first", 384);
	well = bound_object(&b, "second", 128);
	held_disk_hold(b.d[0], HELD_WRITE, true);
	env_evict(b.env, hung, 0, 384);
	/* An eighth of the budget, as there are two devices. */
	env_wait_held(b.env, b.d[0], HELD_WRITE, 4);
	env_evict(b.env, hung, 256, 128);
	writing = atomic_long_read(&aobj_totals.writing);
	KUNIT_EXPECT_EQ(test, writing, 256ul);
	KUNIT_EXPECT_FALSE(test, aobj_writeout_congested());
	ENV_EXPECT_STATE(b.env, hung, 300,
			 ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY);

	/* Behind those that wait, in the same queue. */
	env_evict(b.env, well, 0, 128);
	env_wait(atomic_long_read(&aobj_totals.writing) == (long)writing);
	ENV_EXPECT_STATE(b.env, well, 0, ENV_SLOT);
	ENV_EXPECT_STATE(b.env, well, 127, ENV_SLOT);

	/* When it is clear that it hangs its pages are not looked at each time. */
	KUNIT_EXPECT_EQ(test, aobj_budget_shortage(2048),
			2048 - aobj_budget_free() - (long)writing);
	WRITE_ONCE(b.dev[0]->pace[WRITE].answered, LONG_AGO);
	aobj_swap_look();
	KUNIT_EXPECT_EQ(test, aobj_budget_shortage(2048),
			2048 - aobj_budget_free());
	any = bound_object(&b, "", 64);
	env_evict(b.env, any, 0, 128);
	env_wait(atomic_long_read(&aobj_totals.writing) == (long)writing);
	ENV_EXPECT_STATE(b.env, any, 0, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, env_used(b.env, b.d[1]), 128u + 64);
	ENV_EXPECT_STATE(b.env, hung, 300, ENV_ACTIVE | ENV_DIRTY);
	env_check(b.env);

	held_disk_open(b.d[0]);
	env_wait_written(b.env);
	env_page_out(b.env, hung, 256, 128);
	env_expect(b.env, hung, 0, 384, 1);
	env_expect(b.env, well, 0, 128, 1);
	env_expect(b.env, any, 0, 64, 1);
	env_check(b.env);
}

/* Else it would rest, for up to ten seconds, with the device idle. */
static void an_answer_gets_the_page_daemon_going(struct kunit *test)
{
	struct busy_case b = two_devices(test, 0, 0);
	struct aobj *obj = bound_object(&b, "first", 384);

	env_budget(b.env, 2048);
	held_disk_hold(b.d[0], HELD_WRITE, true);
	env_evict(b.env, obj, 0, 384);
	env_wait_held(b.env, b.d[0], HELD_WRITE, 4);
	env_evict(b.env, obj, 256, 128);
	env_wait(!READ_ONCE(aobj_daemon_kicked));
	held_disk_complete(b.d[0], HELD_WRITE, 0, BLK_STS_OK);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(b.dev[0]->pace[WRITE].reached));
	held_disk_open(b.d[0]);
	env_wait_written(b.env);
	env_check(b.env);
}

static int flush_clean(struct env_thread *t)
{
	struct aobj_flushed flushed;

	return aobj_flush_range(t->obj, 0, 384, AOBJ_FLUSH_CLEAN, &flushed);
}

/* However long that takes: it sleeps meanwhile, and can be killed. */
static void a_flush_waits_for_the_device(struct kunit *test)
{
	struct busy_case b = two_devices(test, 0, 0);
	struct aobj *obj = bound_object(&b, "first", 384);
	struct env_thread *t, *killed;

	env_budget(b.env, 2048);
	held_disk_hold(b.d[0], HELD_WRITE, true);
	t = env_start(b.env, flush_clean, obj, 0, 0);
	killed = env_start(b.env, flush_clean, obj, 0, 0);
	env_wait_held(b.env, b.d[0], HELD_WRITE, 4);
	schedule_timeout_uninterruptible(5);
	env_kill(killed);
	ENV_EXPECT_ENDS(killed, -EINTR);
	WRITE_ONCE(b.dev[0]->pace[WRITE].answered, LONG_AGO);
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_EQ(test, held_disk_held(b.d[0], HELD_WRITE), 4u);
	held_disk_open(b.d[0]);
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(b.env);
	ENV_EXPECT_STATE(b.env, obj, 383, ENV_ACTIVE | ENV_SLOT);
	env_expect(b.env, obj, 0, 384, 1);
	env_check(b.env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(of_equal_devices_one_that_is_not_busy_takes_it),
	KUNIT_CASE(a_higher_one_is_waited_for_while_it_answers),
	KUNIT_CASE(one_that_does_not_answer_is_not_ready),
	KUNIT_CASE(a_full_one_is_not_waited_for),
	KUNIT_CASE(pages_on_one_that_does_not_answer_go_elsewhere),
	KUNIT_CASE(a_device_that_hangs_holds_up_no_other),
	KUNIT_CASE(a_flush_waits_for_the_device),
	KUNIT_CASE(an_answer_gets_the_page_daemon_going),
	{},
};

AOBJ_KUNIT_SUITE(aobj_busy, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
