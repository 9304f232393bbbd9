// SPDX-License-Identifier: GPL-2.0-only
/* Threads of the page state suites, see pager_env.h. */
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>

#include "pager_env.h"

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
bool env_reap(struct env_thread *t)
{
	if (env_join(t) == -ETIMEDOUT)
		return false;
	kthread_stop(t->task);
	put_task_struct(t->task);
	return true;
}
