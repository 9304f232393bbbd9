// SPDX-License-Identifier: GPL-2.0-only
/* Discards: which slots, when, and what may happen to them meanwhile; other hints. */
#include "pager_env.h"

#define PAGES 512

/* => the device's slots that are held back by discards */
static u32 discarding(struct pager_env *env, struct held_disk *d)
{
	return READ_ONCE(env_dev(env, d)->slots.discarding);
}

/* => all slots that are to be had are taken, and given back */
static u32 count_free(void)
{
	struct aobj_slot_run run[32];
	u32 nr = 0, runs = 0;

	while (runs < ARRAY_SIZE(run) &&
	       aobj_swap_alloc(AOBJ_TAG_NONE, 64, &run[runs]))
		nr += run[runs++].nr;
	while (runs--)
		aobj_swap_free(run[runs].first, run[runs].nr);
	return nr;
}

static void groups_are_discarded_before_they_are_free(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, PAGES, HELD_DISCARDS);
	struct aobj *obj = env_swapped(env, 3 * 64);
	struct held_bio bio;
	u32 first = env_slot(obj, 64);

	held_disk_hold(d, HELD_DISCARD, true);
	KUNIT_ASSERT_EQ(test, first % 64, 0);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 65), 0);
	/* A slot of the group of page 64 is still used, the next is all free. */
	env_wait_held(env, d, HELD_DISCARD, 1);
	bio = held_disk_peek(d, HELD_DISCARD, 0);
	KUNIT_EXPECT_EQ(test, bio.slot, first + 64);
	KUNIT_EXPECT_EQ(test, bio.nr, 64);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 65);
	KUNIT_EXPECT_EQ(test, discarding(env, d), 64);
	/* They count as room, but nobody gets them. */
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), PAGES - 1 - 65);

	/* Write all that there is: the disk says if a slot is busy. */
	env_swapped(env, PAGES - 1 - 65 - 64);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 64,
						 &(struct aobj_slot_run){}));
	held_disk_open(d);
	env_wait(!discarding(env, d));
	KUNIT_EXPECT_EQ(test, count_free(), 64);
	env_expect(env, obj, 0, 65, 1);
	env_check(env);
}

/* Without being asked, or on a disk that cannot, there are none. */
static void only_if_asked_for(struct kunit *test)
{
	const struct aobj_swap_options opt = {
		.flags = AOBJ_SWAPON_DISCARD_ONCE | AOBJ_SWAPON_DISCARD_PAGES,
	};
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, PAGES, 0);
	struct held_disk *cannot = held_disk_create(PAGES, 0);
	struct aobj *obj = env_swapped(env, 3 * 64);

	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, discarding(env, d), 0);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_DISCARD), 0);

	KUNIT_ASSERT_NOT_NULL(test, cannot);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(held_disk_devt(cannot), &opt), 0);
	KUNIT_EXPECT_EQ(test, held_disk_bios(cannot, HELD_DISCARD), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(cannot)), 0);
	held_disk_destroy(cannot);
}

static void all_but_the_header_once(struct kunit *test)
{
	const struct aobj_swap_options opt = {
		.flags = AOBJ_SWAPON_DISCARD_ONCE,
	};
	struct held_disk *d = held_disk_create(PAGES, HELD_DISCARDS);
	u32 discarded = 0;

	KUNIT_ASSERT_NOT_NULL(test, d);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(held_disk_devt(d), &opt), 0);
	for (u32 slot = 1; slot < PAGES; slot++)
		discarded += held_disk_count(d, HELD_DISCARD, slot);
	KUNIT_EXPECT_EQ(test, discarded, PAGES - 1);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_DISCARD, 0), 0);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0);
	/* It is as it was: the header, too. */
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(held_disk_devt(d), NULL), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), 0);
	held_disk_destroy(d);
}

static void one_that_fails_frees_the_slots_all_the_same(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, PAGES, HELD_DISCARDS);
	struct aobj *obj = env_swapped(env, 128);
	u32 first = env_slot(obj, 64);

	held_disk_fail(d, HELD_DISCARD, first, BLK_STS_IOERR, 1);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 64), 0);
	env_wait(!discarding(env, d));
	KUNIT_EXPECT_EQ(test, count_free(), PAGES - 1 - 64);
	env_wait(!discarding(env, d));
}

static void swapoff_waits_for_them(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, PAGES, HELD_DISCARDS);
	struct aobj *obj = env_swapped(env, 128);
	struct env_thread *off;
	int err;

	held_disk_hold(d, HELD_DISCARD, true);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_DISCARD, 1);
	ENV_EXPECT_BLOCKS(off);
	held_disk_open(d);
	err = env_join(off);
	KUNIT_EXPECT_EQ(test, err, 0);
	if (!err)
		env_disk_off(env, d);
	env_expect(env, obj, 0, 128, 1);
	env_check(env);
}

static void a_disk_says_whether_it_rotates(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *disk = env_disk(env, 0, 64, 0);
	struct held_disk *flash = env_disk(env, 1, 64, HELD_FLASH);

	KUNIT_EXPECT_TRUE(test, env_dev(env, disk)->slots.rotates);
	KUNIT_EXPECT_FALSE(test, env_dev(env, flash)->slots.rotates);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(groups_are_discarded_before_they_are_free),
	KUNIT_CASE(only_if_asked_for),
	KUNIT_CASE(all_but_the_header_once),
	KUNIT_CASE(one_that_fails_frees_the_slots_all_the_same),
	KUNIT_CASE(swapoff_waits_for_them),
	KUNIT_CASE(a_disk_says_whether_it_rotates),
	{},
};

AOBJ_KUNIT_SUITE(aobj_discard, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
