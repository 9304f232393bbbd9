// SPDX-License-Identifier: GPL-2.0-only
/* Read errors: of the medium and others, of one page and within many. */
#include "pager_env.h"

#define TRIES 3 /* of a page alone, when the error is not the medium's */

static int get(struct aobj *obj, pgoff_t pgoff)
{
	struct page *page;
	int err = aobj_pager_get_page(obj, pgoff, 0, &page);

	if (!err)
		put_page(page);
	return err;
}

/* A copy says nothing of why it failed: the page is read. */
static void a_copy_that_fails_is_no_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, HELD_SYNC | HELD_COPIES);
	struct aobj *obj = env_swapped(env, 4);
	u32 slot = env_slot(obj, 2);

	held_disk_fail(d, HELD_READ, slot, BLK_STS_MEDIUM, 1);
	KUNIT_EXPECT_EQ(test, get(obj, 2), 0);
	KUNIT_EXPECT_EQ(test, held_disk_copied(d), 1u);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 1u);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 0);
	env_expect(env, obj, 0, 4, 1);
	env_check(env);
}

static void a_page_that_cannot_be_copied_is_lost(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, HELD_SYNC | HELD_COPIES);
	struct aobj *obj = env_swapped(env, 4);

	held_disk_fail(d, HELD_READ, env_slot(obj, 2), BLK_STS_MEDIUM, -1);
	KUNIT_EXPECT_EQ(test, get(obj, 2), -EIO);
	KUNIT_EXPECT_EQ(test, held_disk_copied(d), 1u);
	ENV_EXPECT_STATE(env, obj, 2, ENV_BAD);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 1);
	env_expect_bad(env, d, 1);
	env_check(env);
}

static void lose_a_page(struct kunit *test, blk_status_t status)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 4);
	u32 slot = env_slot(obj, 2);

	held_disk_fail(d, HELD_READ, slot, status, -1);
	KUNIT_EXPECT_EQ(test, get(obj, 2), -EIO);
	ENV_EXPECT_STATE(env, obj, 2, ENV_BAD);
	KUNIT_EXPECT_EQ(test, get(obj, 2), -EIO);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 1u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 1);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 3u);
	env_expect_bad(env, d, 1);
	env_expect(env, obj, 0, 2, 1);
	env_expect(env, obj, 3, 1, 1);
	env_check(env);

	/* Forgotten with the page; but the slot is never used again. */
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 62), 0);
	env_expect(env, obj, 2, 1, 0);
	env_write(env, obj, 0, 62, 3);
	env_page_out(env, obj, 0, 62);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 62u);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_WRITE, slot), 1u);
	env_expect(env, obj, 0, 62, 3);
}

static void a_bad_medium_loses_the_page(struct kunit *test)
{
	lose_a_page(test, BLK_STS_MEDIUM);
}

static void a_wrong_checksum_loses_the_page(struct kunit *test)
{
	lose_a_page(test, BLK_STS_PROTECTION);
}

static void other_errors_are_tried_three_times(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 4);
	u32 slot = env_slot(obj, 2);

	held_disk_fail(d, HELD_READ, slot, BLK_STS_IOERR, TRIES);
	KUNIT_EXPECT_EQ(test, get(obj, 2), -EIO);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 3u);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 1);
	env_expect_bad(env, d, 0);
	env_check(env);

	/* The next touch tries again. */
	env_expect(env, obj, 2, 1, 1);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 4u);
	env_check(env);
}

static void a_retry_that_works_is_no_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 4);
	u32 slot = env_slot(obj, 2);

	held_disk_fail(d, HELD_READ, slot, BLK_STS_IOERR, TRIES - 1);
	env_expect(env, obj, 2, 1, 1);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 3u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 0);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 1);
	env_check(env);
}

/* A retry may meet a medium error, which then counts. */
static void a_retry_may_find_the_medium_bad(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 4);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 2, 0);
	env_wait_held(env, d, HELD_READ, 1);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_TIMEOUT);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_READING | ENV_SLOT);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_MEDIUM);
	ENV_EXPECT_ENDS(t, -EIO);
	ENV_EXPECT_STATE(env, obj, 2, ENV_BAD);
	env_expect_bad(env, d, 1);
	env_check(env);
}

/* => the state of @bad after all of the cluster was read, which fails there */
static unsigned int fail_in_the_middle(struct kunit *test, struct aobj *obj,
				       struct held_disk *d, pgoff_t bad,
				       blk_status_t status, int times)
{
	struct pager_env *env = test->priv;
	struct aobj_cluster *c;

	held_disk_fail(d, HELD_READ, env_slot(obj, bad), status, times);
	KUNIT_ASSERT_EQ(test, aobj_pager_get(obj, 0, AOBJ_GET_CLUSTER, &c), 0);
	aobj_pager_release(c);
	KUNIT_EXPECT_TRUE(test, env_wait(!(env_state(obj, bad) & ENV_READING)));
	for (pgoff_t i = 0; i < 10; i++)
		if (i != bad)
			env_wait(!(env_state(obj, i) & ENV_READING));
	env_check(env);
	return env_state(obj, bad);
}

static void only_the_bad_page_of_a_bio_is_lost(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 10);
	u32 slot = env_slot(obj, 0);

	KUNIT_EXPECT_EQ(test,
			fail_in_the_middle(test, obj, d, 5, BLK_STS_MEDIUM, -1),
			(unsigned int)ENV_BAD);
	for (pgoff_t i = 0; i < 10; i++) {
		/* Once with all, once alone. */
		KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot + i),
				2u);
		if (i != 5)
			ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_SLOT);
	}
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 10);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 11);
	env_expect_bad(env, d, 1);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 6, 4, 1);
	KUNIT_EXPECT_EQ(test, get(obj, 5), -EIO);
}

static void only_the_unreadable_page_of_a_bio_fails(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 10);
	u32 slot = env_slot(obj, 5);

	KUNIT_EXPECT_EQ(test,
			fail_in_the_middle(test, obj, d, 5, BLK_STS_IOERR,
					   1 + TRIES),
			(unsigned int)ENV_SLOT);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), 4u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 1);
	env_expect_bad(env, d, 0);
	env_expect(env, obj, 0, 10, 1);
}

static void an_error_of_the_bio_alone_costs_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 10);

	KUNIT_EXPECT_EQ(test,
			fail_in_the_middle(test, obj, d, 5, BLK_STS_MEDIUM, 1),
			(unsigned int)(ENV_ACTIVE | ENV_SLOT));
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_ERRORS, 0);
	env_expect_bad(env, d, 0);
	env_expect(env, obj, 0, 10, 1);
}

static void fail_for_all(struct kunit *test, blk_status_t status,
			 unsigned int tries, u32 bad)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 10);
	u32 slot = env_slot(obj, 5);
	struct env_thread *t[3];

	held_disk_hold(d, HELD_READ, true);
	for (unsigned int i = 0; i < 3; i++) {
		t[i] = env_start_get(env, obj, 5, 0);
		ENV_EXPECT_BLOCKS(t[i]);
	}
	for (unsigned int i = 0; i < tries; i++) {
		env_wait_held(env, d, HELD_READ, 1);
		held_disk_complete(d, HELD_READ, 0, status);
	}
	for (unsigned int i = 0; i < 3; i++)
		ENV_EXPECT_ENDS(t[i], -EIO);
	/* One that waited does not begin anew. */
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, slot), tries);
	env_expect_bad(env, d, bad);
	env_check(env);
}

static void all_who_wait_hear_of_a_lost_page(struct kunit *test)
{
	fail_for_all(test, BLK_STS_MEDIUM, 1, 1);
}

static void all_who_wait_hear_of_an_error(struct kunit *test)
{
	fail_for_all(test, BLK_STS_IOERR, TRIES, 0);
}

/* Nobody waits any more; the last page of the cluster goes with the error. */
static void a_read_that_nobody_waits_for_may_fail(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_swapped(env, 1);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 0, 0);
	env_wait_held(env, d, HELD_READ, 1);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_MEDIUM);
	env_wait(!(env_state(obj, 0) & ENV_READING));
	ENV_EXPECT_STATE(env, obj, 0, ENV_BAD);
	env_expect_bad(env, d, 1);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_bad_medium_loses_the_page),
	KUNIT_CASE(a_wrong_checksum_loses_the_page),
	KUNIT_CASE(other_errors_are_tried_three_times),
	KUNIT_CASE(a_retry_that_works_is_no_error),
	KUNIT_CASE(a_retry_may_find_the_medium_bad),
	KUNIT_CASE(only_the_bad_page_of_a_bio_is_lost),
	KUNIT_CASE(only_the_unreadable_page_of_a_bio_fails),
	KUNIT_CASE(an_error_of_the_bio_alone_costs_nothing),
	KUNIT_CASE(all_who_wait_hear_of_a_lost_page),
	KUNIT_CASE(all_who_wait_hear_of_an_error),
	KUNIT_CASE(a_read_that_nobody_waits_for_may_fail),
	KUNIT_CASE(a_copy_that_fails_is_no_error),
	KUNIT_CASE(a_page_that_cannot_be_copied_is_lost),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pager_error, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
