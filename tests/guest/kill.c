// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL to processes that sleep in a fault on a slow swap device: they die
 * at once, and what they held is given back when the I/O is over.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x717
#define DELAY_MS 1500

struct victim {
	struct object *object;
	size_t page;
	bool write;
};

static int read_page(void *argument)
{
	struct victim *victim = argument;
	uint8_t *page = object_page(victim->object, victim->page);

	if (victim->write)
		return touch_write(page, 1);
	return touch_read(page);
}

/* Kills one process after @age_ms in its fault; true if that was prompt. */
static bool dies_at_once(struct object *o, size_t page, unsigned int age_ms)
{
	struct victim victim = { o, page, page & 1 };
	pid_t pid = task_start(read_page, &victim);
	uint64_t start;
	int status = -1;

	sleep_ms(age_ms);
	start = now_ms();
	kill(pid, SIGKILL);
	if (!task_wait_ms(pid, 10000, &status))
		die("a killed process does not die");
	if (status != 128 + SIGKILL)
		note("the process ended with %d after %u ms", status, age_ms);
	return status == 128 + SIGKILL && now_ms() - start < DELAY_MS / 3;
}

static void test_one_by_one(struct object *o)
{
	static const unsigned int ages[] = { 30, 60, 100, 150, 10, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(ages); i++)
		check(dies_at_once(o, 2 * CLUSTER * i + i, ages[i]),
		      text("a process killed %u ms into a fault dies at once",
			   ages[i]),
		      "it takes its time, or was not waiting");
}

/* Several wait for the same page; all but one are killed. */
static void test_one_of_many(struct object *o)
{
	struct victim victim = { o, 20 * CLUSTER + 5, false };
	pid_t pids[4];
	int status;
	bool prompt = true;
	uint64_t start;

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = task_start(read_page, &victim);
	sleep_ms(100);
	start = now_ms();
	for (size_t i = 1; i < ARRAY_SIZE(pids); i++)
		kill(pids[i], SIGKILL);
	for (size_t i = 1; i < ARRAY_SIZE(pids); i++)
		prompt = task_wait_ms(pids[i], 10000, &status) && prompt;
	check(prompt && now_ms() - start < DELAY_MS / 2,
	      "processes killed while others wait for the same page die at once",
	      "%llu ms", (unsigned long long)(now_ms() - start));
	check(task_wait_ms(pids[0], 10000, &status) && !status,
	      "the one not killed gets its page", "status %d", status);
}

/* The killed process holds the only reference to its object. */
static int own_and_read(void *argument)
{
	struct object o = object_new(working_set());
	int pipe = *(int *)argument;

	range_fill(o.map, SEED, 0, o.pages, 1);
	slow_disk_delay(DELAY_MS);
	if (write(pipe, "", 1) != 1)
		return 9;
	return range_differs(o.map, SEED, 0, o.pages, 1) ? 1 : 0;
}

static void test_last_reference(void)
{
	int pipes[2], status = -1;
	char byte;
	pid_t pid;

	if (pipe(pipes))
		die("pipe");
	pid = task_start(own_and_read, &pipes[1]);
	if (read(pipes[0], &byte, 1) != 1)
		die("read of a pipe");
	sleep_ms(100);
	kill(pid, SIGKILL);
	check(task_wait_ms(pid, DELAY_MS + 5000, &status) &&
		      status == 128 + SIGKILL,
	      "a process killed with its own object dies", "status %d", status);
	check(stat_wait("objects", 0, DELAY_MS + 5000), "its object goes",
	      "%llu objects", (unsigned long long)stat_get("objects"));
	check(stat_wait("resident", 0, 2000), "its memory goes", "%llu bytes",
	      (unsigned long long)stat_get("resident"));
	slow_disk_delay(0);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	char path[DM_PATH_SIZE];
	struct paging before;
	struct object o;

	test_begin("kill: SIGKILL ends a process in a fault", 60);
	main_swap_off();
	slow_disk_start(path);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	slow_disk_delay(DELAY_MS);
	before = paging_now();
	test_one_by_one(&o);
	test_one_of_many(&o);
	slow_disk_delay(0);
	check_range(o.map, SEED, 0, o.pages, 1,
		    "the object is intact, and no killed process wrote");
	check_paging(before, 0, o.pages - budget_pages(), "reading it");
	object_free(&o);
	test_last_reference();
	check_equal(device_get(device_number(path), "used"), 0,
		    "no slot is left in use");
	swap_stop(path);
	slow_disk_remove();
	main_swap_on();
	return test_end();
}
