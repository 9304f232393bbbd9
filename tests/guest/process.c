// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several objects and several processes at once; what exit leaves behind.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "guest.h"

#define PROCESSES 4

/* A process of its own: fills an object, checks it, changes it, checks it. */
static int own_object(void *argument)
{
	uint64_t seed = (uint64_t)(uintptr_t)argument;
	struct object o = object_new(working_set() / 2);
	size_t wrong = 0;

	for (uint32_t version = 1; version <= 2; version++) {
		range_fill(o.map, seed, 0, o.pages, version);
		wrong += range_differs(o.map, seed, 0, o.pages, version);
	}
	object_free(&o);
	return wrong ? 1 : 0;
}

static void test_own_objects(void)
{
	struct paging before = paging_now();
	pid_t pids[PROCESSES];

	for (uintptr_t i = 0; i < PROCESSES; i++)
		pids[i] = task_start(own_object, (void *)(i + 1));
	for (size_t i = 0; i < PROCESSES; i++)
		check_result(task_wait(pids[i]), 0,
			     text("process %zu finds its object intact", i));
	check_paging(before, 2 * working_set(), budget_pages(),
		     "four processes");
}

static void test_many_objects(void)
{
	struct object objects[100];
	struct paging before = paging_now();
	size_t pages = 41, wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = object_new(pages);
		range_fill(objects[i].map, i, 0, pages, 1);
	}
	check_equal(stat_get("objects"), ARRAY_SIZE(objects),
		    "sysfs counts the objects");
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		wrong += range_differs(objects[i].map, i, 0, pages, 1);
	check_equal(wrong, 0, "a hundred small objects keep their own pages");
	check_paging(before, ARRAY_SIZE(objects) * pages - budget_pages(), 0,
		     "a hundred small objects");
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		object_free(&objects[i]);
	check_equal(stat_get("objects"), 0, "closing them takes them all away");
}

/* Adds one to the same words as its siblings, in an order of its own. */
static int add_to_words(void *argument)
{
	const struct object *o = argument;
	uint64_t random = (uint64_t)getpid();
	size_t start = random_next(&random) % o->pages;

	for (size_t i = 0; i < o->pages; i++) {
		size_t page = (start + i) % o->pages;
		uint64_t *word = (void *)object_page(o, page);

		__atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static void test_one_object(void)
{
	struct object o = object_new(working_set());
	struct paging before = paging_now();
	pid_t pids[PROCESSES];
	size_t wrong = 0;

	for (size_t i = 0; i < PROCESSES; i++)
		pids[i] = task_start(add_to_words, &o);
	for (size_t i = 0; i < PROCESSES; i++)
		check_result(task_wait(pids[i]), 0,
			     text("process %zu adds to the shared object", i));
	for (size_t i = 0; i < o.pages; i++)
		wrong += *(uint64_t *)(void *)object_page(&o, i) != PROCESSES;
	check_equal(wrong, 0, "no addition of any process is lost");
	check_paging(before, budget_pages(), budget_pages(),
		     "four processes on one object");
	object_free(&o);
}

/* Exits with the object mapped, alias and private mappings and all. */
static int leave_mapped(void *argument)
{
	struct object o = object_new(working_set());
	uint8_t *alias = object_map(o.fd, 3, 100, PROT_READ, MAP_SHARED);
	uint8_t *copy =
		object_map(o.fd, 0, 100, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	(void)argument;
	range_fill(o.map, 5, 0, o.pages, 1);
	copy[0] = alias[0];
	close(o.fd);
	_exit(0);
}

static void test_exit(void)
{
	struct paging before = paging_now();

	check_result(task_wait(task_start(leave_mapped, NULL)), 0,
		     "a process exits with everything mapped");
	check_paging(before, working_set() - budget_pages(), 0, "that process");
	check(stat_wait("objects", 0, 2000), "its object is gone",
	      "%llu objects", (unsigned long long)stat_get("objects"));
	check(stat_wait("resident", 0, 2000), "nothing of it stays in memory",
	      "%llu bytes", (unsigned long long)stat_get("resident"));
	check(stat_wait("swapped", 0, 2000), "nothing of it stays in swap",
	      "%llu bytes", (unsigned long long)stat_get("swapped"));
}

/* Each open is an object of its own; dup and fork share one. */
static void test_opens(void)
{
	struct object o = object_new(1);
	int other = object_open(), twin = dup(o.fd);

	o.map[0] = 42;
	check_equal(object_info(other).size, 0,
		    "another open is another object");
	check_equal(object_info(twin).size, page_size, "dup shares the object");
	close(other);
	close(o.fd);
	check_equal(o.map[0], 42, "the mapping outlives a descriptor");
	close(twin);
	check_equal(o.map[0], 42, "the mapping outlives every descriptor");
	check_equal(stat_get("objects"), 1, "a mapping keeps its object");
	object_unmap(o.map, 1);
	check(stat_wait("objects", 0, 1000), "unmapping it ends the object",
	      "%llu objects", (unsigned long long)stat_get("objects"));
}

int main(void)
{
	test_begin("process: objects and processes keep apart", 40);
	test_own_objects();
	test_many_objects();
	test_one_object();
	test_exit();
	test_opens();
	return test_end();
}
