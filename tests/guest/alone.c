// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of one thread waits for a page with its mmap lock held, which saves it a
 * second fault; but not for long: others may want to look at it.
 */
#include <fcntl.h>
#include <signal.h>

#include "guest.h"

#define SEED 0xa10e
#define STRIDE 37 /* clusters' places are met in no order that looks like one */
#define READS 200
#define DELAY_MS 1500

/* => pages have been read, each once, and were right */
static int read_some(void *argument)
{
	const struct object *o = argument;

	for (size_t n = 0; n < READS; n++) {
		size_t page = n * STRIDE % o->pages;

		if (range_differs(object_page(o, page), SEED, page, 1, 1))
			return 1;
	}
	return 0;
}

static int read_one(void *argument)
{
	const struct object *o = argument;

	return range_differs(o->map, SEED, 0, 1, 1) ? 1 : 0;
}

static struct object swapped_object(void)
{
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	if (!evict_pages(o.fd, 0, o.pages))
		die("pages stay in memory");
	return o;
}

static void test_one_fault(void)
{
	struct object o = swapped_object();
	uint64_t faults, reads;

	if (madvise(o.map, o.pages * page_size, MADV_RANDOM))
		die("madvise");
	reads = stat_event("read_bios");
	faults = stat_event("faults");
	check_equal((uint64_t)task_wait(task_start(read_some, &o)), 0,
		    "pages are read one by one");
	reads = stat_event("read_bios") - reads;
	faults = stat_event("faults") - faults;
	note("%lu reads, %lu faults", (unsigned long)reads,
	     (unsigned long)faults);
	check_at_least(reads, READS * 9 / 10, "each from the device");
	/* A read that took long costs another. */
	check_at_most(faults, reads + READS / 4, "in one fault each");
	object_free(&o);
}

/* Takes the mmap lock of the process for writing; changes its highest RSS only. */
static uint64_t lock_ms(pid_t pid)
{
	uint64_t start = now_ms();
	int fd = open(text("/proc/%d/clear_refs", pid), O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "5", 1) != 1)
		die("write to clear_refs");
	close(fd);
	return now_ms() - start;
}

static void test_not_for_long(const char *path)
{
	struct object o = swapped_object();
	uint64_t start, longest = 0;
	int status = -1;
	pid_t pid;

	slow_disk_delay(DELAY_MS);
	start = now_ms();
	pid = task_start(read_one, &o);
	for (int i = 0; i < 10; i++) {
		uint64_t ms;

		sleep_ms(50);
		ms = lock_ms(pid);
		longest = ms > longest ? ms : longest;
	}
	task_wait_ms(pid, 10 * DELAY_MS, &status);
	check_equal((uint64_t)status, 0, "a slow read gets the right page");
	check_at_least(now_ms() - start, DELAY_MS / 2,
		       text("it did take its time on %s", path));
	check_at_most(longest, DELAY_MS / 3,
		      "who wants the mmap lock need not wait for it");
	slow_disk_delay(0);
	object_free(&o);
}

int main(void)
{
	char path[DM_PATH_SIZE];

	test_begin("alone: a program of one thread", 60);
	test_one_fault();
	main_swap_off();
	slow_disk_start(path);
	test_not_for_long(path);
	swap_stop(path);
	slow_disk_remove();
	main_swap_on();
	return test_end();
}
