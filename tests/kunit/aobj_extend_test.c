// SPDX-License-Identifier: GPL-2.0-only
/* An object is made larger for a write, and that fails. */
#include "aobj_wire.h"
#include "pager_env.h"

#define NR 10 /* pages at first */

static u64 bytes(u64 npages)
{
	return npages << PAGE_SHIFT;
}

/* => it has been made larger, to @size bytes */
static void extend_to(struct pager_env *env, struct aobj *obj, u64 size)
{
	KUNIT_ASSERT_EQ(env->test, aobj_object_extend_try(obj, size), 1);
	KUNIT_ASSERT_EQ(env->test, aobj_object_size(obj), (loff_t)size);
}

static void expect_size(struct pager_env *env, struct aobj *obj, u64 size)
{
	KUNIT_EXPECT_EQ(env->test, aobj_object_size(obj), (loff_t)size);
	KUNIT_EXPECT_EQ(env->test, (u64)aobj_object_npages(obj),
			DIV_ROUND_UP_ULL(size, PAGE_SIZE));
	env_check(env);
}

static void what_was_in_vain_is_undone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	env_write(env, obj, 0, NR, 1);
	extend_to(env, obj, bytes(NR) + 5);
	aobj_object_extend_undo(obj, bytes(NR) + 5);
	expect_size(env, obj, bytes(NR));
	extend_to(env, obj, bytes(1000));
	aobj_object_extend_undo(obj, bytes(1000));
	expect_size(env, obj, bytes(NR));
	env_expect(env, obj, 0, NR, 1);
	KUNIT_EXPECT_EQ(test, aobj_object_extend_try(obj, bytes(NR)), 0);
}

/* Somebody else has written there meanwhile, be it in the last page of before. */
static void pages_that_are_there_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	extend_to(env, obj, bytes(NR + 100));
	env_write(env, obj, NR + 80, 1, 1);
	aobj_object_extend_undo(obj, bytes(NR + 100));
	expect_size(env, obj, bytes(NR + 100));
	env_expect(env, obj, NR + 80, 1, 1);

	KUNIT_ASSERT_EQ(test, aobj_object_truncate(obj, bytes(NR) + 100), 0);
	env_write(env, obj, NR, 1, 2);
	extend_to(env, obj, bytes(NR + 1));
	aobj_object_extend_undo(obj, bytes(NR + 1));
	expect_size(env, obj, bytes(NR + 1));
}

static void pages_on_swap_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	env_disk(env, 0, 256, 0);
	extend_to(env, obj, bytes(NR + 3));
	env_write(env, obj, NR + 1, 1, 1);
	env_page_out(env, obj, NR + 1, 1);
	aobj_object_extend_undo(obj, bytes(NR + 3));
	expect_size(env, obj, bytes(NR + 3));
	env_expect(env, obj, NR + 1, 1, 1);
}

static void a_size_that_was_set_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	extend_to(env, obj, bytes(NR + 1));
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, NR + 1), 0);
	aobj_object_extend_undo(obj, bytes(NR + 1));
	expect_size(env, obj, bytes(NR + 1));

	extend_to(env, obj, bytes(NR + 2));
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, NR - 1), 0);
	aobj_object_extend_undo(obj, bytes(NR + 2));
	expect_size(env, obj, bytes(NR - 1));

	extend_to(env, obj, bytes(NR));
	extend_to(env, obj, bytes(NR + 5));
	aobj_object_extend_undo(obj, bytes(NR));
	expect_size(env, obj, bytes(NR + 5));
	aobj_object_extend_undo(obj, bytes(NR + 5));
	expect_size(env, obj, bytes(NR));
	aobj_object_extend_undo(obj, bytes(NR));
	expect_size(env, obj, bytes(NR));
}

static void what_was_paid_for_is_given_back(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR), *reserved = env_object(env, NR);

	KUNIT_ASSERT_EQ(test, aobj_set_noswap(obj), 0);
	extend_to(env, obj, bytes(NR + 7));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->wired), NR + 7l);
	aobj_object_extend_undo(obj, bytes(NR + 7));
	expect_size(env, obj, bytes(NR));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->wired), (long)NR);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.wired), (long)NR);

	KUNIT_ASSERT_EQ(test, aobj_object_reserve(reserved, true), 0);
	extend_to(env, reserved, bytes(NR + 7));
	KUNIT_EXPECT_EQ(test, reserved->reserved, NR + 7ul);
	aobj_object_extend_undo(reserved, bytes(NR + 7));
	expect_size(env, reserved, bytes(NR));
	KUNIT_EXPECT_EQ(test, reserved->reserved, (unsigned long)NR);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.reserved),
			(long)NR);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_was_in_vain_is_undone),
	KUNIT_CASE(pages_that_are_there_stay),
	KUNIT_CASE(pages_on_swap_stay),
	KUNIT_CASE(a_size_that_was_set_stays),
	KUNIT_CASE(what_was_paid_for_is_given_back),
	{},
};

AOBJ_KUNIT_SUITE(aobj_extend, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
