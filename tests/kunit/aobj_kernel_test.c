// SPDX-License-Identifier: GPL-2.0-only
/* Objects for other modules: creation, references, the kernel object. */
#include <linux/fault-inject.h>
#include <linux/spinlock.h>

#include "aobj.h"
#include "aobj_kernel.h"
#include "kunit_main.h"
#include "pager_env.h"

#define MOST_BYTES ((u64)LLONG_MAX & PAGE_MASK)
#define ALL_FLAGS 0x1f /* those that there are, and one more */

static DEFINE_SPINLOCK(atomic);

/* The kernel tells of every sleep in here: see console_is_clean in checks.sh. */
static struct aobj *create_atomic(u64 size, unsigned int flags)
{
	struct aobj *obj;

	spin_lock(&atomic);
	obj = aobj_create(size, flags);
	spin_unlock(&atomic);
	return obj;
}

/* => as create, and the @nth allocation from here on fails */
static struct aobj *create_without(u64 size, unsigned int flags, int nth)
{
	struct aobj *obj;

	current->fail_nth = nth;
	obj = aobj_create(size, flags);
	current->fail_nth = 0;
	return obj;
}

static void expect_nothing_made(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
}

static void sizes_are_whole_pages(struct kunit *test)
{
	static const struct {
		u64 size;
		pgoff_t pages;
	} sizes[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ PAGE_SIZE - 1, 1 },
		{ PAGE_SIZE, 1 },
		{ PAGE_SIZE + 1, 2 },
		{ 16ULL << 40, 16ULL << 40 >> PAGE_SHIFT },
		{ MOST_BYTES - 1, MOST_BYTES >> PAGE_SHIFT },
		{ MOST_BYTES, MOST_BYTES >> PAGE_SHIFT },
	};

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		u64 size = sizes[i / 2].size;
		struct aobj *obj = aobj_create(size, i % 2 ? AOBJ_CANFAIL : 0);

		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(obj));
		KUNIT_EXPECT_EQ(test, aobj_object_npages(obj),
				sizes[i / 2].pages);
		KUNIT_EXPECT_EQ(test, (u64)aobj_object_size(obj),
				(u64)sizes[i / 2].pages << PAGE_SHIFT);
		aobj_detach(obj);
	}
	expect_nothing_made(test);
}

static void sizes_that_offsets_cannot_reach_are_refused(struct kunit *test)
{
	static const u64 sizes[] = { MOST_BYTES + 1, LLONG_MAX, 1ULL << 63,
				     U64_MAX - PAGE_SIZE + 2, U64_MAX };
	static const unsigned int flags[] = { 0, AOBJ_CANFAIL, AOBJ_NOSWAP,
					      AOBJ_KERNOBJ };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int k = 0; k < ARRAY_SIZE(flags); k++)
			KUNIT_EXPECT_EQ(test,
					PTR_ERR_OR_ZERO(aobj_create(sizes[i],
								    flags[k])),
					-EFBIG);
	expect_nothing_made(test);
}

static bool flags_are_known(unsigned int flags)
{
	return !(flags & ~(AOBJ_CANFAIL | AOBJ_NOSWAP)) ||
	       flags == AOBJ_KERNOBJ || flags == AOBJ_KERNSWAP;
}

static void other_flags_are_refused(struct kunit *test)
{
	for (unsigned int flags = 0; flags <= ALL_FLAGS; flags++)
		if (!flags_are_known(flags))
			KUNIT_EXPECT_EQ_MSG(
				test,
				PTR_ERR_OR_ZERO(aobj_create(PAGE_SIZE, flags)),
				-EINVAL, "flags %x", flags);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(aobj_create(PAGE_SIZE, BIT(31))),
			-EINVAL);
	expect_nothing_made(test);
}

static void canfail_never_sleeps(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	obj = env_adopt(env, create_atomic(10 * PAGE_SIZE, AOBJ_CANFAIL));
	KUNIT_EXPECT_FALSE(test, obj->noswap);
	env_write(env, obj, 0, 10, 1);
	env_expect(env, obj, 0, 10, 1);
	obj = env_adopt(env, create_atomic(10 * PAGE_SIZE,
					   AOBJ_CANFAIL | AOBJ_NOSWAP));
	KUNIT_EXPECT_TRUE(test, obj->noswap);
	env_write(env, obj, 0, 10, 1);
	env_check(env);
}

static void want_of_memory_is_said_in_the_way_asked_for(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, create_without(PAGE_SIZE, AOBJ_CANFAIL, 1));
	KUNIT_EXPECT_NULL(test, create_without(PAGE_SIZE,
					       AOBJ_CANFAIL | AOBJ_NOSWAP, 1));
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(create_without(PAGE_SIZE, 0, 1)),
			-ENOMEM);
	KUNIT_EXPECT_EQ(
		test,
		PTR_ERR_OR_ZERO(create_without(PAGE_SIZE, AOBJ_KERNOBJ, 1)),
		-ENOMEM);
	expect_nothing_made(test);
}

static void no_inode_is_made_without_a_file(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));

	KUNIT_EXPECT_NULL(test, obj->mapping.host);
	env_write(env, obj, 0, 10, 1);
	KUNIT_EXPECT_EQ(test, aobj_flush(obj, 0, 0, AOBJ_FLUSH_DEACTIVATE), 0);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, 20), 0);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 5), 0);
	KUNIT_EXPECT_NULL(test, obj->mapping.host);
}

/*
 * References
 */

static void contents_live_as_long_as_a_reference(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	spin_lock(&atomic);
	aobj_reference(obj);
	spin_unlock(&atomic);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 2);
	env_write(env, obj, 0, 10, 1);
	env_page_out(env, obj, 0, 5);
	aobj_detach(obj);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);

	env_disown(env, obj);
	aobj_detach(obj);
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	env_check(env);
}

static int come_and_go(struct env_thread *t)
{
	for (unsigned int i = 0; i < t->arg; i++) {
		aobj_reference(t->obj);
		cond_resched();
		aobj_detach(t->obj);
	}
	aobj_detach(t->obj);
	return 0;
}

/* Each has a reference of its own; whoever is last takes the pages away. */
static void references_are_atomic(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(64 * PAGE_SIZE, 0));
	struct env_thread *t[4];

	env_write(env, obj, 0, 64, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		aobj_reference(obj);
		t[i] = env_start(env, come_and_go, obj, 20000, 0);
	}
	env_disown(env, obj);
	aobj_detach(obj);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		ENV_EXPECT_ENDS(t[i], 0);
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	env_check(env);
}

/*
 * The kernel object
 */

static void exit_kernel_object(struct kunit *test)
{
	aobj_kernel_exit();
	pager_env_exit(test);
}

static struct aobj *kernel_object(struct kunit *test, u64 npages)
{
	struct aobj *obj = aobj_create(npages << PAGE_SHIFT, AOBJ_KERNOBJ);

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(obj));
	return obj;
}

static long create_error(u64 size, unsigned int flags)
{
	return PTR_ERR_OR_ZERO(aobj_create(size, flags));
}

static void there_is_one_kernel_object(struct kunit *test)
{
	struct aobj *obj;

	KUNIT_EXPECT_EQ(test, create_error(0, AOBJ_KERNSWAP), -ENOENT);
	obj = kernel_object(test, 10);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_TRUE(test, obj->noswap);
	KUNIT_EXPECT_EQ(test, create_error(PAGE_SIZE, AOBJ_KERNOBJ), -EEXIST);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
	KUNIT_EXPECT_TRUE(test, obj->noswap);

	KUNIT_EXPECT_PTR_EQ(test, aobj_create(U64_MAX, AOBJ_KERNSWAP), obj);
	KUNIT_EXPECT_FALSE(test, obj->noswap);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_EQ(test, create_error(0, AOBJ_KERNSWAP), -EEXIST);
	KUNIT_EXPECT_EQ(test, create_error(PAGE_SIZE, AOBJ_KERNOBJ), -EEXIST);
	KUNIT_EXPECT_FALSE(test, obj->noswap);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
}

static void the_kernel_object_is_immortal(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = kernel_object(test, 10);

	env_write(env, obj, 0, 10, 1);
	for (unsigned int i = 0; i < 3; i++)
		aobj_detach(obj);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
	env_expect(env, obj, 0, 10, 1);
	for (unsigned int i = 0; i < 3; i++)
		aobj_reference(obj);
	KUNIT_EXPECT_EQ(test, refcount_read(&obj->users), 1u);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	aobj_kernel_exit();
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
}

static void the_kernel_object_stays_until_it_may_swap(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = kernel_object(test, 100);

	env_write(env, obj, 0, 100, 1);
	env_evict(env, obj, 0, 100);
	aobj_evict_object(obj, 100);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 100);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);

	KUNIT_EXPECT_PTR_EQ(test, aobj_create(0, AOBJ_KERNSWAP), obj);
	env_write(env, obj, 0, 100, 2);
	KUNIT_EXPECT_EQ(test,
			aobj_queue_length(AOBJ_QUEUE_ACTIVE) +
				aobj_queue_length(AOBJ_QUEUE_INACTIVE),
			2ul);
	env_page_out(env, obj, 0, 100);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 100u);
	env_expect(env, obj, 0, 100, 2);
	aobj_kernel_exit();
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
}

/* Its pages that are in memory when it is told: no queue has them yet. */
static void what_is_resident_may_swap_as_well(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = kernel_object(test, 100);

	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_EQ(test, aobj_queue_length(AOBJ_QUEUE_ACTIVE), 0ul);
	KUNIT_EXPECT_PTR_EQ(test, aobj_create(0, AOBJ_KERNSWAP), obj);
	KUNIT_EXPECT_EQ(test, aobj_queue_length(AOBJ_QUEUE_ACTIVE), 2ul);
	env_page_out(env, obj, 0, 100);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 100u);
	env_expect(env, obj, 0, 100, 1);
	aobj_kernel_exit();
}

/* With pages in memory and on a device, which is given back then, too. */
static void the_kernel_object_goes_with_the_module(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = kernel_object(test, 100);

	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_PTR_EQ(test, aobj_create(0, AOBJ_KERNSWAP), obj);
	env_page_out(env, obj, 0, 50);
	aobj_live_exit();
	env_disk_off(env, d);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.slots), 0);
	KUNIT_ASSERT_EQ(test, aobj_live_init(), 0);
	/* The next one that is loaded has none. */
	KUNIT_EXPECT_EQ(test, create_error(0, AOBJ_KERNSWAP), -ENOENT);
}

static void noswap_objects_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj;

	obj = env_adopt(env, aobj_create(100 * PAGE_SIZE, AOBJ_NOSWAP));
	env_write(env, obj, 0, 100, 1);
	env_evict(env, obj, 0, 100);
	aobj_evict_object(obj, 100);
	KUNIT_EXPECT_EQ(test,
			aobj_flush(obj, 0, 0,
				   AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN),
			0);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 100);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	KUNIT_EXPECT_EQ(test, aobj_evict_clean(100), 0ul);
	env_expect(env, obj, 0, 100, 1);
	/* Nobody is charged for what the kernel itself wants to have. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.wired), 0);
}

/*
 * Sizes
 */

static void growing_and_shrinking_know_their_direction(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	const pgoff_t most = MOST_BYTES >> PAGE_SHIFT;

	env_write(env, obj, 0, 10, 1);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, 9), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 11), -EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, 10), 0);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 10), 0);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, most + 1), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, ULONG_MAX), -EFBIG);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 10ul);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, most), 0);
	env_write(env, obj, most - 1, 1, 1);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 4), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 4);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, most), 0);
	env_expect(env, obj, 0, 4, 1);
	env_expect(env, obj, 4, 6, 0);
	env_expect(env, obj, most - 1, 1, 0);
	env_check(env);
}

static int grow_to(struct env_thread *t)
{
	return aobj_grow(t->obj, t->arg);
}

static int shrink_to(struct env_thread *t)
{
	return aobj_shrink(t->obj, t->arg);
}

static int cut_to(struct env_thread *t)
{
	return aobj_object_truncate(t->obj, t->arg);
}

/* => @first has the size under change until its read of a page has ended */
static void resize_two(struct kunit *test, struct aobj *obj,
		       struct held_disk *d, struct env_thread *first,
		       int (*then)(struct env_thread *t), pgoff_t pages)
{
	struct pager_env *env = test->priv;
	struct env_thread *second;

	env_wait_held(env, d, HELD_READ, 1);
	second = env_start(env, then, obj, pages, 0);
	ENV_EXPECT_BLOCKS(second);
	held_disk_open(d);
	ENV_EXPECT_ENDS(first, 0);
	ENV_EXPECT_ENDS(second, -EINVAL);
}

/* The direction is that of the size which it changes, not of one before. */
static void what_grew_meanwhile_is_not_cut(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 0, 10, 1);
	KUNIT_ASSERT_EQ(test, aobj_object_truncate(obj, 10 * PAGE_SIZE - 8), 0);
	env_page_out(env, obj, 0, 10);
	held_disk_hold(d, HELD_READ, true);
	resize_two(test, obj, d, env_start(env, grow_to, obj, 30, 0), grow_to,
		   20);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), 30ul);
	env_expect(env, obj, 0, 9, 1);
}

static void what_was_cut_meanwhile_does_not_grow(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	const u64 size = 5 * PAGE_SIZE + 8;

	held_disk_hold(d, HELD_READ, true);
	resize_two(test, obj, d, env_start(env, cut_to, obj, size, 0),
		   shrink_to, 8);
	KUNIT_EXPECT_EQ(test, (u64)aobj_object_size(obj), size);
	/* To as many pages as there are is no change, of a part of one either. */
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 6), 0);
	KUNIT_EXPECT_EQ(test, (u64)aobj_object_size(obj), size);
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, 6), 0);
	KUNIT_EXPECT_EQ(test, (u64)aobj_object_size(obj), 6 * PAGE_SIZE);
	env_expect(env, obj, 0, 5, 1);
}

/* What is shrunk away is gone for all who have the object. */
static void a_shrink_asks_no_other_holder(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));

	aobj_reference(obj);
	env_write(env, obj, 0, 10, 1);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	aobj_detach(obj);
}

static void swap_off_is_swapoff(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 20);

	KUNIT_EXPECT_EQ(test, aobj_swap_off(MKDEV(0, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, aobj_swap_off(held_disk_devt(d)), 0);
	env_disk_off(env, d);
	KUNIT_EXPECT_EQ(test, aobj_swap_off(held_disk_devt(d)), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 20);
	env_expect(env, obj, 0, 20, 1);
}

static void bind_says_where_pages_go(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *first = env_disk(env, 0, 256, 0);
	struct held_disk *second = env_disk(env, 1, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(20 * PAGE_SIZE, 0));
	dev_t devt = held_disk_devt(second);
	char number[16];

	snprintf(number, sizeof(number), "%u:%u", MAJOR(devt), MINOR(devt));
	KUNIT_EXPECT_EQ(test, aobj_bind(obj, "nobody"), -ENODEV);
	KUNIT_EXPECT_EQ(test,
			aobj_bind(obj, "a-name-that-is-longer-than-any-can-be"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, aobj_bind(obj, number), 0);
	env_write(env, obj, 0, 20, 1);
	env_page_out(env, obj, 0, 20);
	KUNIT_EXPECT_EQ(test, env_used(env, second), 20);
	KUNIT_EXPECT_EQ(test, env_used(env, first), 0);
	KUNIT_EXPECT_EQ(test, aobj_bind(obj, NULL), 0);
	env_write(env, obj, 0, 20, 2);
	env_page_out(env, obj, 0, 20);
	KUNIT_EXPECT_EQ(test, env_used(env, first), 20);
	env_expect(env, obj, 0, 20, 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sizes_are_whole_pages),
	KUNIT_CASE(sizes_that_offsets_cannot_reach_are_refused),
	KUNIT_CASE(other_flags_are_refused),
	KUNIT_CASE(canfail_never_sleeps),
	KUNIT_CASE(want_of_memory_is_said_in_the_way_asked_for),
	KUNIT_CASE(no_inode_is_made_without_a_file),
	KUNIT_CASE(contents_live_as_long_as_a_reference),
	KUNIT_CASE(references_are_atomic),
	KUNIT_CASE(there_is_one_kernel_object),
	KUNIT_CASE(the_kernel_object_is_immortal),
	KUNIT_CASE(the_kernel_object_stays_until_it_may_swap),
	KUNIT_CASE(what_is_resident_may_swap_as_well),
	KUNIT_CASE(the_kernel_object_goes_with_the_module),
	KUNIT_CASE(noswap_objects_stay),
	KUNIT_CASE(growing_and_shrinking_know_their_direction),
	KUNIT_CASE(what_grew_meanwhile_is_not_cut),
	KUNIT_CASE(what_was_cut_meanwhile_does_not_grow),
	KUNIT_CASE(a_shrink_asks_no_other_holder),
	KUNIT_CASE(swap_off_is_swapoff),
	KUNIT_CASE(bind_says_where_pages_go),
	{},
};

AOBJ_KUNIT_SUITE(aobj_kernel, .test_cases = cases, .init = pager_env_init,
		 .exit = exit_kernel_object);
