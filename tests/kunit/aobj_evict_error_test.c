// SPDX-License-Identifier: GPL-2.0-only
/* Write errors: of a page, of a bio, and of a device that has failed. */
#include <linux/jiffies.h>

#include "pager_env.h"

#define WRITING (ENV_PRESENT | ENV_INACTIVE | ENV_WRITING | ENV_SLOT)
#define UNWRITTEN (ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY)
#define FAILURES 32 /* bios in a row that make a device failed */

/* => an object of @nr dirty pages, all in a write that is held */
static struct aobj *writing_object(struct pager_env *env, struct held_disk *d,
				   unsigned int nr)
{
	struct aobj *obj = env_object(env, nr);

	env_write(env, obj, 0, nr, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, nr);
	env_wait_held(env, d, HELD_WRITE, 1);
	env_mark(env);
	return obj;
}

/* The held write of @nr pages fails; then each alone, but for @bad, works. */
static void fail_one_page(struct pager_env *env, struct held_disk *d,
			  unsigned int nr, unsigned int bad,
			  blk_status_t status)
{
	held_disk_complete(d, HELD_WRITE, 0, status);
	env_wait_held(env, d, HELD_WRITE, nr);
	for (unsigned int i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(env->test, held_disk_peek(d, HELD_WRITE, 0).nr,
				1u);
		held_disk_complete(d, HELD_WRITE, 0,
				   i == bad ? status : BLK_STS_OK);
	}
	env_wait_written(env);
}

static void a_page_that_fails_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 4);
	u32 slot = held_disk_peek(d, HELD_WRITE, 0).slot + 1;

	fail_one_page(env, d, 4, 1, BLK_STS_IOERR);
	ENV_EXPECT_STATE(env, obj, 0, ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 1, UNWRITTEN);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_ERRORS, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 4);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_OUT, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 3u);
	env_expect_bad(env, d, 0);
	env_check(env);

	held_disk_open(d);
	env_page_out(env, obj, 1, 1);
	KUNIT_EXPECT_NE(test, env_slot(obj, 1), slot);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 4u);
	env_expect(env, obj, 0, 4, 1);
	env_check(env);
}

static void a_bad_medium_costs_the_slot(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = writing_object(env, d, 4);
	u32 slot = held_disk_peek(d, HELD_WRITE, 0).slot + 1;
	unsigned int tries;

	fail_one_page(env, d, 4, 1, BLK_STS_MEDIUM);
	ENV_EXPECT_STATE(env, obj, 1, UNWRITTEN);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 3u);
	env_expect_bad(env, d, 1);
	env_check(env);

	/* All other slots are used, this one is not. */
	tries = held_disk_count(d, HELD_WRITE, slot);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 62), 0);
	env_write(env, obj, 4, 58, 1);
	held_disk_open(d);
	env_page_out(env, obj, 0, 62);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 62u);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_WRITE, slot), tries);
	env_expect(env, obj, 0, 62, 1);
}

static void a_page_alone_is_not_tried_again(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 1);
	u32 slot = held_disk_peek(d, HELD_WRITE, 0).slot;

	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_IOERR);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 0, UNWRITTEN);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_WRITE, slot), 1u);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	held_disk_open(d);
	env_page_out(env, obj, 0, 1);
	env_expect(env, obj, 0, 1, 1);
}

static void a_rescued_page_survives_the_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 1);

	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, obj, 0, 0)), 0);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_IOERR);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 0, ENV_ACTIVE | ENV_DIRTY);
	held_disk_open(d);
	env_page_out(env, obj, 0, 1);
	env_expect(env, obj, 0, 1, 1);
	env_check(env);
}

static void a_changed_page_survives_the_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 1);

	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, obj, 0, 0)), 0);
	env_write(env, obj, 0, 1, 2);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_MEDIUM);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 0, ENV_ACTIVE | ENV_DIRTY);
	env_expect_bad(env, d, 1);
	held_disk_open(d);
	env_page_out(env, obj, 0, 1);
	env_expect(env, obj, 0, 1, 2);
	env_check(env);
}

/*
 * => @obj's cluster was written once, in one bio, which fails in part or as a whole: the
 *    evictor has ended by then, and does not try again at once
 */
static void fail_to_write_cluster(struct pager_env *env, struct held_disk *d,
				  struct aobj *obj)
{
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 64);
	env_wait_held(env, d, HELD_WRITE, 1);
	held_disk_open(d);
	env_wait_written(env);
}

/* What was on the disk before is gone with a rewrite that failed. */
static void a_failed_rewrite_does_not_keep_the_slot(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 64);
	u32 slot = env_slot(obj, 10);

	env_write(env, obj, 0, 64, 2);
	held_disk_fail(d, HELD_WRITE, slot, BLK_STS_IOERR, 2);
	fail_to_write_cluster(env, d, obj);
	ENV_EXPECT_STATE(env, obj, 10, UNWRITTEN);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 63u);
	KUNIT_EXPECT_EQ(test, env_slot(obj, 11), slot + 1);
	env_page_out(env, obj, 10, 1);
	env_expect(env, obj, 0, 64, 2);
	env_check(env);
}

static void
a_failed_page_among_several_clusters_is_the_right_one(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 64 * 3);

	for (unsigned int k = 0; k < 3; k++)
		env_write(env, obj, 64 * k + k, 3, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_deactivate(obj, 0, 64 * 3);
	aobj_evict(ENV_BUDGET + 1);
	env_wait_held(env, d, HELD_WRITE, 1);
	fail_one_page(env, d, 9, 4, BLK_STS_IOERR);
	for (unsigned int k = 0; k < 3; k++)
		for (unsigned int i = 0; i < 3; i++)
			ENV_EXPECT_STATE(env, obj, 64 * k + k + i,
					 3 * k + i == 4 ? UNWRITTEN : ENV_SLOT);
	held_disk_open(d);
	for (unsigned int k = 0; k < 3; k++)
		env_expect(env, obj, 64 * k + k, 3, 1);
	env_check(env);
}

/*
 * A device that fails as a whole
 */

static void fail_all(struct held_disk *d, u32 npages, blk_status_t status,
		     int times)
{
	for (u32 slot = 1; slot < npages; slot++)
		held_disk_fail(d, HELD_WRITE, slot, status, times);
}

static void try_to_write(struct pager_env *env, struct aobj *obj,
			 unsigned int times)
{
	for (unsigned int i = 0; i < times; i++) {
		env_evict(env, obj, 0, 1);
		env_wait_written(env);
	}
}

static bool failed(struct pager_env *env, struct held_disk *d)
{
	return READ_ONCE(env_dev(env, d)->failed);
}

/* => the 10 seconds are over */
static void let_it_probe(struct pager_env *env, struct held_disk *d)
{
	WRITE_ONCE(env_dev(env, d)->probe_at, jiffies - 1);
}

static void a_device_that_fails_is_left_alone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 1);

	env_write(env, obj, 0, 1, 1);
	fail_all(d, 256, BLK_STS_IOERR, -1);
	try_to_write(env, obj, FAILURES - 1);
	KUNIT_EXPECT_FALSE(test, failed(env, d));
	try_to_write(env, obj, 1);
	KUNIT_EXPECT_TRUE(test, failed(env, d));
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 32u);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 0ul);
	KUNIT_EXPECT_TRUE(test, time_after(env_dev(env, d)->probe_at,
					   jiffies + 5 * HZ));

	try_to_write(env, obj, 3);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 32u);
	env_expect(env, obj, 0, 1, 1);
	env_check(env);
}

static void a_failed_device_is_tried_with_one_bio(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 1);

	env_write(env, obj, 0, 1, 1);
	fail_all(d, 256, BLK_STS_IOERR, -1);
	try_to_write(env, obj, FAILURES);
	KUNIT_ASSERT_TRUE(test, failed(env, d));
	let_it_probe(env, d);
	try_to_write(env, obj, 3);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 33u);
	KUNIT_EXPECT_TRUE(test, failed(env, d));

	fail_all(d, 256, BLK_STS_OK, 0);
	try_to_write(env, obj, 3);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 33u);
	let_it_probe(env, d);
	try_to_write(env, obj, 1);
	KUNIT_EXPECT_FALSE(test, failed(env, d));
	ENV_EXPECT_STATE(env, obj, 0, ENV_SLOT);
	KUNIT_EXPECT_NE(test, aobj_swap_free_beside(NULL), 0ul);
	env_expect(env, obj, 0, 1, 1);
	env_write(env, obj, 0, 1, 2);
	env_page_out(env, obj, 0, 1);
	env_expect(env, obj, 0, 1, 2);
	env_check(env);
}

static void one_write_that_works_clears_the_count(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 1);

	env_write(env, obj, 0, 1, 1);
	fail_all(d, 256, BLK_STS_IOERR, -1);
	try_to_write(env, obj, FAILURES - 1);
	fail_all(d, 256, BLK_STS_OK, 0);
	env_page_out(env, obj, 0, 1);
	env_write(env, obj, 0, 1, 2);
	fail_all(d, 256, BLK_STS_IOERR, -1);
	try_to_write(env, obj, FAILURES - 1);
	KUNIT_EXPECT_FALSE(test, failed(env, d));
	try_to_write(env, obj, 1);
	KUNIT_EXPECT_TRUE(test, failed(env, d));
	env_expect(env, obj, 0, 1, 2);
}

/* A bio of many pages, each of which then fails alone, counts once. */
static void a_bad_stretch_is_no_failed_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 64);

	env_write(env, obj, 0, 64, 1);
	fail_all(d, 256, BLK_STS_IOERR, -1);
	fail_to_write_cluster(env, d, obj);
	KUNIT_EXPECT_EQ(test, atomic_read(&env_dev(env, d)->failures), 1);
	KUNIT_EXPECT_FALSE(test, failed(env, d));
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_ERRORS, 64);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	fail_all(d, 256, BLK_STS_OK, 0);
	env_page_out(env, obj, 0, 64);
	env_expect(env, obj, 0, 64, 1);
	env_check(env);
}

static void bad_slots_are_no_failed_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 1);

	env_write(env, obj, 0, 1, 1);
	fail_all(d, 256, BLK_STS_MEDIUM, -1);
	try_to_write(env, obj, FAILURES + 8);
	KUNIT_EXPECT_FALSE(test, failed(env, d));
	env_expect_bad(env, d, FAILURES + 8);
	fail_all(d, 256, BLK_STS_OK, 0);
	env_page_out(env, obj, 0, 1);
	env_expect(env, obj, 0, 1, 1);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_page_that_fails_stays),
	KUNIT_CASE(a_bad_medium_costs_the_slot),
	KUNIT_CASE(a_page_alone_is_not_tried_again),
	KUNIT_CASE(a_rescued_page_survives_the_error),
	KUNIT_CASE(a_changed_page_survives_the_error),
	KUNIT_CASE(a_failed_rewrite_does_not_keep_the_slot),
	KUNIT_CASE(a_failed_page_among_several_clusters_is_the_right_one),
	KUNIT_CASE(a_device_that_fails_is_left_alone),
	KUNIT_CASE(a_failed_device_is_tried_with_one_bio),
	KUNIT_CASE(one_write_that_works_clears_the_count),
	KUNIT_CASE(a_bad_stretch_is_no_failed_device),
	KUNIT_CASE(bad_slots_are_no_failed_device),
	{},
};

AOBJ_KUNIT_SUITE(aobj_evict_error, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
