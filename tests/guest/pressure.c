// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine runs out of memory while the objects are within their budget:
 * their pages are written out, and nobody is killed.
 */
#include <fcntl.h>
#include <signal.h>

#include "guest.h"

#define SEED 0x9e55
#define SIZE (96 * MIB)
#define BUDGET (128 * MIB)
#define GIVEN_BACK (32 * MIB) /* what the kernel is to take of it */
#define STEP (2 * MIB)
#define LEFT_FREE (64 * MIB)
#define HUGE_PAGES "/proc/sys/vm/nr_hugepages"

/* What /proc/@file says under @key: a number of the file's own unit. */
static uint64_t kernel_value(const char *file, const char *key)
{
	char words[128];

	if (command_output(words, sizeof(words),
			   "sed -n 's/^%s:* *\\([0-9]*\\).*/\\1/p' /proc/%s",
			   key, file))
		die("/proc/%s", file);
	return strtoull(words, NULL, 10);
}

static void set_huge_pages(uint64_t count)
{
	int fd = open(HUGE_PAGES, O_WRONLY | O_CLOEXEC);
	const char *value = text("%llu", (unsigned long long)count);

	/* Without them it only takes longer. */
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		note("no huge pages: %s", strerror(errno));
	close(fd);
}

/* Sets most of the free memory aside: huge pages are not even cleared. */
static void take_most(void)
{
	uint64_t free = kernel_value("meminfo", "MemFree") << 10;
	uint64_t huge = kernel_value("meminfo", "Hugepagesize") << 10;

	if (huge && free > LEFT_FREE)
		set_huge_pages((free - LEFT_FREE) / huge);
}

static void volunteer_to_be_killed(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1000", 4) != 4)
		_exit(3);
	close(fd);
}

/*
 * Takes memory, a large page at a time where there is one, until the objects
 * have given back what they should. 0: they have; 1: it never came to that.
 */
static int take_memory(void *argument)
{
	uint64_t enough = *(uint64_t *)argument;
	size_t most = (size_t)sysconf(_SC_PHYS_PAGES) * page_size;
	uint8_t *map = mmap(NULL, most, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return 2;
	volunteer_to_be_killed();
	madvise(map, most, MADV_HUGEPAGE);
	for (size_t at = 0; at + STEP <= most; at += STEP) {
		for (size_t i = 0; i < STEP; i += page_size)
			map[at + i] = 1;
		if (stat_get("resident") <= enough)
			return 0;
	}
	return 1;
}

int main(void)
{
	uint64_t budget, kills, enough, start;
	struct paging before;
	struct object o;

	test_begin("pressure: the kernel gets the objects' memory", 90);
	budget = stat_get("budget");
	kills = kernel_value("vmstat", "oom_kill");
	check_ok(control_budget(BUDGET), "the budget is raised");
	o = object_new(SIZE / page_size);
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_at_least(object_info(o.fd).resident, SIZE * 9 / 10,
		       "a large object is in memory");
	start = now_ms();
	take_most();
	note("%llu KiB free after %llu ms",
	     (unsigned long long)kernel_value("meminfo", "MemFree"),
	     (unsigned long long)(now_ms() - start));
	enough = object_info(o.fd).resident - GIVEN_BACK;
	before = paging_now();
	check_result(task_wait(task_start(take_memory, &enough)), 0,
		     "a program that takes all memory gets what objects held");
	note("memory was taken in %llu ms",
	     (unsigned long long)(now_ms() - start));
	check_paging(before, GIVEN_BACK / page_size, 0, "under pressure");
	check_equal(kernel_value("vmstat", "oom_kill"), kills,
		    "nobody is killed");
	set_huge_pages(0);
	check_range(o.map, SEED, 0, o.pages, 1, "every page is right");
	object_free(&o);
	check_ok(control_budget(budget), "the budget is put back");
	return test_end();
}
