// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flush: which pages it deactivates, frees and passes over.  What it writes
 * stands in aobj_flush_write_test.c.
 */
#include "aobj.h"
#include "aobj_flush.h"
#include "aobj_wire.h"
#include "pager_env.h"

#define INACTIVE (ENV_PRESENT | ENV_INACTIVE)
#define PAGE_OUT (AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN)

/* Fails the case unless the flush returns 0 and has @done and @skipped. */
static void flush(struct kunit *test, struct aobj *obj, unsigned int flags,
		  u64 done, u64 skipped)
{
	struct aobj_flushed flushed;

	KUNIT_EXPECT_EQ(
		test, aobj_flush_range(obj, 0, ULONG_MAX, flags, &flushed), 0);
	KUNIT_EXPECT_EQ_MSG(test, flushed.done, done, "flags %x", flags);
	KUNIT_EXPECT_EQ_MSG(test, flushed.skipped, skipped, "flags %x", flags);
}

/* One page of each kind; those not named are untouched. */
enum kind {
	DIRTY = 1,
	CLEAN, /* and on swap */
	IDLE, /* inactive, dirty */
	SWAPPED,
	PINNED, /* dirty */
	WIRED, /* dirty */
	KINDS,
};

static void fill_mix(struct pager_env *env, struct aobj *obj,
		     struct page **pinned)
{
	struct page *page;

	KUNIT_ASSERT_EQ(env->test, aobj_unwire(obj, 0, KINDS), 0);
	env_write(env, obj, 0, KINDS, 1);
	env_page_out(env, obj, 0, KINDS);
	KUNIT_ASSERT_EQ(env->test, aobj_object_resize(obj, 0), 0);
	KUNIT_ASSERT_EQ(env->test, aobj_object_resize(obj, 200), 0);
	env_write(env, obj, CLEAN, 1, 1);
	env_write(env, obj, SWAPPED, 1, 1);
	env_page_out(env, obj, CLEAN, 1);
	env_page_out(env, obj, SWAPPED, 1);
	KUNIT_ASSERT_EQ(env->test,
			aobj_pager_get_page(obj, CLEAN, AOBJ_GET_ALONE, &page),
			0);
	put_page(page);
	KUNIT_ASSERT_EQ(env->test, aobj_wire(obj, WIRED, WIRED + 1), 0);
	env_write(env, obj, WIRED, 1, 1);
	env_write(env, obj, DIRTY, 1, 1);
	env_write(env, obj, IDLE, 1, 1);
	env_deactivate(obj, IDLE, 1);
	env_write(env, obj, PINNED, 1, 1);
	KUNIT_ASSERT_EQ(env->test, aobj_pager_get_page(obj, PINNED, 0, pinned),
			0);
	ENV_EXPECT_STATE(env, obj, CLEAN, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, SWAPPED, ENV_SLOT);
}

static struct aobj *mix(struct pager_env *env, struct page **pinned)
{
	struct aobj *obj = env_adopt(env, aobj_create(200 * PAGE_SIZE, 0));

	fill_mix(env, obj, pinned);
	return obj;
}

static void expect_left_alone(struct pager_env *env, struct aobj *obj)
{
	ENV_EXPECT_STATE(env, obj, 0, 0);
	ENV_EXPECT_STATE(env, obj, PINNED, ENV_ACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, WIRED, ENV_ACTIVE | ENV_DIRTY | ENV_WIRED);
	env_check(env);
}

static void arguments_are_checked(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));

	env_write(env, obj, 0, 10, 1);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, 0x10), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, BIT(31) | AOBJ_FLUSH_FREE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 5, 4, AOBJ_FLUSH_FREE), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 5, 5, AOBJ_FLUSH_FREE), 0);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 10, 0, AOBJ_FLUSH_FREE), 0);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, ULONG_MAX, 0, AOBJ_FLUSH_FREE),
			0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
	env_expect(env, obj, 0, 10, 1);
}

/* A range, and 0 for the end; what lies past the end is ignored. */
static void ranges_are_clipped(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(200 * PAGE_SIZE, 0));

	env_write(env, obj, 0, 200, 1);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 60, 70, AOBJ_FLUSH_FREE), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 190);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 150, 0, AOBJ_FLUSH_FREE), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 140);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 149, 1000, AOBJ_FLUSH_FREE), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 139);
	env_expect(env, obj, 0, 60, 1);
	env_expect(env, obj, 60, 10, 0);
	env_expect(env, obj, 70, 79, 1);
	env_expect(env, obj, 149, 51, 0);
	env_check(env);
}

static void deactivate_takes_pages_out_of_use(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct page *pinned;
	struct aobj *obj = mix(env, &pinned);
	unsigned int writes = held_disk_bios(d, HELD_WRITE);

	flush(test, obj, AOBJ_FLUSH_DEACTIVATE, 3, 2);
	ENV_EXPECT_STATE(env, obj, DIRTY, INACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, CLEAN, INACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, IDLE, INACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, SWAPPED, ENV_SLOT);
	expect_left_alone(env, obj);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), writes);
	put_page(pinned);
}

static void clean_only_writes(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct page *pinned;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = mix(env, &pinned);
	flush(test, obj, AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT, 2, 2);
	ENV_EXPECT_STATE(env, obj, DIRTY, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, CLEAN, ENV_ACTIVE | ENV_SLOT);
	/* It was out of use before, so that is the end of it. */
	ENV_EXPECT_STATE(env, obj, IDLE, ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, SWAPPED, ENV_SLOT);
	expect_left_alone(env, obj);
	env_expect(env, obj, DIRTY, SWAPPED, 1);
	put_page(pinned);
}

static void to_deactivate_and_clean_is_to_page_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct page *pinned;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = mix(env, &pinned);
	flush(test, obj, PAGE_OUT | AOBJ_FLUSH_WAIT, 3, 2);
	for (unsigned int i = DIRTY; i <= SWAPPED; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	expect_left_alone(env, obj);
	put_page(pinned);
	env_expect(env, obj, DIRTY, KINDS - 1, 1);
	flush(test, obj, PAGE_OUT | AOBJ_FLUSH_WAIT, KINDS - 2, 1);
	ENV_EXPECT_STATE(env, obj, PINNED, ENV_SLOT);
}

static void wait_alone_changes_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct page *pinned;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = mix(env, &pinned);
	flush(test, obj, AOBJ_FLUSH_WAIT, 0, 0);
	flush(test, obj, 0, 0, 0);
	ENV_EXPECT_STATE(env, obj, DIRTY, ENV_ACTIVE | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, CLEAN, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, IDLE, INACTIVE | ENV_DIRTY);
	expect_left_alone(env, obj);
	put_page(pinned);
}

/* It includes the others: there is nothing left to be written. */
static void free_frees(struct kunit *test)
{
	static const unsigned int also[] = { 0, PAGE_OUT, AOBJ_FLUSH_WAIT,
					     PAGE_OUT | AOBJ_FLUSH_WAIT };
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(200 * PAGE_SIZE, 0));

	for (unsigned int i = 0; i < ARRAY_SIZE(also); i++) {
		unsigned int writes;
		struct page *pinned;

		fill_mix(env, obj, &pinned);
		writes = held_disk_bios(d, HELD_WRITE);
		flush(test, obj, AOBJ_FLUSH_FREE | also[i], 3, 2);
		for (unsigned int k = DIRTY; k <= SWAPPED; k++)
			ENV_EXPECT_STATE(env, obj, k, 0);
		expect_left_alone(env, obj);
		KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
		KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), writes);
		put_page(pinned);
		env_expect(env, obj, DIRTY, SWAPPED, 0);
		env_expect(env, obj, PINNED, 2, 1);
	}
}

static void expect_only_deactivated(struct kunit *test, struct aobj *obj)
{
	struct pager_env *env = test->priv;

	env_write(env, obj, 0, 10, 1);
	flush(test, obj, AOBJ_FLUSH_FREE, 10, 0);
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, INACTIVE | ENV_DIRTY);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static void free_spares_what_others_hold(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	struct file *file;

	aobj_reference(obj);
	expect_only_deactivated(test, obj);
	aobj_detach(obj);

	file = aobj_file(obj, "");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	expect_only_deactivated(test, obj);
	/* Of two holders either may be the one that is left. */
	env_disown(env, obj);
	aobj_detach(obj);
	flush(test, obj, AOBJ_FLUSH_FREE, 10, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);
	__fput_sync(file);

	obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	file = aobj_file(obj, "");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	env_write(env, obj, 0, 10, 1);
	__fput_sync(file);
	flush(test, obj, AOBJ_FLUSH_FREE, 10, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);
	env_expect(env, obj, 0, 10, 0);
}

static void noswap_pages_are_passed_over(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, AOBJ_NOSWAP));
	env_write(env, obj, 0, 10, 1);
	for (unsigned int flags = 1; flags <= AOBJ_FLUSH_KNOWN; flags++)
		if (flags != AOBJ_FLUSH_WAIT)
			flush(test, obj, flags, 0, 10);
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_DIRTY);
	env_expect(env, obj, 0, 10, 1);
}

/* Somebody will use it right away. */
static void a_page_under_read_is_passed_over(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(4 * PAGE_SIZE, 0));
	struct env_thread *t;

	env_write(env, obj, 0, 4, 1);
	env_page_out(env, obj, 0, 4);
	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 2, AOBJ_GET_ALONE);
	env_wait_held(env, d, HELD_READ, 1);
	flush(test, obj, AOBJ_FLUSH_DEACTIVATE, 0, 1);
	flush(test, obj, PAGE_OUT | AOBJ_FLUSH_WAIT, 0, 1);
	flush(test, obj, AOBJ_FLUSH_FREE, 0, 1);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_READING | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 3, 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_expect(env, obj, 2, 1, 1);
	env_expect(env, obj, 3, 1, 0);
	env_check(env);
}

/* So will one that was read ahead, though nobody waits for it yet. */
static void pages_read_ahead_are_passed_over(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(4 * PAGE_SIZE, 0));

	env_write(env, obj, 0, 4, 1);
	env_page_out(env, obj, 0, 4);
	held_disk_hold(d, HELD_READ, true);
	KUNIT_EXPECT_EQ(test, aobj_pager_begin(obj, 2), 0);
	env_wait_held(env, d, HELD_READ, 1);
	flush(test, obj, AOBJ_FLUSH_DEACTIVATE, 0, 2);
	flush(test, obj, PAGE_OUT | AOBJ_FLUSH_WAIT, 0, 2);
	flush(test, obj, AOBJ_FLUSH_FREE, 0, 2);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_READING | ENV_SLOT);
	held_disk_open(d);
	env_expect(env, obj, 0, 2, 0);
	env_expect(env, obj, 2, 2, 1);
	env_check(env);
}

/*
 * The cost: 2^40 pages one by one, or cluster by cluster, would outlast all
 * patience.
 */
static int do_flush_all(struct env_thread *t)
{
	return aobj_flush(t->obj, 0, 0, t->flags);
}

static void the_cost_is_in_pages_that_are_there(struct kunit *test)
{
	static const unsigned int flags[] = { AOBJ_FLUSH_DEACTIVATE,
					      PAGE_OUT | AOBJ_FLUSH_WAIT,
					      AOBJ_FLUSH_FREE };
	struct pager_env *env = test->priv;
	const pgoff_t far = 1UL << 40;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_adopt(env, aobj_create((u64)far << PAGE_SHIFT, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		env_write(env, obj, 0, 1, 1);
		env_write(env, obj, far / 2, 1, 1);
		env_write(env, obj, far - 1, 1, 1);
		ENV_EXPECT_ENDS(env_start(env, do_flush_all, obj, 0, flags[i]),
				0);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(arguments_are_checked),
	KUNIT_CASE(ranges_are_clipped),
	KUNIT_CASE(deactivate_takes_pages_out_of_use),
	KUNIT_CASE(clean_only_writes),
	KUNIT_CASE(to_deactivate_and_clean_is_to_page_out),
	KUNIT_CASE(wait_alone_changes_nothing),
	KUNIT_CASE(free_frees),
	KUNIT_CASE(free_spares_what_others_hold),
	KUNIT_CASE(noswap_pages_are_passed_over),
	KUNIT_CASE(a_page_under_read_is_passed_over),
	KUNIT_CASE(pages_read_ahead_are_passed_over),
	KUNIT_CASE(the_cost_is_in_pages_that_are_there),
	{},
};

AOBJ_KUNIT_SUITE(aobj_flush, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
