// SPDX-License-Identifier: GPL-2.0-only
/* What the suites of page states share, see the header. */
#include <linux/module.h>
#include <linux/slab.h>

#include "pager_env.h"

#define WATCHDOG (60 * HZ) /* no case takes a tenth of that */

/* Something could not be taken away: what follows would prove nothing. */
static bool broken;

unsigned long env_patience = 10 * HZ;

/*
 * Objects, disks, the budget
 */

struct aobj *env_adopt(struct pager_env *env, struct aobj *obj)
{
	unsigned int i;

	KUNIT_ASSERT_FALSE(env->test, IS_ERR_OR_NULL(obj));
	for (i = 0; i < ENV_OBJECTS; i++) {
		if (!env->obj[i]) {
			env->obj[i] = obj;
			break;
		}
	}
	KUNIT_ASSERT_LT(env->test, i, (unsigned int)ENV_OBJECTS);
	return obj;
}

struct aobj *env_object(struct pager_env *env, u64 npages)
{
	struct aobj *obj = env_adopt(env, aobj_object_create());

	KUNIT_ASSERT_EQ(env->test, aobj_object_resize(obj, npages), 0);
	return obj;
}

void env_disown(struct pager_env *env, const struct aobj *obj)
{
	for (unsigned int i = 0; i < ENV_OBJECTS; i++)
		if (env->obj[i] == obj)
			env->obj[i] = NULL;
}

/* => the device in use that the disk is: slot numbers say where it begins */
static struct aobj_swapdev *find_dev(struct held_disk *d)
{
	for (u32 slot = 0; slot < ENV_DISKS * ENV_DISK_PAGES; slot++) {
		struct aobj_swapdev *dev = aobj_swap_dev(slot);

		if (dev && dev->bdev->bd_dev == held_disk_devt(d))
			return dev;
	}
	return NULL;
}

struct held_disk *env_disk_as(struct pager_env *env, unsigned int nr,
			      u32 npages, unsigned int flags,
			      const struct aobj_swap_options *opt)
{
	struct env_disk *disk = &env->disk[nr];

	KUNIT_ASSERT_LE(env->test, npages, (u32)ENV_DISK_PAGES);
	disk->held = held_disk_create(npages, flags);
	KUNIT_ASSERT_NOT_NULL(env->test, disk->held);
	KUNIT_ASSERT_EQ(env->test,
			aobj_swap_on(held_disk_devt(disk->held), opt), 0);
	disk->dev = find_dev(disk->held);
	KUNIT_ASSERT_NOT_NULL(env->test, disk->dev);
	return disk->held;
}

struct held_disk *env_disk(struct pager_env *env, unsigned int nr, u32 npages,
			   unsigned int flags)
{
	const struct aobj_swap_options opt = {
		.flags = flags & HELD_DISCARDS ? AOBJ_SWAPON_DISCARD_PAGES : 0,
	};

	return env_disk_as(env, nr, npages, flags, &opt);
}

static struct env_disk *disk_of(struct pager_env *env,
				const struct held_disk *d)
{
	struct env_disk *disk = env->disk;

	while (disk->held != d)
		disk++;
	return disk;
}

struct aobj_swapdev *env_dev(struct pager_env *env, struct held_disk *d)
{
	return disk_of(env, d)->dev;
}

u32 env_used(struct pager_env *env, struct held_disk *d)
{
	return READ_ONCE(env_dev(env, d)->slots.used);
}

u32 env_bad(struct pager_env *env, struct held_disk *d)
{
	return READ_ONCE(env_dev(env, d)->slots.bad);
}

void env_disk_off(struct pager_env *env, struct held_disk *d)
{
	disk_of(env, d)->dev = NULL;
}

void env_expect_bad(struct pager_env *env, struct held_disk *d, u32 nr)
{
	KUNIT_EXPECT_EQ(env->test, env_bad(env, d), nr);
	disk_of(env, d)->expect_bad = nr;
}

void env_budget(struct pager_env *env, unsigned long pages)
{
	KUNIT_ASSERT_EQ(env->test, aobj_budget_set(pages), 0);
}

/*
 * Waiting
 */

void env_wait_held(struct pager_env *env, struct held_disk *d,
		   enum held_dir dir, unsigned int nr)
{
	env_wait(held_disk_held(d, dir) >= nr);
	KUNIT_ASSERT_EQ(env->test, held_disk_held(d, dir), nr);
}

void env_wait_written(struct pager_env *env)
{
	env_wait(!atomic_long_read(&aobj_totals.writing));
	KUNIT_ASSERT_EQ(env->test, atomic_long_read(&aobj_totals.writing), 0);
}

/*
 * Beginning and end of a case
 */

static void open_disks(struct pager_env *env)
{
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		if (env->disk[k].held)
			held_disk_open(env->disk[k].held);
}

/* Whoever waits for a bio that nobody would complete any more goes on. */
static void watchdog_fn(struct work_struct *work)
{
	struct pager_env *env =
		container_of(to_delayed_work(work), struct pager_env, watchdog);

	WRITE_ONCE(env->overdue, true);
	open_disks(env);
}

int pager_env_init(struct kunit *test)
{
	struct pager_env *env;

	if (broken) {
		kunit_err(test, "an earlier case left something in use\n");
		return -EBUSY;
	}
	env = kzalloc(sizeof(*env), GFP_KERNEL);
	if (!env)
		return -ENOMEM;
	env->test = test;
	env->budget = READ_ONCE(aobj_budget);
	env->nospace_wait_ms = aobj_nospace_wait_ms;
	test->priv = env;
	if (aobj_budget_set(ENV_BUDGET))
		return -EINVAL;
	INIT_DELAYED_WORK(&env->watchdog, watchdog_fn);
	schedule_delayed_work(&env->watchdog, WATCHDOG);
	env_mark(env);
	return 0;
}

static bool end_threads(struct pager_env *env)
{
	bool all = true;

	/* What is still held is what they wait for, in a case that failed. */
	open_disks(env);
	for (unsigned int i = 0; i < env->nr_threads; i++)
		all = env_reap(&env->thread[i]) && all;
	env->nr_threads = 0;
	return all;
}

static bool run_to_end(struct env_thread *t)
{
	bool ended = env_join(t) != -ETIMEDOUT && env_reap(t);

	t->env->nr_threads = 0;
	return ended;
}

static bool end_objects(struct pager_env *env)
{
	for (unsigned int i = 0; i < ENV_OBJECTS; i++)
		if (env->obj[i] &&
		    !run_to_end(env_start_detach(env, env->obj[i])))
			return false;
	env_wait(!atomic_long_read(&aobj_totals.objects));
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&aobj_totals.objects), 0);
	return !atomic_long_read(&aobj_totals.objects);
}

/* => it is gone; with a slot still used swapoff would look for it for ever */
static bool end_disk(struct pager_env *env, struct env_disk *disk)
{
	struct held_disk *d = disk->held;

	KUNIT_EXPECT_EQ(env->test, held_disk_misuses(d), 0u);
	if (disk->dev) {
		struct env_thread *t;

		KUNIT_EXPECT_EQ(env->test, disk->dev->slots.used, 0u);
		KUNIT_EXPECT_EQ(env->test, disk->dev->slots.bad,
				disk->expect_bad);
		if (disk->dev->slots.used)
			return false;
		t = env_start_swapoff(env, d);
		if (!run_to_end(t) || t->err)
			return false;
	}
	held_disk_destroy(d);
	return true;
}

static bool end_all(struct pager_env *env)
{
	if (!end_threads(env))
		return false;
	env_step(env);
	if (!end_objects(env))
		return false;
	env_check(env);
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		if (env->disk[k].held && !end_disk(env, &env->disk[k]))
			return false;
	return true;
}

void pager_env_exit(struct kunit *test)
{
	struct pager_env *env = test->priv;

	if (!env || broken)
		return;
	cancel_delayed_work_sync(&env->watchdog);
	KUNIT_EXPECT_FALSE(test, env->overdue);
	if (!end_all(env)) {
		KUNIT_FAIL(test, "something was left in use");
		/* Threads and bios may still come to what is here. */
		__module_get(THIS_MODULE);
		broken = true;
		return;
	}
	aobj_nospace_wait_ms = env->nospace_wait_ms;
	aobj_budget_set(env->budget);
	kfree(env);
}
