// SPDX-License-Identifier: GPL-2.0-only
/*
 * A swapoff that takes long: it can be interrupted and done again, one at a
 * time, and objects stay in use meanwhile.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x5516

static void ignore(int signal)
{
	(void)signal;
}

static char slow[DM_PATH_SIZE];

/* Exits with the errno of its swapoff, 0 for success. */
static int swap_off(void *argument)
{
	struct sigaction action = { .sa_handler = ignore };

	(void)argument;
	sigaction(SIGUSR1, &action, NULL);
	return control_swapoff(device_number(slow)) ? errno : 0;
}

static bool is_draining(void *argument)
{
	(void)argument;
	return device_state_is(device_number(slow), "draining");
}

static bool is_active(void *argument)
{
	(void)argument;
	return device_state_is(device_number(slow), "active");
}

static pid_t start_swapoff(void)
{
	pid_t pid = task_start(swap_off, NULL);

	if (!wait_until(is_draining, NULL, 3000))
		note("the device does not say that it is draining");
	sleep_ms(50);
	return pid;
}

static void test_interrupt(int signal, int expected, const char *name)
{
	pid_t pid = start_swapoff();
	int status = -1;
	bool ended;

	kill(pid, signal);
	ended = task_wait_ms(pid, 3000, &status);
	check(ended && status == expected,
	      text("a swapoff ends when %s comes", name), "status %d", status);
	if (!ended)
		die("swapoff does not end");
	check(wait_until(is_active, NULL, 2000),
	      text("the device is active after %s", name), "another state");
}

static void test_second(void)
{
	pid_t pid = start_swapoff();
	int status = -1;

	check_errno(control_swapoff(device_number(slow)), EBUSY,
		    "a second swapoff at the same time is EBUSY");
	kill(pid, SIGKILL);
	if (!task_wait_ms(pid, 5000, &status))
		die("swapoff does not end");
	wait_until(is_active, NULL, 2000);
}

int main(void)
{
	struct object o;
	uint64_t budget;

	test_begin("swapoff_signal: a long swapoff can be interrupted", 40);
	budget = stat_get("budget");
	main_swap_off();
	slow_disk_start(slow);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	if (control_budget(16 * budget))
		die("raise of the budget");
	slow_disk_delay(400);
	test_interrupt(SIGUSR1, EINTR, "a signal");
	test_interrupt(SIGKILL, 128 + SIGKILL, "SIGKILL");
	test_second();
	check_at_least(device_get(device_number(slow), "used"), page_size,
		       "the device still holds pages after all that");
	slow_disk_delay(0);
	check_ok(control_swapoff(device_number(slow)),
		 "the next swapoff goes through");
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	check_equal(object_info(o.fd).slots, 0, "no page has a slot");
	slow_disk_remove();
	main_swap_on();
	if (control_budget(budget))
		die("lowering of the budget");
	check_range(o.map, SEED, 0, o.pages, 1, "nor lost when paged again");
	object_free(&o);
	return test_end();
}
