// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap I/O without memory: the reserve of bios, and what happens when it is
 * used up.  An allocation fails when the kernel's fault injection is told so,
 * which counts those of this thread; a bio's is the first of what is called.
 */
#include <linux/sched.h>

#include "pager_env.h"

#define RESERVE 16 /* bios of a device for each direction */
#define MANY 100000 /* allocations: more than anything here makes */
#define CLUSTERS 3 /* of an object that is evicted as a whole */

#ifdef CONFIG_FAILSLAB

/* => the @nth allocation of this thread fails, that alone */
static void fail_allocation(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

/* => whether it came to that */
static bool allocation_failed(void)
{
	bool failed = !READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return failed;
}

/* => page @pgoff is in a held write of its own, whose bio is of the reserve */
static void write_from_reserve(struct pager_env *env, struct aobj *obj,
			       pgoff_t pgoff)
{
	fail_allocation(1);
	env_evict(env, obj, pgoff, 1);
	KUNIT_EXPECT_TRUE(env->test, allocation_failed());
}

/* => an object of a page a cluster; the first RESERVE are in held writes */
static struct aobj *use_up_reserve(struct pager_env *env, struct held_disk *d)
{
	struct aobj *obj = env_object(env, 64 * (RESERVE + 2));

	for (unsigned int i = 0; i < RESERVE + 2; i++)
		env_write(env, obj, 64 * i, 1, 1);
	held_disk_hold(d, HELD_WRITE, true);
	for (unsigned int i = 0; i < RESERVE; i++)
		write_from_reserve(env, obj, 64 * i);
	env_wait_held(env, d, HELD_WRITE, RESERVE);
	return obj;
}

static void write_out_goes_on_from_the_reserve(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = use_up_reserve(env, d);

	env_check(env);
	held_disk_open(d);
	env_wait_written(env);
	for (unsigned int i = 0; i < RESERVE; i++)
		env_expect(env, obj, 64 * i, 1, 1);
	env_check(env);
}

static void write_out_stops_when_the_reserve_is_used_up(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = use_up_reserve(env, d);

	write_from_reserve(env, obj, 64 * RESERVE);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), RESERVE + 0u);
	ENV_EXPECT_STATE(env, obj, 64 * RESERVE,
			 ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY);
	KUNIT_EXPECT_EQ(test, env_used(env, d), RESERVE + 0u);
	env_check(env);

	/* One completes: one can be written. */
	held_disk_complete(d, HELD_WRITE, 3, BLK_STS_OK);
	env_wait(!(env_state(obj, 64 * 3) & ENV_WRITING));
	env_wait(atomic_read(&env_dev(env, d)->inflight) == RESERVE - 1);
	write_from_reserve(env, obj, 64 * RESERVE);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), RESERVE + 0u);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 64 * RESERVE, 1, 1);
	env_check(env);
}

/* Congested, with something to reap: it reaps, and goes on at once. */
static void the_evictor_reaps_to_have_a_bio(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = use_up_reserve(env, d);

	/* Nobody else runs until this thread sleeps. */
	held_disk_complete(d, HELD_WRITE, 3, BLK_STS_OK);
	write_from_reserve(env, obj, 64 * RESERVE);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), RESERVE + 0u);
	ENV_EXPECT_STATE(env, obj, 64 * 3, ENV_SLOT);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 64 * RESERVE, 1, 1);
	env_check(env);
}

/* => pages of every kind: new, rewritten in place and elsewhere, clean, few */
static void make_mix(struct pager_env *env, struct aobj *obj)
{
	env_write(env, obj, 0, 64, 1);
	env_write(env, obj, 70, 3, 1);
	env_write(env, obj, 130, 40, 1);
}

static void expect_mix_is_out(struct pager_env *env, struct aobj *obj)
{
	env_wait_written(env);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->resident), 0);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->swapped), 107);
	env_check(env);
}

static void expect_mix(struct pager_env *env, struct aobj *obj)
{
	env_expect(env, obj, 0, 64, 1);
	env_expect(env, obj, 70, 3, 1);
	env_expect(env, obj, 130, 40, 1);
}

/*
 * What keeps account of where a page goes is there before the page is; a bio is
 * two allocations, itself and its vector.
 */
static void eviction_allocates_bios_and_nothing_else(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 64 * CLUSTERS);

	env_disk(env, 0, 256, 0);
	for (unsigned int round = 0; round < 3; round++) {
		unsigned int wanted;

		make_mix(env, obj);
		env_mark(env);
		fail_allocation(MANY);
		env_evict(env, obj, 0, 64 * CLUSTERS);
		wanted = MANY - READ_ONCE(current->fail_nth);
		KUNIT_EXPECT_FALSE(test, allocation_failed());
		KUNIT_EXPECT_LE(test, (unsigned long)wanted,
				2 * env_events(env, AOBJ_EV_WRITE_BIOS));
		expect_mix_is_out(env, obj);
		/* The next time it is clean, as far as it is not written anew. */
		if (round == 1)
			expect_mix(env, obj);
	}
	expect_mix(env, obj);
}

/* => all of it goes out though the @nth allocation fails; whether it came to that */
static bool goes_out_without(struct pager_env *env, struct held_disk *d,
			     struct aobj *obj, unsigned int nth)
{
	bool failed;

	make_mix(env, obj);
	/* Bios that are held are not there for the next. */
	held_disk_hold(d, HELD_WRITE, true);
	fail_allocation(nth);
	env_evict(env, obj, 0, 64 * CLUSTERS);
	failed = allocation_failed();
	held_disk_open(d);
	expect_mix_is_out(env, obj);
	return failed;
}

static void pages_go_out_whichever_allocation_fails(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 64 * CLUSTERS);
	unsigned int nth = 1;

	while (nth < MANY && goes_out_without(env, d, obj, nth))
		nth++;
	KUNIT_EXPECT_GT(test, nth, 1u);
	expect_mix(env, obj);
}

/*
 * => a write of 10 pages has failed and been split, but for what came at and
 *    after the @nth allocation
 */
static struct aobj *split_in_part(struct pager_env *env, struct held_disk *d,
				  unsigned int nth)
{
	struct aobj *obj = env_object(env, 10);

	use_up_reserve(env, d);
	env_write(env, obj, 0, 10, 1);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, RESERVE + 1);
	env_mark(env);
	/* Nobody else runs until this thread sleeps. */
	held_disk_complete(d, HELD_WRITE, RESERVE, BLK_STS_IOERR);
	fail_allocation(nth);
	aobj_swapio_reap();
	KUNIT_EXPECT_TRUE(env->test, allocation_failed());
	return obj;
}

static void a_split_without_a_bio_goes_on_later(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = split_in_part(env, d, 4);
	u32 slot = env_slot(obj, 0);

	/* Nothing is said of those that were not tried. */
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), RESERVE + 3u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_ERRORS, 0);
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i,
				 ENV_PRESENT | ENV_INACTIVE | ENV_WRITING |
					 ENV_SLOT);
	env_wait_held(env, d, HELD_WRITE, RESERVE + 10);
	held_disk_open(d);
	env_wait_written(env);
	for (pgoff_t i = 0; i < 10; i++) {
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
		KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_WRITE, slot + i),
				2u);
	}
	env_expect(env, obj, 0, 10, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&env_dev(env, d)->failures), 0);
	env_check(env);
}

static void a_split_without_any_bio_goes_on_later(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = split_in_part(env, d, 1);

	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), RESERVE + 0u);
	env_wait_held(env, d, HELD_WRITE, RESERVE + 10);
	KUNIT_EXPECT_EQ(test, atomic_read(&env_dev(env, d)->failures), 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_ERRORS, 0);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

#endif /* CONFIG_FAILSLAB */

/*
 * Two writes end, the second while the worker that has the first waits for its cluster.
 * => whether the second was done with before the next tick
 */
static bool reaped_at_once(struct pager_env *env, struct held_disk *d,
			   struct aobj *obj)
{
	struct aobj_cluster *c;
	unsigned long start, ticks;

	env_write(env, obj, 0, 1, 1);
	env_write(env, obj, 64, 1, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 1);
	env_evict(env, obj, 64, 1);
	env_wait_held(env, d, HELD_WRITE, 2);
	c = aobj_cluster_find(obj, 0);
	mutex_lock(&c->lock);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_OK);
	/* The worker meets the mutex, and a tick begins. */
	schedule_timeout_uninterruptible(1);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_OK);
	start = jiffies;
	aobj_pager_release(c);
	do {
		schedule();
		ticks = jiffies - start;
	} while (env_state(obj, 64) & ENV_WRITING && ticks < HZ);
	return !ticks;
}

/* The machine may be busy, so once is enough. */
static void what_ends_meanwhile_is_reaped_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 128);
	unsigned int times = 0;

	for (int i = 0; i < 10; i++) {
		times += reaped_at_once(env, d, obj);
		held_disk_open(d);
		env_wait_written(env);
	}
	KUNIT_EXPECT_GT(test, times, 0u);
	kunit_info(test, "%u of 10", times);
}

static void reaping_nothing_says_so(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, aobj_swapio_reap());
}

static void a_request_holds_as_many_pages_as_a_cluster(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj_swapdev *dev = env_dev(env, d);
	struct aobj *obj = env_object(env, 64);
	struct aobj_cluster *c;
	struct aobj_io *io;

	env_write(env, obj, 0, 64, 1);
	io = aobj_swapio_alloc(dev, dev->base + 64, 64, false, GFP_NOIO);
	KUNIT_ASSERT_NOT_NULL(test, io);
	c = aobj_cluster_find(obj, 0);
	for (unsigned int i = 0; i < 64; i++)
		aobj_swapio_add(io, c, i, env_resident(obj, i));
	KUNIT_EXPECT_EQ(test, io->nr, 64);
	for (unsigned int i = 0; i < 64; i++)
		KUNIT_EXPECT_PTR_EQ(test, aobj_swapio_page(io, i),
				    env_resident(obj, i));
	aobj_cluster_put(c);
	bio_put(&io->bio);
}

static struct kunit_case cases[] = {
#ifdef CONFIG_FAILSLAB
	KUNIT_CASE(write_out_goes_on_from_the_reserve),
	KUNIT_CASE(write_out_stops_when_the_reserve_is_used_up),
	KUNIT_CASE(the_evictor_reaps_to_have_a_bio),
	KUNIT_CASE(eviction_allocates_bios_and_nothing_else),
	KUNIT_CASE(pages_go_out_whichever_allocation_fails),
	KUNIT_CASE(a_split_without_a_bio_goes_on_later),
	KUNIT_CASE(a_split_without_any_bio_goes_on_later),
#endif
	KUNIT_CASE(what_ends_meanwhile_is_reaped_at_once),
	KUNIT_CASE(reaping_nothing_says_so),
	KUNIT_CASE(a_request_holds_as_many_pages_as_a_cluster),
	{},
};

AOBJ_KUNIT_SUITE(aobj_swapio, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
