// SPDX-License-Identifier: GPL-2.0-only
/* Slots that are given up without the pages: dropswap. */
#include "aobj.h"
#include "pager_env.h"

#define NR 10
#define DIRTY (ENV_ACTIVE | ENV_DIRTY)

static int do_dropswap(struct env_thread *t)
{
	aobj_dropswap_range(t->obj, t->arg, 0);
	return 0;
}

static void bring_in(struct kunit *test, struct aobj *obj, pgoff_t pgoff)
{
	struct page *page;

	KUNIT_ASSERT_EQ(test,
			aobj_pager_get_page(obj, pgoff, AOBJ_GET_ALONE, &page),
			0);
	put_page(page);
}

/* What is in memory stays and is the only copy; the rest reads as zeros. */
static void pages_in_memory_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);

	bring_in(test, obj, 3);
	bring_in(test, obj, 7);
	env_deactivate(obj, 7, 1);
	aobj_dropswap_range(obj, 0, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	ENV_EXPECT_STATE(env, obj, 3, DIRTY);
	ENV_EXPECT_STATE(env, obj, 7, ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, 4, 0);
	env_check(env);

	env_page_out(env, obj, 3, 1);
	env_page_out(env, obj, 7, 1);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 2u);
	env_expect(env, obj, 3, 1, 1);
	env_expect(env, obj, 7, 1, 1);
	env_expect(env, obj, 4, 3, 0);
	env_check(env);
}

/* One that never was dirty since it has been read would be dropped unwritten. */
static void one_page_can_be_meant(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 70);

	aobj_dropswap(obj, 64);
	ENV_EXPECT_STATE(env, obj, 64, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 69u);
	aobj_dropswap(obj, 64);
	aobj_dropswap(obj, 70);
	aobj_dropswap(obj, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 69u);
	env_expect(env, obj, 0, 64, 1);
	env_expect(env, obj, 64, 1, 0);
	env_expect(env, obj, 65, 5, 1);
	env_check(env);
}

static void ranges_have_two_ends(struct kunit *test)
{
	static const struct {
		pgoff_t first, end, left;
	} ranges[] = {
		{ 5, 5, 200 }, /* nothing */
		{ 190, 300, 190 }, { 60, 70, 180 },	{ 64, 128, 122 },
		{ 128, 0, 60 },	   { 1, ULONG_MAX, 1 }, { 0, 0, 0 },
	};
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 200);

	for (unsigned int i = 0; i < ARRAY_SIZE(ranges); i++) {
		aobj_dropswap_range(obj, ranges[i].first, ranges[i].end);
		KUNIT_EXPECT_EQ_MSG(test, env_used(env, d), (u32)ranges[i].left,
				    "range %u", i);
		env_check(env);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 200ul);
}

static void bad_slots_are_forgotten(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);

	held_disk_fail(d, HELD_READ, env_slot(obj, 4), BLK_STS_MEDIUM, -1);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 4, AOBJ_GET_ALONE), -EIO);
	ENV_EXPECT_STATE(env, obj, 4, ENV_BAD);
	aobj_dropswap(obj, 4);
	ENV_EXPECT_STATE(env, obj, 4, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 0);
	env_expect(env, obj, 4, 1, 0);
	env_expect(env, obj, 0, 4, 1);
	/* The page is forgotten; the slot is as bad as before. */
	env_expect_bad(env, d, 1);
	env_check(env);
}

static void write_out_is_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, NR);
	struct env_thread *t;

	env_write(env, obj, 0, NR, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, NR);
	env_wait_held(env, d, HELD_WRITE, 1);
	bring_in(test, obj, 5);
	t = env_start(env, do_dropswap, obj, 5, 0);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), (u32)NR);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(env);
	/* They were in memory: they stay, in use or about to be evicted. */
	ENV_EXPECT_STATE(env, obj, 5, DIRTY);
	ENV_EXPECT_STATE(env, obj, 6, DIRTY);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	env_expect(env, obj, 0, NR, 1);
	env_check(env);
}

static void reads_are_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct env_thread *getter, *t;

	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 7, AOBJ_GET_ALONE);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start(env, do_dropswap, obj, 5, 0);
	ENV_EXPECT_BLOCKS(t);
	ENV_EXPECT_STATE(env, obj, 7, ENV_ACTIVE | ENV_READING | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 6, 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(getter, 0);
	KUNIT_EXPECT_EQ(test, getter->word, env_word(obj, 7, 1));
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_STATE(env, obj, 7, DIRTY);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	env_expect(env, obj, 7, 1, 1);
	env_check(env);
}

static void a_read_that_fails_is_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct env_thread *getter, *t;

	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 7, AOBJ_GET_ALONE);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start(env, do_dropswap, obj, 5, 0);
	ENV_EXPECT_BLOCKS(t);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_MEDIUM);
	ENV_EXPECT_ENDS(getter, -EIO);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_STATE(env, obj, 7, 0);
	held_disk_open(d);
	env_expect_bad(env, d, 1);
	env_expect(env, obj, 5, 5, 0);
	env_check(env);
}

static void slots_go_while_swapoff_reads_them(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 200);
	struct env_thread *off, *t;

	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	KUNIT_EXPECT_TRUE(test, env_wait(held_disk_held(d, HELD_READ) >= 1));
	t = env_start(env, do_dropswap, obj, 0, 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_ENDS(off, 0);
	env_disk_off(env, d);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->slots), 0);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pages_in_memory_stay),
	KUNIT_CASE(one_page_can_be_meant),
	KUNIT_CASE(ranges_have_two_ends),
	KUNIT_CASE(bad_slots_are_forgotten),
	KUNIT_CASE(write_out_is_waited_for),
	KUNIT_CASE(reads_are_waited_for),
	KUNIT_CASE(a_read_that_fails_is_waited_for),
	KUNIT_CASE(slots_go_while_swapoff_reads_them),
	{},
};

AOBJ_KUNIT_SUITE(aobj_dropswap, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
