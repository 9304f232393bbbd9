// SPDX-License-Identifier: GPL-2.0-only
/* What the page state suites count, see pager_env.h. */
#include "pager_env.h"

void env_mark(struct pager_env *env)
{
	for (int ev = 0; ev < AOBJ_EV_NR; ev++)
		env->events[ev] = aobj_events_sum(ev);
}

unsigned long env_events(struct pager_env *env, enum aobj_event ev)
{
	return aobj_events_sum(ev) - env->events[ev];
}

/* => the disk's slots that the cluster holds; its list is looked at as well */
static u32 slots_on(struct pager_env *env, struct aobj_cluster *c,
		    const struct aobj_swapdev *dev)
{
	u32 nr = 0;

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		if (!aobj_slot_real(c->slot[i]) ||
		    aobj_swap_dev(c->slot[i]) != dev)
			continue;
		nr++;
		KUNIT_EXPECT_TRUE_MSG(
			env->test, c->set && c->set->devices & BIT(dev->id),
			"a slot is on another device than its list");
	}
	return nr;
}

static u32 slots_of(struct pager_env *env, struct aobj *obj,
		    const struct aobj_swapdev *dev)
{
	struct aobj_cluster *c;
	pgoff_t index = 0;
	u32 nr = 0;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		mutex_lock(&c->lock);
		nr += slots_on(env, c, dev);
		aobj_pager_release(c);
	}
	return nr;
}

static void check_disk(struct pager_env *env, const struct aobj_swapdev *dev)
{
	struct aobj *obj = NULL;
	u32 nr = 0;

	while ((obj = aobj_object_next(obj)))
		nr += slots_of(env, obj, dev);
	KUNIT_EXPECT_EQ(env->test, dev->slots.used, nr);
}

/* => no thread and no bio is under way, and the daemon has nothing to do */
static bool at_rest(struct pager_env *env)
{
	for (unsigned int i = 0; i < env->nr_threads; i++)
		if (!completion_done(&env->thread[i].done))
			return false;
	for (unsigned int k = 0; k < ENV_DISKS; k++) {
		struct held_disk *d = env->disk[k].held;

		if (d && held_disk_held(d, HELD_READ) +
				 held_disk_held(d, HELD_WRITE))
			return false;
	}
	return !atomic_long_read(&aobj_totals.writing) &&
	       aobj_budget_shortage(aobj_budget_high()) <= 0;
}

void env_step(struct pager_env *env)
{
	if (at_rest(env))
		env_check(env);
}

void env_check(struct pager_env *env)
{
	KUNIT_EXPECT_EQ(env->test, aobj_check(100), 0);
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		if (env->disk[k].dev)
			check_disk(env, env->disk[k].dev);
}
