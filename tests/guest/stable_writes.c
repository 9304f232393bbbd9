// SPDX-License-Identifier: GPL-2.0-only
/*
 * A swap device that must not see a page change while it writes it (zram,
 * which compresses it), under threads that change pages all the time.
 */
#include <fcntl.h>

#include "guest.h"

#define SEED 0x57a
#define DISK "/dev/zram0"
#define THREADS 4
#define ROUNDS 2500

struct worker {
	const struct object *object;
	size_t number;
	uint64_t added;
};

/*
 * Words of a few hot pages and of any page by turns: the hot ones are wanted
 * again while they are being written out.
 */
static void *add(void *argument)
{
	struct worker *worker = argument;
	const struct object *o = worker->object;
	uint64_t random = worker->number + 5;

	for (int i = 0; i < ROUNDS; i++) {
		size_t range = i & 1 ? o->pages : budget_pages() / 2;
		size_t page = random_next(&random) % range;
		uint64_t *words = (void *)object_page(o, page);

		__atomic_fetch_add(words + random_next(&random) % 512, 1,
				   __ATOMIC_RELAXED);
		worker->added++;
	}
	return NULL;
}

static uint64_t sum_of_words(const struct object *o)
{
	const uint64_t *words = (void *)o->map;
	uint64_t sum = 0;

	for (size_t i = 0; i < o->pages * page_size / sizeof(*words); i++)
		sum += words[i];
	return sum;
}

static void test_changes(void)
{
	struct object o = object_new(working_set());
	struct worker workers[THREADS];
	struct paging before = paging_now();
	uint64_t added = 0;

	for (size_t i = 0; i < THREADS; i++)
		workers[i] = (struct worker){ &o, i, 0 };
	threads_run(add, workers, THREADS, sizeof(*workers));
	for (size_t i = 0; i < THREADS; i++)
		added += workers[i].added;
	check_equal(sum_of_words(&o), added,
		    "no change is lost on a device that needs stable pages");
	check_paging(before, budget_pages(), budget_pages(), "on zram");
	object_free(&o);
}

static void test_contents(void)
{
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_range(o.map, SEED, 0, o.pages, 1, "pages come back from it");
	object_free(&o);
}

int main(void)
{
	test_begin("stable_writes: devices that need stable pages", 40);
	if (command("modprobe zram num_devices=1 && "
		    "echo 32M >/sys/block/zram0/disksize"))
		die("set-up of zram");
	main_swap_off();
	header_make(DISK);
	swap_start(DISK);
	test_contents();
	test_changes();
	swap_stop(DISK);
	main_swap_on();
	if (command("echo 1 >/sys/block/zram0/reset && rmmod zram"))
		die("removal of zram");
	return test_end();
}
