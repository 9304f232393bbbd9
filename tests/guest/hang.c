// SPDX-License-Identifier: GPL-2.0-only
/*
 * A swap device that stops answering, which dm does as it is told: what is on it
 * has to wait, killably, and nobody else has; when it answers again nothing is lost.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x4a96
#define NAME "aobj-hang"
#define DISK "/dev/ram1"
#define DISK_SECTORS 65536
#define CLASS "hangs"
#define LIMIT_MS (10000 * time_scale())

static char device[DM_PATH_SIZE];

static void start(void)
{
	struct dm_part whole = { DISK_SECTORS, "linear", DISK " 0" };

	dm_create(NAME, &whole, 1, device);
	header_make(device);
	if (control_swapon_as(device, AOBJ_SWAPON_PRIORITY, 5, CLASS))
		die("swapon of %s", device);
}

static int read_first(void *argument)
{
	const struct object *o = argument;

	return touch_read(o->map);
}

static int fill(void *argument)
{
	const struct object *o = argument;

	range_fill(o->map, SEED, 0, o->pages, 2);
	return 0;
}

/* Twice, so that all of it has been written out and read. */
static int write_and_check(void *argument)
{
	const struct object *o = argument;

	for (uint32_t version = 1; version <= 2; version++) {
		range_fill(o->map, SEED, 0, o->pages, version);
		if (range_differs(o->map, SEED, 0, o->pages, version))
			return 1;
	}
	return 0;
}

static void check_killed(pid_t pid, const char *what)
{
	int status = -1;

	kill(pid, SIGKILL);
	task_wait_ms(pid, LIMIT_MS, &status);
	check_equal((uint64_t)status, 128 + SIGKILL, what);
}

/*
 * => whether it ended, however slow the machine is, as long as it gets on: who waits
 *    for the device has no faults served meanwhile
 */
static bool ends(pid_t pid, int *status)
{
	uint64_t seen;

	do {
		seen = stat_event("faults");
		if (task_wait_ms(pid, LIMIT_MS, status))
			return true;
	} while (stat_event("faults") != seen);
	return false;
}

/* In sysfs, and by the tool, which must not ask the device itself meanwhile. */
static void check_shown(const char *state)
{
	int status;

	check(device_state_is(device_number(device), state),
	      text("sysfs shows that it is %s", state), "another state");
	status = command("timeout -s KILL 20 \"$AOBJCTL\" swapon --show -n "
			 "-o state,label,uuid,name | "
			 "grep -q '^%s .*\\(dm-\\|%s\\)'",
			 state, NAME);
	check_equal((uint64_t)status, 0, "so does the tool");
}

/* => an object of its own, bound to the main device or to none */
static void check_goes_on(bool bound, const char *what)
{
	struct object o = object_new(2 * budget_pages());
	int status = -1;
	pid_t pid;

	if (bound && object_bind_device(o.fd, device_number(main_swap())))
		die("bind to %s", main_swap());
	pid = task_start(write_and_check, &o);
	if (!ends(pid, &status))
		kill(pid, SIGKILL);
	check_equal((uint64_t)status, 0, what);
	object_free(&o);
}

int main(void)
{
	struct object there, new;
	pid_t reader, writer;
	int status;

	test_begin("hang: a device that does not answer", 180);
	start();
	there = object_new(2 * budget_pages());
	new = object_new(4 * budget_pages());
	if (object_bind_class(there.fd, CLASS) ||
	    object_bind_class(new.fd, CLASS))
		die("bind");
	range_fill(there.map, SEED, 0, there.pages, 1);
	check(evict_pages(there.fd, 0, there.pages), "pages are on the device",
	      "some are in memory");

	dm_suspend(NAME);
	reader = task_start(read_first, &there);
	writer = task_start(fill, &new);
	check(!task_wait_ms(reader, 1500, &status),
	      "who needs such a page waits", "status %d", status);
	check(!task_wait_ms(writer, 1500, &status),
	      "who fills more than memory waits", "status %d", status);
	check_shown("stalled");
	check_goes_on(true, "an object that is bound elsewhere goes on");
	check_goes_on(false, "so does one that is bound to none");
	check_killed(reader, "who waits for a page can be killed");
	check_killed(writer, "who waits for room can be killed");
	check(command("dmesg | grep -q 'aobj: dm-.*it does not answer'") == 0,
	      "the log says what is wrong", "nothing");

	dm_resume(NAME);
	check_range(there.map, SEED, 0, there.pages, 1,
		    "when it answers again all is there");
	check_shown("active");
	range_fill(new.map, SEED, 0, new.pages, 3);
	check_range(new.map, SEED, 0, new.pages, 3, "and it can be written to");
	object_free(&there);
	object_free(&new);
	check_ok(control_swapoff(device_number(device)),
		 "it can be given back");
	dm_remove(NAME);
	return test_end();
}
