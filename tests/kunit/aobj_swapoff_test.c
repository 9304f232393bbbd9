// SPDX-License-Identifier: GPL-2.0-only
/* Swapoff: with I/O in flight, errors, no room, another device. */
#include <linux/jiffies.h>
#include <linux/pagemap.h>

#include "aobj_hbitmap.h"
#include "aobj_rebind.h"
#include "pager_env.h"

#define BUDGET 256 /* the least that there is on machines with pages of 4 KiB */

/* => swapoff has come to its end, and the device is gone if it says so */
static int swapped_off(struct env_thread *t, struct held_disk *d)
{
	int err = env_join(t);

	if (!err)
		env_disk_off(t->env, d);
	return err;
}

static int swapoff(struct pager_env *env, struct held_disk *d)
{
	return swapped_off(env_start_swapoff(env, d), d);
}

static bool draining(struct pager_env *env, struct held_disk *d)
{
	return READ_ONCE(env_dev(env, d)->draining);
}

static void an_empty_device_goes_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, 0);

	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), -ENOENT);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(held_disk_devt(d), NULL), 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(held_disk_devt(d), NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), 0);
}

static void pages_come_in_and_are_dirty(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);

	/* Some are resident: clean, dirty. */
	env_expect(env, obj, 10, 5, 1);
	env_write(env, obj, 70, 5, 2);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	for (pgoff_t i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, env_state(obj, i) & ~ENV_YOUNG,
				(unsigned int)(ENV_PRESENT | ENV_DIRTY));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->slots), 0);
	env_expect(env, obj, 0, 70, 1);
	env_expect(env, obj, 70, 5, 2);
	env_expect(env, obj, 75, 25, 1);
	env_check(env);

	/* Nothing but memory has them now: they are written again. */
	env_disk(env, 1, 256, 0);
	env_page_out(env, obj, 0, 100);
	env_expect(env, obj, 0, 70, 1);
	env_expect(env, obj, 70, 5, 2);
}

/* Twice: to bring its pages in, and to see that they are.  As much for slots. */
static void each_cluster_is_emptied_at_once(struct kunit *test)
{
	const unsigned int clusters = 8, pages = clusters * AOBJ_CLUSTER_PAGES;
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_object(env, pages);
	unsigned long steps;

	/* A few of each; what the pages behind them hold is all on swap. */
	for (pgoff_t i = 0; i < pages; i += AOBJ_CLUSTER_PAGES)
		env_write(env, obj, i, 16, 1);
	env_page_out(env, obj, 0, pages);
	KUNIT_EXPECT_EQ(test, env_used(env, d), clusters * 16);
	steps = aobj_steps;
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	KUNIT_EXPECT_LE(test, aobj_steps - steps, 4ul * clusters);
	for (pgoff_t i = 0; i < pages; i += AOBJ_CLUSTER_PAGES)
		env_expect(env, obj, i, 16, 1);
}

static void writes_in_flight_are_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);
	struct env_thread *t;

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = env_start_swapoff(env, d);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	KUNIT_EXPECT_TRUE(test, draining(env, d));
	env_check(env);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), 0);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static void writes_that_fail_are_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 1);
	struct env_thread *t;

	env_write(env, obj, 0, 1, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 1);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = env_start_swapoff(env, d);
	ENV_EXPECT_BLOCKS(t);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_IOERR);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), 0);
	env_expect(env, obj, 0, 1, 1);
	env_check(env);
}

static void reads_in_flight_are_waited_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *getter, *t;

	held_disk_hold(d, HELD_READ, true);
	getter = env_start_get(env, obj, 0, AOBJ_GET_CLUSTER);
	env_wait_held(env, d, HELD_READ, 1);
	t = env_start_swapoff(env, d);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 1u);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), 0);
	ENV_EXPECT_ENDS(getter, 0);
	env_expect(env, obj, 0, 10, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 10);
	env_check(env);
}

static void a_draining_device_takes_no_pages(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100), *other = env_object(env, 10);
	struct env_thread *t;

	/* A run of slots of its own would be written in place otherwise. */
	env_expect(env, obj, 64, 36, 1);
	env_write(env, obj, 64, 36, 2);
	env_write(env, other, 0, 10, 1);
	held_disk_hold(d, HELD_READ, true);
	env_mark(env);
	t = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 1);
	env_evict(env, obj, 64, 36);
	env_evict(env, other, 0, 10);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), -EBUSY);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), 0);
	env_expect(env, obj, 0, 64, 1);
	env_expect(env, obj, 64, 36, 2);
	env_expect(env, other, 0, 10, 1);
	env_check(env);
}

/* Submitted before and used again meanwhile: it keeps no slot. */
static void a_page_rescued_from_write_out_gives_its_slot_up(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);
	struct env_thread *t;

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, obj, 3, 0)), 0);
	t = env_start_swapoff(env, d);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), 0);
	KUNIT_EXPECT_EQ(test, env_state(obj, 3) & ~ENV_YOUNG,
			(unsigned int)(ENV_PRESENT | ENV_DIRTY));
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static void a_signal_ends_it(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	env_kill(t);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), -EINTR);
	KUNIT_EXPECT_FALSE(test, draining(env, d));
	held_disk_open(d);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
	/* It takes pages again. */
	env_write(env, obj, 0, 10, 2);
	env_page_out(env, obj, 0, 10);
	env_expect(env, obj, 0, 10, 2);
}

static void a_signal_ends_its_wait_for_a_write(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);
	struct env_thread *t;

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	t = env_start_swapoff(env, d);
	ENV_EXPECT_BLOCKS(t);
	env_kill(t);
	KUNIT_EXPECT_EQ(test, swapped_off(t, d), -EINTR);
	KUNIT_EXPECT_FALSE(test, draining(env, d));
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 10, 1);
}

static void what_cannot_be_read_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 200);

	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_IOERR, -1);
	held_disk_fail(d, HELD_READ, env_slot(obj, 100), BLK_STS_IOERR, -1);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), -EIO);
	KUNIT_EXPECT_FALSE(test, draining(env, d));
	KUNIT_EXPECT_EQ(test, env_used(env, d), 2u);
	for (pgoff_t i = 0; i < 200; i++)
		KUNIT_EXPECT_EQ(test, env_state(obj, i) & ~ENV_YOUNG,
				(unsigned int)(i == 3 || i == 100 ?
						       ENV_SLOT :
						       ENV_PRESENT |
							       ENV_DIRTY));
	env_check(env);
	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_OK, 0);
	held_disk_fail(d, HELD_READ, env_slot(obj, 100), BLK_STS_OK, 0);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	env_expect(env, obj, 0, 200, 1);
	env_check(env);
}

/* Each list of the device's clusters is gone round. */
static void what_cannot_be_read_does_not_hide_other_clusters(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 1 + 64 + 8, 0);
	struct aobj *obj = env_swapped(env, 72);

	env_disk(env, 1, 64, 0);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 90), 0);
	env_write(env, obj, 72, 18, 1);
	env_page_out(env, obj, 72, 18);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 72u);
	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_IOERR, -1);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), -EIO);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 1u);
	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_OK, 0);
	env_expect(env, obj, 0, 90, 1);
	env_check(env);
}

static void what_is_lost_keeps_no_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);
	struct page *page;

	held_disk_fail(d, HELD_READ, env_slot(obj, 3), BLK_STS_MEDIUM, -1);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	ENV_EXPECT_STATE(env, obj, 3, ENV_BAD);
	KUNIT_EXPECT_EQ(test, aobj_pager_get_page(obj, 3, 0, &page), -EIO);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 1);
	env_expect(env, obj, 0, 3, 1);
	env_expect(env, obj, 4, 96, 1);
	env_check(env);
}

/* => an object of @npages, of which @swapped are in swap, the first ones */
static struct aobj *partly_swapped(struct pager_env *env, unsigned int npages,
				   unsigned int swapped)
{
	struct aobj *obj = env_object(env, npages);

	env_write(env, obj, 0, swapped, 1);
	env_page_out(env, obj, 0, swapped);
	env_write(env, obj, swapped, npages - swapped, 1);
	return obj;
}

/* Said at once, and not after having tried for as long as a get waits. */
static void without_room_nothing_changes(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	struct aobj *obj = partly_swapped(env, 300, 150);
	unsigned long begin = jiffies;

	env_budget(env, BUDGET);
	aobj_nospace_wait_ms = 20000;
	KUNIT_EXPECT_EQ(test, swapoff(env, d), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, begin + 4 * HZ));
	KUNIT_EXPECT_FALSE(test, draining(env, d));
	KUNIT_EXPECT_NE(test, aobj_swap_free_beside(NULL), 0ul);
	env_expect(env, obj, 0, 300, 1);
}

/* By the totals there is room on the other device, which takes nothing. */
static void a_device_that_fails_is_no_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0), *other;
	struct aobj *obj = partly_swapped(env, 300, 150);

	other = env_disk(env, 1, ENV_DISK_PAGES, 0);
	for (u32 slot = 1; slot < ENV_DISK_PAGES; slot++)
		held_disk_fail(other, HELD_WRITE, slot, BLK_STS_IOERR, -1);
	env_budget(env, BUDGET);
	aobj_nospace_wait_ms = 2000;
	KUNIT_EXPECT_EQ(test, swapoff(env, d), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, draining(env, d));
	KUNIT_EXPECT_EQ(test, env_used(env, other), 0u);
	env_expect(env, obj, 0, 300, 1);
}

/* Zeros that nobody wrote need no room. */
static void untouched_pages_make_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	struct aobj *obj = env_object(env, 300);

	env_write(env, obj, 0, 150, 1);
	env_page_out(env, obj, 0, 150);
	env_budget(env, BUDGET);
	env_expect(env, obj, 150, 150, 0);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	env_expect(env, obj, 0, 150, 1);
	env_check(env);
}

static void pages_move_to_another_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	struct aobj *obj = partly_swapped(env, 500, 300);
	struct held_disk *other = env_disk(env, 1, ENV_DISK_PAGES, 0);

	env_budget(env, BUDGET);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	KUNIT_EXPECT_LE(test, atomic_long_read(&aobj_charged), BUDGET);
	KUNIT_EXPECT_GE(test, env_used(env, other), 500u - BUDGET);
	env_expect(env, obj, 0, 500, 1);
}

static void clusters_on_two_devices_are_emptied(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 9, 0), *other;
	struct aobj *obj = env_swapped(env, 8);

	other = env_disk(env, 1, 64, 0);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 20), 0);
	env_write(env, obj, 8, 12, 1);
	env_page_out(env, obj, 8, 12);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 8u);
	KUNIT_EXPECT_EQ(test, env_used(env, other), 12u);
	env_check(env);
	KUNIT_EXPECT_EQ(test, swapoff(env, other), 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 8u);
	ENV_EXPECT_STATE(env, obj, 3, ENV_SLOT);
	/* It stands on the list of the device that it is left with. */
	KUNIT_EXPECT_FALSE(test, list_empty(&env_dev(env, d)->own.clusters));
	env_check(env);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	env_expect(env, obj, 0, 20, 1);
	env_check(env);
}

/* Clusters are read ahead of, a bio each, and none is read twice. */
static void several_clusters_are_read_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 5 * 64);
	struct env_thread *off;

	held_disk_hold(d, HELD_READ, true);
	env_mark(env);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 5);
	ENV_EXPECT_BLOCKS(off);
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, held_disk_peek(d, HELD_READ, i).nr, 64);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 5);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 5 * 64);
	env_expect(env, obj, 0, 5 * 64, 1);
	env_check(env);
}

/* What others are about to need is not used up for reading ahead. */
static void reading_ahead_leaves_room(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 5 * 64);
	struct env_thread *off;

	env_budget(env, aobj_budget_min());
	KUNIT_ASSERT_LT(test, aobj_budget_min(), 5 * 64);
	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	/* It cannot fit at all: not even the first is read. */
	KUNIT_EXPECT_EQ(test, env_join(off), -ENOMEM);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 0);

	env_budget(env, 5 * 64 + 10);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 4);
	ENV_EXPECT_BLOCKS(off);
	KUNIT_EXPECT_LE(test, held_disk_held(d, HELD_READ), 4);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	env_expect(env, obj, 0, 5 * 64, 1);
	env_check(env);
}

static void a_check_tells_whether_it_fits(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 5 * 64);

	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	env_budget(env, aobj_budget_min());
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), -ENOMEM);
	/* Its own free slots are no room, those of another device are. */
	env_disk(env, 1, 65, 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(MKDEV(0, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5 * 64);
	env_expect(env, obj, 0, 64, 1);
	env_check(env);
}

/* What is bound to the device has nowhere to go but into memory. */
static void a_check_knows_of_bindings(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj_swap_options opt = { .class = "fast" };
	struct held_disk *d, *other;
	struct aobj *obj;

	d = env_disk_as(env, 0, 512, 0, &opt);
	obj = env_object(env, 5 * 64);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, "fast"), 0);
	env_write(env, obj, 0, 5 * 64, 1);
	env_page_out(env, obj, 0, 5 * 64);
	env_budget(env, aobj_budget_min());
	env_disk(env, 1, 512, 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), -ENOMEM);
	/* Bound to nothing, or with another of its class, it has. */
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, ""), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, "fast"), 0);
	other = env_disk_as(env, 2, 512, 0, &opt);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_EXPECT_EQ(test, swapoff(env, other), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), -ENOMEM);
	/* Memory will do. */
	env_budget(env, 6 * 64);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_EXPECT_EQ(test, swapoff(env, d), 0);
	env_expect(env, obj, 0, 5 * 64, 1);
	env_check(env);
}

/* Room that only bound objects may use is none for others. */
static void a_check_knows_of_exclusive_devices(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj_swap_options opt = { .class = "own",
					 .flags = AOBJ_SWAPON_EXCLUSIVE };
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 5 * 64);

	env_budget(env, aobj_budget_min());
	env_disk_as(env, 1, 512, 0, &opt);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), -ENOMEM);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, "own"), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(obj, ""), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), -ENOMEM);
	env_disk(env, 2, 512, 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	env_expect(env, obj, 0, 64, 1);
	env_check(env);
}

static void a_shrink_meanwhile_is_no_error(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);
	struct env_thread *off, *shrink;

	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 2);
	shrink = env_start_resize(env, obj, 10);
	ENV_EXPECT_BLOCKS(shrink);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	ENV_EXPECT_ENDS(shrink, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

/* The shrink comes no further while its first page is locked. */
static void pages_being_shrunk_away_are_left_to_the_shrink(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 200);
	struct env_thread *off, *shrink;
	struct page *page;

	KUNIT_ASSERT_EQ(test, aobj_pager_get_page(obj, 64, 0, &page), 0);
	lock_page(page);
	shrink = env_start_resize(env, obj, 64);
	ENV_EXPECT_BLOCKS(shrink);
	off = env_start_swapoff(env, d);
	/* All that is left is beyond the end, and none of its business. */
	env_wait(env_used(env, d) <= 200 - 2 * 64);
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&off->done));
	ENV_EXPECT_STATE(env, obj, 150, ENV_SLOT);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	ENV_EXPECT_ENDS(shrink, 0);
	env_expect(env, obj, 0, 64, 1);
	env_check(env);
}

static void an_object_may_die_meanwhile(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 100);
	struct env_thread *off, *detach;

	held_disk_hold(d, HELD_READ, true);
	off = env_start_swapoff(env, d);
	env_wait_held(env, d, HELD_READ, 2);
	detach = env_start_detach(env, obj);
	ENV_EXPECT_BLOCKS(detach);
	held_disk_open(d);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	ENV_EXPECT_ENDS(detach, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	env_check(env);
}

/* Its size is 0, and what is left on the device is being taken away. */
static void an_object_that_dies_is_not_revived(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 200);
	struct env_thread *off, *detach;
	struct page *page;

	KUNIT_ASSERT_EQ(test,
			aobj_pager_get_page(obj, 0, AOBJ_GET_ALONE, &page), 0);
	lock_page(page);
	detach = env_start_detach(env, obj);
	ENV_EXPECT_BLOCKS(detach);
	off = env_start_swapoff(env, d);
	env_wait(draining(env, d));
	schedule_timeout_uninterruptible(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&off->done));
	KUNIT_EXPECT_EQ(test, refcount_read(&obj->users), 0u);
	ENV_EXPECT_STATE(env, obj, 150, ENV_SLOT);
	ENV_EXPECT_BLOCKS(detach);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, swapped_off(off, d), 0);
	ENV_EXPECT_ENDS(detach, 0);
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	env_check(env);
}

/* As it is from its last put on until it has left the list of all objects. */
static void a_check_does_not_revive_the_dead(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);
	refcount_t *refs = &obj->refs.refcount;

	refcount_set(refs, 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff_check(held_disk_devt(d)), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(refs), 0u);
	refcount_set(refs, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_empty_device_goes_at_once),
	KUNIT_CASE(pages_come_in_and_are_dirty),
	KUNIT_CASE(each_cluster_is_emptied_at_once),
	KUNIT_CASE(writes_in_flight_are_waited_for),
	KUNIT_CASE(writes_that_fail_are_waited_for),
	KUNIT_CASE(reads_in_flight_are_waited_for),
	KUNIT_CASE(a_draining_device_takes_no_pages),
	KUNIT_CASE(a_page_rescued_from_write_out_gives_its_slot_up),
	KUNIT_CASE(a_signal_ends_it),
	KUNIT_CASE(a_signal_ends_its_wait_for_a_write),
	KUNIT_CASE(what_cannot_be_read_stays),
	KUNIT_CASE(what_cannot_be_read_does_not_hide_other_clusters),
	KUNIT_CASE(what_is_lost_keeps_no_device),
	KUNIT_CASE(without_room_nothing_changes),
	KUNIT_CASE(a_device_that_fails_is_no_room),
	KUNIT_CASE(untouched_pages_make_room),
	KUNIT_CASE(pages_move_to_another_device),
	KUNIT_CASE(clusters_on_two_devices_are_emptied),
	KUNIT_CASE(several_clusters_are_read_at_once),
	KUNIT_CASE(reading_ahead_leaves_room),
	KUNIT_CASE(a_check_tells_whether_it_fits),
	KUNIT_CASE(a_check_knows_of_bindings),
	KUNIT_CASE(a_check_knows_of_exclusive_devices),
	KUNIT_CASE(a_shrink_meanwhile_is_no_error),
	KUNIT_CASE(pages_being_shrunk_away_are_left_to_the_shrink),
	KUNIT_CASE(an_object_may_die_meanwhile),
	KUNIT_CASE(an_object_that_dies_is_not_revived),
	KUNIT_CASE(a_check_does_not_revive_the_dead),
	{},
};

AOBJ_KUNIT_SUITE(aobj_swapoff, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
