// SPDX-License-Identifier: GPL-2.0-only
/*
 * work DEVICE SECONDS [fails|lost [most=PAGES] [beside=DEVICE]]: uses the device for
 * swap, alone, while memory is short; looks whether every page is right; then
 * empties it under load.
 *
 * With "fails" the device may fail for a while: touches may then be refused, but
 * what is read must be right, and in the end everything must be there again.
 * With "lost" it, or some of it, goes for good: what is refused stays so, until its
 * object goes. That is no more than was on it, nor than "most".
 * The device "beside" it is used as well. Of the workers one is bound to that, and
 * loses nothing.
 */
#include <signal.h>

#include "work.h"

#define LIMIT_S 600 /* of all of it, should the machine be slow */
#define PATIENCE_MS 120000
#define RECLAIMED 1000 /* pages that the kernel has tried to free, at least */
#define LOST_MS 60000 /* until what is lost is done with */
#define GOES_ON_MS 5000
#define PRIORITY 5 /* of two that take turns */

struct options {
	const char *path;
	unsigned int seconds;
	bool fails;
	bool lost;
	uint64_t most;
	const char *beside;
};

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

static struct options options_from(int argc, char **argv)
{
	struct options o = { .most = UINT64_MAX };

	if (argc < 3)
		die("work DEVICE SECONDS [OPTION]...");
	o.path = argv[1];
	o.seconds = (unsigned int)atoi(argv[2]);
	for (int i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "fails"))
			o.fails = true;
		else if (!strcmp(argv[i], "lost"))
			o.lost = true;
		else if (!strncmp(argv[i], "most=", 5))
			o.most = strtoull(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "beside=", 7))
			o.beside = argv[i] + 7;
		else
			die("what is %s", argv[i]);
	}
	return o;
}

/* The last worker has its pages on the device that stays, if there is one. */
static struct worker *const stays = &workers[WORKERS - 1];

static void start(const struct options *o)
{
	for (size_t i = 0; i < WORKERS; i++)
		workers[i] = (struct worker){
			.number = i + 1,
			.tally = &shared->tally[i],
			.stop = &shared->stop,
			.may_lose = o->lost,
		};
	if (o->beside) {
		stays->bound = device_number(o->beside);
		stays->may_lose = false;
	}
	for (size_t i = 0; i < WORKERS; i++)
		pids[i] = task_start(worker_run, &workers[i]);
}

/* Whoever fails at random may do so while its header is read, too. */
static void take(const char *path, bool fails)
{
	uint64_t end = now_ms() + (fails ? PATIENCE_MS : 0);
	int result;

	header_make(path);
	while ((result = control_swapon_as(path, AOBJ_SWAPON_PRIORITY, PRIORITY,
					   "")) &&
	       now_ms() < end)
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

static void end_workers(void)
{
	shared->stop = 1;
	for (size_t i = 0; i < WORKERS; i++)
		check_result(task_wait(pids[i]), 0,
			     text("worker %zu has every page in the end%s", i,
				  workers[i].may_lose ? ", or knows it lost" :
							""));
}

static bool has_gone_on(void *argument)
{
	return stays->tally->rounds > *(uint64_t *)argument + CLUSTER;
}

/* Who is on the other device does not notice. */
static void check_stays(void)
{
	uint64_t rounds = stays->tally->rounds;

	check(wait_until(has_gone_on, &rounds, GOES_ON_MS * time_scale()),
	      "who is on the other device goes on", "it waits");
	check_equal(stays->tally->refused, 0, "and nothing is refused there");
}

/* The workers find out which pages are lost; with their objects these go. */
static void check_lost(const struct options *o, dev_t dev)
{
	uint64_t on_it = device_get(dev, "used") / page_size;
	uint64_t started = now_ms();

	if (o->beside)
		check_stays();
	check_errno(control_swapoff(dev), EIO,
		    "a device that is lost cannot be emptied");
	if (o->beside)
		check_stays();
	end_workers();
	check_ok(control_swapoff(dev), "without its objects it can be let go");
	check_at_least(TOTAL(refused), 1, "what was on it is refused");
	check_at_least(TOTAL(lost), 1, "some of that for good");
	check_at_most(TOTAL(lost), on_it < o->most ? on_it : o->most,
		      "that is no more than was there");
	check_at_most(now_ms() - started, LOST_MS * time_scale(),
		      "all of that ends soon");
	note("%llu pages lost of %llu", (unsigned long long)TOTAL(lost),
	     (unsigned long long)on_it);
	if (o->beside) {
		check_equal(stays->tally->refused, 0,
			    "the other device has refused nothing");
		check_ok(control_swapoff(device_number(o->beside)),
			 "and can be let go, too");
	}
}

static void check_back(const struct options *o, dev_t dev)
{
	uint64_t started = now_ms();

	give_back(dev, o->fails);
	note("emptied in %llu ms", (unsigned long long)(now_ms() - started));
	end_workers();
	if (!o->fails)
		check_equal(TOTAL(refused), 0, "no touch was refused");
}

static bool has_failed(dev_t dev)
{
	return device_get(dev, "read_errors") &&
	       device_get(dev, "write_errors");
}

/*
 * Until it has paged enough, with little memory, and failed or lost something if it is
 * to, to tell anything, too: the machine may be slow.
 */
static void let_work(const struct options *o, dev_t dev, struct paging before,
		     size_t enough, uint64_t reclaimed)
{
	uint64_t end = now_ms() + 1000ull * o->seconds * time_scale();
	uint64_t last = end + PATIENCE_MS / 2;
	struct paging now;

	do {
		sleep_ms(100);
		now = paging_now();
	} while (now_ms() < end ||
		 (now_ms() < last &&
		  (device_get(dev, "used") < enough * page_size ||
		   (o->lost && !TOTAL(refused)) ||
		   (o->fails && !has_failed(dev)) ||
		   pages_reclaimed() - reclaimed < RECLAIMED ||
		   now.out - before.out < 2 * enough ||
		   now.in - before.in < enough)));
}

int main(int argc, char **argv)
{
	struct options o = options_from(argc, argv);
	struct paging before;
	uint64_t reclaimed;
	size_t enough;
	dev_t dev;
	pid_t hog;

	test_begin(text("work: swap to %s", o.path), LIMIT_S);
	shared = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	main_swap_off();
	take(o.path, o.fails);
	if (o.beside)
		take(o.beside, false);
	dev = device_number(o.path);
	before = paging_now();
	reclaimed = pages_reclaimed();
	hog = hog_start();
	start(&o);
	enough = o.lost ? CLUSTER : budget_pages();
	let_work(&o, dev, before, enough, reclaimed);
	check_at_least(device_get(dev, "used"), enough * page_size,
		       o.lost ? "something is on the device" :
				"more is on the device than in memory");
	main_swap_on();
	if (o.lost)
		check_lost(&o, dev);
	else
		check_back(&o, dev);
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
