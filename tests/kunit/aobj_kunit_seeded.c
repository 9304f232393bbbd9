// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of each kind that a run of the suites has to notice; the harness loads
 * this to prove that it would.  The order matters: after the inversion lockdep
 * says no more, and KASAN's report switches it off.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(spinning);
static DEFINE_MUTEX(left);
static DEFINE_MUTEX(right);

static void sleeps_in_atomic_context(struct kunit *test)
{
	spin_lock(&spinning);
	might_sleep();
	spin_unlock(&spinning);
}

static void take_both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static void inverts_locks(struct kunit *test)
{
	take_both(&left, &right);
	take_both(&right, &left);
}

static void uses_freed_memory(struct kunit *test)
{
	char *memory = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	OPTIMIZER_HIDE_VAR(memory);
	kfree(memory);
	READ_ONCE(memory[3]);
}

static void expects_the_impossible(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sleeps_in_atomic_context),
	KUNIT_CASE(inverts_locks),
	KUNIT_CASE(uses_freed_memory),
	KUNIT_CASE(expects_the_impossible),
	{},
};

static struct kunit_suite aobj_kunit_seeded_suite = {
	.name = "aobj_kunit_seeded",
	.test_cases = cases,
};

kunit_test_suite(aobj_kunit_seeded_suite);

MODULE_DESCRIPTION("Faults that a run of aobj's KUnit suites must notice");
MODULE_LICENSE("GPL");
