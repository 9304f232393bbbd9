// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's RAM disks as swap devices, see the header. */
#include <linux/bio.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/slab.h>
#include <linux/swab.h>
#include <linux/swap.h>

#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_swap.h"
#include "ramdisk.h"

dev_t ramdisk_devt(unsigned int nr)
{
	return MKDEV(RAMDISK_MAJOR, nr);
}

union swap_header *ramdisk_header(struct kunit *test, u32 npages)
{
	union swap_header *raw = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, raw);
	memcpy(raw->magic.magic, "SWAPSPACE2", 10);
	raw->info.version = 1;
	raw->info.last_page = npages - 1;
	return raw;
}

void ramdisk_swab_header(union swap_header *raw)
{
	u32 *bad = raw->info.badpages;

	swab32s(&raw->info.version);
	swab32s(&raw->info.last_page);
	swab32s(&raw->info.nr_badpages);
	for (u32 i = 0; i < MAX_SWAP_BADPAGES; i++)
		swab32s(&bad[i]);
}

static int write_page(struct block_device *bdev, void *data)
{
	struct bio_vec vec;
	struct bio bio;
	int err;

	bio_init(&bio, bdev, &vec, 1, REQ_OP_WRITE | REQ_SYNC);
	__bio_add_page(&bio, virt_to_page(data), PAGE_SIZE, 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}

void ramdisk_write(struct kunit *test, unsigned int nr, union swap_header *raw)
{
	struct aobj_bdev_claim *claim;

	claim = aobj_compat_bdev_open(ramdisk_devt(nr), test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(claim));
	KUNIT_EXPECT_EQ(test, write_page(aobj_compat_bdev(claim), raw), 0);
	aobj_compat_bdev_close(claim);
}

struct aobj_swapdev *ramdisk_swapdev(unsigned int nr)
{
	struct aobj_swapdev *dev = aobj_swap_drain_begin(ramdisk_devt(nr));

	if (IS_ERR(dev))
		return NULL;
	aobj_swap_drain_abort(dev);
	return dev;
}

struct aobj_swapdev *ramdisk_swap_on(struct kunit *test, unsigned int nr,
				     u32 npages)
{
	return ramdisk_swap_on_as(test, nr, npages, NULL);
}

struct aobj_swapdev *ramdisk_swap_on_as(struct kunit *test, unsigned int nr,
					u32 npages,
					const struct aobj_swap_options *opt)
{
	struct aobj_swapdev *dev;

	ramdisk_write(test, nr, ramdisk_header(test, npages));
	KUNIT_ASSERT_EQ(test, aobj_swap_on(ramdisk_devt(nr), opt), 0);
	dev = ramdisk_swapdev(nr);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	return dev;
}

void ramdisk_swap_off(struct kunit *test, unsigned int nr)
{
	struct aobj_swapdev *dev = aobj_swap_drain_begin(ramdisk_devt(nr));

	KUNIT_EXPECT_FALSE(test, IS_ERR(dev));
	if (IS_ERR(dev))
		return;
	KUNIT_EXPECT_EQ(test, dev->slots.used, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&dev->own.clusters));
	if (dev->slots.used)
		aobj_swap_drain_abort(dev);
	else
		aobj_swap_drain_finish(dev);
}

void ramdisk_expect_idle(struct kunit *test)
{
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.inactive), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.swapped), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.bad), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_free_beside(NULL), 0);
	KUNIT_EXPECT_EQ(test, aobj_swap_used_beside(NULL), 0);
}
