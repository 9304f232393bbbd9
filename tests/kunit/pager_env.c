// SPDX-License-Identifier: GPL-2.0-only
/* What the suites of page states share, see the header. */
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "pager_env.h"

#define WATCHDOG (60 * HZ) /* no case takes a tenth of that */

/* Something could not be taken away: what follows would prove nothing. */
static bool broken;

unsigned long env_patience = 10 * HZ;

/*
 * Objects, disks, the budget
 */

struct aobj *env_object(struct pager_env *env, u64 npages)
{
	struct aobj *obj = aobj_object_create();
	unsigned int i = 0;

	KUNIT_ASSERT_FALSE(env->test, IS_ERR(obj));
	while (env->obj[i])
		i++;
	KUNIT_ASSERT_LT(env->test, i, (unsigned int)ENV_OBJECTS);
	env->obj[i] = obj;
	KUNIT_ASSERT_EQ(env->test, aobj_object_resize(obj, npages), 0);
	return obj;
}

void env_disown(struct pager_env *env, struct aobj *obj)
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

struct held_disk *env_disk(struct pager_env *env, unsigned int nr, u32 npages,
			   unsigned int flags)
{
	struct env_disk *disk = &env->disk[nr];

	KUNIT_ASSERT_LE(env->test, npages, (u32)ENV_DISK_PAGES);
	disk->held = held_disk_create(npages, flags);
	KUNIT_ASSERT_NOT_NULL(env->test, disk->held);
	KUNIT_ASSERT_EQ(env->test, aobj_swap_on(held_disk_devt(disk->held)), 0);
	disk->dev = find_dev(disk->held);
	KUNIT_ASSERT_NOT_NULL(env->test, disk->dev);
	return disk->held;
}

static struct env_disk *disk_of(struct pager_env *env, struct held_disk *d)
{
	return env->disk[0].held == d ? &env->disk[0] : &env->disk[1];
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
 * Threads
 */

static int thread_fn(void *arg)
{
	struct env_thread *t = arg;

	allow_signal(SIGKILL);
	WRITE_ONCE(t->started, true);
	t->err = t->fn(t);
	complete(&t->done);
	return 0;
}

struct env_thread *env_start(struct pager_env *env,
			     int (*fn)(struct env_thread *t), struct aobj *obj,
			     u64 arg, unsigned int flags)
{
	struct env_thread *t = &env->thread[env->nr_threads];
	struct task_struct *task;

	KUNIT_ASSERT_LT(env->test, env->nr_threads, (unsigned int)ENV_THREADS);
	*t = (struct env_thread){
		.env = env, .fn = fn, .obj = obj, .arg = arg, .flags = flags
	};
	init_completion(&t->done);
	task = kthread_create(thread_fn, t, "aobj_test");
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(task));
	t->task = get_task_struct(task);
	env->nr_threads++;
	wake_up_process(task);
	return t;
}

static int do_get(struct env_thread *t)
{
	struct page *page;
	int err = aobj_pager_get_page(t->obj, t->arg, t->flags, &page);
	u64 *words;

	if (err)
		return err;
	words = kmap_local_page(page);
	t->word = words[0];
	kunmap_local(words);
	put_page(page);
	return 0;
}

static int do_resize(struct env_thread *t)
{
	return aobj_object_resize(t->obj, t->arg);
}

static int do_detach(struct env_thread *t)
{
	aobj_object_detach(t->obj);
	return 0;
}

static int do_swapoff(struct env_thread *t)
{
	return aobj_swapoff(t->arg);
}

struct env_thread *env_start_get(struct pager_env *env, struct aobj *obj,
				 pgoff_t pgoff, unsigned int flags)
{
	return env_start(env, do_get, obj, pgoff, flags);
}

struct env_thread *env_start_resize(struct pager_env *env, struct aobj *obj,
				    u64 npages)
{
	return env_start(env, do_resize, obj, npages, 0);
}

struct env_thread *env_start_detach(struct pager_env *env, struct aobj *obj)
{
	env_disown(env, obj);
	return env_start(env, do_detach, obj, 0, 0);
}

struct env_thread *env_start_swapoff(struct pager_env *env, struct held_disk *d)
{
	return env_start(env, do_swapoff, NULL, held_disk_devt(d), 0);
}

static bool asleep(struct env_thread *t)
{
	return READ_ONCE(t->started) && READ_ONCE(t->task->__state) &&
	       !completion_done(&t->done);
}

/* Asleep, and it has not run for some ticks in which it could have. */
bool env_blocks(struct env_thread *t)
{
	unsigned long end = jiffies + env_patience;

	while (time_before(jiffies, end) && !completion_done(&t->done)) {
		unsigned long ran = READ_ONCE(t->task->nvcsw);

		schedule_timeout_uninterruptible(3);
		if (asleep(t) && READ_ONCE(t->task->nvcsw) == ran)
			return true;
	}
	return false;
}

int env_join(struct env_thread *t)
{
	if (env_wait(completion_done(&t->done)))
		return t->err;
	KUNIT_FAIL(t->env->test, "a thread did not come to its end");
	return -ETIMEDOUT;
}

void env_kill(struct env_thread *t)
{
	send_sig(SIGKILL, t->task, 1);
}

/* => the thread has left; false if it never will */
static bool reap_thread(struct env_thread *t)
{
	if (env_join(t) == -ETIMEDOUT)
		return false;
	kthread_stop(t->task);
	put_task_struct(t->task);
	return true;
}

/*
 * Pages
 */

static unsigned int resident_state(const struct aobj_cluster *c, unsigned int i)
{
	struct page *page = aobj_cluster_page(c, i);
	unsigned int state = ENV_PRESENT;

	if (!page)
		return 0;
	if (PageLocked(page) && !PageUptodate(page))
		state |= ENV_READING;
	if (PageDirty(page))
		state |= ENV_DIRTY;
	if (c->res->inactive & BIT_ULL(i))
		state |= ENV_INACTIVE;
	if (c->res->young & BIT_ULL(i))
		state |= ENV_YOUNG;
	return state;
}

/* => the cluster of the page, locked and referenced, or NULL */
static struct aobj_cluster *lock_cluster(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c;

	c = aobj_cluster_find(obj, pgoff >> AOBJ_CLUSTER_SHIFT);
	if (c)
		mutex_lock(&c->lock);
	return c;
}

unsigned int env_state(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	unsigned int i = pgoff % AOBJ_CLUSTER_PAGES, state;

	if (!c)
		return 0;
	state = resident_state(c, i);
	if (c->writing & BIT_ULL(i))
		state |= ENV_WRITING;
	if (aobj_slot_real(c->slot[i]))
		state |= ENV_SLOT;
	if (c->slot[i] == AOBJ_SLOT_BAD)
		state |= ENV_BAD;
	aobj_pager_release(c);
	return state;
}

const char *env_state_text(unsigned int state, char *buf, size_t size)
{
	static const char *const names[] = { "present", "reading", "inactive",
					     "young",	"dirty",   "writing",
					     "slot",	"bad" };
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (state & BIT(i))
			len += scnprintf(buf + len, size - len, " %s",
					 names[i]);
	return len ? buf : " unknown";
}

u32 env_slot(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	u32 slot;

	if (!c)
		return 0;
	slot = c->slot[pgoff % AOBJ_CLUSTER_PAGES];
	slot = aobj_slot_real(slot) ? slot - aobj_swap_dev(slot)->base : 0;
	aobj_pager_release(c);
	return slot;
}

struct page *env_resident(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	struct page *page;

	if (!c)
		return NULL;
	page = aobj_cluster_page(c, pgoff % AOBJ_CLUSTER_PAGES);
	aobj_pager_release(c);
	return page;
}

/*
 * Contents
 */

u64 env_word(const struct aobj *obj, pgoff_t pgoff, unsigned int version)
{
	if (!version)
		return 0;
	return ((u64)(unsigned long)obj << 24) ^ ((u64)pgoff << 8) ^ version;
}

static void fill(struct page *page, u64 word)
{
	u64 *words = kmap_local_page(page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = word ? word + ((u64)i << 40) : 0;
	kunmap_local(words);
}

/* => the place of the first word that is not as fill() made it, or -1 */
static int first_wrong(struct page *page, u64 word, u64 *found)
{
	u64 *words = kmap_local_page(page);
	int wrong = -1;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
		*found = words[i];
		if (words[i] != (word ? word + ((u64)i << 40) : 0)) {
			wrong = i;
			break;
		}
	}
	kunmap_local(words);
	return wrong;
}

void env_write(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr, unsigned int version)
{
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++) {
		struct page *page;

		KUNIT_ASSERT_EQ(env->test,
				aobj_pager_get_page(obj, pgoff, 0, &page), 0);
		fill(page, env_word(obj, pgoff, version));
		/* As whoever writes by DMA does, before it unpins. */
		set_page_dirty(page);
		put_page(page);
	}
}

void env_expect_page(struct pager_env *env, const struct aobj *obj,
		     pgoff_t pgoff, struct page *page, unsigned int version)
{
	u64 word = env_word(obj, pgoff, version), found;
	int wrong = first_wrong(page, word, &found);

	KUNIT_EXPECT_EQ_MSG(
		env->test, wrong, -1,
		"page %lu: at word %d there is %llx; words are %llx at version %u",
		pgoff, wrong, found, word, version);
}

void env_expect(struct pager_env *env, struct aobj *obj, pgoff_t first,
		unsigned int nr, unsigned int version)
{
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++) {
		struct page *page;
		int err = aobj_pager_get_page(obj, pgoff, 0, &page);

		KUNIT_EXPECT_EQ_MSG(env->test, err, 0, "page %lu", pgoff);
		if (err)
			continue;
		env_expect_page(env, obj, pgoff, page, version);
		put_page(page);
	}
}

/*
 * Eviction
 */

static void deactivate_page(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	u64 bit = BIT_ULL(pgoff % AOBJ_CLUSTER_PAGES);

	if (!c)
		return;
	if (c->res && c->res->present & bit) {
		aobj_cluster_deactivate(c, bit);
		c->res->young &= ~bit;
		aobj_evict_requeue(c);
	}
	aobj_pager_release(c);
}

void env_deactivate(struct aobj *obj, pgoff_t first, unsigned int nr)
{
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++)
		deactivate_page(obj, pgoff);
}

void env_evict(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr)
{
	env_deactivate(obj, first, nr);
	aobj_evict(aobj_budget_free() + atomic_long_read(&aobj_totals.writing) +
		   nr);
}

void env_page_out(struct pager_env *env, struct aobj *obj, pgoff_t first,
		  unsigned int nr)
{
	env_evict(env, obj, first, nr);
	env_wait_written(env);
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++)
		KUNIT_ASSERT_EQ_MSG(env->test,
				    env_state(obj, pgoff) & ENV_PRESENT, 0u,
				    "page %lu stayed", pgoff);
}

struct aobj *env_swapped(struct pager_env *env, u64 npages)
{
	struct aobj *obj = env_object(env, npages);

	env_write(env, obj, 0, npages, 1);
	env_page_out(env, obj, 0, npages);
	env_mark(env);
	return obj;
}

/*
 * Figures
 */

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
	}
	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++)
		count_slot(env, c, i, f);
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
	KUNIT_EXPECT_EQ(env->test, atomic_long_read(&aobj_charged), f.resident);
	for (unsigned int k = 0; k < ENV_DISKS; k++)
		if (env->disk[k].dev)
			KUNIT_EXPECT_EQ(env->test, env->disk[k].dev->slots.used,
					f.used[k]);
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
		all = reap_thread(&env->thread[i]) && all;
	env->nr_threads = 0;
	return all;
}

static bool run_to_end(struct env_thread *t)
{
	bool ended = env_join(t) != -ETIMEDOUT && reap_thread(t);

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
	EXPECT_TOTAL(env, objects, 0);
	return !atomic_long_read(&aobj_totals.objects);
}

/* => it is gone; with a slot still used swapoff would look for it for ever */
static bool end_disk(struct pager_env *env, struct env_disk *disk)
{
	struct held_disk *d = disk->held;
	struct env_thread *t;

	KUNIT_EXPECT_EQ(env->test, held_disk_misuses(d), 0u);
	if (disk->dev) {
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
	if (!end_threads(env) || !end_objects(env))
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
