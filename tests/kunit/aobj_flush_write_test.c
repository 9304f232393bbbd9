// SPDX-License-Identifier: GPL-2.0-only
/* Flush: write-out that it begins and waits for, and what may go wrong. */
#include "aobj.h"
#include "aobj_flush.h"
#include "aobj_wire.h"
#include "pager_env.h"

#define NR 10
#define PAGE_OUT (AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN)
#define WRITING (ENV_ACTIVE | ENV_WRITING | ENV_SLOT)

static int do_flush(struct env_thread *t)
{
	struct aobj_flushed flushed;
	int err = aobj_flush_range(t->obj, 0, ULONG_MAX, t->flags, &flushed);

	t->word = flushed.done;
	t->skipped = flushed.skipped;
	return err;
}

static struct env_thread *start_flush(struct pager_env *env, struct aobj *obj,
				      unsigned int flags)
{
	return env_start(env, do_flush, obj, 0, flags);
}

static struct aobj *dirty_object(struct pager_env *env)
{
	struct aobj *obj = env_adopt(env, aobj_create(NR * PAGE_SIZE, 0));

	env_write(env, obj, 0, NR, 1);
	return obj;
}

static void clean_begins_to_write(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t;

	held_disk_hold(d, HELD_WRITE, true);
	/* It does not wait, though nothing completes. */
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, (u64)NR);
	env_wait_held(env, d, HELD_WRITE, 1);
	for (pgoff_t i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i, WRITING);
	/* What is on its way is not sent twice. */
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, 0ull);
	env_wait_held(env, d, HELD_WRITE, 1);
	held_disk_open(d);
	env_wait_written(env);
	for (pgoff_t i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_SLOT);
	env_check(env);
}

static void wait_waits_for_the_end(struct kunit *test)
{
	static const unsigned int flags[] = {
		AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT, PAGE_OUT | AOBJ_FLUSH_WAIT
	};
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct aobj *obj = dirty_object(env);
		struct env_thread *t;

		held_disk_hold(d, HELD_WRITE, true);
		t = start_flush(env, obj, flags[i]);
		env_wait_held(env, d, HELD_WRITE, 1);
		ENV_EXPECT_BLOCKS(t);
		KUNIT_EXPECT_TRUE(test, env_state(obj, 3) & ENV_WRITING);
		held_disk_open(d);
		ENV_EXPECT_ENDS(t, 0);
		KUNIT_EXPECT_FALSE(test, env_state(obj, 3) & ENV_WRITING);
		env_expect(env, obj, 0, NR, 1);
		env_check(env);
	}
}

/* WAIT alone is for what others have begun. */
static void wait_alone_waits_as_well(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t;

	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, NR);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = start_flush(env, obj, AOBJ_FLUSH_WAIT);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_check(env);
}

/* What was changed after it was sent is to be on swap, too, in the end. */
static void pages_that_changed_meanwhile_are_written_again(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t;

	held_disk_hold(d, HELD_WRITE, true);
	ENV_EXPECT_ENDS(start_flush(env, obj, AOBJ_FLUSH_CLEAN), 0);
	env_wait_held(env, d, HELD_WRITE, 1);
	env_write(env, obj, 0, NR, 2);
	t = start_flush(env, obj, PAGE_OUT | AOBJ_FLUSH_WAIT);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	for (pgoff_t i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	env_expect(env, obj, 0, NR, 2);
	env_check(env);
}

static void a_page_used_meanwhile_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);

	held_disk_hold(d, HELD_WRITE, true);
	ENV_EXPECT_ENDS(start_flush(env, obj, PAGE_OUT), 0);
	env_wait_held(env, d, HELD_WRITE, 1);
	env_expect(env, obj, 3, 1, 1);
	env_write(env, obj, 4, 1, 2);
	held_disk_open(d);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 3, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 4, ENV_ACTIVE | ENV_SLOT | ENV_DIRTY);
	env_expect(env, obj, 4, 1, 2);
	env_check(env);
}

static void a_signal_ends_the_wait(struct kunit *test)
{
	static const unsigned int flags[] = { AOBJ_FLUSH_WAIT,
					      PAGE_OUT | AOBJ_FLUSH_WAIT };
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);

	held_disk_hold(d, HELD_WRITE, true);
	ENV_EXPECT_ENDS(start_flush(env, obj, AOBJ_FLUSH_CLEAN), 0);
	env_wait_held(env, d, HELD_WRITE, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct env_thread *t = start_flush(env, obj, flags[i]);

		ENV_EXPECT_BLOCKS(t);
		env_kill(t);
		ENV_EXPECT_ENDS(t, -EINTR);
	}
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, NR, 1);
	env_check(env);
}

/* A quarter of the budget is on its way: no more is sent before some is over. */
static void so_much_is_sent_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj;
	struct env_thread *t;

	obj = env_adopt(env, aobj_create(400 * PAGE_SIZE, 0));
	env_write(env, obj, 0, 400, 1);
	held_disk_hold(d, HELD_WRITE, true);
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN);
	KUNIT_EXPECT_TRUE(
		test, env_wait(atomic_long_read(&aobj_totals.writing) >= 256));
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&t->done));
	KUNIT_EXPECT_LT(test, atomic_long_read(&aobj_totals.writing), 400);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 400u);
	env_check(env);
}

/*
 * => a flush that has found pages @rest and 4 behind it dirty, and waits before it
 *    writes them: as many as may be on their way are
 */
static struct env_thread *stop_short(struct pager_env *env, struct held_disk *d,
				     struct aobj *obj, pgoff_t *rest)
{
	const pgoff_t few = 5 * 64; /* of 10, only 5 fit into a run of slots */
	struct env_thread *t;

	env_write(env, obj, 0, 3 * 64, 1);
	env_write(env, obj, 3 * 64, 50, 1);
	env_write(env, obj, 4 * 64, 9, 1);
	env_write(env, obj, few, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN);
	KUNIT_EXPECT_TRUE(env->test,
			  env_wait(env_state(obj, few + 4) & ENV_WRITING));
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_FALSE(env->test, completion_done(&t->done));
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&aobj_totals.writing), 256);
	*rest = few + 5;
	return t;
}

/* Who has it will change it, and has said so before. */
static void what_is_held_by_then_is_not_written(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_adopt(env, aobj_create(400 * PAGE_SIZE, 0));
	struct page *page = NULL;
	struct env_thread *t;
	pgoff_t rest;

	t = stop_short(env, d, obj, &rest);
	KUNIT_ASSERT_EQ(test,
			aobj_get(obj, rest + 1, &page, 1, 0, AOBJ_WRITE,
				 AOBJ_RANDOM, 0),
			0);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, rest + 3, rest + 4), 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, rest, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, rest + 1, ENV_ACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, rest + 3,
			 ENV_ACTIVE | ENV_DIRTY | ENV_WIRED);
	env_fill(page, env_word(obj, rest + 1, 2));
	aobj_put(&page, 1);
	env_page_out(env, obj, rest, 3);
	env_expect(env, obj, rest, 1, 1);
	env_expect(env, obj, rest + 1, 1, 2);
	env_expect(env, obj, rest + 2, 3, 1);
	env_check(env);
}

/* It waits for the device that the object is bound to, others being well. */
static void a_signal_ends_the_wait_for_a_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	dev_t dev = held_disk_devt(d);
	struct env_thread *t;
	char number[16];

	env_disk(env, 1, 256, 0);
	snprintf(number, sizeof(number), "%u:%u", MAJOR(dev), MINOR(dev));
	KUNIT_ASSERT_EQ(test, aobj_bind(obj, number), 0);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 1);
	KUNIT_EXPECT_TRUE(test, env_wait(aobj_swap_state(env_dev(env, d)) ==
					 AOBJ_SWAP_STALLED));
	t = start_flush(env, obj, AOBJ_FLUSH_CLEAN);
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&t->done));
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, NR, 1);
	env_check(env);
}

static void fail_to_write(struct kunit *test, blk_status_t status, u32 bad)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t;
	u32 slot;

	held_disk_hold(d, HELD_WRITE, true);
	t = start_flush(env, obj, PAGE_OUT | AOBJ_FLUSH_WAIT);
	env_wait_held(env, d, HELD_WRITE, 1);
	slot = env_slot(obj, 4);
	held_disk_fail(d, HELD_WRITE, slot, status, -1);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, -EIO);
	env_wait_written(env);
	/* Nothing is lost, and the others are out. */
	ENV_EXPECT_STATE(env, obj, 4, ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY);
	for (pgoff_t i = 0; i < NR; i++)
		if (i != 4)
			ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	held_disk_fail(d, HELD_WRITE, slot, status, 0);
	/* An error is told once, to who waited for it. */
	ENV_EXPECT_ENDS(start_flush(env, obj, PAGE_OUT | AOBJ_FLUSH_WAIT), 0);
	ENV_EXPECT_STATE(env, obj, 4, ENV_SLOT);
	env_expect(env, obj, 0, NR, 1);
	env_expect_bad(env, d, bad);
	env_check(env);
}

static void write_errors_are_told(struct kunit *test)
{
	fail_to_write(test, BLK_STS_IOERR, 0);
}

static void so_are_those_of_a_bad_medium(struct kunit *test)
{
	fail_to_write(test, BLK_STS_MEDIUM, 1);
}

static void without_swap_there_is_no_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = dirty_object(env);

	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, AOBJ_FLUSH_CLEAN), -ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, PAGE_OUT | AOBJ_FLUSH_WAIT),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, AOBJ_FLUSH_DEACTIVATE), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), NR);
	env_expect(env, obj, 0, NR, 1);
	env_check(env);
}

/* What does not fit stays as it is, and what does fit is on its way. */
static void a_full_device_has_no_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 31, 0);
	struct aobj *obj = env_adopt(env, aobj_create(40 * PAGE_SIZE, 0));

	env_write(env, obj, 0, 40, 1);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, PAGE_OUT | AOBJ_FLUSH_WAIT),
			-ENOSPC);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 30u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
	env_check(env);
	env_expect(env, obj, 0, 40, 1);
}

/* There are slots: those of resident pages that have changed since. */
/* => a device that has no slot free, but some of pages that have changed */
static struct aobj *stale_object(struct pager_env *env)
{
	struct held_disk *d = env_disk(env, 0, 31, 0);
	struct aobj *stale = env_object(env, 30);

	env_write(env, stale, 0, 30, 1);
	env_page_out(env, stale, 0, 30);
	env_write(env, stale, 0, 30, 2);
	KUNIT_EXPECT_EQ(env->test, env_used(env, d), 30u);
	return stale;
}

static void expect_flushed(struct kunit *test, unsigned int flags,
			   unsigned int state)
{
	struct pager_env *env = test->priv;
	struct aobj *stale = stale_object(env);
	struct aobj *obj = dirty_object(env);

	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, flags | AOBJ_FLUSH_WAIT),
			0);
	for (pgoff_t i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i, state);
	env_check(env);
	env_expect(env, stale, 0, 30, 2);
	env_expect(env, obj, 0, NR, 1);
}

static void stale_slots_are_taken_back(struct kunit *test)
{
	expect_flushed(test, AOBJ_FLUSH_CLEAN, ENV_ACTIVE | ENV_SLOT);
}

/* Also then what is paged out is gone afterwards. */
static void pages_leave_for_stale_slots(struct kunit *test)
{
	expect_flushed(test, AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN,
		       ENV_SLOT);
}

/* => a thread whose FREE waits for a write of all of the object, which is held */
static struct env_thread *start_free(struct pager_env *env, struct held_disk *d,
				     struct aobj *obj)
{
	struct env_thread *t;

	held_disk_hold(d, HELD_WRITE, true);
	ENV_EXPECT_ENDS(start_flush(env, obj, AOBJ_FLUSH_CLEAN), 0);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = start_flush(env, obj, AOBJ_FLUSH_FREE);
	ENV_EXPECT_BLOCKS(t);
	return t;
}

/* Its pages go with the write, which is waited for. */
static void free_waits_for_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t = start_free(env, d, obj);

	KUNIT_EXPECT_EQ(test, env_used(env, d), (u32)NR);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, (u64)NR);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	env_expect(env, obj, 0, NR, 0);
	env_check(env);
}

/* Not as it was when the wait began, but as it is when the page would go. */
static void free_spares_what_is_held_by_then(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t = start_free(env, d, obj);
	struct page *page;

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 3, 4), 0);
	KUNIT_ASSERT_EQ(test,
			aobj_pager_get_page(obj, 6, AOBJ_GET_ALONE, &page), 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, (u64)NR - 2);
	KUNIT_EXPECT_EQ(test, t->skipped, 2ull);
	ENV_EXPECT_STATE(env, obj, 3, ENV_ACTIVE | ENV_SLOT | ENV_WIRED);
	ENV_EXPECT_STATE(env, obj, 6, ENV_ACTIVE | ENV_SLOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 2);
	put_page(page);
	env_expect(env, obj, 3, 1, 1);
	env_expect(env, obj, 6, 1, 1);
	env_check(env);
}

static void a_signal_ends_a_free(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = dirty_object(env);
	struct env_thread *t = start_free(env, d, obj);

	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	KUNIT_EXPECT_EQ(test, t->word, 0ull);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, NR, 1);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(clean_begins_to_write),
	KUNIT_CASE(wait_waits_for_the_end),
	KUNIT_CASE(wait_alone_waits_as_well),
	KUNIT_CASE(pages_that_changed_meanwhile_are_written_again),
	KUNIT_CASE(a_page_used_meanwhile_stays),
	KUNIT_CASE(a_signal_ends_the_wait),
	KUNIT_CASE(so_much_is_sent_at_once),
	KUNIT_CASE(what_is_held_by_then_is_not_written),
	KUNIT_CASE(a_signal_ends_the_wait_for_a_device),
	KUNIT_CASE(write_errors_are_told),
	KUNIT_CASE(so_are_those_of_a_bad_medium),
	KUNIT_CASE(without_swap_there_is_no_room),
	KUNIT_CASE(a_full_device_has_no_room),
	KUNIT_CASE(stale_slots_are_taken_back),
	KUNIT_CASE(pages_leave_for_stale_slots),
	KUNIT_CASE(free_waits_for_write_out),
	KUNIT_CASE(free_spares_what_is_held_by_then),
	KUNIT_CASE(a_signal_ends_a_free),
	{},
};

AOBJ_KUNIT_SUITE(aobj_flush_write, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
