// SPDX-License-Identifier: GPL-2.0-only
/* Swap devices: taking into use, numbers of slots, failures, lists of clusters. */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "aobj_cluster.h"
#include "aobj_object.h"
#include "aobj_swap.h"
#include "ramdisk.h"
#include "slotmap.h"
#include "suite.h"

#define FAILURES 32 /* in a row that stop a device */

/*
 * Taking into use
 */

static void expect_swap_on(struct kunit *test, union swap_header *raw,
			   int expected)
{
	ramdisk_write(test, 0, raw);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(ramdisk_devt(0), NULL), expected);
	if (!expected)
		ramdisk_swap_off(test, 0);
}

static void refuses_a_header_that_is_wrong(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, RAMDISK_PAGES);

	expect_swap_on(test, raw, 0);
	raw->magic.magic[9] = '1';
	expect_swap_on(test, raw, -EINVAL);

	/* A device that was cut off since mkswap. */
	raw = ramdisk_header(test, RAMDISK_PAGES + 1);
	expect_swap_on(test, raw, -EINVAL);
	raw = ramdisk_header(test, U32_MAX);
	expect_swap_on(test, raw, -EINVAL);

	raw = ramdisk_header(test, 100);
	raw->info.version = 2;
	expect_swap_on(test, raw, -EINVAL);
	raw->info.version = 1;
	ramdisk_swab_header(raw);
	expect_swap_on(test, raw, 0);
}

static void takes_bad_pages_out_of_use(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, 11);
	u32 *bad = raw->info.badpages;
	struct aobj_swapdev *dev;
	struct aobj_slot_run run;

	raw->info.nr_badpages = 9;
	for (int i = 0; i < 9; i++)
		bad[i] = 10 - i;
	bad[8] = bad[0]; /* one is listed twice, and 1 and 2 are good */
	ramdisk_write(test, 0, raw);
	KUNIT_ASSERT_EQ(test, aobj_swap_on(ramdisk_devt(0), NULL), 0);
	dev = ramdisk_swapdev(0);
	KUNIT_EXPECT_EQ(test, dev->slots.bad, 8);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 2);
	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 64, &run));
	KUNIT_EXPECT_EQ(test, run.first, 1);
	KUNIT_EXPECT_EQ(test, run.nr, 2);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1,
						 &(struct aobj_slot_run){}));
	aobj_swap_free(run.first, run.nr);
	ramdisk_swap_off(test, 0);

	raw->info.nr_badpages = 11;
	bad[8] = 1;
	memset32(bad + 9, 2, 2);
	expect_swap_on(test, raw, -EINVAL);
}

static void takes_a_device_once(struct kunit *test)
{
	ramdisk_swap_on(test, 0, 100);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(ramdisk_devt(0), NULL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_drain_begin(ramdisk_devt(1)),
			    ERR_PTR(-ENOENT));
	KUNIT_EXPECT_FALSE(test,
			   IS_ERR(aobj_swap_drain_begin(ramdisk_devt(0))));
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_drain_begin(ramdisk_devt(0)),
			    ERR_PTR(-EBUSY));
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 0);
	aobj_swap_drain_abort(aobj_swap_dev(1));
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 99);
	ramdisk_swap_off(test, 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(MKDEV(RAMDISK_MAJOR, 4000), NULL),
			-ENXIO);
}

static void takes_as_many_as_the_table_holds(struct kunit *test)
{
	for (int i = 0; i < AOBJ_SWAPDEVS; i++)
		ramdisk_swap_on(test, i, 10 + i);
	ramdisk_write(test, AOBJ_SWAPDEVS, ramdisk_header(test, 10));
	KUNIT_EXPECT_EQ(test, aobj_swap_on(ramdisk_devt(AOBJ_SWAPDEVS), NULL),
			-ENOSPC);
	ramdisk_swap_off(test, 7);
	KUNIT_EXPECT_EQ(test, aobj_swap_on(ramdisk_devt(AOBJ_SWAPDEVS), NULL),
			0);
	ramdisk_swap_off(test, AOBJ_SWAPDEVS);
	for (int i = 0; i < AOBJ_SWAPDEVS; i++)
		if (i != 7)
			ramdisk_swap_off(test, i);
}

/*
 * Numbers
 */

/* The lowest numbers that are free are taken, and two devices share none. */
static void numbers_slots_without_overlap(struct kunit *test)
{
	struct aobj_swapdev *a = ramdisk_swap_on(test, 0, 100);
	struct aobj_swapdev *b = ramdisk_swap_on(test, 1, 50);
	struct aobj_swapdev *c = ramdisk_swap_on(test, 2, 200);

	KUNIT_EXPECT_EQ(test, a->base, 0);
	KUNIT_EXPECT_EQ(test, b->base, 100);
	KUNIT_EXPECT_EQ(test, c->base, 150);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_dev(99), a);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_dev(100), b);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_dev(149), b);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_dev(150), c);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_dev(349), c);
	KUNIT_EXPECT_NULL(test, aobj_swap_dev(350));

	/* One that fits into the gap goes there, another one behind. */
	ramdisk_swap_off(test, 1);
	KUNIT_EXPECT_NULL(test, aobj_swap_dev(120));
	b = ramdisk_swap_on(test, 1, 51);
	KUNIT_EXPECT_EQ(test, b->base, 350);
	ramdisk_swap_off(test, 1);
	b = ramdisk_swap_on(test, 1, 50);
	KUNIT_EXPECT_EQ(test, b->base, 100);
	ramdisk_swap_off(test, 0);
	a = ramdisk_swap_on(test, 3, 100);
	KUNIT_EXPECT_EQ(test, a->base, 0);
	ramdisk_swap_off(test, 3);
	ramdisk_swap_off(test, 1);
	ramdisk_swap_off(test, 2);
}

static void goes_on_with_the_next_device(struct kunit *test)
{
	struct aobj_swapdev *a = ramdisk_swap_on(test, 0, 11);
	struct aobj_swapdev *b = ramdisk_swap_on(test, 1, 21);
	struct aobj_slot_run first, second, none;

	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 30);
	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 64, &first));
	KUNIT_EXPECT_PTR_EQ(test, first.dev, a);
	KUNIT_EXPECT_EQ(test, first.nr, 10);
	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 64, &second));
	KUNIT_EXPECT_PTR_EQ(test, second.dev, b);
	KUNIT_EXPECT_EQ(test, second.first, 12); /* 11 is its header */
	KUNIT_EXPECT_EQ(test, second.nr, 20);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &none));
	KUNIT_EXPECT_EQ(test, aobj_swap_used_beside(a), 20);
	KUNIT_EXPECT_EQ(test, aobj_swap_used_beside(b), 10);
	KUNIT_EXPECT_EQ(test, aobj_swap_used_beside(NULL), 30);
	aobj_swap_free(first.first, first.nr);
	aobj_swap_free(second.first, second.nr);
	aobj_swap_free(0, 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 30);
	ramdisk_swap_off(test, 0);
	ramdisk_swap_off(test, 1);
}

/*
 * Failures
 */

static void fail_often(struct aobj_swapdev *dev, int times)
{
	while (times--)
		aobj_swap_write_failed(dev);
}

static void many_failures_in_a_row_stop_a_device(struct kunit *test)
{
	struct aobj_swapdev *dev = ramdisk_swap_on(test, 0, 100);
	struct aobj_slot_run run;

	fail_often(dev, FAILURES - 1);
	KUNIT_EXPECT_FALSE(test, dev->failed);
	aobj_swap_write_worked(dev);
	fail_often(dev, FAILURES - 1);
	KUNIT_EXPECT_FALSE(test, dev->failed);
	fail_often(dev, 1);
	KUNIT_EXPECT_TRUE(test, dev->failed);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 0);

	/* Now and then one bio is tried, and one only. */
	WRITE_ONCE(dev->probe_at, jiffies - 1);
	KUNIT_EXPECT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	aobj_swap_free_unwritten(run.first);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	fail_often(dev, 1);
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));

	aobj_swap_write_worked(dev);
	KUNIT_EXPECT_FALSE(test, dev->failed);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 99);
	ramdisk_swap_off(test, 0);
}

static void a_failed_device_being_drained_is_not_tried(struct kunit *test)
{
	struct aobj_swapdev *dev = ramdisk_swap_on(test, 0, 100);
	struct aobj_slot_run run;

	fail_often(dev, FAILURES);
	WRITE_ONCE(dev->probe_at, jiffies - 1);
	aobj_swap_drain_begin(ramdisk_devt(0));
	KUNIT_EXPECT_FALSE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	aobj_swap_drain_finish(dev);
}

static void bad_slots_are_lost_to_the_device(struct kunit *test)
{
	struct aobj_swapdev *dev = ramdisk_swap_on(test, 0, 66);
	struct aobj_slot_run run;

	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 1, &run));
	aobj_swap_mark_bad(run.first);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 64);
	KUNIT_EXPECT_EQ(test, dev->slots.bad, 1);
	KUNIT_EXPECT_EQ(test, dev->slots.used, 0);
	ramdisk_swap_off(test, 0);
}

/*
 * Lists of clusters
 */

static struct aobj_cluster *locked(struct aobj *obj, pgoff_t index)
{
	struct aobj_cluster *c = aobj_cluster_find(obj, index);

	mutex_lock(&c->lock);
	return c;
}

static void release(struct aobj_cluster *c)
{
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

static struct aobj_cluster *next_cluster(struct aobj_swapdev *dev)
{
	unsigned int list = 0;

	return aobj_swap_next_cluster(dev, &list);
}

static void expect_next(struct kunit *test, struct aobj_swapdev *dev,
			pgoff_t index)
{
	struct aobj_cluster *c = next_cluster(dev);

	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, c->index, index);
	aobj_cluster_put(c);
}

static void clear_slot(struct kunit *test, struct aobj *obj, pgoff_t pgoff)
{
	aobj_swap_free(slotmap_set(test, obj, pgoff, AOBJ_SLOT_NONE), 1);
}

static void each_device_lists_its_clusters(struct kunit *test)
{
	struct aobj_swapdev *a = ramdisk_swap_on(test, 0, 100), *b;
	struct aobj *obj = slotmap_object(test, 64 * 5);

	KUNIT_EXPECT_NULL(test, next_cluster(a));
	slotmap_allot(test, obj, 64);
	slotmap_allot(test, obj, 65);
	slotmap_allot(test, obj, 64 * 3);
	expect_next(test, a, 1);
	expect_next(test, a, 3);
	expect_next(test, a, 1); /* each goes to the end in turn */
	clear_slot(test, obj, 64);
	expect_next(test, a, 3);
	expect_next(test, a, 1);
	clear_slot(test, obj, 65);
	expect_next(test, a, 3);
	expect_next(test, a, 3);

	b = ramdisk_swap_on(test, 1, 100);
	KUNIT_EXPECT_NULL(test, next_cluster(b));
	aobj_object_detach(obj);
	ramdisk_swap_off(test, 0);
	ramdisk_swap_off(test, 1);
}

/* => page 0 has a slot of the first device, page 1 of the second */
static struct aobj *mixed_object(struct kunit *test, struct aobj_swapdev *a)
{
	struct aobj *obj = slotmap_object(test, 64);

	slotmap_allot(test, obj, 0);
	WRITE_ONCE(a->draining, true);
	slotmap_allot(test, obj, 1);
	WRITE_ONCE(a->draining, false);
	return obj;
}

static void cluster_on_two_devices_is_met_from_both(struct kunit *test)
{
	struct aobj_swapdev *a = ramdisk_swap_on(test, 0, 100);
	struct aobj_swapdev *b = ramdisk_swap_on(test, 1, 100);
	struct aobj *obj = mixed_object(test, a);
	struct aobj_cluster *c = locked(obj, 0);

	KUNIT_EXPECT_EQ(test, c->set->devices, BIT(a->id) | BIT(b->id));
	aobj_swap_rehome(c); /* it is still on both */
	KUNIT_EXPECT_EQ(test, c->set->devices, BIT(a->id) | BIT(b->id));
	release(c);
	expect_next(test, a, 0);
	expect_next(test, b, 0);

	clear_slot(test, obj, 0);
	c = locked(obj, 0);
	aobj_swap_rehome(c);
	KUNIT_EXPECT_PTR_EQ(test, c->set, &b->own);
	aobj_swap_rehome(c);
	KUNIT_EXPECT_PTR_EQ(test, c->set, &b->own);
	release(c);
	KUNIT_EXPECT_NULL(test, next_cluster(a));
	expect_next(test, b, 0);

	/* Alone there it is anybody's again when it has none. */
	clear_slot(test, obj, 1);
	KUNIT_EXPECT_NULL(test, next_cluster(b));
	aobj_object_detach(obj);
	ramdisk_swap_off(test, 0);
	ramdisk_swap_off(test, 1);
}

/* => page @pgoff has a slot of the @nr'th of three devices in use */
static void allot_on(struct kunit *test, struct aobj *obj, pgoff_t pgoff,
		     struct aobj_swapdev *dev[3], unsigned int nr)
{
	for (unsigned int i = 0; i < 3; i++)
		WRITE_ONCE(dev[i]->draining, i != nr);
	slotmap_allot(test, obj, pgoff);
	for (unsigned int i = 0; i < 3; i++)
		WRITE_ONCE(dev[i]->draining, false);
}

/* => a bit for each cluster on the device's lists, of no more than @most each */
static u32 clusters_met(struct aobj_swapdev *dev, unsigned int most)
{
	struct aobj_cluster *c;
	unsigned int list = 0;
	u32 met = 0;

	while ((c = aobj_swap_next_cluster(dev, &list))) {
		unsigned int same = list;

		for (unsigned int i = 0; i < most; i++) {
			met |= BIT(c->index);
			aobj_cluster_put(c);
			c = aobj_swap_next_cluster(dev, &same);
		}
		aobj_cluster_put(c);
		list++;
	}
	return met;
}

/* What others have on several devices is nothing to who empties a third. */
static void clusters_on_others_are_not_met(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64 * 5);
	struct aobj_swapdev *dev[3];
	struct aobj_cluster *c;

	for (unsigned int nr = 0; nr < 3; nr++)
		dev[nr] = ramdisk_swap_on(test, nr, 100);
	for (pgoff_t index = 0; index < 4; index++)
		for (unsigned int nr = 0; nr < 2; nr++)
			allot_on(test, obj, 64 * index + nr, dev, nr);
	KUNIT_EXPECT_NULL(test, next_cluster(dev[2]));
	allot_on(test, obj, 64 * 2 + 2, dev, 2);
	expect_next(test, dev[2], 2);
	expect_next(test, dev[2], 2);
	/* And from the others all are met. */
	for (unsigned int nr = 0; nr < 2; nr++)
		KUNIT_EXPECT_EQ(test, clusters_met(dev[nr], 4), 0xfu);

	/* A set that it has left is put right when it is met. */
	clear_slot(test, obj, 64 * 2 + 2);
	c = locked(obj, 2);
	aobj_swap_rehome(c);
	release(c);
	KUNIT_EXPECT_NULL(test, next_cluster(dev[2]));
	aobj_object_detach(obj);
	for (unsigned int nr = 0; nr < 3; nr++)
		ramdisk_swap_off(test, nr);
}

/*
 * sysfs
 */

static void expect_file(struct kunit *test, const char *name,
			const char *expected)
{
	char path[64], text[32] = {};
	struct file *file;
	loff_t pos = 0;

	snprintf(path, sizeof(path), "/sys/class/misc/aobj/swap/%u:0/%s",
		 RAMDISK_MAJOR, name);
	file = filp_open(path, O_RDONLY, 0);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(file), "%s", path);
	kernel_read(file, text, sizeof(text) - 1, &pos);
	fput(file);
	KUNIT_EXPECT_STREQ(test, text, expected);
}

static void sysfs_tells_of_a_device(struct kunit *test)
{
	struct aobj_swapdev *dev = ramdisk_swap_on(test, 0, 101);
	struct aobj_slot_run run;

	KUNIT_ASSERT_TRUE(test, aobj_swap_alloc(AOBJ_TAG_NONE, 3, &run));
	aobj_swap_mark_bad(run.first);
	expect_file(test, "name", "ram0\n");
	expect_file(test, "size", "405504\n"); /* 99 pages */
	expect_file(test, "used", "8192\n");
	expect_file(test, "bad", "4096\n");
	expect_file(test, "state", "active\n");
	expect_file(test, "read_errors", "0\n");
	expect_file(test, "write_errors", "0\n");
	aobj_pace_given(&dev->pace[READ], 1);
	expect_file(test, "state", "active\n");
	dev->pace[READ].answered = jiffies - 2 * HZ;
	expect_file(test, "state", "stalled\n");
	aobj_pace_answered(&dev->pace[READ], 1, 1, 1);
	expect_file(test, "state", "active\n");
	fail_often(dev, FAILURES);
	expect_file(test, "state", "failed\n");
	aobj_swap_free(run.first + 1, 2);
	aobj_swap_drain_begin(ramdisk_devt(0));
	expect_file(test, "state", "draining\n");
	aobj_swap_drain_abort(dev);
	ramdisk_swap_off(test, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refuses_a_header_that_is_wrong),
	KUNIT_CASE(takes_bad_pages_out_of_use),
	KUNIT_CASE(takes_a_device_once),
	KUNIT_CASE(takes_as_many_as_the_table_holds),
	KUNIT_CASE(numbers_slots_without_overlap),
	KUNIT_CASE(goes_on_with_the_next_device),
	KUNIT_CASE(many_failures_in_a_row_stop_a_device),
	KUNIT_CASE(a_failed_device_being_drained_is_not_tried),
	KUNIT_CASE(bad_slots_are_lost_to_the_device),
	KUNIT_CASE(each_device_lists_its_clusters),
	KUNIT_CASE(cluster_on_two_devices_is_met_from_both),
	KUNIT_CASE(clusters_on_others_are_not_met),
	KUNIT_CASE(sysfs_tells_of_a_device),
	{},
};

AOBJ_KUNIT_SUITE(aobj_swap, .exit = ramdisk_expect_idle, .test_cases = cases);
