// SPDX-License-Identifier: GPL-2.0-only
/* Wired pages and objects that are not swapped, and who pays for them. */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>

#include "aobj_wire.h"
#include "aobj_wired.h"
#include "pager_env.h"

#define WIRED (ENV_ACTIVE | ENV_DIRTY | ENV_WIRED)

/* => that many pages are charged: to the object, to the user, and in all */
static void expect_charged(struct kunit *test, struct aobj *obj, long nr)
{
	struct pager_env *env = test->priv;

	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->wired), nr);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.wired), nr);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&current_user()->locked_vm), nr);
	env_check(env);
}

static void wired_pages_are_charged_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 60, 70), 0);
	KUNIT_EXPECT_GE(test, atomic_long_read(&obj->resident), 10);
	expect_charged(test, obj, 10);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 65, 75), 0);
	expect_charged(test, obj, 15);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 60, 75), 0);
	expect_charged(test, obj, 15);
	/* It does not nest, and what is not wired costs nothing to unwire. */
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, 65), 0);
	expect_charged(test, obj, 10);
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, ULONG_MAX), 0);
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, ULONG_MAX), 0);
	expect_charged(test, obj, 0);
	KUNIT_EXPECT_GE(test, atomic_long_read(&obj->resident), 15);
}

static void wiring_brings_pages_in(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 20);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 5, 15), 0);
	for (pgoff_t i = 5; i < 15; i++)
		ENV_EXPECT_STATE(env, obj, i,
				 ENV_ACTIVE | ENV_SLOT | ENV_WIRED);
	expect_charged(test, obj, 10);
	env_expect(env, obj, 0, 20, 1);
}

static void eviction_passes_wired_pages_over(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 20);

	env_write(env, obj, 0, 20, 1);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 5, 15), 0);
	for (unsigned int i = 0; i < 3; i++) {
		aobj_evict(aobj_budget_free() + 20);
		aobj_evict_object(obj, 20);
		env_wait_written(env);
	}
	for (pgoff_t i = 5; i < 15; i++)
		ENV_EXPECT_STATE(env, obj, i,
				 ENV_PRESENT | ENV_DIRTY | ENV_WIRED);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	env_check(env);

	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, 20), 0);
	env_page_out(env, obj, 5, 10);
	env_expect(env, obj, 0, 20, 1);
	expect_charged(test, obj, 0);
}

/* Wired while it is under write-out: it stays when that is over. */
static void a_page_wired_during_write_out_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 0, 10, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 10);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 3, 5), 0);
	held_disk_open(d);
	env_wait_written(env);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 2);
	ENV_EXPECT_STATE(env, obj, 3, ENV_ACTIVE | ENV_SLOT | ENV_WIRED);
	expect_charged(test, obj, 2);
}

/*
 * What takes pages away gives back what they were charged
 */

static void a_shrink_unwires(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 50, 90), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 70), 0);
	expect_charged(test, obj, 20);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 100), 0);
	expect_charged(test, obj, 20);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 0), 0);
	expect_charged(test, obj, 0);
}

static void a_hole_unwires(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	env_write(env, obj, 0, 100, 1);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 50, 90), 0);
	KUNIT_EXPECT_EQ(
		test,
		aobj_object_punch(obj, 60 * PAGE_SIZE, 5 * PAGE_SIZE + 100), 0);
	expect_charged(test, obj, 35);
	/* A part of a page is no reason. */
	KUNIT_EXPECT_TRUE(test, env_state(obj, 65) & ENV_WIRED);
	env_expect(env, obj, 60, 5, 0);
	expect_charged(test, obj, 35);
}

static void slots_can_be_dropped_of_wired_pages(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, 10), 0);
	aobj_object_dropswap(obj, 0, 10);
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, WIRED);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	env_expect(env, obj, 0, 10, 1);
	expect_charged(test, obj, 10);
}

static void the_end_of_the_object_unwires(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 50, 90), 0);
	ENV_EXPECT_ENDS(env_start_detach(env, obj), 0);
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.wired), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&current_user()->locked_vm), 0);
	env_check(env);
}

/*
 * Limits
 */

/* As mlock(2): what was wired before the error stays so. */
static void half_of_the_budget_can_be_wired(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 1000);
	const long most = ENV_BUDGET / 2;

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, most + 1), -ENOMEM);
	expect_charged(test, obj, most);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 900, 901), -ENOMEM);
	ENV_EXPECT_STATE(env, obj, 900, 0);
	expect_charged(test, obj, most);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(ENV_BUDGET - 2), -EBUSY);
	KUNIT_EXPECT_EQ(test, READ_ONCE(aobj_budget),
			(unsigned long)ENV_BUDGET);
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, aobj_budget_set(ENV_BUDGET - 2), 0);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, 1), -ENOMEM);
	expect_charged(test, obj, most - 1);
}

static void what_is_past_the_end_cannot_be_wired(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);

	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 8, 12), -ENXIO);
	expect_charged(test, obj, 2);
}

static void a_page_that_is_lost_cannot_be_wired(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	held_disk_fail(d, HELD_READ, env_slot(obj, 4), BLK_STS_MEDIUM, -1);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, 10), -EIO);
	expect_charged(test, obj, 4);
	env_expect_bad(env, d, 1);
}

static int do_wire(struct env_thread *t)
{
	return aobj_wire(t->obj, 0, t->arg);
}

static void a_signal_ends_wiring(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start(env, do_wire, obj, 10, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	expect_charged(test, obj, 0);
	held_disk_open(d);
	env_expect(env, obj, 0, 10, 1);
}

/*
 * Users
 */

struct as_user {
	struct cred *cred;
	const struct cred *old;
	struct rlimit limit;
};

/* A user of the test's own, whom nobody frees: modules cannot make another. */
static struct user_struct poor;

/* Without privileges, and so with a limit of locked memory. */
static void become_poor(struct kunit *test, struct as_user *as,
			unsigned long pages)
{
	as->cred = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, as->cred);
	refcount_set(&poor.__count, 1000);
	free_uid(as->cred->user);
	as->cred->user = get_uid(&poor);
	cap_clear(as->cred->cap_effective);
	as->old = override_creds(as->cred);
	as->limit = current->signal->rlim[RLIMIT_MEMLOCK];
	current->signal->rlim[RLIMIT_MEMLOCK].rlim_cur = pages << PAGE_SHIFT;
}

static void be_root_again(struct as_user *as)
{
	current->signal->rlim[RLIMIT_MEMLOCK] = as->limit;
	revert_creds(as->old);
	put_cred(as->cred);
}

static void users_have_a_limit(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100), *other = env_object(env, 100);
	long locked;
	struct as_user as;
	int err[5];

	become_poor(test, &as, 10);
	err[0] = aobj_wire(obj, 0, 8);
	err[1] = aobj_wire(other, 0, 3); /* one limit for all objects */
	locked = atomic_long_read(&poor.locked_vm);
	err[2] = aobj_unwire(obj, 0, 1);
	err[3] = aobj_wire(other, 2, 3);
	current->signal->rlim[RLIMIT_MEMLOCK].rlim_cur = 0;
	err[4] = aobj_wire(obj, 0, 1);
	be_root_again(&as);
	KUNIT_EXPECT_EQ(test, err[0], 0);
	KUNIT_EXPECT_EQ(test, err[1], -ENOMEM);
	KUNIT_EXPECT_EQ(test, locked, 10);
	KUNIT_EXPECT_EQ(test, err[2], 0);
	KUNIT_EXPECT_EQ(test, err[3], 0);
	KUNIT_EXPECT_EQ(test, err[4], -EPERM);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->wired), 7);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&other->wired), 3);
	env_check(env);
}

/* The charge is the object's: no matter who unwires, or takes it away. */
static void the_first_user_pays_until_nothing_is_wired(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);
	struct as_user as;
	int err;

	become_poor(test, &as, 10);
	err = aobj_wire(obj, 0, 8);
	be_root_again(&as);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&poor.locked_vm), 8);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&current_user()->locked_vm), 0);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 8, 9), -EPERM);
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, 5), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&poor.locked_vm), 3);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&poor.locked_vm), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 100), 0);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 8, 9), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&poor.locked_vm), 0);
	expect_charged(test, obj, 1);
}

/*
 * Objects that are not swapped
 */

static void noswap_is_for_new_objects(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 3, 1, 1);
	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), -EBUSY);
	KUNIT_EXPECT_FALSE(test, obj->noswap);
	expect_charged(test, obj, 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 0), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 10), 0);
	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), 0);
	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), 0);
	expect_charged(test, obj, 10);
}

static void the_size_of_noswap_is_charged(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	const long most = ENV_BUDGET / 2;

	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), 0);
	expect_charged(test, obj, 10);
	KUNIT_EXPECT_EQ(test, aobj_wire(obj, 0, 10), 0);
	expect_charged(test, obj, 10);
	KUNIT_EXPECT_EQ(test, aobj_unwire(obj, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, aobj_object_punch(obj, 0, 5 * PAGE_SIZE), 0);
	expect_charged(test, obj, 10);
	KUNIT_EXPECT_EQ(test, aobj_object_truncate(obj, 5 * PAGE_SIZE + 1), 0);
	expect_charged(test, obj, 6);
	KUNIT_EXPECT_EQ(test, aobj_object_extend(obj, 6 * PAGE_SIZE), 0);
	expect_charged(test, obj, 6);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most), 0);
	expect_charged(test, obj, most);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, most + 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, aobj_object_npages(obj), (pgoff_t)most);
	expect_charged(test, obj, most);
	ENV_EXPECT_ENDS(env_start_detach(env, obj), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.wired), 0);
}

static void noswap_of_too_much_is_refused(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, ENV_BUDGET / 2 + 1);

	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, obj->noswap);
	expect_charged(test, obj, 0);
	KUNIT_EXPECT_EQ(test, aobj_object_resize(obj, 1UL << 40), 0);
	KUNIT_EXPECT_EQ(test, aobj_set_noswap(obj), -ENOMEM);
	expect_charged(test, obj, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(wired_pages_are_charged_once),
	KUNIT_CASE(wiring_brings_pages_in),
	KUNIT_CASE(eviction_passes_wired_pages_over),
	KUNIT_CASE(a_page_wired_during_write_out_stays),
	KUNIT_CASE(a_shrink_unwires),
	KUNIT_CASE(a_hole_unwires),
	KUNIT_CASE(slots_can_be_dropped_of_wired_pages),
	KUNIT_CASE(the_end_of_the_object_unwires),
	KUNIT_CASE(half_of_the_budget_can_be_wired),
	KUNIT_CASE(what_is_past_the_end_cannot_be_wired),
	KUNIT_CASE(a_page_that_is_lost_cannot_be_wired),
	KUNIT_CASE(a_signal_ends_wiring),
	KUNIT_CASE(users_have_a_limit),
	KUNIT_CASE(the_first_user_pays_until_nothing_is_wired),
	KUNIT_CASE(noswap_is_for_new_objects),
	KUNIT_CASE(the_size_of_noswap_is_charged),
	KUNIT_CASE(noswap_of_too_much_is_refused),
	{},
};

AOBJ_KUNIT_SUITE(aobj_wire, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
