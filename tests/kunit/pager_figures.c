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

struct figures {
	long resident, inactive, swapped, slots, bad, writing, clusters;
	long wired; /* pages, whoever pays for them */
	long charged; /* pages that somebody pays for */
	u32 used[ENV_DISKS];
};

static void count_slot(struct pager_env *env, struct aobj_cluster *c,
		       unsigned int i, struct figures *f)
{
	struct aobj_swapdev *dev;

	f->bad += c->slot[i] == AOBJ_SLOT_BAD;
	if (!aobj_slot_real(c->slot[i]))
		return;
	dev = aobj_swap_dev(c->slot[i]);
	f->slots++;
	f->swapped += !aobj_cluster_page(c, i);
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		f->used[k] += env->disk[k].dev == dev;
	KUNIT_EXPECT_TRUE_MSG(env->test, !c->home || c->home == dev,
			      "a slot is on another device than its list");
}

static void count_cluster(struct pager_env *env, struct aobj_cluster *c,
			  struct figures *f)
{
	f->clusters++;
	f->writing += hweight64(c->writing);
	if (c->res) {
		f->resident += hweight64(c->res->present);
		f->inactive += hweight64(c->res->inactive);
		f->wired += hweight64(c->res->wired);
	}
	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++)
		count_slot(env, c, i, f);
}

/* Somebody pays for each page that is wired, or for the whole of the object. */
static void count_charged(struct pager_env *env, struct aobj *obj, long wired,
			  struct figures *f)
{
	long charged = obj->pays ? (long)aobj_object_npages(obj) : wired;

	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->wired), charged);
	f->charged += charged;
}

static void count_object(struct pager_env *env, struct aobj *obj,
			 struct figures *f)
{
	struct figures before = *f;
	struct aobj_cluster *c;
	pgoff_t index = 0;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		mutex_lock(&c->lock);
		count_cluster(env, c, f);
		aobj_pager_release(c);
	}
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->resident),
			f->resident - before.resident);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->swapped),
			f->swapped - before.swapped);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->slots),
			f->slots - before.slots);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&obj->bad),
			f->bad - before.bad);
	count_charged(env, obj, f->wired - before.wired, f);
}

#define EXPECT_TOTAL(env, name, want) \
	KUNIT_EXPECT_EQ((env)->test, atomic_long_read(&aobj_totals.name), want)

void env_check(struct pager_env *env)
{
	struct figures f = {};

	for (unsigned int i = 0; i < ENV_OBJECTS; i++)
		if (env->obj[i])
			count_object(env, env->obj[i], &f);
	EXPECT_TOTAL(env, clusters, f.clusters);
	EXPECT_TOTAL(env, inactive, f.inactive);
	EXPECT_TOTAL(env, swapped, f.swapped);
	EXPECT_TOTAL(env, bad, f.bad);
	EXPECT_TOTAL(env, writing, f.writing);
	EXPECT_TOTAL(env, wired, f.charged);
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&aobj_charged), f.resident);
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		if (env->disk[k].dev)
			KUNIT_EXPECT_EQ(env->test, env->disk[k].dev->slots.used,
					f.used[k]);
}
