// SPDX-License-Identifier: GPL-2.0-only
/*
 * A futex shared by processes is known by (object, page), not by the page
 * frame: waiters must be found after the page was evicted and read back.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "guest.h"

static long futex_wait(uint32_t *word, uint32_t value, unsigned int limit_s)
{
	struct timespec limit = { .tv_sec = limit_s };

	return syscall(SYS_futex, word, FUTEX_WAIT, value, &limit, NULL, 0);
}

static long futex_wake(uint32_t *word, int count)
{
	return syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

struct waiter {
	struct object object;
	volatile uint32_t *ready; /* not paged */
	size_t page;
};

/* Waits at an address of its own, not at the one that fork gave it. */
static int wait_here(void *argument)
{
	struct waiter *waiter = argument;
	uint32_t *word = (void *)object_map(waiter->object.fd, waiter->page, 1,
					    PROT_READ | PROT_WRITE, MAP_SHARED);

	__atomic_fetch_add(waiter->ready, 1, __ATOMIC_SEQ_CST);
	if (futex_wait(word, 1, 20))
		return errno == EAGAIN ? 1 : 2;
	return *word == 2 ? 0 : 3;
}

/* A process that sleeps in futex_wait shows it in /proc/PID/wchan or stat. */
static bool is_asleep(void *argument)
{
	pid_t pid = *(pid_t *)argument;
	char path[64], line[256];
	FILE *file;
	bool asleep;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	asleep = fgets(line, sizeof(line), file) &&
		 strtol(line, NULL, 10) == SYS_futex;
	fclose(file);
	return asleep;
}

static void test_wake(size_t waiters)
{
	struct waiter waiter = { .object = object_new(4 * CLUSTER) };
	uint32_t *word;
	pid_t pids[4];

	waiter.page = CLUSTER + 7;
	waiter.ready = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS);
	word = (void *)object_page(&waiter.object, waiter.page);
	*word = 1;
	for (size_t i = 0; i < waiters; i++)
		pids[i] = task_start(wait_here, &waiter);
	for (size_t i = 0; i < waiters; i++)
		if (!wait_until(is_asleep, &pids[i], 5000))
			die("waiter %zu does not wait", i);
	check(evict_page(waiter.object.fd, waiter.page),
	      "a futex's page is evicted while processes wait on it",
	      "it stays resident");
	*word = 2;
	check_result(futex_wake(word, 100), (long)waiters,
		     "every waiter is found after eviction");
	for (size_t i = 0; i < waiters; i++)
		check_result(task_wait(pids[i]), 0,
			     text("waiter %zu of %zu wakes and sees the value",
				  i + 1, waiters));
	object_unmap((void *)waiter.ready, 1);
	object_free(&waiter.object);
}

/* The value is compared in a page that has to come in from swap first. */
static void test_compare(void)
{
	struct object o = object_new(CLUSTER);
	uint32_t *word = (void *)object_page(&o, 3);

	*word = 77;
	check(evict_page(o.fd, 3), "a futex's page can be evicted",
	      "it stays resident");
	check_errno(futex_wait(word, 76, 1), EAGAIN,
		    "waiting for another value ends at once");
	check(evict_page(o.fd, 3), "it can be evicted again",
	      "it stays resident");
	check_result(futex_wake(word, 1), 0, "nobody waits any more");
	object_free(&o);
}

/* Two processes hand a token to and fro while everything is paged. */
#define PASSES 200

static int play(uint32_t *word, uint32_t mine, uint32_t other)
{
	for (int i = 0; i < PASSES; i++) {
		uint32_t seen;

		while ((seen = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != mine)
			if (futex_wait(word, seen, 10) && errno == ETIMEDOUT)
				return 1;
		__atomic_store_n(word, other, __ATOMIC_SEQ_CST);
		futex_wake(word, 1);
	}
	return 0;
}

static int play_second(void *argument)
{
	return play(argument, 2, 1);
}

static void test_ping_pong(void)
{
	struct object o = object_new(CLUSTER);
	struct pressure pressure = pressure_start();
	uint64_t evicted = stat_event("evicted");
	uint32_t *word = (void *)o.map;
	pid_t pid;

	*word = 1;
	pid = task_start(play_second, word);
	check_result(play(word, 1, 2), 0, "no wake is lost under eviction");
	check_result(task_wait(pid), 0, "nor on the other side");
	pressure_wait(&pressure, 1);
	pressure_stop(&pressure);
	check_at_least(stat_event("evicted") - evicted, budget_pages(),
		       "pages were evicted meanwhile");
	object_free(&o);
}

int main(void)
{
	test_begin("futex: shared futexes work across eviction", 40);
	test_wake(1);
	test_wake(4);
	test_compare();
	test_ping_pong();
	return test_end();
}
