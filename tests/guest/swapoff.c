// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking devices away and giving them back while objects are in use.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "guest.h"

#define SEED 0x50ff
#define OTHER "/dev/ram1"
#define WORKERS 3

struct shared {
	volatile uint32_t stop;
	volatile uint32_t rounds[WORKERS];
	struct object common;
};

static struct shared *shared;

/* Rewrites and checks an object of its own, and one that all share. */
static int work(void *argument)
{
	size_t number = (size_t)argument;
	struct object own = object_new(budget_pages());
	size_t wrong = 0;

	for (uint32_t version = 1; !shared->stop; version++) {
		range_fill(own.map, number, 0, own.pages, version);
		wrong += range_differs(own.map, number, 0, own.pages, version);
		wrong += range_differs(shared->common.map, SEED, 0,
				       shared->common.pages, 1);
		shared->rounds[number]++;
	}
	object_free(&own);
	return wrong ? 1 : 0;
}

static bool all_went_round(void *argument)
{
	const uint32_t *before = argument;

	for (size_t i = 0; i < WORKERS; i++)
		if (shared->rounds[i] < before[i] + 1)
			return false;
	return true;
}

static void let_them_work(void)
{
	uint32_t before[WORKERS];

	memcpy(before, (void *)shared->rounds, sizeof(before));
	if (!wait_until(all_went_round, before, 20000))
		die("the workers do not go on");
}

/* Back and forth between two devices; objects never notice. */
static void move_around(void)
{
	check_ok(control_swapon(OTHER), "a second device is taken");
	check_ok(control_swapoff(device_number(main_swap())),
		 "the first device is emptied under load");
	check(!device_in_use(device_number(main_swap())),
	      "the first device is in use no more", "sysfs still lists it");
	let_them_work();
	check_ok(control_swapon(main_swap()),
		 "the first device is taken again");
	check_ok(control_swapoff(device_number(OTHER)),
		 "the second device is emptied under load");
	let_them_work();
}

static bool in_budget(void *argument)
{
	(void)argument;
	return stat_get("resident") <= stat_get("budget");
}

/* With room for everything in the budget no device is needed at all. */
static void without_devices(void)
{
	uint64_t budget = stat_get("budget");

	check_ok(control_budget(budget * 16), "the budget is raised");
	check_ok(control_swapoff(device_number(main_swap())),
		 "the only device is emptied into a large budget");
	let_them_work();
	check_equal(stat_get("swapped"), 0, "nothing is in swap then");
	check_ok(control_swapon(main_swap()), "the device is taken again");
	check_ok(control_budget(budget), "the budget is lowered");
	let_them_work();
	check(wait_until(in_budget, NULL, 3000), "the lower budget is kept",
	      "%llu bytes", (unsigned long long)stat_get("resident"));
}

static void test_under_load(void)
{
	struct paging before = paging_now();
	pid_t pids[WORKERS];

	shared->common = object_new(working_set());
	range_fill(shared->common.map, SEED, 0, shared->common.pages, 1);
	for (size_t i = 0; i < WORKERS; i++)
		pids[i] = task_start(work, (void *)i);
	let_them_work();
	move_around();
	without_devices();
	shared->stop = 1;
	for (size_t i = 0; i < WORKERS; i++)
		check_result(task_wait(pids[i]), 0,
			     text("worker %zu found every page right", i));
	check_range(shared->common.map, SEED, 0, shared->common.pages, 1,
		    "the shared object is intact");
	check_paging(before, 2 * working_set(), 2 * working_set(),
		     "the whole of it");
	object_free(&shared->common);
}

static void test_no_room(void)
{
	dev_t swap = device_number(main_swap());
	struct object o = object_new(working_set());
	uint64_t used;

	range_fill(o.map, SEED, 0, o.pages, 1);
	used = device_get(swap, "used");
	check_errno(control_swapoff(swap), ENOMEM,
		    "swapoff without room is ENOMEM");
	check(device_state_is(swap, "active"), "the device stays in use",
	      "another state");
	check_at_least(device_get(swap, "used"), used / 2,
		       "its pages stay on it");
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_range(o.map, SEED, 0, o.pages, 2, "it takes new pages");
	object_free(&o);
}

/* The node is made for the test, and gone when the device is. */
static void test_by_number(void)
{
	const char *node = "/dev/aobj-test-node";
	dev_t dev = device_number(OTHER);

	unlink(node);
	if (mknod(node, S_IFBLK | 0600, dev))
		die("mknod %s", node);
	swap_start(node);
	unlink(node);
	check_ok(control_swapoff(dev), "a device without a node is given back");
	check_errno(control_swapoff(dev), ENOENT,
		    "a device not in use is ENOENT");
}

int main(void)
{
	test_begin("swapoff: devices come and go under load", 90);
	shared = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	header_make(OTHER);
	test_no_room();
	test_by_number();
	test_under_load();
	return test_end();
}
