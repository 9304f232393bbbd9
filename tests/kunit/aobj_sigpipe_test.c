// SPDX-License-Identifier: GPL-2.0-only
/* A SIGPIPE that comes from a device's driver does not reach who submits. */
#include <linux/sched/signal.h>

#include "pager_env.h"

static int sigpipe_init(struct kunit *test)
{
	/* A kernel thread has no signals otherwise. */
	allow_signal(SIGPIPE);
	allow_signal(SIGHUP);
	return pager_env_init(test);
}

static void sigpipe_exit(struct kunit *test)
{
	disallow_signal(SIGPIPE);
	disallow_signal(SIGHUP);
	flush_signals(current);
	pager_env_exit(test);
}

static bool pending(int sig)
{
	return sigismember(&current->pending.signal, sig);
}

static bool blocked(int sig)
{
	return sigismember(&current->blocked, sig);
}

/* => a page that is out on the disk, by way of this thread */
static struct aobj *page_out(struct pager_env *env)
{
	struct aobj *obj = env_object(env, 1);

	env_write(env, obj, 0, 1, 1);
	env_evict(env, obj, 0, 1);
	env_wait_written(env);
	return obj;
}

static void a_write_leaves_none(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_disk(env, 0, 64, HELD_SIGPIPE);
	page_out(env);
	KUNIT_EXPECT_FALSE(test, pending(SIGPIPE));
	KUNIT_EXPECT_FALSE(test, blocked(SIGPIPE));
}

static void a_read_leaves_none(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 64, HELD_SIGPIPE);
	struct aobj *obj = page_out(env);

	env_expect(env, obj, 0, 1, 1);
	KUNIT_EXPECT_EQ(test, held_disk_count(d, HELD_READ, 1), 1u);
	KUNIT_EXPECT_FALSE(test, pending(SIGPIPE));
	KUNIT_EXPECT_FALSE(test, blocked(SIGPIPE));
}

/* It is the disk that sends, and the device's kind that makes it be looked for. */
static void memory_is_not_suspected(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_disk(env, 0, 64, HELD_SIGPIPE | HELD_SYNC);
	page_out(env);
	KUNIT_EXPECT_TRUE(test, pending(SIGPIPE));
}

static void one_from_before_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_disk(env, 0, 64, HELD_SIGPIPE);
	flush_signals(current);
	send_sig(SIGPIPE, current, 0);
	page_out(env);
	KUNIT_EXPECT_TRUE(test, pending(SIGPIPE));
	KUNIT_EXPECT_FALSE(test, blocked(SIGPIPE));
}

static void other_signals_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_disk(env, 0, 64, HELD_SIGPIPE);
	send_sig(SIGHUP, current, 0);
	page_out(env);
	KUNIT_EXPECT_TRUE(test, pending(SIGHUP));
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	KUNIT_EXPECT_FALSE(test, pending(SIGPIPE));
}

static void what_was_blocked_stays_so(struct kunit *test)
{
	struct pager_env *env = test->priv;
	sigset_t both;

	env_disk(env, 0, 64, HELD_SIGPIPE);
	siginitset(&both, sigmask(SIGPIPE) | sigmask(SIGHUP));
	sigprocmask(SIG_BLOCK, &both, NULL);
	page_out(env);
	KUNIT_EXPECT_FALSE(test, pending(SIGPIPE));
	KUNIT_EXPECT_TRUE(test, blocked(SIGPIPE));
	KUNIT_EXPECT_TRUE(test, blocked(SIGHUP));
	sigprocmask(SIG_UNBLOCK, &both, NULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_write_leaves_none),
	KUNIT_CASE(a_read_leaves_none),
	KUNIT_CASE(memory_is_not_suspected),
	KUNIT_CASE(one_from_before_stays),
	KUNIT_CASE(other_signals_stay),
	KUNIT_CASE(what_was_blocked_stays_so),
	{},
};

AOBJ_KUNIT_SUITE(aobj_sigpipe, .test_cases = cases, .init = sigpipe_init,
		 .exit = sigpipe_exit);
