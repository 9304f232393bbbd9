// SPDX-License-Identifier: GPL-2.0-only
/*
 * posix_fadvise and madvise of objects: what is said of their use is heeded.
 */
#include <fcntl.h>

#include "guest.h"

#define SEED 0xad71
#define PAGES (2 * CLUSTER)

static struct object swapped_object(size_t pages)
{
	struct object o = object_new(pages);

	range_fill(o.map, SEED, 0, pages, 1);
	if (!evict_pages(o.fd, 0, pages))
		die("the pages stay in memory");
	return o;
}

static uint64_t resident(int fd)
{
	return object_info(fd).resident / page_size;
}

static bool all_resident(void *argument)
{
	const struct object *o = argument;

	return resident(o->fd) == o->pages;
}

/* Reads the first @pages in order, which is what read-ahead waits for. */
static size_t read_pages(const struct object *o, size_t pages)
{
	static uint8_t page[65536];
	size_t wrong = 0;

	for (size_t i = 0; i < pages; i++) {
		if (pread(o->fd, page, page_size, (off_t)(i * page_size)) !=
		    (ssize_t)page_size)
			die("pread of page %zu", i);
		wrong += !page_matches(page, SEED, i, 1);
	}
	return wrong;
}

static void test_random(void)
{
	struct object o = swapped_object(PAGES);

	check_result(posix_fadvise(o.fd, 0, 0, POSIX_FADV_RANDOM), 0,
		     "an object is said to be used at random");
	check_equal(read_pages(&o, 10), 0, "what is read of it is right");
	check_equal(resident(o.fd), 10, "and nothing else was brought in");
	check_result(posix_fadvise(o.fd, 0, 0, POSIX_FADV_NORMAL), 0,
		     "no more is said of it");
	evict_pages(o.fd, 0, PAGES);
	check_equal(read_pages(&o, 10), 0, "what is read of it is right");
	check_at_least(resident(o.fd), 11, "and more came along");
	object_free(&o);
}

/* => with one page of a cluster the rest is read, on slow devices some of it */
static void test_sequential(bool mapped)
{
	struct object o = swapped_object(PAGES);
	int err = mapped ? madvise(o.map, PAGES * page_size, MADV_SEQUENTIAL) :
			   posix_fadvise(o.fd, 0, 0, POSIX_FADV_SEQUENTIAL);

	check_result(err, 0,
		     mapped ? "a mapping is said to be used in order" :
			      "a file is said to be used in order");
	if (mapped)
		check_range(o.map, SEED, 0, 1, 1, "what is touched is right");
	else
		check_equal(read_pages(&o, 1), 0, "what is read is right");
	check_at_least(resident(o.fd), 16, "the next pages came along at once");
	check_range(o.map, SEED, 0, PAGES, 1, "all is right");
	object_free(&o);
}

static void test_mapped_random(void)
{
	struct object o = swapped_object(PAGES);

	check_ok(madvise(o.map, PAGES * page_size, MADV_RANDOM),
		 "a mapping is said to be used at random");
	check_range(o.map, SEED, 0, 10, 1, "what is touched is right");
	check_equal(resident(o.fd), 10, "and nothing else was brought in");
	object_free(&o);
}

static void test_will_need(bool mapped)
{
	struct object o = swapped_object(PAGES);
	uint64_t faults = stat_event("faults");
	int err = mapped ? madvise(o.map, PAGES * page_size, MADV_WILLNEED) :
			   posix_fadvise(o.fd, 0, (off_t)(PAGES * page_size),
					 POSIX_FADV_WILLNEED);

	check_result(err, 0,
		     mapped ? "a mapping will be needed" :
			      "a file will be needed");
	check(wait_until(all_resident, &o, 5000 * time_scale()),
	      "it is brought in", "%llu pages",
	      (unsigned long long)resident(o.fd));
	check_equal(stat_event("faults"), faults, "without a fault");
	check_range(o.map, SEED, 0, PAGES, 1, "it is right");
	object_free(&o);
}

static void test_too_much(void)
{
	struct object o = swapped_object(4 * budget_pages());
	uint64_t in = stat_event("pages_in");

	check_result(posix_fadvise(o.fd, 0, 0, POSIX_FADV_WILLNEED), 0,
		     "more will be needed than there is room for");
	check_at_most(stat_event("pages_in") - in, budget_pages(),
		      "no more is read than fits");
	check_at_least(stat_event("pages_in") - in, CLUSTER, "but some is");
	check_range(o.map, SEED, 0, o.pages, 1, "all of it is right");
	object_free(&o);
}

static void test_dont_need(void)
{
	struct object o = object_new(PAGES);

	range_fill(o.map, SEED, 0, PAGES, 1);
	check_result(posix_fadvise(o.fd, 1, (off_t)(10 * page_size),
				   POSIX_FADV_DONTNEED),
		     0, "parts and wholes of pages are not needed");
	check_equal(stat_get("inactive"), 9 * page_size,
		    "the whole ones are the next to go");
	check_range(o.map, SEED, 0, PAGES, 1, "all are right");
	check_equal(stat_get("inactive"), 0, "and in use again");
	object_free(&o);
}

static void test_refusals(void)
{
	struct object o = object_new(PAGES);

	check_result(posix_fadvise(o.fd, 0, -1, POSIX_FADV_WILLNEED), EINVAL,
		     "a negative length is refused");
	check_result(posix_fadvise(o.fd, 0, 0, 77), EINVAL,
		     "so is an advice that there is not");
	check_result(posix_fadvise(o.fd, (off_t)(9 * PAGES * page_size), 0,
				   POSIX_FADV_WILLNEED),
		     0, "past the end there is nothing to need");
	check_result(posix_fadvise(o.fd, 0, INT64_MAX, POSIX_FADV_NOREUSE), 0,
		     "what will be used once is no different");
	object_free(&o);
}

int main(void)
{
	test_begin("advise", 60);
	test_random();
	test_mapped_random();
	test_sequential(false);
	test_sequential(true);
	test_will_need(false);
	test_will_need(true);
	test_too_much();
	test_dont_need();
	test_refusals();
	return test_end();
}
