// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reservations: what has been set aside is there, to the last page, whatever
 * others do; others get what is left.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0x4e5e
#define SMALL "aobj-small"
#define SMALL_SECTORS ((uint64_t)4096)
#define DISK "/dev/ram0"
#define THREADS 4
#define ROUNDS 3
#define HOGS 3

static char small[DM_PATH_SIZE];

static long resize(int fd, size_t pages, uint32_t flags)
{
	struct aobj_resize request = { pages * page_size, flags, 0 };

	return ioctl(fd, AOBJ_IOC_RESIZE, &request);
}

static size_t reserved(int fd)
{
	return object_info(fd).reserved / page_size;
}

static size_t slots(void)
{
	return SMALL_SECTORS * 512 / page_size - 1;
}

/* => how many pages can be reserved now */
static size_t most(void)
{
	size_t low = 0, high = budget_pages() + slots() + 1;
	int fd = object_open();

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (resize(fd, middle, AOBJ_RESIZE_RESERVE))
			high = middle;
		else
			low = middle;
	}
	close(fd);
	return low;
}

/* => an object with a reservation, mapped; the flags with which it got it */
static struct object reserved_object(size_t pages)
{
	struct object o = { .fd = object_open(), .pages = pages };

	check_ok(resize(o.fd, pages, AOBJ_RESIZE_RESERVE),
		 text("%zu pages are reserved", pages));
	o.map = object_map(o.fd, 0, pages, PROT_READ | PROT_WRITE, MAP_SHARED);
	return o;
}

static void test_arguments(void)
{
	struct aobj_features features;
	int fd = object_open();

	check_errno(resize(fd, 1, AOBJ_RESIZE_RESERVE | AOBJ_RESIZE_RELEASE),
		    EINVAL, "both flags");
	check_errno(resize(fd, 1, 4), EINVAL, "an unknown flag");
	check_errno(resize(fd, (size_t)1 << 40, AOBJ_RESIZE_RESERVE), ENOSPC,
		    "a reservation of 2^40 pages");
	check_equal(object_info(fd).size, 0, "leaves the size");
	check_ok(ioctl(fd, AOBJ_IOC_FEATURES, &features), "features");
	check(features.features & AOBJ_FEATURE_RESERVE, "it is a feature",
	      "not named");
	close(fd);
}

/* A thread's work: pages of its own, again and again, in an order of its own. */
struct worker {
	const struct object *o;
	size_t number;
	uint64_t refused;
	uint64_t wrong;
};

static void rewrite(struct worker *w, uint64_t *random, uint32_t *versions)
{
	size_t own = w->o->pages / THREADS;
	size_t i = random_next(random) % own;
	size_t page = w->number * own + i;
	uint8_t *address = object_page(w->o, page);

	if (versions[i]) {
		int found = page_differs_or_signal(address, SEED, page,
						   versions[i]);

		w->wrong += found == PAGE_WRONG;
		w->refused += found > 0;
	}
	versions[i]++;
	w->refused += fill_or_signal(address, SEED, page, versions[i]) != 0;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	size_t own = w->o->pages / THREADS;
	uint32_t *versions = calloc(own, sizeof(*versions));
	uint64_t random = SEED + w->number;

	if (!versions)
		die("no memory");
	for (size_t i = 0; i < own; i++) {
		size_t page = w->number * own + i;

		w->refused += fill_or_signal(object_page(w->o, page), SEED,
					     page, ++versions[i]) != 0;
	}
	for (size_t i = 0; i < ROUNDS * own; i++)
		rewrite(w, &random, versions);
	free(versions);
	return NULL;
}

static void check_work(const struct object *o, const char *what)
{
	struct worker workers[THREADS];
	uint64_t refused = 0, wrong = 0;

	for (size_t i = 0; i < THREADS; i++)
		workers[i] = (struct worker){ .o = o, .number = i };
	threads_run(work, workers, THREADS, sizeof(workers[0]));
	for (size_t i = 0; i < THREADS; i++) {
		refused += workers[i].refused;
		wrong += workers[i].wrong;
	}
	check_equal(refused, 0, text("%s: no touch is refused", what));
	check_equal(wrong, 0, text("%s: every page is right", what));
}

/* All that there is, in use to the last page by threads that do not rest. */
static void test_all(void)
{
	size_t pages = most();
	struct object o;
	int fd;

	check_at_least(pages, budget_pages() * 7 / 8 + slots(),
		       "nearly all of budget and swap can be reserved");
	check_at_most(pages, budget_pages() + slots() - 1, "and no more");
	o = reserved_object(pages);
	check_equal(reserved(o.fd), pages, "info tells");
	check_equal(stat_get("reserved"), pages * page_size, "sysfs tells");
	fd = object_open();
	check_errno(resize(fd, 1, AOBJ_RESIZE_RESERVE), ENOSPC,
		    "not a page is left");
	close(fd);
	check_work(&o, "with everything reserved");
	check_errno(resize(o.fd, pages + 1, 0), ENOSPC,
		    "it cannot grow either");
	check_equal(object_info(o.fd).size, pages * page_size,
		    "and keeps its size");
	check_equal(stat_get("reserve_missing"), 0, "nothing is missing");
	object_free(&o);
	check_equal(stat_get("reserved"), 0, "all is given back");
}

struct hog {
	volatile uint32_t stop;
	volatile uint32_t refused;
};

/* Takes what it can get, throws some away, takes again. */
static int hog(void *argument)
{
	struct hog *shared = argument;
	struct object o = object_new(budget_pages() + slots());
	size_t page = 0;

	while (!shared->stop) {
		if (!fill_or_signal(object_page(&o, page), SEED + 1, page, 1)) {
			page = (page + 1) % o.pages;
			continue;
		}
		shared->refused++;
		if (page >= CLUSTER && object_drop(o.fd, page - CLUSTER, 8))
			return 2;
	}
	object_free(&o);
	return 0;
}

static bool was_refused(void *argument)
{
	struct hog *shared = argument;

	return shared->refused;
}

static void test_beside_a_hog(void)
{
	struct hog *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct object o;
	pid_t pid;

	if (shared == MAP_FAILED)
		die("mmap");
	o = reserved_object(most() * 3 / 4);
	pid = task_start(hog, shared);
	check(wait_until(was_refused, shared, 20000),
	      "one that takes all it can get is refused", "it is not");
	check_work(&o, "beside that one");
	shared->stop = 1;
	check_result(task_wait(pid), 0, "and went on");
	object_free(&o);
	munmap(shared, sizeof(*shared));
}

/* => on swap, then in memory for good, and clean: it has both, and needs one */
static struct object wired_object(size_t pages)
{
	const uint32_t out = AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN;
	struct object o = object_new(pages);
	struct aobj_range all = { .length = pages * page_size };

	range_fill(o.map, SEED + 2, 0, pages, 1);
	check_ok(object_flush(o.fd, 0, pages, out | AOBJ_FLUSH_WAIT, NULL,
			      NULL),
		 "another object is on swap");
	check_ok(ioctl(o.fd, AOBJ_IOC_WIRE, &all), "and is wired");
	return o;
}

/*
 * Several of those, until there is no place left; and what stays in memory takes
 * none on swap besides.
 */
static void test_full(void)
{
	struct hog *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct object wired = wired_object(budget_pages() * 3 / 8), o;
	pid_t pids[HOGS];

	if (shared == MAP_FAILED)
		die("mmap");
	o = reserved_object(most() - budget_pages() / 8);
	for (size_t i = 0; i < HOGS; i++)
		pids[i] = task_start(hog, shared);
	check(wait_until(was_refused, shared, 20000 * time_scale()),
	      "those that take all they can get are refused", "they are not");
	check_work(&o, "with no place left");
	check_equal(stat_get("reserve_missing"), 0, "nothing is missing");
	shared->stop = 1;
	for (size_t i = 0; i < HOGS; i++)
		check_result(task_wait(pids[i]), 0, "and went on");
	check_range(wired.map, SEED + 2, 0, wired.pages, 1,
		    "what is wired is right");
	object_free(&o);
	object_free(&wired);
	munmap(shared, sizeof(*shared));
}

static void test_kept(void)
{
	struct object o = reserved_object(most());
	uint64_t budget = stat_get("budget");
	dev_t swap = device_number(small);

	check_errno(control_budget(budget - MIB / 4), EBUSY,
		    "the budget is not lowered below what is reserved");
	check_equal(stat_get("budget"), budget, "it stays as it is");
	check_errno(control_swapoff(swap), ENOMEM,
		    "the device is not given back");
	check(device_state_is(swap, "active"), "and stays in use",
	      "another state");
	range_fill(o.map, SEED, 0, CLUSTER, 1);
	check_ok(resize(o.fd, o.pages, AOBJ_RESIZE_RELEASE),
		 "the reservation is given up");
	check_equal(reserved(o.fd), 0, "info tells");
	check_ok(control_budget(budget - MIB / 4), "the budget can be lowered");
	check_ok(control_budget(budget), "and put back");
	check_ok(control_swapoff(swap), "the device can be given back");
	check_range(o.map, SEED, 0, CLUSTER, 1, "nothing is lost");
	check_ok(control_swapon(small), "and taken again");
	object_free(&o);
}

static void test_files(void)
{
	int fd = object_create("reserved", 3 * page_size, AOBJ_CREATE_CLOEXEC);
	off_t all = (off_t)((most() + 1) * page_size);
	off_t page = (off_t)page_size;

	check_errno(fallocate(fd, 0, 0, all), ENOSPC, "fallocate of too much");
	check_equal(object_info(fd).size, 3 * page_size, "leaves the size");
	check_ok(fallocate(fd, 0, page, page), "fallocate of a part");
	check_equal(reserved(fd), 0, "reserves nothing");
	check_ok(fallocate(fd, 0, 0, 4 * page - 5), "fallocate of all of it");
	check_equal(object_info(fd).size, 4 * page_size - 5, "sets the size");
	check_equal(reserved(fd), 4, "and reserves");
	check_ok(ftruncate(fd, 9 * page + 1), "ftruncate makes it larger");
	check_equal(reserved(fd), 10, "with what that takes");
	check_result(pwrite(fd, "x", 1, 19 * page), 1, "so does write");
	check_equal(reserved(fd), 20, "as well");
	check_errno(ftruncate(fd, all), ENOSPC, "ftruncate beyond all");
	check_errno(pwrite(fd, "x", 1, all), ENOSPC, "write beyond all");
	check_ok(ftruncate(fd, 2 * page), "ftruncate makes it smaller");
	check_equal(reserved(fd), 2, "what it had is given back");
	close(fd);
}

int main(void)
{
	struct dm_part part = { SMALL_SECTORS, "linear", DISK " 0" };

	test_begin("reserve: what is set aside is there to the last page", 100);
	main_swap_off();
	dm_create(SMALL, &part, 1, small);
	header_make(small);
	swap_start(small);
	test_arguments();
	test_all();
	test_beside_a_hog();
	test_full();
	test_kept();
	test_files();
	swap_stop(small);
	dm_remove(SMALL);
	main_swap_on();
	return test_end();
}
