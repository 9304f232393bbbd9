// SPDX-License-Identifier: GPL-2.0-only
/* Places, and objects that have theirs reserved. */
#include "aobj.h"
#include "aobj_place.h"
#include "aobj_rebind.h"
#include "aobj_wire.h"
#include "pager_env.h"

#define BUDGET 256 /* the least that there is on machines with pages of 4 KiB */
#define IN_MEMORY (BUDGET - AOBJ_CLUSTER_PAGES) /* places without a device */
#define DISK 256
#define ALL (IN_MEMORY + DISK - 1) /* places with one such device */
#define SHORT_WAIT 100 /* ms */

/* => a small budget, in which a refusal comes soon */
static struct pager_env *small(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_budget(env, BUDGET);
	aobj_nospace_wait_ms = SHORT_WAIT;
	return env;
}

static struct aobj *reserved_object(struct pager_env *env, u64 npages)
{
	struct aobj *obj = env_object(env, npages);

	KUNIT_ASSERT_EQ(env->test, aobj_object_reserve(obj, true), 0);
	return obj;
}

static u64 bytes(u64 npages)
{
	return npages << PAGE_SHIFT;
}

static void expect_refused(struct pager_env *env, struct aobj *obj,
			   pgoff_t pgoff)
{
	struct page *page;

	KUNIT_EXPECT_EQ(env->test, aobj_pager_get_page(obj, pgoff, 0, &page),
			-ENOSPC);
}

static void no_more_is_reserved_than_there_is(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = env_object(env, IN_MEMORY + 1);

	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, true), -ENOSPC);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.reserved), 0);
	KUNIT_EXPECT_EQ(test,
			aobj_object_resize_reserve(obj, bytes(IN_MEMORY), true),
			0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.reserved),
			IN_MEMORY);
	env_check(env);
	env_disk(env, 0, DISK, 0);
	KUNIT_EXPECT_EQ(test,
			aobj_object_resize_reserve(obj, bytes(ALL + 1), true),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), IN_MEMORY);
	KUNIT_EXPECT_EQ(test, aobj_object_resize_reserve(obj, bytes(ALL), true),
			0);
	KUNIT_EXPECT_EQ(test, obj->reserved, ALL);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	env_check(env);
}

/* Whatever makes it larger reserves, or is refused and changes nothing. */
static void growth_is_reserved(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = reserved_object(env, 100);

	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 150), 0);
	KUNIT_EXPECT_EQ(test, obj->reserved, 150ul);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, bytes(160)), 0);
	KUNIT_EXPECT_EQ(test, obj->reserved, 160ul);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, IN_MEMORY + 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, bytes(IN_MEMORY + 1)),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 160ul);
	KUNIT_EXPECT_EQ(test, obj->reserved, 160ul);
	env_check(env);
}

static void what_is_given_up_is_there_for_others(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = reserved_object(env, IN_MEMORY);
	struct aobj *other = env_object(env, IN_MEMORY);

	KUNIT_EXPECT_EQ(test, aobj_object_reserve(other, true), -ENOSPC);
	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 60), 0);
	KUNIT_EXPECT_EQ(test, obj->reserved, 60ul);
	KUNIT_EXPECT_EQ(test,
			aobj_object_resize_reserve(other, bytes(IN_MEMORY - 60),
						   true),
			0);
	env_check(env);
	/* Without a reservation its pages still take places. */
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, false), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(other, IN_MEMORY - 59),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 59), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(other, IN_MEMORY - 59), 0);
	env_check(env);
	env_disown(env, obj);
	aobj_object_detach(obj);
	env_wait(atomic_long_read(&aobj_totals.objects) == 1);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(other, IN_MEMORY), 0);
	env_check(env);
}

/* What an object has already is part of what it has reserved. */
static void pages_that_are_there_count(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = env_object(env, IN_MEMORY);

	env_write(env, obj, 10, 80, 1);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, true), 0);
	env_check(env);
	env_write(env, obj, 0, IN_MEMORY, 2);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, false), 0);
	env_check(env);
	env_expect(env, obj, 0, IN_MEMORY, 2);
}

static void others_get_what_is_left(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = reserved_object(env, 100);
	struct aobj *other = env_object(env, IN_MEMORY);
	struct page *page;

	env_write(env, other, 0, IN_MEMORY - 100, 1);
	expect_refused(env, other, IN_MEMORY - 1);
	KUNIT_EXPECT_EQ(test,
			aobj_pager_get_page(other, IN_MEMORY - 1,
					    AOBJ_GET_NOWAIT, &page),
			-EAGAIN);
	env_check(env);
	env_write(env, obj, 0, 100, 1);
	expect_refused(env, other, IN_MEMORY - 1);
	/* A hole in the one with a reservation is no room for others. */
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 0, bytes(50)), 0);
	expect_refused(env, other, IN_MEMORY - 1);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(other, 0, bytes(1)), 0);
	env_write(env, other, IN_MEMORY - 1, 1, 1);
	env_check(env);
	env_write(env, obj, 0, 100, 2);
	env_expect(env, obj, 0, 100, 2);
	env_expect(env, other, 1, IN_MEMORY - 101, 1);
}

/* Pages of zeros take places, and are given up for whoever needs one. */
static void zeros_make_way(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = reserved_object(env, 100);
	struct aobj *other = env_object(env, IN_MEMORY);

	env_expect(env, other, 0, IN_MEMORY - 100, 0);
	env_deactivate(other, 0, 20);
	env_write(env, other, IN_MEMORY - 10, 10, 1);
	env_expect(env, other, IN_MEMORY - 10, 10, 1);
	env_write(env, obj, 0, 100, 1);
	env_check(env);
}

/* Nothing free anywhere: what is there can still be read and written. */
static void the_last_place_works(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *obj = reserved_object(env, ALL);
	u32 seed = 1;

	env_write(env, obj, 0, ALL, 1);
	for (unsigned int i = 0; i < 4 * ALL; i++) {
		seed = seed * 1664525 + 1013904223;
		env_write(env, obj, (seed >> 8) % ALL, 1, 1);
		env_expect(env, obj, (seed >> 4) % ALL, 1, 1);
	}
	env_write(env, obj, 0, ALL, 2);
	env_expect(env, obj, 0, ALL, 2);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
	env_check(env);
}

/* Two that have reserved, one that has not and takes what it gets. */
static void all_live_together(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *a = reserved_object(env, 150);
	struct aobj *b = reserved_object(env, 150);
	struct aobj *other = env_object(env, ALL);
	unsigned int left = ALL - 300;

	for (unsigned int version = 1; version <= 3; version++) {
		env_write(env, other, 0, left, version);
		env_write(env, a, 0, 150, version);
		expect_refused(env, other, left);
		env_write(env, b, 0, 150, version);
		expect_refused(env, other, left);
		env_expect(env, other, 0, left, version);
		env_expect(env, b, 0, 150, version);
		env_expect(env, a, 0, 150, version);
	}
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
	env_check(env);
}

static void the_budget_keeps_what_is_reserved(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 900);

	env_write(env, obj, 0, 20, 1);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(800), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(ENV_BUDGET), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, true), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(800), -EBUSY);
	KUNIT_EXPECT_EQ(test, READ_ONCE(aobj_budget),
			(unsigned long)ENV_BUDGET);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(964), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(ENV_BUDGET), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, false), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(800), 0);
	env_check(env);
}

static void swapoff_keeps_what_is_reserved(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *obj = reserved_object(env, IN_MEMORY + 1);

	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, IN_MEMORY), 0);
	KUNIT_EXPECT_EQ(test, aobj_swapoff(held_disk_devt(d)), 0);
	env_disk_off(env, d);
	env_write(env, obj, 0, IN_MEMORY, 1);
	env_expect(env, obj, 0, IN_MEMORY, 1);
	env_check(env);
}

/* => the page has been written, to a slot that is bad, and to another then */
static void lose_slot(struct pager_env *env, struct held_disk *d,
		      struct aobj *obj, pgoff_t pgoff)
{
	env_write(env, obj, pgoff, 1, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, pgoff, 1);
	env_wait_held(env, d, HELD_WRITE, 1);
	held_disk_fail(d, HELD_WRITE, held_disk_peek(d, HELD_WRITE, 0).slot,
		       BLK_STS_MEDIUM, -1);
	held_disk_open(d);
	env_wait_written(env);
	env_page_out(env, obj, pgoff, 1);
}

/* A slot goes bad: there is one more, or it is said that there is none. */
static void bad_slots_are_absorbed_or_told(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *obj = reserved_object(env, ALL - 1);

	lose_slot(env, d, obj, 0);
	KUNIT_EXPECT_EQ(test, env_bad(env, d), 1u);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	lose_slot(env, d, obj, 1);
	env_expect_bad(env, d, 2);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 1ul);
	/* A larger budget makes up for it; so does a smaller object. */
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(BUDGET + 1), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(BUDGET), -EBUSY);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, ALL - 2), 0);
	KUNIT_EXPECT_EQ(test, aobj_place_set_budget(BUDGET), 0);
	env_expect(env, obj, 0, 2, 1);
	env_check(env);
}

/* Its own limit does not keep it from what has been promised. */
static void a_limit_gives_way_when_swap_is_full(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, 128, 0);
	struct aobj *other = env_object(env, 120);
	struct aobj *obj = env_object(env, 150);

	env_write(env, other, 0, 120, 1);
	env_page_out(env, other, 0, 120);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, true), 0);
	KUNIT_EXPECT_EQ(test, aobj_evict_set_limit(obj, 64), 0);
	env_write(env, obj, 0, 150, 1);
	env_expect(env, obj, 0, 150, 1);
	env_expect(env, other, 0, 120, 1);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
	env_check(env);
}

/* Nor do pages of its own that stay in memory for good, and fill the limit. */
static void a_limit_that_is_wired_gives_way(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *obj = reserved_object(env, 150);

	KUNIT_EXPECT_EQ(test, aobj_evict_set_limit(obj, 64), 0);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, 64), 0);
	env_write(env, obj, 64, 86, 1);
	env_expect(env, obj, 64, 86, 1);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
	env_check(env);
}

/* A page that stays in memory takes one place there, and none on swap besides. */
static void wired_pages_take_one_place(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *d = env_disk(env, 0, DISK, 0);
	struct aobj *wired = env_swapped(env, 120);
	struct aobj *obj;

	KUNIT_ASSERT_EQ(test, aobj_wire(wired, 0, 120), 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 120u);
	obj = reserved_object(env, ALL - 120);
	for (unsigned int version = 1; version <= 2; version++) {
		env_write(env, obj, 0, ALL - 120, version);
		env_expect(env, obj, 0, ALL - 120, version);
	}
	env_expect(env, wired, 0, 120, 1);
	KUNIT_EXPECT_EQ(test, held_disk_misuses(d), 0u);
	env_check(env);
	/* They can leave again. */
	KUNIT_EXPECT_EQ(test, aobj_unwire(wired, 0, 120), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	env_page_out(env, wired, 0, 120);
	env_expect(env, wired, 0, 120, 1);
}

/* Nor does one that somebody holds, and be it nearly all of memory. */
static void pinned_pages_take_one_place(struct kunit *test)
{
	const unsigned int nr = IN_MEMORY - 2;
	struct pager_env *env = small(test);
	struct aobj *pinned, *obj;
	struct page **pages;

	env_disk(env, 0, DISK, 0);
	pinned = env_swapped(env, nr);
	pages = kunit_kcalloc(test, nr, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (unsigned int i = 0; i < nr; i++)
		KUNIT_ASSERT_EQ(
			test, aobj_pager_get_page(pinned, i, 0, &pages[i]), 0);
	obj = reserved_object(env, ALL - nr);
	for (unsigned int version = 1; version <= 2; version++) {
		env_write(env, obj, 0, ALL - nr, version);
		env_expect(env, obj, 0, ALL - nr, version);
	}
	for (unsigned int i = 0; i < nr; i++) {
		KUNIT_EXPECT_PTR_EQ(test, env_resident(pinned, i), pages[i]);
		put_page(pages[i]);
	}
	env_expect(env, pinned, 0, nr, 1);
	env_check(env);
}

static int bind_to(struct pager_env *env, struct aobj *obj, struct held_disk *d)
{
	char number[16];

	snprintf(number, sizeof(number), "%u:%u", MAJOR(held_disk_devt(d)),
		 MINOR(held_disk_devt(d)));
	return aobj_object_bind(obj, number);
}

/* What only one object may use is nothing that others can count on. */
static void bound_objects_do_not_get_in_the_way(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *own = env_disk(env, 1, 128, 0);
	struct aobj *bound = env_object(env, 100);
	struct aobj *obj;

	env_disk(env, 0, DISK, 0);
	WRITE_ONCE(env_dev(env, own)->exclusive, true);
	KUNIT_ASSERT_EQ(test, bind_to(env, bound, own), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(bound, true), -EBUSY);
	env_write(env, bound, 0, 100, 1);
	env_page_out(env, bound, 0, 100);
	KUNIT_EXPECT_EQ(test, env_used(env, own), 100u);

	obj = env_object(env, ALL + 1);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve(obj, true), -ENOSPC);
	KUNIT_ASSERT_EQ(test, aobj_object_resize_reserve(obj, bytes(ALL), true),
			0);
	KUNIT_EXPECT_EQ(test, bind_to(env, obj, own), -EBUSY);
	KUNIT_EXPECT_EQ(test, aobj_object_bind(obj, ""), 0);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(bound, 101), 0);
	expect_refused(env, bound, 100);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, ALL - 60), 0);
	/* As many as its device has room for, and no more. */
	KUNIT_ASSERT_EQ(test, aobj_object_resize(bound, 127), 0);
	env_write(env, bound, 100, 27, 1);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(bound, 128), 0);
	expect_refused(env, bound, 127);
	env_page_out(env, bound, 100, 27);
	expect_refused(env, bound, 127);
	env_write(env, obj, 0, ALL - 60, 1);
	env_expect(env, bound, 0, 127, 1);
	env_expect(env, obj, 0, ALL - 60, 1);
	env_check(env);
}

static void a_reservation_takes_nothing_away(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = env_object(env, 100);

	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve_to(obj, bytes(50)), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 100ul);
	KUNIT_EXPECT_EQ(test, obj->reserved, 100ul);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve_to(obj, bytes(110)), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 110ul);
	KUNIT_EXPECT_EQ(test, obj->reserved, 110ul);
	KUNIT_EXPECT_EQ(test, aobj_object_reserve_to(obj, bytes(IN_MEMORY + 1)),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 110ul);
	env_expect(env, obj, 0, 100, 1);
	env_check(env);
}

static void room_is_what_nobody_has(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = env_object(env, 100);
	struct held_disk *own;

	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)IN_MEMORY);
	env_disk(env, 0, DISK, 0);
	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)ALL);
	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)ALL - 100);
	env_page_out(env, obj, 0, 100);
	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)ALL - 100);
	reserved_object(env, 50);
	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)ALL - 150);

	own = env_disk(env, 1, 128, 0);
	WRITE_ONCE(env_dev(env, own)->exclusive, true);
	KUNIT_EXPECT_EQ(test, aobj_place_room(obj), (unsigned long)ALL - 150);
	KUNIT_ASSERT_EQ(test, bind_to(env, obj, own), 0);
	/* Of the budget nothing is in use but the pool, which is no use. */
	KUNIT_EXPECT_LE(test, aobj_place_room(obj), 127ul + IN_MEMORY);
	KUNIT_EXPECT_GE(test, aobj_place_room(obj), 127ul);
	env_check(env);
}

/* What leaves its exclusive device takes places that others have, or does not. */
static void who_is_bound_elsewhere_takes_no_place_of_others(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct held_disk *own = env_disk(env, 1, 128, 0);
	struct aobj *bound = env_object(env, 100);
	struct aobj *obj;

	env_disk(env, 0, DISK, 0);
	WRITE_ONCE(env_dev(env, own)->exclusive, true);
	KUNIT_ASSERT_EQ(test, bind_to(env, bound, own), 0);
	env_write(env, bound, 0, 100, 1);
	env_page_out(env, bound, 0, 100);
	obj = reserved_object(env, ALL);
	KUNIT_EXPECT_EQ(test, aobj_object_bind(bound, ""), -EBUSY);
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, ALL - 100), 0);
	KUNIT_ASSERT_EQ(test, aobj_object_bind(bound, ""), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, ALL - 99), -ENOSPC);
	for (unsigned int version = 2; version <= 3; version++) {
		env_write(env, bound, 0, 100, version);
		env_write(env, obj, 0, ALL - 100, version);
		env_expect(env, bound, 0, 100, version);
		env_expect(env, obj, 0, ALL - 100, version);
	}
	KUNIT_EXPECT_EQ(test, aobj_place_missing(), 0ul);
	env_check(env);
	/* It has been written elsewhere since, and is bound there: as before. */
	KUNIT_ASSERT_EQ(test, bind_to(env, bound, own), 0);
	KUNIT_EXPECT_FALSE(test, bound->strays);
}

static void the_kernel_reserves_as_well(struct kunit *test)
{
	struct pager_env *env = small(test);
	struct aobj *obj = env_adopt(env, aobj_create(bytes(100), 0));

	KUNIT_EXPECT_EQ(test, aobj_reserve(obj, true), 0);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, IN_MEMORY + 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, IN_MEMORY), 0);
	KUNIT_EXPECT_EQ(test, aobj_reserve(obj, false), 0);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, IN_MEMORY + 1), 0);
	KUNIT_EXPECT_EQ(test, aobj_reserve(obj, true), -ENOSPC);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_more_is_reserved_than_there_is),
	KUNIT_CASE(growth_is_reserved),
	KUNIT_CASE(what_is_given_up_is_there_for_others),
	KUNIT_CASE(pages_that_are_there_count),
	KUNIT_CASE(others_get_what_is_left),
	KUNIT_CASE(zeros_make_way),
	KUNIT_CASE(the_last_place_works),
	KUNIT_CASE(all_live_together),
	KUNIT_CASE(the_budget_keeps_what_is_reserved),
	KUNIT_CASE(swapoff_keeps_what_is_reserved),
	KUNIT_CASE(bad_slots_are_absorbed_or_told),
	KUNIT_CASE(a_limit_gives_way_when_swap_is_full),
	KUNIT_CASE(a_limit_that_is_wired_gives_way),
	KUNIT_CASE(wired_pages_take_one_place),
	KUNIT_CASE(pinned_pages_take_one_place),
	KUNIT_CASE(bound_objects_do_not_get_in_the_way),
	KUNIT_CASE(a_reservation_takes_nothing_away),
	KUNIT_CASE(room_is_what_nobody_has),
	KUNIT_CASE(who_is_bound_elsewhere_takes_no_place_of_others),
	KUNIT_CASE(the_kernel_reserves_as_well),
	{},
};

AOBJ_KUNIT_SUITE(aobj_place, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
