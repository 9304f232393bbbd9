// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that do anything to their objects, each against a model of its own,
 * while the disk completes in any order, and fails now and then.
 */
#include <linux/prandom.h>

#include "pager_env.h"

#define OWNERS 3
#define PAGES 180 /* of an object; together twice the budget */
#define BUDGET 256
#define SECONDS 4

/**
 * struct owner - a thread and its object
 * @obj: nobody else writes to it or changes its size
 * @npages: its size
 * @version: what each page holds
 * @rnd: what it does next
 * @ops: how much it has done
 * @wrong: what was not as it should be
 */
struct owner {
	struct aobj *obj;
	pgoff_t npages;
	u8 version[PAGES];
	struct rnd_state rnd;
	unsigned long ops;
	char wrong[100];
};

/* Not the case's own: threads may outlive it. */
static struct owner owners[OWNERS];
static bool stop;

static u32 below(struct rnd_state *rnd, u32 limit)
{
	return prandom_u32_state(rnd) % limit;
}

static int complain(struct owner *o, const char *what, pgoff_t pgoff, u64 found)
{
	snprintf(o->wrong, sizeof(o->wrong),
		 "operation %lu, page %lu of %lu, version %u: %s %llx", o->ops,
		 pgoff, o->npages, o->version[pgoff], what, found);
	return -EBADMSG;
}

/* Some keep a page for a while, and say only then that it is dirty. */
static void change_page(struct owner *o, pgoff_t pgoff, struct page *page)
{
	if (!++o->version[pgoff])
		o->version[pgoff] = 1;
	env_fill(page, env_word(o->obj, pgoff, o->version[pgoff]));
	if (!below(&o->rnd, 8))
		schedule_timeout_uninterruptible(2);
	set_page_dirty(page);
}

static int use_page(struct owner *o, bool write)
{
	pgoff_t pgoff = below(&o->rnd, PAGES);
	int err, wrong, want = pgoff < o->npages ? 0 : -ENXIO;
	struct page *page;
	u64 found;

	err = aobj_pager_get_page(o->obj, pgoff, 0, &page);
	if (err == -EIO && !want)
		return 0;
	if (err != want)
		return complain(o, "error", pgoff, -err);
	if (err)
		return 0;
	wrong = env_first_wrong(
		page, env_word(o->obj, pgoff, o->version[pgoff]), &found);
	if (write && wrong < 0)
		change_page(o, pgoff, page);
	put_page(page);
	return wrong < 0 ? 0 : complain(o, "it holds", pgoff, found);
}

static int resize(struct owner *o)
{
	pgoff_t npages = 1 + below(&o->rnd, PAGES);
	int err = aobj_object_resize(o->obj, npages);

	for (pgoff_t i = npages; i < PAGES; i++)
		o->version[i] = 0;
	o->npages = npages;
	return err ? complain(o, "resize fails with", 0, -err) : 0;
}

static int own(struct env_thread *t)
{
	struct owner *o = &owners[t->arg];
	int err = 0;

	while (!err && !READ_ONCE(stop)) {
		u32 what = below(&o->rnd, 64);

		o->ops++;
		if (!what)
			err = resize(o);
		else if (what == 1)
			aobj_evict_object(o->obj, 32);
		else
			err = use_page(o, what & 1);
		cond_resched();
	}
	return err;
}

/* Half of what is held, more or less, in any order. */
static void complete_some(struct held_disk *d, struct rnd_state *rnd)
{
	for (int dir = 0; dir < HELD_DIRS; dir++) {
		u32 held = held_disk_held(d, dir), nr;

		for (nr = held - held / 2; nr; nr--, held--)
			held_disk_complete(d, dir, below(rnd, held),
					   below(rnd, 50) ? BLK_STS_OK :
							    BLK_STS_IOERR);
	}
}

static void all_pages_hold_what_was_written(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	unsigned long end = jiffies + SECONDS * HZ;
	struct env_thread *t[OWNERS];
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	env_budget(env, BUDGET);
	aobj_nospace_wait_ms = 60000;
	held_disk_hold(d, HELD_READ, true);
	held_disk_hold(d, HELD_WRITE, true);
	WRITE_ONCE(stop, false);
	for (unsigned int i = 0; i < OWNERS; i++) {
		struct aobj *obj = env_object(env, PAGES);

		owners[i] = (struct owner){ .obj = obj, .npages = PAGES };
		prandom_seed_state(&owners[i].rnd, 100 + i);
		t[i] = env_start(env, own, obj, i, 0);
	}
	while (time_before(jiffies, end)) {
		schedule_timeout_uninterruptible(1);
		complete_some(d, &rnd);
		if (!below(&rnd, 8))
			aobj_evict(below(&rnd, BUDGET));
		if (!below(&rnd, 8))
			aobj_evict_clean(below(&rnd, 64));
	}
	WRITE_ONCE(stop, true);
	held_disk_open(d);
	for (unsigned int i = 0; i < OWNERS; i++) {
		ENV_EXPECT_ENDS(t[i], 0);
		KUNIT_EXPECT_STREQ(test, owners[i].wrong, "");
		KUNIT_EXPECT_GT(test, owners[i].ops, 100ul);
		kunit_info(test, "%lu operations", owners[i].ops);
		for (pgoff_t p = 0; p < owners[i].npages; p++)
			env_expect(env, owners[i].obj, p, 1,
				   owners[i].version[p]);
	}
	KUNIT_EXPECT_GT(test, env_events(env, AOBJ_EV_PAGES_OUT), 100ul);
	KUNIT_EXPECT_GT(test, env_events(env, AOBJ_EV_PAGES_IN), 100ul);
	kunit_info(test, "out %lu, in %lu, rescues %lu, write errors %lu",
		   env_events(env, AOBJ_EV_PAGES_OUT),
		   env_events(env, AOBJ_EV_PAGES_IN),
		   env_events(env, AOBJ_EV_RESCUES),
		   env_events(env, AOBJ_EV_WRITE_ERRORS));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_pages_hold_what_was_written),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pager_random, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
