// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fault that sleeps for I/O does so without the mmap lock: other threads of
 * the process go on mapping and unmapping meanwhile.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "guest.h"

#define SEED 0x10c
#define DELAY_MS 1500

struct reader {
	struct object *object;
	size_t page;
	uint64_t took_ms;
	bool right;
};

static void *read_slowly(void *argument)
{
	struct reader *reader = argument;
	uint64_t start = now_ms();

	reader->right =
		!range_differs(object_page(reader->object, reader->page), SEED,
			       reader->page, 1, 1);
	reader->took_ms = now_ms() - start;
	return NULL;
}

/* Takes the mmap lock for writing, twice. */
static uint64_t map_and_unmap_ms(void)
{
	uint64_t start = now_ms();
	void *map = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || munmap(map, page_size))
		die("mmap");
	return now_ms() - start;
}

static void test_map_during_fault(struct object *o)
{
	struct reader reader = { .object = o, .page = 3 * CLUSTER + 7 };
	pthread_t thread;
	uint64_t longest = 0;

	if (pthread_create(&thread, NULL, read_slowly, &reader))
		die("pthread_create");
	for (int i = 0; i < 10; i++) {
		uint64_t ms;

		sleep_ms(50);
		ms = map_and_unmap_ms();
		longest = ms > longest ? ms : longest;
	}
	pthread_join(thread, NULL);
	check(reader.right, "the slow fault gets the right page", "another");
	check_at_least(reader.took_ms, DELAY_MS / 2,
		       "the fault did sleep for the read");
	check_at_most(longest, DELAY_MS / 3,
		      "mmap and munmap need not wait for it");
}

int main(void)
{
	char path[DM_PATH_SIZE];
	struct object o;

	test_begin("mmap_lock: a sleeping fault does not hold the mmap lock",
		   30);
	main_swap_off();
	slow_disk_start(path);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	slow_disk_delay(DELAY_MS);
	test_map_during_fault(&o);
	slow_disk_delay(0);
	object_free(&o);
	swap_stop(path);
	slow_disk_remove();
	main_swap_on();
	return test_end();
}
