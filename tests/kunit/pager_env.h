/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites of page states share: objects, disks that hold bios, threads
 * whose ends can be waited for, and questions about the state of a page.
 *
 * Each case begins and ends with nothing in use; what it leaves is taken away,
 * and counted, by pager_env_exit().  The budget is large enough for the page
 * daemon to have nothing to do, unless the case makes it smaller.
 *
 * Every wait is for a condition and has a limit, and a watchdog lets go what
 * disks hold, so that a fault fails a case and hangs none.  What could not be
 * taken away fails all cases after it.
 */
#ifndef AOBJ_TEST_PAGER_ENV_H
#define AOBJ_TEST_PAGER_ENV_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "aobj_check.h"
#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pager.h"
#include "aobj_queue.h"
#include "aobj_swap.h"
#include "aobj_swapoff.h"
#include "aobj_writeout.h"
#include "held_disk.h"
#include "suite.h"

#define ENV_BUDGET 1024 /* pages */
#define ENV_OBJECTS 4
#define ENV_DISKS 3
#define ENV_THREADS 8
#define ENV_DISK_PAGES 512

struct env_disk {
	struct held_disk *held;
	struct aobj_swapdev *dev; /* NULL when it is not in use */
	u32 expect_bad; /* slots that are to be bad at the end */
};

struct env_thread {
	struct pager_env *env;
	struct task_struct *task;
	struct completion done;
	bool started;
	int (*fn)(struct env_thread *t);
	struct aobj *obj;
	u64 arg; /* a page's index, a size, a device */
	unsigned int flags;
	u64 word; /* what a get found in the page; how many a flush did */
	u64 skipped; /* how many a flush passed over */
	int err;
};

struct pager_env {
	struct kunit *test;
	struct aobj *obj[ENV_OBJECTS];
	struct env_disk disk[ENV_DISKS];
	struct env_thread thread[ENV_THREADS];
	unsigned int nr_threads;
	struct delayed_work watchdog;
	bool overdue;
	unsigned long budget;
	unsigned int nospace_wait_ms;
	unsigned long events[AOBJ_EV_NR]; /* as they were at env_mark() */
};

/* For suites: init and exit of each case; test->priv is the environment. */
int pager_env_init(struct kunit *test);
void pager_env_exit(struct kunit *test);

/* => an object of @npages, detached at the end unless the case does so */
struct aobj *env_object(struct pager_env *env, u64 npages);
/* => the environment's from here on, with one reference; not an error or NULL */
struct aobj *env_adopt(struct pager_env *env, struct aobj *obj);
/* => a thread has detached it, or does so: no longer the environment's */
void env_disown(struct pager_env *env, const struct aobj *obj);
/* => the case has given the disk back itself */
void env_disk_off(struct pager_env *env, struct held_disk *d);
/* => a disk in use, given back at the end unless the case does so */
struct held_disk *env_disk(struct pager_env *env, unsigned int nr, u32 npages,
			   unsigned int flags);
/* => likewise, put into use as @opt says */
struct held_disk *env_disk_as(struct pager_env *env, unsigned int nr,
			      u32 npages, unsigned int flags,
			      const struct aobj_swap_options *opt);
/* => another budget until the end of the case, in pages */
void env_budget(struct pager_env *env, unsigned long pages);

/*
 * Waiting
 */

/*
 * How long is waited, in jiffies: ten seconds, for machines that are busy; but
 * one when something was waited for in vain, since the run has failed then.
 */
extern unsigned long env_patience;

/* => whether @cond became true; looks at each tick */
#define env_wait(cond)                                         \
	({                                                     \
		unsigned long __end = jiffies + env_patience;  \
		while (!(cond) && time_before(jiffies, __end)) \
			schedule_timeout_uninterruptible(1);   \
		(cond) || (env_patience = HZ, false);          \
	})

/* => @nr bios of @dir are held; fails the case if not */
void env_wait_held(struct pager_env *env, struct held_disk *d,
		   enum held_dir dir, unsigned int nr);
/* => nothing is under write-out; fails the case if not */
void env_wait_written(struct pager_env *env);

/*
 * Threads.  All return a thread that env_join() waits for.
 */

struct env_thread *env_start(struct pager_env *env,
			     int (*fn)(struct env_thread *t), struct aobj *obj,
			     u64 arg, unsigned int flags);
struct env_thread *env_start_get(struct pager_env *env, struct aobj *obj,
				 pgoff_t pgoff, unsigned int flags);
struct env_thread *env_start_resize(struct pager_env *env, struct aobj *obj,
				    u64 npages);
struct env_thread *env_start_detach(struct pager_env *env, struct aobj *obj);
struct env_thread *env_start_swapoff(struct pager_env *env,
				     struct held_disk *d);

/* => it sleeps and does not wake by itself; false if it came to its end */
bool env_blocks(struct env_thread *t);
/* => what the thread's call returned; -ETIMEDOUT, and the case has failed */
int env_join(struct env_thread *t);
/* => the thread has left; false if it does not come to its end */
bool env_reap(struct env_thread *t);
/* => the thread has a fatal signal */
void env_kill(struct env_thread *t);

#define ENV_EXPECT_BLOCKS(t)                                            \
	do {                                                            \
		struct env_thread *__t = (t);                           \
		KUNIT_EXPECT_TRUE_MSG(__t->env->test, env_blocks(__t),  \
				      "it does not wait for anything"); \
	} while (0)
#define ENV_EXPECT_ENDS(t, want)                                      \
	do {                                                          \
		struct env_thread *__t = (t);                         \
		KUNIT_EXPECT_EQ(__t->env->test, env_join(__t), want); \
	} while (0)

/*
 * Pages
 */

/* What a page is; for a page that nobody knows of, 0. */
enum env_state {
	ENV_PRESENT = 1 << 0,
	ENV_READING = 1 << 1, /* locked and not uptodate */
	ENV_INACTIVE = 1 << 2,
	ENV_YOUNG = 1 << 3,
	ENV_DIRTY = 1 << 4,
	ENV_WRITING = 1 << 5,
	ENV_SLOT = 1 << 6,
	ENV_BAD = 1 << 7,
	ENV_WIRED = 1 << 8,
};

#define ENV_ACTIVE (ENV_PRESENT | ENV_YOUNG)

unsigned int env_state(struct aobj *obj, pgoff_t pgoff);
/* => the page's slot on its device, 0 if it has none */
u32 env_slot(struct aobj *obj, pgoff_t pgoff);
/* => the page at @pgoff if it is resident, not referenced */
struct page *env_resident(struct aobj *obj, pgoff_t pgoff);

/* Fails the case, and says what the page is, unless it is @want. */
#define ENV_EXPECT_STATE(env, obj, pgoff, want)                                \
	do {                                                                   \
		struct aobj *__obj = (obj);                                    \
		unsigned long __at = (pgoff);                                  \
		unsigned int __want = (want), __got = env_state(__obj, __at);  \
		char __g[80], __w[80];                                         \
		KUNIT_EXPECT_EQ_MSG((env)->test, __got, __want,                \
				    "page %lu is%s, wanted%s", __at,           \
				    env_state_text(__got, __g, sizeof(__g)),   \
				    env_state_text(__want, __w, sizeof(__w))); \
	} while (0)
const char *env_state_text(unsigned int state, char *buf, size_t size);

/*
 * Contents: each page of each object at each @version has its own; version 0
 * is zeros.
 */
u64 env_word(const struct aobj *obj, pgoff_t pgoff, unsigned int version);

/* => the page holds what a page with that first word does */
void env_fill(struct page *page, u64 word);
/* => the place of the first word that is not as env_fill() makes it, or -1 */
int env_first_wrong(struct page *page, u64 word, u64 *found);

/* => the pages have @version's contents and are dirty; fails the case if not */
void env_write(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr, unsigned int version);
/* => the pages have been got, and had @version's contents, or the case fails */
void env_expect(struct pager_env *env, struct aobj *obj, pgoff_t first,
		unsigned int nr, unsigned int version);
/* => as env_expect(), of a page that one has: only contents are looked at */
void env_expect_page(struct pager_env *env, const struct aobj *obj,
		     pgoff_t pgoff, struct page *page, unsigned int version);

/*
 * Eviction
 */

/*
 * => the resident ones of the pages are inactive; nothing maps them here
 * => returns how many are not on their way out already
 */
unsigned int env_deactivate(struct aobj *obj, pgoff_t first, unsigned int nr);
/* => the evictor has been asked for just these pages: dropped, or submitted */
void env_evict(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr);
/* => as evict, and their write-out is complete: the disk must let it through */
void env_page_out(struct pager_env *env, struct aobj *obj, pgoff_t first,
		  unsigned int nr);
/* => an object of @npages, each with @version 1 and in swap only */
struct aobj *env_swapped(struct pager_env *env, u64 npages);
/* => one on a disk of its own, of 80 pages: resident, dirty, on swap, and both */
struct aobj *env_mixed(struct pager_env *env);

/*
 * Figures
 */

/* => events are counted from here on */
void env_mark(struct pager_env *env);
unsigned long env_events(struct pager_env *env, enum aobj_event ev);
/* => @d's count of bad slots at the end of the case */
void env_expect_bad(struct pager_env *env, struct held_disk *d, u32 nr);
#define ENV_EXPECT_EVENTS(env, ev, want)                            \
	do {                                                        \
		struct pager_env *__env = (env);                    \
		KUNIT_EXPECT_EQ(__env->test, env_events(__env, ev), \
				(unsigned long)(want));             \
	} while (0)

/* => slots of the disk that are handed out, that are bad */
u32 env_used(struct pager_env *env, struct held_disk *d);
u32 env_bad(struct pager_env *env, struct held_disk *d);
struct aobj_swapdev *env_dev(struct pager_env *env, struct held_disk *d);

/* Counts all pages and slots of all objects anew: aobj_check(), and each disk. */
void env_check(struct pager_env *env);
/*
 * => env_check(), unless something is under way; after each step that a case takes by
 *    env_write(), env_expect() or env_page_out(), and when it has taken its last
 */
void env_step(struct pager_env *env);

#endif /* AOBJ_TEST_PAGER_ENV_H */
