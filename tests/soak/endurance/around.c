// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes on around the processes that use the objects: one object changes
 * its size, devices come and go, the budget changes, memory gets short.
 */
#include <fcntl.h>
#include <sched.h>

#include "endure.h"

#define RESIZER 1000u /* beyond the numbers of processes */
#define SECOND "/dev/ram0"
#define RESERVE "/proc/sys/vm/min_free_kbytes"

static uint64_t random_state;

static uint64_t any(uint64_t bound)
{
	return random_next(&random_state) % bound;
}

static void lock_range(size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		while (!page_lock(RESIZED, i, RESIZER))
			sched_yield();
}

static void set_size(size_t from, size_t to)
{
	size_t first = from < to ? from : to, end = from < to ? to : from;

	lock_range(first, end);
	if (object_resize(objects[RESIZED].fd, to * page_size))
		complain("# wrong: resize: %s", strerror(errno));
	for (size_t i = first; i < end; i++) {
		page_state(RESIZED, i)->version = 0;
		page_state(RESIZED, i)->next = 0;
	}
	shared->pages[RESIZED] = to;
	for (size_t i = first; i < end; i++)
		page_unlock(RESIZED, i);
	count(COUNT_RESIZES);
}

/* By a page, by a cluster, or by more, and now and then to nothing. */
int resize_forever(void *unused)
{
	size_t all = objects[RESIZED].pages, now = all, next;

	(void)unused;
	random_state = endure_seed * 3 + 1;
	while (!shared->over) {
		switch (any(10)) {
		case 0:
			next = 0;
			break;
		case 1:
			next = all;
			break;
		case 2:
			next = any(all / CLUSTER) * CLUSTER;
			break;
		case 3:
			next = any(all);
			break;
		default:
			next = now > CLUSTER ? now - any(CLUSTER) : all;
		}
		set_size(now, next);
		now = next;
		sleep_ms((unsigned int)any(60));
	}
	return 0;
}

static void switch_swap(const char *path, const char *other)
{
	dev_t dev = device_number(path);

	if (!device_in_use(dev)) {
		if (control_swapon(path))
			complain("# wrong: swapon: %s", strerror(errno));
		count(COUNT_SWAPONS);
		return;
	}
	if (!device_in_use(device_number(other)))
		return;
	if (control_swapoff(dev) && errno != ENOMEM)
		complain("# wrong: swapoff: %s", strerror(errno));
	count(COUNT_SWAPOFFS);
}

int administer(void *argument)
{
	uint64_t budget = *(uint64_t *)argument;

	random_state = endure_seed * 5 + 2;
	header_make(SECOND);
	while (!shared->over) {
		switch (any(3)) {
		case 0:
			switch_swap(SECOND, main_swap());
			break;
		case 1:
			switch_swap(main_swap(), SECOND);
			break;
		default:
			if (control_budget(budget / 2 + any(budget)))
				complain("# wrong: budget: %s",
					 strerror(errno));
			count(COUNT_BUDGETS);
		}
		sleep_ms((unsigned int)any(1500));
	}
	/* As it was, however full: the other one then holds the rest. */
	if (!device_in_use(device_number(main_swap())))
		main_swap_on();
	if (device_in_use(device_number(SECOND)))
		swap_stop(SECOND);
	return control_budget(budget) ? 1 : 0;
}

static void volunteer_to_be_killed(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1000", 4) == 4)
		close(fd);
}

/* With so much free the kernel begins to reclaim; with a fifth less it kills. */
static size_t spared(void)
{
	char words[32];

	if (command_output(words, sizeof(words), "cat " RESERVE))
		die("read of " RESERVE);
	return (size_t)strtoull(words, NULL, 10) * 1024 / 4 * 5;
}

static void take_memory(size_t spare)
{
	size_t all = (size_t)sysconf(_SC_AVPHYS_PAGES) * page_size;
	size_t size = all > spare ? all - spare : 0;
	uint8_t *map;

	if (!size)
		return;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		return;
	for (size_t i = 0; i < size && !shared->over; i += page_size)
		map[i] = 1;
	sleep_ms(300);
	munmap(map, size);
}

/* Leaves the kernel little, again and again. */
int hog(void *unused)
{
	size_t spare = spared();

	(void)unused;
	random_state = endure_seed * 7 + 3;
	volunteer_to_be_killed();
	while (!shared->over) {
		take_memory(spare);
		count(COUNT_HOGS);
		for (uint64_t i = any(80); i && !shared->over; i--)
			sleep_ms(100);
	}
	return 0;
}
