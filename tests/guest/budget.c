// SPDX-License-Identifier: GPL-2.0-only
/*
 * The budget holds at every moment, and can be changed at run time.
 */
#include <pthread.h>

#include "guest.h"

#define SEED 0xb4d
#define THREADS 3
#define TOUCHES 1500

struct sampler {
	volatile bool stop;
	uint64_t samples;
	uint64_t most;
	uint64_t writing;
};

static void *sample(void *argument)
{
	struct sampler *sampler = argument;

	while (!sampler->stop) {
		uint64_t resident = stat_get("resident");
		uint64_t writing = stat_get("writing");

		if (resident > sampler->most)
			sampler->most = resident;
		if (writing > sampler->writing)
			sampler->writing = writing;
		sampler->samples++;
	}
	return NULL;
}

static void *churn(void *argument)
{
	const struct object *o = argument;
	uint64_t random = (uint64_t)(uintptr_t)&o | 1;

	for (unsigned int i = 0; i < TOUCHES / time_scale(); i++) {
		size_t page = random_next(&random) % o->pages;

		*(volatile uint8_t *)object_page(o, page) += 1;
	}
	return NULL;
}

static void test_never_exceeded(void)
{
	struct object objects[THREADS];
	struct sampler sampler = { 0 };
	struct paging before = paging_now();
	pthread_t thread;

	for (size_t i = 0; i < THREADS; i++)
		objects[i] = object_new(working_set() / 2);
	errno = pthread_create(&thread, NULL, sample, &sampler);
	if (errno)
		die("pthread_create");
	threads_run(churn, objects, THREADS, sizeof(*objects));
	for (size_t i = 0; i < THREADS; i++)
		range_fill(objects[i].map, SEED, 0, objects[i].pages, 1);
	sampler.stop = true;
	pthread_join(thread, NULL);
	check_at_least(sampler.samples, 50, "residency was looked at often");
	check_at_most(sampler.most, stat_get("budget"),
		      "residency never passes the budget");
	check_at_least(sampler.most, stat_get("budget") / 2,
		       "the budget is made use of");
	check_at_most(sampler.writing, stat_get("budget"),
		      "no more is under write-out than can be resident");
	check_paging(before, working_set(), budget_pages(), "three threads");
	for (size_t i = 0; i < THREADS; i++)
		object_free(&objects[i]);
}

static bool fits(void *argument)
{
	(void)argument;
	return stat_get("resident") <= stat_get("budget");
}

static int tool(const char *size)
{
	const char *path = getenv("AOBJCTL");

	if (!path)
		die("AOBJCTL names no aobjctl");
	return command("%s budget %s", path, size);
}

static void test_change(void)
{
	struct object o = object_new(working_set());
	uint64_t budget = stat_get("budget");
	struct paging before;

	range_fill(o.map, SEED, 0, o.pages, 1);
	before = paging_now();
	check_result(tool("1M"), 0, "aobjctl lowers the budget");
	check_equal(stat_get("budget"), MIB, "sysfs shows the lower budget");
	check(wait_until(fits, NULL, 3000), "residency falls to it",
	      "%llu bytes", (unsigned long long)stat_get("resident"));
	check_range(o.map, SEED, 0, o.pages, 1, "every page is right in it");
	check_at_most(stat_get("resident"), MIB, "residency stays in it");
	check_paging(before, 0, o.pages - budget_pages(), "a low budget");
	check_result(tool(text("%llu", (unsigned long long)(3 * budget))), 0,
		     "aobjctl raises the budget");
	check_range(o.map, SEED, 0, o.pages, 1, "every page is right then");
	check_at_least(stat_get("resident"), 9 * budget / 4,
		       "the higher budget is made use of");
	if (control_budget(budget))
		die("setting the budget back");
	check(wait_until(fits, NULL, 3000), "residency falls back",
	      "%llu bytes", (unsigned long long)stat_get("resident"));
	check_range(o.map, SEED, 0, o.pages, 1, "and nothing is lost");
	object_free(&o);
}

/*
 * The smallest budget there is must still make progress, within the patience that the
 * module has by itself: the suite's is for those who wait for nothing.
 */
static void test_smallest(void)
{
	struct object o = object_new(working_set() / 2);
	uint64_t budget = stat_get("budget");
	unsigned int wait_ms = nospace_wait_ms();
	struct paging before = paging_now();

	set_nospace_wait_ms(10000);
	check_ok(control_budget(MIB), "the smallest budget is set");
	range_fill(o.map, SEED, 0, o.pages, 1);
	threads_run(churn, (struct object[]){ o, o, o, o }, 4, sizeof(o));
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_range(o.map, SEED, 0, o.pages, 2, "it serves four threads");
	check_paging(before, o.pages, o.pages / 2, "the smallest budget");
	object_free(&o);
	if (control_budget(budget))
		die("setting the budget back");
	set_nospace_wait_ms(wait_ms);
}

int main(void)
{
	test_begin("budget: it holds, and can be changed", 60);
	test_never_exceeded();
	test_change();
	test_smallest();
	return test_end();
}
