// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last detach, at the same time as everything that may work on an object
 * then: swapoff, the page daemon, write-out and reads that nobody waits for.
 */
#include "aobj.h"
#include "pager_env.h"

#define ROUNDS 12

static int do_detach(struct env_thread *t)
{
	aobj_detach(t->obj);
	return 0;
}

static void expect_gone(struct kunit *test)
{
	struct pager_env *env = test->priv;

	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	env_check(env);
}

/* => an object for others, all on swap */
static struct aobj *swapped(struct pager_env *env, u64 npages)
{
	struct aobj *obj = env_adopt(env, aobj_create(npages << PAGE_SHIFT, 0));

	env_write(env, obj, 0, npages, 1);
	env_page_out(env, obj, 0, npages);
	return obj;
}

static void a_detach_meets_swapoff(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = swapped(env, 200);
	struct env_thread *off, *t;

	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	KUNIT_EXPECT_TRUE(test, env_wait(held_disk_held(d, HELD_READ) >= 1));
	env_disown(env, obj);
	t = env_start(env, do_detach, obj, 0, 0);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_ENDS(off, 0);
	env_disk_off(env, d);
	expect_gone(test);
}

/* The reads of swapoff fail, while the pages that they are for go. */
static void a_detach_meets_swapoff_that_fails(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = swapped(env, 10);
	struct env_thread *off, *t;
	int err;

	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 1);
	env_disown(env, obj);
	t = env_start(env, do_detach, obj, 0, 0);
	ENV_EXPECT_BLOCKS(t);
	for (u32 slot = 1; slot < 256; slot++)
		held_disk_fail(d, HELD_READ, slot, BLK_STS_IOERR, -1);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	err = env_join(off);
	KUNIT_EXPECT_TRUE(test, !err || err == -EIO);
	if (!err)
		env_disk_off(env, d);
	expect_gone(test);
}

static void a_detach_meets_a_flush(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj;
	struct env_thread *t;

	obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	KUNIT_EXPECT_EQ(test,
			aobj_flush(obj, 0, 0,
				   AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN),
			0);
	env_wait_held(env, d, HELD_WRITE, 1);
	env_disown(env, obj);
	t = env_start(env, do_detach, obj, 0, 0);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	expect_gone(test);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
}

/*
 * All at once, without an order: each has a reference while it works, and
 * gives it up in the midst of what the others do.
 */

/* => has changed and looked at each third page */
static int use_and_detach(struct env_thread *t)
{
	int err = 0;

	for (pgoff_t i = t->arg; i < aobj_object_npages(t->obj) && !err;
	     i += 3) {
		struct aobj_kmap map;

		err = aobj_kmap(t->obj, i, AOBJ_WRITE, &map);
		if (err)
			break;
		if (*(u64 *)map.addr && *(u64 *)map.addr != i + 1)
			err = -EILSEQ;
		*(u64 *)map.addr = i + 1;
		aobj_kunmap(&map);
	}
	aobj_detach(t->obj);
	return err;
}

static int flush_and_detach(struct env_thread *t)
{
	int err = aobj_flush(t->obj, 0, 0,
			     AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN);

	aobj_detach(t->obj);
	return err;
}

static void whoever_is_last_takes_all_away(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct held_disk *other = env_disk(env, 1, 512, 0);
	struct env_thread *t[4], *off;

	/* Its structure is another each time that it is in use again. */
	env_disk_off(env, other);
	/* Less than the object: the page daemon is at work all the time. */
	env_budget(env, aobj_budget_min());
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct aobj *obj = aobj_create(400 * PAGE_SIZE, 0);

		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(obj));
		for (unsigned int i = 0; i < 3; i++) {
			aobj_reference(obj);
			t[i] = env_start(env, use_and_detach, obj, i, 0);
		}
		t[3] = env_start(env, flush_and_detach, obj, 0, 0);
		off = round % 2 ? env_start_swapoff(env, other) : NULL;
		for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
			ENV_EXPECT_ENDS(t[i], 0);
		expect_gone(test);
		if (off) {
			ENV_EXPECT_ENDS(off, 0);
			KUNIT_ASSERT_EQ(
				test, aobj_swap_on(held_disk_devt(other), NULL),
				0);
		}
		for (unsigned int i = 0; i < env->nr_threads; i++)
			KUNIT_ASSERT_TRUE(test, env_reap(&env->thread[i]));
		env->nr_threads = 0;
	}
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	ENV_EXPECT_ENDS(env_start_swapoff(env, other), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_detach_meets_swapoff),
	KUNIT_CASE(a_detach_meets_swapoff_that_fails),
	KUNIT_CASE(a_detach_meets_a_flush),
	KUNIT_CASE(whoever_is_last_takes_all_away),
	{},
};

AOBJ_KUNIT_SUITE(aobj_detach, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
