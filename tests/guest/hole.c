// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holes: what is dropped reads as zeros and takes neither memory nor swap, and
 * its neighbours stay, wherever the edges are.
 */
#include <fcntl.h>

#include "guest.h"

#define SEED 0x401e
#define PAGES (3 * CLUSTER)

static const size_t edges[] = { 0, 1, 63, 64, 65, 100, 127, 128, 129, 191, 192 };

/* Pages of the range that are not as the hole [@from, @to) demands. */
static size_t wrong_beside_hole(const uint8_t *map, size_t from, size_t to)
{
	size_t wrong =
		range_differs(map, SEED, 0, from, 1) +
		range_differs(map + to * page_size, SEED, to, PAGES - to, 1);

	for (size_t i = from; i < to; i++)
		wrong += !page_is_zero(map + i * page_size);
	return wrong;
}

static void hole_at(size_t from, size_t to, bool evict)
{
	struct object o = object_new(PAGES);
	size_t held;

	range_fill(o.map, SEED, 0, PAGES, 1);
	if (evict && !evict_pages(o.fd, 0, PAGES))
		die("the pages stay in memory");
	if (object_drop(o.fd, from, to - from))
		die("AOBJ_IOC_DROP");
	held = object_info(o.fd).resident + object_info(o.fd).swapped;
	check(held == (PAGES - (to - from)) * page_size &&
		      object_info(o.fd).slots <= held,
	      text("a hole from %zu to %zu gives back what it held%s", from, to,
		   evict ? ", on swap" : ""),
	      "%zu bytes held", held);
	check_equal(wrong_beside_hole(o.map, from, to), 0,
		    text("a hole from %zu to %zu, and no page more%s", from, to,
			 evict ? ", on swap" : ""));
	object_free(&o);
}

static void test_edges(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		for (size_t j = i + 1; j < ARRAY_SIZE(edges); j++)
			hole_at(edges[i], edges[j], false);
	hole_at(1, 65, true);
	hole_at(64, 128, true);
	hole_at(0, PAGES, true);
}

static void test_all_gone(void)
{
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_ok(object_drop(o.fd, 0, o.pages), "all of it is dropped");
	check_equal(stat_get("resident"), 0, "no page is left in memory");
	check_equal(stat_get("swapped"), 0, "none on swap");
	check_equal(stat_get("clusters"), 0, "and no account of any");
	check_zero(o.map, o.pages, "it reads as zeros");
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_range(o.map, SEED, 0, o.pages, 2, "and can be used again");
	object_free(&o);
}

static void test_refused(void)
{
	struct object o = object_new(4);

	check_errno(object_drop(o.fd, 0, 5), EINVAL, "past the end");
	check_errno(object_drop(o.fd, SIZE_MAX / page_size, 2), EINVAL,
		    "round the end of numbers");
	check_ok(object_drop(o.fd, 4, 0), "nothing at the end");
	object_free(&o);
}

/* fallocate takes any byte; MADV_REMOVE is fallocate on the mapping's file. */
static void test_fallocate(void)
{
	const int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	size_t page = page_size;
	int fd = object_create("hole", 8 * page, AOBJ_CREATE_CLOEXEC);
	uint8_t *map = object_map(fd, 0, 8, PROT_READ | PROT_WRITE, MAP_SHARED);
	uint8_t *own =
		object_map(fd, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	memset(map, 1, 8 * page);
	own[5 * page] = 9;
	check_ok(fallocate(fd, hole, (off_t)page / 2, (off_t)(2 * page)),
		 "a hole from the middle of a page");
	check_equal(object_info(fd).resident, 7 * page, "frees the whole one");
	check(map[page / 2 - 1] == 1 && !map[page / 2] && !map[2 * page] &&
		      !map[2 * page + page / 2 - 1] &&
		      map[2 * page + page / 2] == 1,
	      "and zeros its parts of the others", "something else");
	check_ok(fallocate(fd, hole, (off_t)(3 * page + 10), 20),
		 "a hole inside a page");
	check(map[3 * page + 9] == 1 && !map[3 * page + 10] &&
		      !map[3 * page + 29] && map[3 * page + 30] == 1,
	      "zeros that", "something else");
	check_ok(madvise(map + 4 * page, 2 * page, MADV_REMOVE), "MADV_REMOVE");
	check(!map[4 * page] && !map[5 * page] && map[6 * page] == 1,
	      "makes a hole", "another");
	check_equal(own[5 * page], 9, "a private copy stays");
	check_errno(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, (off_t)page),
		    EOPNOTSUPP, "what is not known");
	check_ok(fallocate(fd, FALLOC_FL_ZERO_RANGE, (off_t)(7 * page),
			   (off_t)(3 * page)),
		 "zeros past the end");
	check_equal(object_info(fd).size, 10 * page, "make it larger");
	check_equal(map[7 * page], 0, "and are zeros");
	object_unmap(map, 8);
	object_unmap(own, 8);
	close(fd);
}

/* One thread drops, another writes and looks: a page is whole or zeros. */
struct racer {
	const struct object *o;
	uint64_t wrong;
	uint64_t zeros;
};

#define ROUNDS 300

static void *write_and_look(void *argument)
{
	struct racer *racer = argument;

	for (uint32_t round = 1; round <= ROUNDS; round++) {
		for (size_t i = 0; i < racer->o->pages; i += 7) {
			uint64_t *page = (uint64_t *)object_page(racer->o, i);
			uint64_t seen;

			__atomic_store_n(page, i, __ATOMIC_RELAXED);
			seen = __atomic_load_n(page, __ATOMIC_RELAXED);
			racer->wrong += seen != i && seen != 0;
			racer->zeros += i && !seen;
		}
	}
	return NULL;
}

static void *drop_all(void *argument)
{
	struct racer *racer = argument;

	for (int round = 0; round < ROUNDS; round++)
		if (object_drop(racer->o->fd, (size_t)round % 70,
				racer->o->pages - (size_t)round % 70))
			racer->wrong++;
	return NULL;
}

static void *run_racer(void *argument)
{
	struct racer *racer = argument;

	return racer->zeros ? drop_all(racer) : write_and_look(racer);
}

static void test_race(void)
{
	struct object o = object_new(2 * budget_pages());
	struct racer racers[] = { { &o, 0, 0 }, { &o, 0, 1 }, { &o, 0, 0 } };

	threads_run(run_racer, racers, ARRAY_SIZE(racers), sizeof(racers[0]));
	check_equal(racers[0].wrong + racers[1].wrong + racers[2].wrong, 0,
		    "dropping and writing do not mix up pages");
	check_ok(object_drop(o.fd, 0, o.pages), "at last all is dropped");
	check_zero(o.map, o.pages, "and is zeros");
	object_free(&o);
}

int main(void)
{
	test_begin("hole: what is dropped is gone, and nothing else", 60);
	test_edges();
	test_all_gone();
	test_refused();
	test_fallocate();
	test_race();
	return test_end();
}
