// SPDX-License-Identifier: GPL-2.0-only
/* SIGPIPE from drivers, see the header. */
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/sched/signal.h>

#include "aobj_sigpipe.h"

atomic_t aobj_sigpipe_expected = ATOMIC_INIT(0);

bool aobj_sigpipe_possible(struct block_device *bdev)
{
	struct request_queue *q = bdev_get_queue(bdev);

	return !queue_is_mq(q) || q->tag_set->flags & BLK_MQ_F_BLOCKING;
}

void aobj_sigpipe_expect(void)
{
	atomic_inc(&aobj_sigpipe_expected);
}

void aobj_sigpipe_forget(void)
{
	atomic_dec(&aobj_sigpipe_expected);
}

/* A driver's is sent to the thread, not to the process. */
static bool is_pending(void)
{
	return sigismember(&current->pending.signal, SIGPIPE);
}

void __aobj_sigpipe_hold(struct aobj_sigpipe *s)
{
	sigset_t pipe;

	siginitset(&pipe, sigmask(SIGPIPE));
	s->pending = is_pending();
	sigprocmask(SIG_BLOCK, &pipe, &s->blocked);
}

/* What is dequeued is the first signal that is not blocked, the thread's own first. */
static void take_away(void)
{
	/* A thread's own does not change. */
	struct sighand_struct *sighand =
		rcu_dereference_protected(current->sighand, true);
	kernel_siginfo_t info;
	sigset_t others;

	siginitsetinv(&others, sigmask(SIGPIPE));
	spin_lock_irq(&sighand->siglock);
	aobj_compat_dequeue_signal(&others, &info);
	spin_unlock_irq(&sighand->siglock);
}

void __aobj_sigpipe_release(const struct aobj_sigpipe *s)
{
	sigset_t blocked = s->blocked;

	if (!s->pending && is_pending())
		take_away();
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}
