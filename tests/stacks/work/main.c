// SPDX-License-Identifier: GPL-2.0-only
/*
 * work DEVICE SECONDS [fails|lost]: uses the device for swap, alone, while memory is
 * short; looks whether every page is right; then empties it under load.
 *
 * With "fails" the device may fail for a while: touches may then be refused, but
 * what is read must be right, and in the end everything must be there again.
 * With "lost" it goes for good: what is refused stays so, until its object goes.
 */
#include <signal.h>

#include "work.h"

#define LIMIT_S 600 /* of all of it, should the machine be slow */
#define PATIENCE_MS 120000
#define RECLAIMED 1000 /* pages that the kernel has tried to free, at least */

struct shared {
	volatile uint32_t stop;
	struct tally tally[WORKERS];
};

static struct shared *shared;
static struct worker workers[WORKERS];
static pid_t pids[WORKERS];

static uint64_t sum(size_t offset)
{
	uint64_t total = 0;

	for (size_t i = 0; i < WORKERS; i++)
		total += *(volatile uint64_t *)((char *)&shared->tally[i] +
						offset);
	return total;
}

#define TOTAL(field) sum(offsetof(struct tally, field))

static void start(void)
{
	for (size_t i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ i + 1, &shared->tally[i],
					      &shared->stop };
		pids[i] = task_start(worker_run, &workers[i]);
	}
}

/* Whoever fails at random may do so while its header is read, too. */
static void take(const char *path, bool fails)
{
	uint64_t end = now_ms() + (fails ? PATIENCE_MS : 0);
	int result;

	header_make(path);
	while ((result = control_swapon(path)) && now_ms() < end)
		sleep_ms(200);
	check_ok(result, "the device is taken");
}

static void give_back(dev_t dev, bool fails)
{
	uint64_t end = now_ms() + (fails ? PATIENCE_MS : 0);
	int result;

	while ((result = control_swapoff(dev)) &&
	       (errno == EIO || errno == ENOMEM) && now_ms() < end)
		sleep_ms(200);
	check_ok(result, "the device is emptied under load");
}

/* The workers find out that pages are lost; with their objects these go. */
static void check_lost(dev_t dev)
{
	check_errno(control_swapoff(dev), EIO,
		    "a device that is lost cannot be emptied");
	shared->stop = 1;
	for (size_t i = 0; i < WORKERS; i++)
		task_wait(pids[i]);
	check_ok(control_swapoff(dev), "without its objects it can be let go");
	check_at_least(TOTAL(refused), 1, "what was on it is refused");
}

static void check_back(dev_t dev, bool fails)
{
	uint64_t started = now_ms();

	give_back(dev, fails);
	note("emptied in %llu ms", (unsigned long long)(now_ms() - started));
	shared->stop = 1;
	for (size_t i = 0; i < WORKERS; i++)
		check_result(task_wait(pids[i]), 0,
			     text("worker %zu has every page in the end", i));
	if (!fails)
		check_equal(TOTAL(refused), 0, "no touch was refused");
}

/*
 * Until it has paged enough, with little memory, to tell something, too: the machine
 * may be slow.
 */
static void let_work(unsigned int seconds, dev_t dev, struct paging before,
		     size_t enough, uint64_t reclaimed)
{
	uint64_t end = now_ms() + 1000ull * seconds * time_scale();
	uint64_t last = end + PATIENCE_MS / 2;
	struct paging now;

	do {
		sleep_ms(100);
		now = paging_now();
	} while (now_ms() < end ||
		 (now_ms() < last &&
		  (device_get(dev, "used") < enough * page_size ||
		   pages_reclaimed() - reclaimed < RECLAIMED ||
		   now.out - before.out < 2 * enough ||
		   now.in - before.in < enough)));
}

int main(int argc, char **argv)
{
	bool fails = argc > 3 && !strcmp(argv[3], "fails");
	bool lost = argc > 3 && !strcmp(argv[3], "lost");
	struct paging before;
	uint64_t reclaimed;
	size_t enough;
	dev_t dev;
	pid_t hog;

	if (argc < 3)
		return 2;
	test_begin(text("work: swap to %s", argv[1]), LIMIT_S);
	shared = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	main_swap_off();
	take(argv[1], fails);
	dev = device_number(argv[1]);
	before = paging_now();
	reclaimed = pages_reclaimed();
	hog = hog_start();
	start();
	enough = lost ? CLUSTER : budget_pages();
	let_work((unsigned int)atoi(argv[2]), dev, before, enough, reclaimed);
	check_at_least(device_get(dev, "used"), enough * page_size,
		       lost ? "something is on the device" :
			      "more is on the device than in memory");
	main_swap_on();
	if (lost)
		check_lost(dev);
	else
		check_back(dev, fails);
	check(hog_stop(hog), "the memory was taken to the end",
	      "who had it ended before");
	reclaimed = pages_reclaimed() - reclaimed;
	check_at_least(reclaimed, RECLAIMED, "memory was short");
	check_equal(TOTAL(wrong), 0, "no page was ever wrong");
	check_paging(before, 2 * enough, enough, "on it");
	note("%llu pages looked at, %llu touches refused, %llu pages reclaimed",
	     (unsigned long long)TOTAL(rounds),
	     (unsigned long long)TOTAL(refused), (unsigned long long)reclaimed);
	return test_end();
}
