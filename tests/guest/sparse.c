// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object of 16 TiB, of which little is touched: first, last and random pages
 * are served, paged out and in, and only what is touched costs anything.
 */
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0x16719
#define TIB ((uint64_t)1 << 40)
#define SIZE (16 * TIB)
#define TOUCHED (4 * budget_pages() > MOST ? MOST : 4 * budget_pages())
#define MOST ((size_t)4096) /* pages, most in a cluster of their own */

static uint64_t pages[MOST];

static void pick_pages(uint64_t last)
{
	uint64_t random = 16;

	pages[0] = 0;
	pages[1] = last;
	for (size_t i = 2; i < TOUCHED; i++)
		pages[i] = random_next(&random) % last;
}

static size_t wrong_pages(const uint8_t *map)
{
	size_t wrong = 0;

	for (size_t i = 0; i < TOUCHED; i++)
		wrong += !page_matches(map + pages[i] * page_size, SEED,
				       pages[i], 1);
	return wrong;
}

static void test_touch(void)
{
	struct paging before = paging_now();
	int fd = object_open();
	uint8_t *map;

	check_ok(object_resize(fd, SIZE), "an object of 16 TiB");
	pick_pages(SIZE / page_size - 1);
	map = object_map(fd, 0, SIZE / page_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_NORESERVE);
	for (size_t i = 0; i < TOUCHED; i++)
		page_fill(map + pages[i] * page_size, SEED, pages[i], 1);
	check_at_most(stat_get("clusters"), TOUCHED,
		      "only what was touched has an account");
	check_at_most(object_info(fd).resident + object_info(fd).swapped,
		      TOUCHED * page_size, "and takes room");
	check_equal(wrong_pages(map), 0, "each page is right");
	check_paging(before, TOUCHED - budget_pages(), TOUCHED - budget_pages(),
		     "a sparse object");
	check_ok(object_drop(fd, SIZE / 2 / page_size, SIZE / 2 / page_size),
		 "half of it is dropped");
	check_ok(object_resize(fd, page_size), "it shrinks to a page");
	check_equal(stat_get("clusters"), 1, "and has one account");
	check(page_matches(map, SEED, 0, 1), "that page is right", "it is not");
	object_unmap(map, SIZE / page_size);
	close(fd);
}

static void test_limits(void)
{
	const uint64_t most = INT64_MAX / page_size * page_size;
	int fd = object_open();

	check_ok(object_resize(fd, most), "the largest object there can be");
	check_result(pwrite(fd, "x", 1, (off_t)(most - 1)), 1,
		     "takes a byte at its end");
	check_equal(object_info(fd).size, most, "and keeps its size");
	check_errno(object_resize(fd, most + 1), EFBIG, "one byte more");
	check_errno(object_resize(fd, UINT64_MAX), EFBIG,
		    "all that 64 bits say");
	check_equal(object_info(fd).size, most, "change nothing");
	close(fd);
}

int main(void)
{
	test_begin("sparse: 16 TiB, of which little is touched", 40);
	test_touch();
	test_limits();
	return test_end();
}
