// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is not to be had: each allocation of a call fails in turn, and
 * the call must fail cleanly, or do without.
 */
#include <linux/fault-inject.h>
#include <linux/sched.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_file.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pager.h"
#include "aobj_slots.h"
#include "aobj_swap.h"
#include "kunit_main.h"
#include "ramdisk.h"
#include "slotmap.h"
#include "suite.h"

#define MOST_ALLOCATIONS 2000 /* more than any call makes */

/**
 * struct attempt - a call that is tried with each allocation failing
 * @call: => an error, or 0
 * @undo: after a call that worked
 * @arg: for both
 */
struct attempt {
	int (*call)(struct kunit *test, void *arg);
	void (*undo)(struct kunit *test, void *arg);
	void *arg;
};

/* => false once the call makes fewer than @nth allocations */
static bool try_without(struct kunit *test, const struct attempt *a, int nth,
			int *failed)
{
	bool injected;
	int err;

	current->fail_nth = nth;
	err = a->call(test, a->arg);
	injected = !current->fail_nth;
	current->fail_nth = 0;
	if (!err)
		a->undo(test, a->arg);
	else if (err != -ENOMEM)
		KUNIT_FAIL(test, "allocation %d: error %d", nth, err);
	if (err && !injected)
		KUNIT_FAIL(test, "error %d though nothing failed", err);
	*failed += err != 0;
	return injected;
}

/* => how often the call failed */
static int try_each(struct kunit *test, const struct attempt *a)
{
	int failed = 0, nth = 1;

	while (nth < MOST_ALLOCATIONS && try_without(test, a, nth, &failed))
		nth++;
	KUNIT_EXPECT_LT(test, nth, MOST_ALLOCATIONS);
	/* Twice, so that what was left behind would be in the way. */
	KUNIT_EXPECT_EQ(test, a->call(test, a->arg), 0);
	a->undo(test, a->arg);
	kunit_info(test, "%d allocations, %d of them needed", nth - 1, failed);
	return failed;
}

/*
 * What is tried
 */

static int load(struct kunit *test, void *arg)
{
	return aobj_live_init();
}

static void unload(struct kunit *test, void *arg)
{
	aobj_live_exit();
}

static void loading_unwinds(struct kunit *test)
{
	const struct attempt a = { load, unload };

	aobj_live_exit();
	KUNIT_EXPECT_GT(test, try_each(test, &a), 10);
	KUNIT_EXPECT_EQ(test, aobj_live_init(), 0);
}

static int swap_on(struct kunit *test, void *arg)
{
	return aobj_swap_on(ramdisk_devt(0), NULL);
}

static void swap_off(struct kunit *test, void *arg)
{
	ramdisk_swap_off(test, 0);
}

static void swapon_unwinds(struct kunit *test)
{
	const struct attempt a = { swap_on, swap_off };

	ramdisk_write(test, 0, ramdisk_header(test, RAMDISK_PAGES));
	KUNIT_EXPECT_GT(test, try_each(test, &a), 5);
}

static int create(struct kunit *test, void *arg)
{
	struct inode **inode = arg;

	*inode = aobj_file_new_object();
	return PTR_ERR_OR_ZERO(*inode);
}

static void detach(struct kunit *test, void *arg)
{
	struct inode **inode = arg;

	iput(*inode);
}

static void creating_an_object_unwinds(struct kunit *test)
{
	struct inode *inode;
	const struct attempt a = { create, detach, &inode };

	KUNIT_EXPECT_GE(test, try_each(test, &a), 2);
}

static int get_cluster(struct kunit *test, void *arg)
{
	struct aobj_cluster *c = aobj_cluster_get(arg, 1UL << 40, GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	mutex_lock(&c->lock);
	aobj_cluster_remove(c);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
	return 0;
}

static void nothing(struct kunit *test, void *arg)
{
}

/* Deep in the tree, so that nodes of the XArray are wanted, too: it asks twice. */
static void making_a_cluster_unwinds(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, LLONG_MAX >> PAGE_SHIFT);
	const struct attempt a = { get_cluster, nothing, obj };

	KUNIT_EXPECT_GE(test, try_each(test, &a), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
	aobj_object_detach(obj);
}

static int make_slots(struct kunit *test, void *arg)
{
	return aobj_slots_init(arg, 1 << 20);
}

static void drop_slots(struct kunit *test, void *arg)
{
	aobj_slots_exit(arg);
}

static void making_an_allocator_unwinds(struct kunit *test)
{
	struct aobj_slots s;
	const struct attempt a = { make_slots, drop_slots, &s };

	KUNIT_EXPECT_GE(test, try_each(test, &a), 4);
}

static int get_page_of(struct kunit *test, void *arg)
{
	struct aobj_cluster *c;
	int err = aobj_pager_get(arg, 1000, 0, &c);

	if (!err)
		aobj_pager_release(c);
	return err;
}

static void drop_page(struct kunit *test, void *arg)
{
	KUNIT_EXPECT_EQ(test, aobj_object_resize(arg, 1000), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(arg, 2000), 0);
}

/* It tries again for a while, so one failure is not enough to make it fail. */
static void getting_a_page_does_without(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 2000);
	const struct attempt a = { get_page_of, drop_page, obj };

	KUNIT_EXPECT_EQ(test, try_each(test, &a), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	aobj_object_detach(obj);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(loading_unwinds),
	KUNIT_CASE(swapon_unwinds),
	KUNIT_CASE(creating_an_object_unwinds),
	KUNIT_CASE(making_a_cluster_unwinds),
	KUNIT_CASE(making_an_allocator_unwinds),
	KUNIT_CASE(getting_a_page_does_without),
	{},
};

AOBJ_KUNIT_SUITE(aobj_main, .exit = ramdisk_expect_idle, .test_cases = cases);
