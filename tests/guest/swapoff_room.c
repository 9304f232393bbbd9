// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that want new pages while a swapoff wants the same room: it is
 * swapoff that goes without.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x50f0
#define TRIES 20
#define READ_MS 20 /* of a read that swapoff waits for */

struct shared {
	volatile uint32_t stop;
	volatile uint32_t rounds;
};

static struct shared *shared;
static char slow[DM_PATH_SIZE];

/* Touches new pages; ends with 1 if one is refused, 2 if one is wrong. */
static int touch_all(const struct object *o)
{
	for (size_t i = 0; i < o->pages; i++)
		if (fill_or_signal(object_page(o, i), SEED, i, 2))
			return 1;
	return range_differs(o->map, SEED, 0, o->pages, 2) ? 2 : 0;
}

static int touch_again_and_again(void *argument)
{
	int result = 0;

	(void)argument;
	while (!shared->stop && !result) {
		struct object o = object_new(2 * budget_pages());

		result = touch_all(&o);
		object_free(&o);
		shared->rounds++;
	}
	return result;
}

static bool went_round(void *argument)
{
	return shared->rounds >= *(uint32_t *)argument;
}

static void wait_rounds(uint32_t more)
{
	uint32_t wanted = shared->rounds + more;

	if (!wait_until(went_round, &wanted, 20000))
		die("the program does not go on");
}

/* It never could fit. */
static void test_never(void)
{
	struct object o = object_new(working_set());
	dev_t swap = device_number(main_swap());
	size_t others = 0;
	pid_t pid;

	range_fill(o.map, SEED, 0, o.pages, 1);
	pid = task_start(touch_again_and_again, NULL);
	wait_rounds(1);
	for (int i = 0; i < TRIES; i++) {
		others += !control_swapoff(swap) || errno != ENOMEM;
		sleep_ms(10);
	}
	wait_rounds(1);
	shared->stop = 1;
	check_equal(others, 0, "swapoff that cannot fit is ENOMEM each time");
	check_result(task_wait(pid), 0,
		     "a program that wants pages meanwhile is never refused");
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	object_free(&o);
}

static int swap_off(void *argument)
{
	(void)argument;
	return control_swapoff(device_number(slow)) ? errno : 0;
}

static bool is_draining(void *argument)
{
	(void)argument;
	return device_state_is(device_number(slow), "draining");
}

/* It fits when it begins, and then a program takes the room. */
static void test_no_more(void)
{
	struct object o = object_new(3 * budget_pages()), new;
	uint64_t budget = stat_get("budget");
	int status = -1;
	pid_t pid;

	range_fill(o.map, SEED, 0, o.pages, 1);
	if (control_budget(4 * budget))
		die("raise of the budget");
	new = object_new(budget_pages());
	slow_disk_delay(READ_MS);
	pid = task_start(swap_off, NULL);
	check(wait_until(is_draining, NULL, 3000), "a swapoff that fits begins",
	      "it does not");
	check_result(touch_all(&new), 0,
		     "a program that takes the room is not refused");
	check(task_wait_ms(pid, 10000, &status) && status == ENOMEM,
	      "it is swapoff that is refused", "status %d", status);
	check(device_state_is(device_number(slow), "active"),
	      "the device is active then", "another state");
	slow_disk_delay(0);
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	object_free(&new);
	object_free(&o);
	if (control_budget(budget))
		die("lowering of the budget");
}

int main(void)
{
	test_begin("swapoff_room: programs come before a swapoff", 40);
	shared = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS);
	test_never();
	main_swap_off();
	slow_disk_start(slow);
	test_no_more();
	swap_stop(slow);
	slow_disk_remove();
	main_swap_on();
	return test_end();
}
