// SPDX-License-Identifier: GPL-2.0-only
/* Which device a run of slots comes from: priorities, turns, bindings. */
#include <linux/slab.h>

#include "aobj_bind.h"
#include "aobj_object.h"
#include "aobj_rebind.h"
#include "aobj_swap.h"
#include "ramdisk.h"
#include "slotmap.h"
#include "suite.h"

#define PAGES (1 + 64 * 6) /* the header, and a little more than five groups */
#define SLOTS_IN_GROUPS (PAGES - 64 - 1) /* of groups that are whole */

/* => a device with a priority; a class, or NULL */
static struct aobj_swapdev *device(struct kunit *test, unsigned int nr,
				   int priority, const char *class,
				   unsigned int flags)
{
	const struct aobj_swap_options opt = {
		.flags = flags | AOBJ_SWAPON_PRIORITY,
		.priority = priority,
		.class = class,
	};

	return ramdisk_swap_on_as(test, nr, PAGES, &opt);
}

/* => the device that the next run for @tag is of, of 64 slots; they stay taken */
static struct aobj_swapdev *take(u32 tag)
{
	struct aobj_slot_run run;

	return aobj_swap_alloc(tag, 64, &run) ? run.dev : NULL;
}

/* => what take() has taken is free again, and the device is in use no more */
static void give_back(struct kunit *test, struct aobj_swapdev *dev)
{
	for (u32 slot = 1; slot < dev->npages; slot++)
		if (dev->slots.taken[slot / 64] & BIT_ULL(slot % 64))
			aobj_slots_free(&dev->slots, slot, 1);
	KUNIT_EXPECT_EQ(test, dev->slots.used, 0);
	aobj_swap_drain_begin(dev->bdev->bd_dev);
	aobj_swap_drain_finish(dev);
}

/* => all that the device has for @tag is taken */
static unsigned int exhaust(u32 tag, const struct aobj_swapdev *dev)
{
	unsigned int runs = 0;

	while (dev->slots.used < dev->npages - 1 && take(tag) == dev)
		runs++;
	return runs;
}

static void default_priorities_fall(struct kunit *test)
{
	struct aobj_swapdev *a = ramdisk_swap_on(test, 0, PAGES);
	struct aobj_swapdev *b = ramdisk_swap_on(test, 1, PAGES);
	struct aobj_swapdev *high = device(test, 2, 5, NULL, 0);
	struct aobj_swapdev *c = ramdisk_swap_on(test, 3, PAGES);

	KUNIT_EXPECT_EQ(test, a->priority, -2);
	KUNIT_EXPECT_EQ(test, b->priority, -3);
	KUNIT_EXPECT_EQ(test, c->priority, -4);
	KUNIT_EXPECT_EQ(test, high->priority, 5);
	give_back(test, c);
	give_back(test, a);
	/* The lowest that is in use counts, not how many there have been. */
	a = ramdisk_swap_on(test, 0, PAGES);
	KUNIT_EXPECT_EQ(test, a->priority, -4);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), high);
	give_back(test, high);
	/* The place in the table is nothing to go by. */
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), b);
	give_back(test, a);
	give_back(test, b);
}

static void higher_priorities_come_first(struct kunit *test)
{
	struct aobj_swapdev *low = device(test, 0, 0, NULL, 0);
	struct aobj_swapdev *high = device(test, 1, 32767, NULL, 0);
	struct aobj_swapdev *middle = device(test, 2, 100, NULL, 0);
	u32 slot;

	exhaust(AOBJ_TAG_NONE, high);
	KUNIT_EXPECT_EQ(test, high->slots.used, PAGES - 1);
	KUNIT_EXPECT_EQ(test, low->slots.used, 0);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), middle);
	exhaust(AOBJ_TAG_NONE, middle);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), low);

	/* Room at the top is used as soon as it is there. */
	slot = high->base + 7;
	aobj_swap_free(slot, 1);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), high);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), low);
	give_back(test, high);
	give_back(test, low);
	give_back(test, middle);
}

static void equal_priorities_take_turns(struct kunit *test)
{
	struct aobj_swapdev *dev[3];
	struct aobj_swapdev *low = device(test, 3, 1, NULL, 0);

	for (int i = 0; i < 3; i++)
		dev[i] = device(test, i, 2, NULL, 0);
	for (int i = 0; i < 9; i++) {
		take(AOBJ_TAG_NONE);
		for (int k = 0; k < 3; k++)
			KUNIT_EXPECT_EQ(test, dev[k]->slots.used / 64,
					i / 3 + (k <= i % 3));
	}
	KUNIT_EXPECT_EQ(test, low->slots.used, 0);

	/* One that was away for a while has nothing to make up for. */
	WRITE_ONCE(dev[1]->draining, true);
	take(AOBJ_TAG_NONE);
	take(AOBJ_TAG_NONE);
	WRITE_ONCE(dev[1]->draining, false);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), dev[1]);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), dev[0]);
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), dev[2]);
	for (int i = 0; i < 3; i++)
		give_back(test, dev[i]);
	give_back(test, low);
}

/* => the object's tag */
static u32 bind(struct kunit *test, struct aobj *obj, const char *to)
{
	KUNIT_EXPECT_EQ(test, aobj_object_bind(obj, to), 0);
	return obj->bound;
}

static void bound_pages_go_to_their_devices_only(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_swapdev *any = device(test, 0, 9, NULL, 0);
	struct aobj_swapdev *fast = device(test, 1, 1, "fast", 0);
	struct aobj_swapdev *also = device(test, 2, 0, "fast", 0);
	char number[16];
	u32 class, only;

	class = bind(test, obj, "fast");
	KUNIT_EXPECT_PTR_EQ(test, take(class), fast);
	exhaust(class, fast);
	KUNIT_EXPECT_PTR_EQ(test, take(class), also);
	exhaust(class, also);
	KUNIT_EXPECT_NULL(test, take(class));
	KUNIT_EXPECT_PTR_EQ(test, take(AOBJ_TAG_NONE), any);

	snprintf(number, sizeof(number), "%u:%u", MAJOR(fast->bdev->bd_dev),
		 MINOR(fast->bdev->bd_dev));
	only = bind(test, obj, number);
	KUNIT_EXPECT_NE(test, only, class);
	aobj_swap_free(fast->base + 64, 64);
	aobj_swap_free(also->base + 64, 64);
	KUNIT_EXPECT_PTR_EQ(test, take(only), fast);
	KUNIT_EXPECT_NULL(test, take(only));
	KUNIT_EXPECT_PTR_EQ(test, take(class), also);
	KUNIT_EXPECT_EQ(test, bind(test, obj, ""), AOBJ_TAG_NONE);
	aobj_object_detach(obj);
	give_back(test, any);
	give_back(test, fast);
	give_back(test, also);
}

static void exclusive_devices_take_bound_pages_only(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_swapdev *own =
		device(test, 0, 9, "own", AOBJ_SWAPON_EXCLUSIVE);

	KUNIT_EXPECT_NULL(test, take(AOBJ_TAG_NONE));
	KUNIT_EXPECT_PTR_EQ(test, take(bind(test, obj, "own")), own);
	aobj_object_detach(obj);
	give_back(test, own);
}

static void binding_outlives_its_devices(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj *other = slotmap_object(test, 64);
	struct aobj_swapdev *dev;
	u32 tag;

	KUNIT_EXPECT_EQ(test, aobj_object_bind(obj, "here"), -ENODEV);
	dev = device(test, 0, 0, "here", 0);
	KUNIT_EXPECT_EQ(test, aobj_object_bind(obj, "her"), -ENODEV);
	tag = bind(test, obj, "here");
	give_back(test, dev);
	KUNIT_EXPECT_EQ(test, obj->bound, tag);
	KUNIT_EXPECT_NULL(test, take(tag));
	/* It is there for who is bound to it, but for nobody else. */
	KUNIT_EXPECT_EQ(test, aobj_object_bind(other, "here"), -ENODEV);
	KUNIT_EXPECT_EQ(test, aobj_object_bind(obj, "here"), -ENODEV);
	KUNIT_EXPECT_EQ(test, obj->bound, tag);

	dev = device(test, 1, 0, "here", 0);
	KUNIT_EXPECT_PTR_EQ(test, take(tag), dev);
	KUNIT_EXPECT_EQ(test, bind(test, other, "here"), tag);
	KUNIT_EXPECT_EQ(test, bind(test, obj, "here"), tag);
	give_back(test, dev);
	aobj_object_detach(obj);
	aobj_object_detach(other);
	/* With its last user the name is free. */
	dev = device(test, 2, 0, "there", 0);
	KUNIT_EXPECT_EQ(test, dev->class, tag);
	give_back(test, dev);
}

static void names_of_classes_are_checked(struct kunit *test)
{
	static const char *const good[] = { "a", "nvme.0", "Fast_1-b",
					    "0123456789012345678901234567890" };
	static const char *const bad[] = { "",
					   "8:16",
					   "a b",
					   "a/b",
					   "a\n",
					   "\303\244",
					   "01234567890123456789012345678901" };

	for (int i = 0; i < ARRAY_SIZE(good); i++)
		KUNIT_EXPECT_TRUE_MSG(test, aobj_class_valid(good[i]), "%s",
				      good[i]);
	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE_MSG(test, aobj_class_valid(bad[i]), "%s",
				       bad[i]);
}

static void pages_stay_where_nothing_better_has_room(struct kunit *test)
{
	struct aobj *obj = slotmap_object(test, 64);
	struct aobj_swapdev *low = device(test, 0, 0, "low", 0), *high;
	u32 slot = low->base + 5;
	u32 bound = bind(test, obj, "low");

	take(AOBJ_TAG_NONE);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_stays(slot, AOBJ_TAG_NONE), low);
	high = device(test, 1, 1, NULL, 0);
	KUNIT_EXPECT_NULL(test, aobj_swap_stays(slot, AOBJ_TAG_NONE));
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_rewritable(slot, AOBJ_TAG_NONE),
			    low);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_stays(slot, bound), low);
	KUNIT_EXPECT_NULL(test, aobj_swap_rewritable(high->base + 5, bound));

	/* A few free slots are no room. */
	while (high->slots.used < SLOTS_IN_GROUPS)
		take(AOBJ_TAG_NONE);
	KUNIT_EXPECT_NULL(test, aobj_swap_stays(slot, AOBJ_TAG_NONE));
	take(AOBJ_TAG_NONE);
	KUNIT_EXPECT_PTR_EQ(test, aobj_swap_stays(slot, AOBJ_TAG_NONE), low);
	WRITE_ONCE(low->failed, true);
	KUNIT_EXPECT_NULL(test, aobj_swap_rewritable(slot, AOBJ_TAG_NONE));
	WRITE_ONCE(low->failed, false);
	aobj_object_detach(obj);
	give_back(test, high);
	give_back(test, low);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(default_priorities_fall),
	KUNIT_CASE(higher_priorities_come_first),
	KUNIT_CASE(equal_priorities_take_turns),
	KUNIT_CASE(bound_pages_go_to_their_devices_only),
	KUNIT_CASE(exclusive_devices_take_bound_pages_only),
	KUNIT_CASE(binding_outlives_its_devices),
	KUNIT_CASE(names_of_classes_are_checked),
	KUNIT_CASE(pages_stay_where_nothing_better_has_room),
	{},
};

AOBJ_KUNIT_SUITE(aobj_swap_order, .exit = ramdisk_expect_idle,
		 .test_cases = cases);
