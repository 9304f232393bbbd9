// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAP_PRIVATE and fork: who sees whose writes.
 */
#include <sys/wait.h>

#include "guest.h"

#define SEED 0xc0

/* Every third page is written through the private mapping. */
static bool is_copied(size_t page)
{
	return page % 3 == 0;
}

static size_t wrong_in_private(const uint8_t *map, size_t pages)
{
	size_t wrong = 0;

	for (size_t i = 0; i < pages; i++)
		wrong += !page_matches(map + i * page_size, SEED, i,
				       is_copied(i) ? 7 : 1);
	return wrong;
}

static void test_private(void)
{
	struct object o = object_new(working_set());
	uint8_t *copy = object_map(o.fd, 0, o.pages, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE);
	struct paging before = paging_now();

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_range(copy, SEED, 0, o.pages, 1,
		    "a private mapping reads the object");
	for (size_t i = 0; i < o.pages; i++) {
		if (is_copied(i))
			page_fill(copy + i * page_size, SEED, i, 7);
	}
	check_equal(wrong_in_private(copy, o.pages), 0,
		    "a private mapping keeps its own writes");
	check_range(o.map, SEED, 0, o.pages, 1,
		    "private writes do not reach the object");
	check_equal(wrong_in_private(copy, o.pages), 0,
		    "private copies stay while the object is paged");
	object_page(&o, 1)[0] ^= 0xff;
	check(copy[page_size] == object_page(&o, 1)[0],
	      "a page not copied follows the object", "old contents");
	check_paging(before, o.pages, o.pages, "private mapping");
	object_unmap(copy, o.pages);
	object_free(&o);
}

/* The first touch of a private page is a write, and the page is in swap. */
static void test_private_write_first(void)
{
	struct object o = object_new(2 * CLUSTER);
	uint8_t *copy = object_map(o.fd, 0, o.pages, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE);
	size_t wrong = 0;

	range_fill(o.map, SEED, 0, CLUSTER, 1);
	check(evict_pages(o.fd, 0, CLUSTER), "the object can be evicted",
	      "some pages stay resident");
	for (size_t i = 0; i < o.pages; i++)
		copy[i * page_size] ^= 0xff;
	for (size_t i = 0; i < CLUSTER; i++) {
		copy[i * page_size] ^= 0xff;
		wrong += !page_matches(copy + i * page_size, SEED, i, 1);
	}
	check_equal(wrong, 0, "a private write to a swapped page copies it");
	check_equal(copy[CLUSTER * page_size], 0xff,
		    "a private write to an absent page copies zeros");
	check_range(o.map, SEED, 0, CLUSTER, 1, "the object is unchanged");
	check_zero(object_page(&o, CLUSTER), CLUSTER,
		   "absent pages of the object stay zero");
	object_unmap(copy, o.pages);
	object_free(&o);
}

struct family {
	struct object object;
	uint8_t *copy;
	volatile uint32_t *turn; /* in memory shared by both, not paged */
};

/* The child's half of the test: results in its exit status. */
static int child(void *argument)
{
	struct family *family = argument;
	const struct object *o = &family->object;
	size_t half = o->pages / 2, wrong = 0;

	wrong += range_differs(o->map, SEED, 0, o->pages, 1);
	if (wrong)
		return 1;
	range_fill(object_page(o, half), SEED, half, half, 2);
	range_fill(family->copy, SEED, 0, CLUSTER, 3);
	*family->turn = 1;
	while (*family->turn != 2)
		sleep_ms(2);
	wrong += range_differs(o->map, SEED, 0, half, 4);
	if (wrong)
		return 2;
	wrong += range_differs(family->copy, SEED, 0, CLUSTER, 3);
	return wrong ? 3 : 0;
}

static void test_fork(void)
{
	struct family family = { .object = object_new(working_set()) };
	const struct object *o = &family.object;
	size_t half = o->pages / 2;
	struct paging before = paging_now();
	pid_t pid;

	family.turn = (void *)object_map(-1, 0, 1, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS);
	family.copy = object_map(o->fd, 0, o->pages, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE);
	range_fill(o->map, SEED, 0, o->pages, 1);
	range_fill(family.copy, SEED, 0, CLUSTER, 5);
	pid = task_start(child, &family);
	while (*family.turn != 1) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			die("the child ended before its turn");
		sleep_ms(2);
	}
	check_range(object_page(o, half), SEED, half, half, 2,
		    "the parent sees what the child wrote");
	check_range(family.copy, SEED, 0, CLUSTER, 5,
		    "the child's private writes stay the child's");
	range_fill(o->map, SEED, 0, half, 4);
	*family.turn = 2;
	check_result(task_wait(pid), 0,
		     "the child sees the parent's writes, its copy is its own");
	check_range(object_page(o, half), SEED, half, half, 2,
		    "the child's writes outlive the child");
	check_paging(before, o->pages, o->pages, "fork");
	object_unmap(family.copy, o->pages);
	object_unmap((void *)family.turn, 1);
	object_free(&family.object);
}

/* fork copies page tables: no page may be counted or freed twice for it. */
static int just_read(void *argument)
{
	struct object *o = argument;

	return range_differs(o->map, SEED, 0, o->pages, 1) ? 1 : 0;
}

static void test_fork_many(void)
{
	struct object o = object_new(budget_pages() / 2);
	pid_t pids[6];

	range_fill(o.map, SEED, 0, o.pages, 1);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = task_start(just_read, &o);
	check(evict_pages(o.fd, 0, o.pages),
	      "pages mapped by several processes can be evicted",
	      "some stay resident");
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		check_result(task_wait(pids[i]), 0,
			     text("child %zu reads the object intact", i));
	check_range(o.map, SEED, 0, o.pages, 1, "and so does the parent");
	object_free(&o);
}

int main(void)
{
	test_begin("cow: private and shared writes go where they belong", 40);
	test_private();
	test_private_write_first();
	test_fork();
	test_fork_many();
	return test_end();
}
