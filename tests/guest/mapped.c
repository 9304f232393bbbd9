// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames count as mapped as long as they are an object's: the kernel's statistics
 * must be what they were when pages have come and gone in each way that there is,
 * and a process's own figures what it has mapped.
 */
#include "guest.h"

#define SEED 0x3a9
#define ROUNDS 6

/* Pages that are mapped at all, of the whole machine. */
static int64_t pages_mapped(void)
{
	char words[32];

	if (command_output(words, sizeof(words),
			   "cat /proc/sys/vm/stat_refresh; "
			   "sed -n 's/^nr_mapped //p' /proc/vmstat"))
		die("nr_mapped");
	return strtoll(words, NULL, 10);
}

static uint64_t resident_kib(void)
{
	char words[32];

	if (command_output(words, sizeof(words),
			   "sed -n 's/^Rss: *\\([0-9]*\\) kB/\\1/p' "
			   "/proc/%d/smaps_rollup",
			   getpid()))
		die("smaps_rollup");
	return strtoull(words, NULL, 10);
}

static int touch_all(void *argument)
{
	struct object *o = argument;

	return range_differs(o->map, SEED, 0, o->pages, 1) != 0;
}

/* Evicted, forked, zapped, punched, mapped twice, and truncated while mapped. */
static void page_about(void)
{
	struct object o = object_new(working_set());
	uint8_t *second = object_map(o.fd, 0, o.pages, PROT_READ, MAP_PRIVATE);

	range_fill(o.map, SEED, 0, o.pages, 1);
	if (task_wait(task_start(touch_all, &o)) ||
	    range_differs(second, SEED, 0, o.pages, 1))
		die("a page is not what was written");
	/* What was touched last is what is resident. */
	if (madvise(object_page(&o, o.pages / 8 * 6), o.pages / 8 * page_size,
		    MADV_DONTNEED) ||
	    object_drop(o.fd, o.pages / 8 * 7, o.pages / 8))
		die("zap, hole");
	object_unmap(second, o.pages);
	object_resize_pages(o.fd, o.pages / 8);
	object_free(&o);
}

static void test_machine(void)
{
	int64_t before = pages_mapped(), change;

	for (int round = 0; round < ROUNDS; round++)
		page_about();
	change = pages_mapped() - before;
	check_at_most((uint64_t)llabs(change), budget_pages() / 4,
		      "what the machine has mapped is what it was");
}

static void test_process(void)
{
	struct object o = object_new(budget_pages() / 2);
	uint64_t before = resident_kib(), kib = o.pages * page_size / 1024;

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_at_least(resident_kib() - before, kib,
		       "what a process has mapped is resident to it");
	object_unmap(o.map, o.pages);
	check_at_most(resident_kib(), before + kib / 8,
		      "and no more when it is unmapped");
	o.map = object_map(o.fd, 0, o.pages, PROT_READ, MAP_SHARED);
	object_free(&o);
}

int main(void)
{
	test_begin("mapped: statistics of mapped pages stay right", 60);
	test_machine();
	test_process();
	return test_end();
}
