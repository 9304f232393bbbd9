// SPDX-License-Identifier: GPL-2.0-only
/* Shrinking and detaching, of pages under read and under write-out too. */
#include <linux/pagemap.h>

#include "pager_env.h"

#define WRITING (ENV_PRESENT | ENV_INACTIVE | ENV_WRITING | ENV_SLOT)
#define READING (ENV_ACTIVE | ENV_READING | ENV_SLOT)

/* => an object of 10 dirty pages, all in a write that is held */
static struct aobj *writing_object(struct pager_env *env, struct held_disk *d)
{
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	return obj;
}

/*
 * => an object of 10 pages in swap, that a held read brings in; the thread that
 *    began it has been killed
 */
static struct aobj *reading_object(struct pager_env *env, struct held_disk *d)
{
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 0, AOBJ_GET_CLUSTER);
	env_wait_held(env, d, HELD_READ, 1);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	return obj;
}

static void a_shrink_waits_for_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct env_thread *t = env_start_resize(env, obj, 5);

	ENV_EXPECT_BLOCKS(t);
	ENV_EXPECT_STATE(env, obj, 7, WRITING);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	/* The size holds at once, and what stays can be used. */
	ENV_EXPECT_ENDS(env_start_get(env, obj, 7, 0), -ENXIO);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 2, 0), 0);
	env_check(env);

	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(env);
	for (pgoff_t i = 5; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	env_check(env);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 5, 0);
}

static void a_shrink_waits_for_a_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *getter, *t;

	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 7, 0);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start_resize(env, obj, 5);
	ENV_EXPECT_BLOCKS(t);
	ENV_EXPECT_BLOCKS(getter);
	ENV_EXPECT_STATE(env, obj, 7, READING);
	/* Slots of pages that are in swap only went at once. */
	ENV_EXPECT_STATE(env, obj, 6, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 6u);
	env_check(env);

	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_ENDS(getter, -ENXIO);
	ENV_EXPECT_STATE(env, obj, 7, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 5, 0);
	env_check(env);
}

static void shrink_during_a_read(struct kunit *test, blk_status_t status,
				 unsigned int tries, u32 bad)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *getter, *t;
	int err;

	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 7, 0);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start_resize(env, obj, 5);
	for (unsigned int i = 0; i < tries; i++) {
		env_wait_held(env, d, HELD_READ, 1);
		ENV_EXPECT_BLOCKS(t);
		held_disk_complete(d, HELD_READ, 0, status);
	}
	ENV_EXPECT_ENDS(t, 0);
	err = env_join(getter);
	KUNIT_EXPECT_TRUE(test, err == -EIO || err == -ENXIO);
	ENV_EXPECT_STATE(env, obj, 7, 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->bad), 0);
	env_expect_bad(env, d, bad);
	env_check(env);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_expect(env, obj, 5, 5, 0);
}

static void a_shrink_waits_for_a_read_that_fails(struct kunit *test)
{
	shrink_during_a_read(test, BLK_STS_IOERR, 3, 0);
}

static void a_shrink_forgets_a_page_that_is_lost(struct kunit *test)
{
	shrink_during_a_read(test, BLK_STS_MEDIUM, 1, 1);
}

static void shrink_during_write_out(struct kunit *test, blk_status_t status,
				    u32 bad)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct env_thread *t = env_start_resize(env, obj, 5);

	ENV_EXPECT_BLOCKS(t);
	held_disk_complete(d, HELD_WRITE, 0, status);
	/* Each page alone, and all fail again. */
	env_wait_held(env, d, HELD_WRITE, 10);
	ENV_EXPECT_BLOCKS(t);
	while (held_disk_complete(d, HELD_WRITE, 0, status))
		;
	ENV_EXPECT_ENDS(t, 0);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	env_expect_bad(env, d, bad);
	env_check(env);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_page_out(env, obj, 0, 10);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 5, 0);
}

static void a_shrink_waits_for_a_write_that_fails(struct kunit *test)
{
	shrink_during_write_out(test, BLK_STS_IOERR, 0);
}

static void a_shrink_waits_for_a_write_to_a_bad_medium(struct kunit *test)
{
	shrink_during_write_out(test, BLK_STS_MEDIUM, 10);
}

static void a_detach_waits_for_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct env_thread *t = env_start_detach(env, obj);

	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 10);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	env_check(env);
}

static void a_detach_waits_for_a_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = reading_object(env, d);
	struct env_thread *t = env_start_detach(env, obj);

	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	env_check(env);
}

static void a_detach_waits_for_a_read_that_fails(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = reading_object(env, d);
	struct env_thread *t = env_start_detach(env, obj);

	held_disk_complete(d, HELD_READ, 0, BLK_STS_MEDIUM);
	env_wait_held(env, d, HELD_READ, 10);
	ENV_EXPECT_BLOCKS(t);
	while (held_disk_complete(d, HELD_READ, 0, BLK_STS_MEDIUM))
		;
	ENV_EXPECT_ENDS(t, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 0);
	env_expect_bad(env, d, 10);
	env_check(env);
}

static void a_detach_waits_for_a_write_that_fails(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct env_thread *t = env_start_detach(env, obj);

	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_IOERR);
	env_wait_held(env, d, HELD_WRITE, 10);
	ENV_EXPECT_BLOCKS(t);
	while (held_disk_complete(d, HELD_WRITE, 0, BLK_STS_IOERR))
		;
	ENV_EXPECT_ENDS(t, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	env_expect_bad(env, d, 0);
	env_check(env);
}

static void detached_pages_give_up_everything(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);

	env_expect(env, obj, 10, 20, 1);
	env_write(env, obj, 70, 10, 2);
	env_check(env);
	ENV_EXPECT_ENDS(env_start_detach(env, obj), 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	env_check(env);
}

static void growing_after_a_shrink_reads_zeros(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);

	/* In swap only, resident and clean, resident and dirty. */
	env_expect(env, obj, 60, 10, 1);
	env_write(env, obj, 80, 10, 2);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 62), 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 62u);
	env_check(env);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 100), 0);
	env_expect(env, obj, 0, 62, 1);
	env_expect(env, obj, 62, 38, 0);
	env_check(env);
}

/* Whoever has the page keeps it, and what it holds; the object does not. */
static void a_pinned_page_leaves_the_object(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct page *page;

	env_write(env, obj, 5, 1, 1);
	KUNIT_ASSERT_EQ(test, aobj_pager_get_page(obj, 5, 0, &page), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 0), 0);
	KUNIT_EXPECT_NULL(test, page->mapping);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_expect(env, obj, 5, 1, 0);
	KUNIT_EXPECT_PTR_NE(test, env_resident(obj, 5), page);
	env_expect_page(env, obj, 5, page, 1);
	set_page_dirty(page);
	put_page(page);
	env_expect(env, obj, 5, 1, 0);
	env_check(env);
}

static void a_locked_page_is_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct env_thread *t;
	struct page *page;

	env_write(env, obj, 0, 10, 1);
	KUNIT_ASSERT_EQ(test, aobj_pager_get_page(obj, 5, 0, &page), 0);
	lock_page(page);
	t = env_start_resize(env, obj, 2);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 5), page);
	ENV_EXPECT_STATE(env, obj, 6, 0);
	unlock_page(page);
	put_page(page);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_STATE(env, obj, 5, 0);
	env_check(env);
}

static void resizes_take_turns(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct env_thread *first = env_start_resize(env, obj, 5);
	struct env_thread *second, *third;

	ENV_EXPECT_BLOCKS(first);
	second = env_start_resize(env, obj, 10);
	ENV_EXPECT_BLOCKS(second);
	third = env_start_resize(env, obj, 20);
	ENV_EXPECT_BLOCKS(third);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 5ul);
	env_kill(third);
	ENV_EXPECT_ENDS(third, -EINTR);
	held_disk_open(d);
	ENV_EXPECT_ENDS(first, 0);
	ENV_EXPECT_ENDS(second, 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 5, 0);
	env_check(env);
}

static void sizes_have_a_limit(struct kunit *test)
{
	struct pager_env *env = test->priv;
	const u64 most = LLONG_MAX >> PAGE_SHIFT;
	struct aobj *obj = env_object(env, 10);

	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most + 1), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most), 0);
	env_write(env, obj, most - 1, 1, 1);
	env_write(env, obj, 3, 1, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 2);
	env_check(env);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most - 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 1);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most), 0);
	env_expect(env, obj, most - 1, 1, 0);
	env_expect(env, obj, 3, 1, 1);
	env_check(env);
}

static void extending_never_shrinks(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);

	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 5 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 15 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 15ul);
	KUNIT_EXPECT_EQ(test, aobj_object_size_once(obj, 20), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 15ul);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, U64_MAX), -EFBIG);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_shrink_waits_for_write_out),
	KUNIT_CASE(a_shrink_waits_for_a_read),
	KUNIT_CASE(a_shrink_waits_for_a_read_that_fails),
	KUNIT_CASE(a_shrink_forgets_a_page_that_is_lost),
	KUNIT_CASE(a_shrink_waits_for_a_write_that_fails),
	KUNIT_CASE(a_shrink_waits_for_a_write_to_a_bad_medium),
	KUNIT_CASE(a_detach_waits_for_write_out),
	KUNIT_CASE(a_detach_waits_for_a_read),
	KUNIT_CASE(a_detach_waits_for_a_read_that_fails),
	KUNIT_CASE(a_detach_waits_for_a_write_that_fails),
	KUNIT_CASE(detached_pages_give_up_everything),
	KUNIT_CASE(growing_after_a_shrink_reads_zeros),
	KUNIT_CASE(a_pinned_page_leaves_the_object),
	KUNIT_CASE(a_locked_page_is_waited_for),
	KUNIT_CASE(resizes_take_turns),
	KUNIT_CASE(sizes_have_a_limit),
	KUNIT_CASE(extending_never_shrinks),
	{},
};

AOBJ_KUNIT_SUITE(aobj_shrink, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
