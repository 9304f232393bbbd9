// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages for who must not sleep: aobj_get() with LOCKED.  All calls are made
 * with a spinlock held, of which the kernel tells if they sleep; see
 * console_is_clean in checks.sh.
 */
#include <linux/fault-inject.h>
#include <linux/spinlock.h>

#include "aobj.h"
#include "pager_env.h"

#define NR 8 /* pages asked for at once */

static DEFINE_SPINLOCK(atomic);

static int get_locked(struct aobj *obj, pgoff_t first, struct page **pages,
		      unsigned int nr, unsigned int centre)
{
	int err;

	memset(pages, 0, nr * sizeof(*pages));
	spin_lock(&atomic);
	err = aobj_get(obj, first, pages, nr, centre, AOBJ_READ, AOBJ_NORMAL,
		       AOBJ_LOCKED);
	spin_unlock(&atomic);
	return err;
}

static void put_locked(struct page **pages, unsigned int nr)
{
	spin_lock(&atomic);
	aobj_put(pages, nr);
	spin_unlock(&atomic);
}

/* => the page alone */
static int get_one(struct aobj *obj, pgoff_t pgoff)
{
	struct page *page;
	int err = get_locked(obj, pgoff, &page, 1, 0);

	put_locked(&page, 1);
	return err;
}

/* => bit i: pages[i] is held */
static unsigned int held(struct page **pages)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < NR; i++)
		if (pages[i])
			mask |= BIT(i);
	return mask;
}

static void expect_unreferenced(struct kunit *test, struct aobj *obj,
				unsigned int nr)
{
	for (pgoff_t i = 0; i < nr; i++) {
		struct page *page = env_resident(obj, i);

		if (page)
			KUNIT_EXPECT_EQ_MSG(test, page_ref_count(page), 1,
					    "page %lu", i);
	}
}

static void new_pages_are_zeros(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);
	struct page *pages[NR];

	/* The last of one cluster and the first of the next. */
	KUNIT_EXPECT_EQ(test, get_locked(obj, 60, pages, NR, 2), 0);
	KUNIT_EXPECT_EQ(test, held(pages), 0xffu);
	for (unsigned int i = 0; i < NR; i++)
		env_expect_page(env, obj, 60 + i, pages[i], 0);
	put_locked(pages, NR);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	expect_unreferenced(test, obj, 100);
	env_check(env);
}

static void resident_pages_are_given(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);
	struct page *pages[NR];

	env_write(env, obj, 0, NR, 1);
	env_deactivate(obj, 3, 2);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 4), 0);
	KUNIT_EXPECT_EQ(test, held(pages), 0xffu);
	for (unsigned int i = 0; i < NR; i++) {
		env_expect_page(env, obj, i, pages[i], 1);
		ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_DIRTY);
	}
	put_locked(pages, NR);
	env_check(env);
}

static void swapped_pages_would_be_waited_for(struct kunit *test,
					      unsigned int disk_flags)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, disk_flags);
	struct aobj *obj = env_swapped(env, NR);
	struct page *pages[NR];
	unsigned int reads = held_disk_bios(d, HELD_READ);

	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_READ), reads);
	env_check(env);

	/* What is at hand is given all the same, the centre being not. */
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 4), 0);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, NR), 0);
	env_write(env, obj, 0, 1, 2);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 3), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0xf1u);
	env_expect_page(env, obj, 0, pages[0], 2);
	env_expect_page(env, obj, 7, pages[7], 0);
	put_locked(pages, NR);
	/* And that is not all: the centre is at hand, a neighbour is not. */
	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 0), 0);
	KUNIT_EXPECT_EQ(test, held(pages), 0xf1u);
	put_locked(pages, NR);
	expect_unreferenced(test, obj, NR);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 4u);
	env_check(env);
}

static void swapped_pages_are_not_read(struct kunit *test)
{
	swapped_pages_would_be_waited_for(test, 0);
}

/* Such a device may sleep in submit_bio(). */
static void not_even_from_a_device_that_is_done_at_once(struct kunit *test)
{
	swapped_pages_would_be_waited_for(test, HELD_SYNC);
}

static void a_page_under_read_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct env_thread *t;
	struct page *pages[NR];

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 3, AOBJ_GET_ALONE);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 3), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 1u);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, get_one(obj, 3), 0);
	expect_unreferenced(test, obj, NR);
	env_check(env);
}

static struct aobj *writing_object(struct pager_env *env, struct held_disk *d)
{
	struct aobj *obj = env_object(env, NR);

	env_write(env, obj, 0, NR, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, NR);
	env_wait_held(env, d, HELD_WRITE, 1);
	return obj;
}

static void a_page_under_write_out_is_given(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d);
	struct page *pages[NR];

	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 3), 0);
	KUNIT_EXPECT_EQ(test, held(pages), 0xffu);
	put_locked(pages, NR);
	held_disk_open(d);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), NR);
	env_check(env);
}

static void one_that_must_not_change_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, HELD_STABLE);
	struct aobj *obj = writing_object(env, d);
	struct page *pages[NR];

	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 3), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	held_disk_open(d);
	env_wait_written(env);
	env_check(env);
}

static int do_get_locked(struct env_thread *t)
{
	struct page *pages[NR];
	int err = get_locked(t->obj, t->arg, pages, NR, 0);

	t->word = held(pages);
	put_locked(pages, NR);
	return err;
}

static void a_cluster_that_is_in_use_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);
	struct aobj_cluster *c;
	struct env_thread *t;

	env_write(env, obj, 0, 100, 1);
	KUNIT_ASSERT_EQ(test, aobj_pager_get(obj, 0, 0, &c), 0);
	t = env_start(env, do_get_locked, obj, 60, 0);
	ENV_EXPECT_ENDS(t, -EAGAIN);
	/* Page 64 is of another cluster. */
	KUNIT_EXPECT_EQ(test, t->word, 0xf0ull);
	aobj_pager_release(c);
	ENV_EXPECT_ENDS(env_start(env, do_get_locked, obj, 60, 0), 0);
	expect_unreferenced(test, obj, 100);
	env_check(env);
}

/* A get that fails leaves no cluster behind for a page that is not there. */
static void room_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *full = env_object(env, 1000), *obj = env_object(env, 100);
	const unsigned long budget = aobj_budget_min();
	struct page *pages[NR];

	env_budget(env, budget);
	env_write(env, full, 0, budget, 1);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 60, pages, NR, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&obj->clusters));
	env_check(env);

	KUNIT_ASSERT_EQ(test, aobj_object_resize(full, budget - 2), 0);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 10, pages, NR, 3), 0);
	KUNIT_EXPECT_EQ(test, hweight32(held(pages)), 2u);
	KUNIT_EXPECT_NOT_NULL(test, pages[3]);
	put_locked(pages, NR);
	expect_unreferenced(test, obj, 100);
	env_check(env);
}

/* What else is asked before a page is made: its devices, and what others have. */
static void a_limit_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100), *other = env_object(env, 100);
	dev_t dev = held_disk_devt(env_disk(env, 0, 256, 0));
	struct page *pages[NR];
	char number[16];

	snprintf(number, sizeof(number), "%u:%u", MAJOR(dev), MINOR(dev));
	KUNIT_EXPECT_EQ(test, aobj_bind(obj, number), 0);
	KUNIT_EXPECT_EQ(test, aobj_reserve(other, true), 0);
	KUNIT_EXPECT_EQ(test, aobj_evict_set_limit(obj, 64), 0);
	env_write(env, obj, 0, 60, 1);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 60, pages, NR, 2), 0);
	KUNIT_EXPECT_EQ(test, hweight32(held(pages)), 4u);
	put_locked(pages, NR);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 80, pages, NR, 2), -EAGAIN);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 64);
	KUNIT_EXPECT_EQ(test, get_locked(other, 60, pages, NR, 2), 0);
	KUNIT_EXPECT_EQ(test, held(pages), 0xffu);
	put_locked(pages, NR);
	expect_unreferenced(test, obj, 100);
	env_check(env);
}

/* => how many calls failed for want of memory, each allocation failing once */
static unsigned int fail_each(struct kunit *test, struct aobj *obj)
{
	struct pager_env *env = test->priv;
	unsigned int failed = 0;
	bool injected = true;

	for (int nth = 1; injected && nth < 100; nth++) {
		struct page *page;
		int err;

		current->fail_nth = nth;
		err = get_locked(obj, 1000, &page, 1, 0);
		injected = !current->fail_nth;
		current->fail_nth = 0;
		KUNIT_EXPECT_EQ(test, !!page, !err);
		if (err) {
			KUNIT_EXPECT_EQ(test, err, -EAGAIN);
			KUNIT_EXPECT_TRUE(test, xa_empty(&obj->clusters));
			failed++;
		}
		put_locked(&page, 1);
		env_check(env);
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 1000), 0);
		KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 2000), 0);
	}
	return failed;
}

static void memory_is_not_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;

	/* The cluster and what keeps account of its pages, at least. */
	KUNIT_EXPECT_GE(test, fail_each(test, env_object(env, 2000)), 2u);
}

static void lost_pages_are_known_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct page *pages[NR];

	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_MEDIUM, -1);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 3, 0), -EIO);
	KUNIT_EXPECT_EQ(test, get_locked(obj, 0, pages, NR, 3), -EIO);
	KUNIT_EXPECT_EQ(test, held(pages), 0u);
	env_expect_bad(env, d, 1);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(new_pages_are_zeros),
	KUNIT_CASE(resident_pages_are_given),
	KUNIT_CASE(swapped_pages_are_not_read),
	KUNIT_CASE(not_even_from_a_device_that_is_done_at_once),
	KUNIT_CASE(a_page_under_read_is_not_waited_for),
	KUNIT_CASE(a_page_under_write_out_is_given),
	KUNIT_CASE(one_that_must_not_change_is_not_waited_for),
	KUNIT_CASE(a_cluster_that_is_in_use_is_not_waited_for),
	KUNIT_CASE(room_is_not_waited_for),
	KUNIT_CASE(a_limit_is_not_waited_for),
	KUNIT_CASE(memory_is_not_waited_for),
	KUNIT_CASE(lost_pages_are_known_at_once),
	{},
};

AOBJ_KUNIT_SUITE(aobj_locked, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
