// SPDX-License-Identifier: GPL-2.0-only
/* The page daemon and the shrinker, see the header. */
#include <linux/kthread.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_page.h"
#include "aobj_pagedaemon.h"
#include "aobj_pool.h"
#include "aobj_swap.h"
#include "aobj_writeout.h"

/*
 * How long to rest when everything is pinned, or there is no slot: twice as
 * long each time that nothing could be done.  Living in the budget is nothing
 * unusual, and each round of ageing costs the programs soft faults.
 */
#define REST_MIN msecs_to_jiffies(20)
#define REST_MAX (10 * HZ)

/* What the kernel may have asked for and not got yet, in pages. */
#define WANTED_MAX 4096

/*
 * The share of RAM that must be left, free or as page cache, before the
 * kernel's reclaim is given nothing of what the budget grants.
 */
#define OTHERS_SHARE 32

static struct task_struct *daemon;
static struct shrinker *shrinker;

/* Pages that the kernel wants back, beyond what the budget asks for. */
static atomic_long_t wanted;

static bool short_of_pages(void)
{
	return aobj_budget_shortage(aobj_budget_low()) > 0 ||
	       atomic_long_read(&wanted);
}

/**
 * struct rest - the daemon's rests when it can do nothing
 * @until: jiffies
 * @next: how long the next one is, in jiffies
 */
struct rest {
	unsigned long until;
	unsigned long next;
};

static bool resting(const struct rest *rest)
{
	return time_before(jiffies, rest->until) &&
	       !READ_ONCE(aobj_daemon_kicked);
}

static void rest_reset(struct rest *rest)
{
	WRITE_ONCE(aobj_daemon_kicked, false);
	rest->until = jiffies;
	rest->next = REST_MIN;
}

static void rest_after(struct rest *rest, unsigned long done)
{
	if (done) {
		rest->next = REST_MIN;
		return;
	}
	rest->until = jiffies + rest->next;
	rest->next = min(2 * rest->next, REST_MAX);
}

static bool has_work(const struct rest *rest)
{
	if (kthread_should_stop())
		return true;
	aobj_swap_look();
	return short_of_pages() && !aobj_writeout_congested() && !resting(rest);
}

/* => the free pages to aim at */
static unsigned long mark(void)
{
	long more = atomic_long_xchg(&wanted, 0);

	if (!more)
		return aobj_budget_high();
	return max_t(long, aobj_budget_high(), aobj_budget_free() + more);
}

/* Frames that nobody has needed for a second are the kernel's. */
static void trim_pool(unsigned long *next)
{
	if (time_before(jiffies, *next))
		return;
	aobj_pool_trim();
	*next = jiffies + HZ;
}

static int aobj_pagedaemon(void *unused)
{
	unsigned long trim = jiffies;
	struct rest rest;

	rest_reset(&rest);
	while (!kthread_should_stop()) {
		wait_event_idle_timeout(aobj_daemon_wait, has_work(&rest),
					short_of_pages() ? REST_MIN : HZ);
		if (READ_ONCE(aobj_daemon_kicked))
			rest_reset(&rest);
		if (short_of_pages() && !aobj_writeout_congested() &&
		    !resting(&rest))
			rest_after(&rest, aobj_evict(mark()));
		trim_pool(&trim);
	}
	return 0;
}

/*
 * Everyday reclaim, for page cache say, is no reason to write out what the
 * budget grants; but before page cache thrashes, or somebody is killed, the
 * kernel should have it all.  Our own pages count as available memory.
 */
static bool kernel_is_short(void)
{
	long others = si_mem_available() - atomic_long_read(&aobj_charged);

	return others < (long)(totalram_pages() / OTHERS_SHARE);
}

/* What is inactive and clean goes at once; the daemon ages and writes more. */
static unsigned long shrink_count(struct shrinker *s, struct shrink_control *sc)
{
	long pages = atomic_long_read(&aobj_charged) -
		     atomic_long_read(&aobj_totals.writing) -
		     atomic_long_read(&aobj_totals.wired);

	return aobj_pool_size() + (kernel_is_short() ? max(pages, 0L) : 0);
}

static unsigned long shrink_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = aobj_pool_drain(sc->nr_to_scan);

	if (freed >= sc->nr_to_scan || !kernel_is_short())
		return freed ?: SHRINK_STOP;
	freed += aobj_evict_clean(sc->nr_to_scan - freed);
	/* That went to the pool, as far as there was room. */
	aobj_pool_drain(sc->nr_to_scan);
	if (freed < sc->nr_to_scan) {
		if (atomic_long_read(&wanted) < WANTED_MAX)
			atomic_long_add(sc->nr_to_scan - freed, &wanted);
		wake_up(&aobj_daemon_wait);
	}
	return freed ?: SHRINK_STOP;
}

static int shrinker_init(void)
{
	int err;

	shrinker = shrinker_alloc(0, "aobj");
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = shrink_count;
	shrinker->scan_objects = shrink_scan;
	err = aobj_compat_shrinker_register(shrinker, "aobj");
	if (err)
		kfree(shrinker);
	return err;
}

int aobj_pagedaemon_init(void)
{
	int err;

	daemon = kthread_run(aobj_pagedaemon, NULL, "aobj_paged");
	if (IS_ERR(daemon))
		return PTR_ERR(daemon);
	err = shrinker_init();
	if (err)
		kthread_stop(daemon);
	return err;
}

void aobj_pagedaemon_exit(void)
{
	shrinker_free(shrinker);
	kthread_stop(daemon);
}
