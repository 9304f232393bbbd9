// SPDX-License-Identifier: GPL-2.0-only
/* Holes and sizes in bytes: whole pages go, parts of pages are zeros. */
#include <linux/highmem.h>

#include "pager_env.h"

#define NR 4 /* pages of the object */
#define BYTES ((u64)NR * PAGE_SIZE)
#define MOST_BYTES ((u64)LLONG_MAX & PAGE_MASK)

/* => what a byte of the object is at first, never 0 */
static u8 byte_at(u64 pos)
{
	return pos % 251 + 1;
}

static void write_bytes(struct pager_env *env, struct aobj *obj)
{
	for (pgoff_t i = 0; i < NR; i++) {
		struct page *page;
		u8 *bytes;

		KUNIT_ASSERT_EQ(env->test,
				aobj_pager_get_page(obj, i, 0, &page), 0);
		bytes = kmap_local_page(page);
		for (unsigned int k = 0; k < PAGE_SIZE; k++)
			bytes[k] = byte_at(i * PAGE_SIZE + k);
		kunmap_local(bytes);
		set_page_dirty(page);
		put_page(page);
	}
}

/* => the place of the first byte that is wrong, or -1 */
static long wrong_byte(struct page *page, pgoff_t pgoff, u64 pos, u64 end)
{
	const u8 *bytes = kmap_local_page(page);
	long wrong = -1;

	for (unsigned int k = 0; k < PAGE_SIZE && wrong < 0; k++) {
		u64 at = pgoff * PAGE_SIZE + k;

		if (bytes[k] != (at >= pos && at < end ? 0 : byte_at(at)))
			wrong = at;
	}
	kunmap_local(bytes);
	return wrong;
}

/* => only [@pos, @end) reads as zeros */
static void expect_hole(struct pager_env *env, struct aobj *obj, u64 pos,
			u64 end)
{
	for (pgoff_t i = 0; i < NR; i++) {
		struct page *page;

		KUNIT_ASSERT_EQ(env->test,
				aobj_pager_get_page(obj, i, 0, &page), 0);
		KUNIT_EXPECT_EQ_MSG(env->test, wrong_byte(page, i, pos, end),
				    -1l, "%llu to %llu", pos, end);
		put_page(page);
	}
}

/* => the number of whole pages in the hole: these are gone, not only zeros */
static unsigned int whole_pages(u64 pos, u64 end)
{
	u64 first = DIV_ROUND_UP_ULL(pos, PAGE_SIZE), last = end >> PAGE_SHIFT;

	return last > first ? last - first : 0;
}

static const u64 edges[] = {
	0,
	1,
	PAGE_SIZE - 1,
	PAGE_SIZE,
	PAGE_SIZE + 1,
	2 * PAGE_SIZE - 8,
	2 * PAGE_SIZE,
	3 * PAGE_SIZE + 7,
	BYTES - 1,
	BYTES,
};

static void try_hole(struct pager_env *env, struct aobj *obj, u64 pos, u64 end)
{
	unsigned int gone = whole_pages(pos, end);

	KUNIT_EXPECT_EQ(env->test, aobj_object_punch(obj, pos, end - pos), 0);
	KUNIT_EXPECT_EQ(env->test,
			atomic_long_read(&obj->resident) +
				atomic_long_read(&obj->swapped),
			(long)(NR - gone));
	env_check(env);
	expect_hole(env, obj, pos, end);
}

static void holes_begin_and_end_anywhere(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	for (unsigned int i = 0; i < ARRAY_SIZE(edges); i++) {
		for (unsigned int k = i; k < ARRAY_SIZE(edges); k++) {
			write_bytes(env, obj);
			try_hole(env, obj, edges[i], edges[k]);
			KUNIT_ASSERT_EQ(test, test->status, KUNIT_SUCCESS);
		}
	}
	KUNIT_EXPECT_EQ(test, aobj_object_size(obj), (loff_t)BYTES);
}

/* Those at the ends are read, and have to be written again. */
static void holes_are_made_in_swapped_pages(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_object(env, NR);

	write_bytes(env, obj);
	env_page_out(env, obj, 0, NR);
	try_hole(env, obj, PAGE_SIZE / 2, 3 * PAGE_SIZE + 1);
	env_page_out(env, obj, 0, NR);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 2u);
	expect_hole(env, obj, PAGE_SIZE / 2, 3 * PAGE_SIZE + 1);
	env_check(env);
}

static void holes_end_with_the_object(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	write_bytes(env, obj);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, BYTES, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 2 * BYTES, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, MOST_BYTES, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 1ULL << 63, 1), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 5, 0), 0);
	expect_hole(env, obj, BYTES, BYTES);
	KUNIT_EXPECT_EQ(test,
			aobj_object_punch(obj, 2 * PAGE_SIZE + 5, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 3);
	expect_hole(env, obj, 2 * PAGE_SIZE + 5, BYTES);
	KUNIT_EXPECT_EQ(test, aobj_object_size(obj), (loff_t)BYTES);
}

/* What was never touched is not made to be zeroed. */
static void holes_make_no_pages(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 1UL << 40);

	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 100, (1ULL << 52) - 200),
			0);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 100, 200), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, 12345), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
}

static int do_punch(struct env_thread *t)
{
	return aobj_object_punch(t->obj, t->arg, PAGE_SIZE);
}

static void holes_wait_for_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_object(env, NR);
	struct env_thread *t;

	write_bytes(env, obj);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, NR);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = env_start(env, do_punch, obj, PAGE_SIZE, 0);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), (u32)NR);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, env_used(env, d), NR - 1u);
	expect_hole(env, obj, PAGE_SIZE, 2 * PAGE_SIZE);
	env_check(env);
}

static void holes_wait_for_a_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_object(env, NR);
	struct env_thread *getter, *t;

	write_bytes(env, obj);
	env_page_out(env, obj, 0, NR);
	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 1, AOBJ_GET_ALONE);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start(env, do_punch, obj, PAGE_SIZE, 0);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_ENDS(getter, 0);
	expect_hole(env, obj, PAGE_SIZE, 2 * PAGE_SIZE);
	env_check(env);
}

/* Whole pages need not be read to be forgotten; parts must, or all stays. */
static void lost_pages_can_be_forgotten(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_object(env, NR);

	write_bytes(env, obj);
	env_page_out(env, obj, 0, NR);
	held_disk_fail(d, HELD_READ, env_slot(obj, 1), BLK_STS_MEDIUM, -1);
	KUNIT_EXPECT_EQ(test,
			aobj_object_punch(obj, PAGE_SIZE + 1, 2 * PAGE_SIZE),
			-EIO);
	ENV_EXPECT_STATE(env, obj, 1, ENV_BAD);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, PAGE_SIZE + 1), -EIO);
	KUNIT_EXPECT_EQ(test, aobj_object_size(obj), (loff_t)BYTES);
	env_check(env);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 0);
	expect_hole(env, obj, PAGE_SIZE, 2 * PAGE_SIZE);
	env_expect_bad(env, d, 1);
}

/*
 * Sizes in bytes
 */

static void the_tail_is_zeros_after_a_shrink(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	for (unsigned int i = 0; i < ARRAY_SIZE(edges); i++) {
		write_bytes(env, obj);
		KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, edges[i]), 0);
		KUNIT_EXPECT_EQ(test, aobj_object_size(obj), (loff_t)edges[i]);
		KUNIT_EXPECT_EQ(test, aobj_object_npages(obj),
				(pgoff_t)aobj_pages_of(edges[i]));
		KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident),
				(long)aobj_pages_of(edges[i]));
		KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, BYTES), 0);
		expect_hole(env, obj, edges[i], BYTES);
		env_check(env);
	}
}

/* A mapping may have written there, behind the end of a page. */
static void the_tail_is_zeros_after_growing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);
	struct aobj *obj = env_object(env, NR);
	const u64 size = BYTES - 100;

	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, aobj_object_truncate(obj, size), 0);
		write_bytes(env, obj);
		/* In memory, and on swap. */
		if (i == 1)
			env_page_out(env, obj, 0, NR);
		if (i == 2)
			KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, BYTES),
					0);
		else
			KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, BYTES),
					0);
		expect_hole(env, obj, size, BYTES);
		env_page_out(env, obj, 0, NR);
		expect_hole(env, obj, size, BYTES);
		env_check(env);
	}
	KUNIT_EXPECT_EQ(test, env_used(env, d), (u32)NR);
}

static void sizes_in_bytes_have_a_limit(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, MOST_BYTES + 1),
			-EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, U64_MAX), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_size(obj), (loff_t)BYTES);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, MOST_BYTES - 1), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj),
			(pgoff_t)(MOST_BYTES >> PAGE_SHIFT));
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, MOST_BYTES), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 0ul);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(holes_begin_and_end_anywhere),
	KUNIT_CASE(holes_are_made_in_swapped_pages),
	KUNIT_CASE(holes_end_with_the_object),
	KUNIT_CASE(holes_make_no_pages),
	KUNIT_CASE(holes_wait_for_write_out),
	KUNIT_CASE(holes_wait_for_a_read),
	KUNIT_CASE(lost_pages_can_be_forgotten),
	KUNIT_CASE(the_tail_is_zeros_after_a_shrink),
	KUNIT_CASE(the_tail_is_zeros_after_growing),
	KUNIT_CASE(sizes_in_bytes_have_a_limit),
	{},
};

AOBJ_KUNIT_SUITE(aobj_punch, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
