// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growing and shrinking from and to every size around the cluster boundary,
 * with most of the pages in swap.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x512e

static const size_t sizes[] = { 1, 63, 64, 65, 127, 128, 129, 130, 300 };

#define SIZES ARRAY_SIZE(sizes)

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct trial {
	int fd;
	size_t from;
	size_t to;
};

/* A filled object of each size, once for each size that it will go to. */
static void trials_fill(struct trial trials[SIZES * SIZES])
{
	for (size_t i = 0; i < SIZES * SIZES; i++) {
		struct trial *trial = &trials[i];
		uint8_t *map;

		trial->from = sizes[i / SIZES];
		trial->to = sizes[i % SIZES];
		trial->fd = object_open();
		object_resize_pages(trial->fd, trial->from);
		map = object_map(trial->fd, 0, trial->from,
				 PROT_READ | PROT_WRITE, MAP_SHARED);
		range_fill(map, SEED + i, 0, trial->from, 1);
		object_unmap(map, trial->from);
	}
}

/* The pages that stayed must be right, those that came must be zero. */
static size_t wrong_pages(int fd, uint64_t seed, size_t kept, size_t size)
{
	uint8_t *map = object_map(fd, 0, size, PROT_READ, MAP_SHARED);
	size_t wrong = range_differs(map, seed, 0, kept, 1);

	for (size_t i = kept; i < size; i++)
		wrong += !page_is_zero(map + i * page_size);
	object_unmap(map, size);
	return wrong;
}

/* From one size to the other and back again. */
static void trial_run(const struct trial *trial, uint64_t seed)
{
	size_t kept = smaller(trial->from, trial->to);
	size_t wrong = 0;

	object_resize_pages(trial->fd, trial->to);
	if (object_info(trial->fd).size != trial->to * page_size)
		wrong++;
	wrong += wrong_pages(trial->fd, seed, kept, trial->to);
	object_resize_pages(trial->fd, trial->from);
	wrong += wrong_pages(trial->fd, seed, kept, trial->from);
	check_equal(wrong, 0,
		    text("pages are right from size %zu to %zu and back",
			 trial->from, trial->to));
}

static void test_every_pair(void)
{
	struct trial trials[SIZES * SIZES];
	struct paging before = paging_now();

	trials_fill(trials);
	for (size_t i = 0; i < SIZES * SIZES; i++)
		trial_run(&trials[i], SEED + i);
	check_paging(before, 4 * budget_pages(), 2 * budget_pages(),
		     "all pairs of sizes");
	for (size_t i = 0; i < SIZES * SIZES; i++)
		close(trials[i].fd);
}

static void test_shrink_frees(void)
{
	struct object o = object_new(working_set());
	dev_t swap = device_number(main_swap());
	size_t keep = CLUSTER + 1;

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_at_least(device_get(swap, "used"),
		       (o.pages - budget_pages()) * page_size,
		       "a large object fills the device");
	object_resize_pages(o.fd, keep);
	check_at_most(object_info(o.fd).slots, keep * page_size,
		      "a shrunk object holds no more slots than pages");
	stat_wait("writing", 0, 2000);
	check_equal(device_get(swap, "used"), object_info(o.fd).slots,
		    "the device's use falls with it");
	check_at_most(stat_get("resident") + stat_get("swapped"),
		      keep * page_size, "the totals fall with it");
	check_equal(stat_get("clusters"), 2, "clusters past the end are gone");
	check_range(o.map, SEED, 0, keep, 1, "the pages that stay are right");
	object_resize_pages(o.fd, 0);
	stat_wait("writing", 0, 2000);
	check_equal(device_get(swap, "used"), 0, "an empty object has no slot");
	check_equal(stat_get("clusters"), 0, "nor a cluster");
	object_free(&o);
}

/* Touches of @map past @end are SIGBUS; before it they are served. */
static void check_edge(uint8_t *map, size_t end, size_t pages, const char *kind)
{
	size_t served = 0;

	for (size_t i = end; i < pages; i++)
		served += touch_read(map + i * page_size) != SIGBUS ||
			  touch_write(map + i * page_size, 1) != SIGBUS;
	check_equal(served, 0,
		    text("every touch past size %zu of a %s is SIGBUS", end,
			 kind));
	if (end)
		check_result(touch_read(map + (end - 1) * page_size), 0,
			     text("the last page before %zu of a %s is served",
				  end, kind));
}

static void test_edges(void)
{
	struct object o = object_new(200);
	uint8_t *copy =
		object_map(o.fd, 0, 200, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	for (size_t i = SIZES - 1; i-- > 0;) {
		size_t end = sizes[i];

		object_resize_pages(o.fd, 200);
		range_fill(o.map, SEED, 0, 200, 1);
		range_fill(copy, SEED, 0, 200, 2);
		object_resize_pages(o.fd, end);
		check_edge(o.map, end, 200, "shared mapping");
		check_edge(copy, end, 200, "private mapping");
		check_range(copy, SEED, 0, end, 2,
			    text("private copies before %zu stay", end));
		object_resize_pages(o.fd, 200);
		check_zero(object_page(&o, end), 200 - end,
			   text("pages past %zu are zero when it grows", end));
		check_zero(copy + end * page_size, 200 - end,
			   text("private copies past %zu are gone", end));
	}
	object_unmap(copy, 200);
	object_free(&o);
}

/* Page numbers that do not fit in 32 bits: the last page of 32 TiB. */
static void test_huge(void)
{
	size_t last = ((uint64_t)1 << 45) / page_size - 1;
	int fd = object_open();
	uint8_t *map;

	object_resize_pages(fd, last + 1);
	map = object_map(fd, last, 1, PROT_READ | PROT_WRITE, MAP_SHARED);
	page_fill(map, SEED, last, 1);
	check(pwrite(fd, "x", 1, 0) == 1, "the first page is written", "%s",
	      strerror(errno));
	check(evict_page(fd, last), "the last page of 32 TiB can be evicted",
	      "it stays resident");
	check_range(map, SEED, last, 1, 1, "it comes back as itself");
	check_equal(stat_get("clusters"), 2, "32 TiB cost what is touched");
	object_resize_pages(fd, last);
	check_result(touch_read(map), SIGBUS, "it can be cut off");
	check_equal(stat_get("clusters"), 1, "and is gone then");
	object_unmap(map, 1);
	close(fd);
}

int main(void)
{
	test_begin("resize: size changes keep what they should", 40);
	test_every_pair();
	test_shrink_frees();
	test_edges();
	test_huge();
	return test_end();
}
