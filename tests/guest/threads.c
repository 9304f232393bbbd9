// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that change pages of one object at random, all of it under paging.
 */
#include "guest.h"

#define THREADS 4
#define ROUNDS 2000
#define SEED 0x7468

/* Each page: a version, a count, and a pattern that follows the version. */
struct worker {
	const struct object *object;
	uint32_t *versions; /* of all pages; a page has one owner */
	size_t number;
	size_t wrong;
	uint64_t added;
};

/* Checks a page of its own whole and writes the next version of it. */
static void change_own_page(struct worker *worker, size_t page)
{
	uint8_t *bytes = object_page(worker->object, page);
	uint32_t *version = &worker->versions[page];

	if (*version && !page_matches(bytes, SEED, page, *version))
		worker->wrong++;
	page_fill(bytes, SEED, page, ++*version);
}

static void *own_pages(void *argument)
{
	struct worker *worker = argument;
	uint64_t random = worker->number + 1;
	size_t pages = worker->object->pages;

	for (int i = 0; i < ROUNDS; i++) {
		size_t page = random_next(&random) % (pages / THREADS);

		/* Neighbours belong to different threads: false sharing of
		 * clusters is the point.
		 */
		change_own_page(worker, page * THREADS + worker->number);
	}
	return NULL;
}

static void *shared_words(void *argument)
{
	struct worker *worker = argument;
	uint64_t random = 99 + worker->number;

	for (int i = 0; i < ROUNDS; i++) {
		size_t page = random_next(&random) % worker->object->pages;
		uint64_t *word = (void *)object_page(worker->object, page);
		uint64_t amount = random_next(&random) & 0xffff;

		__atomic_fetch_add(word + i % 512, amount, __ATOMIC_RELAXED);
		worker->added += amount;
	}
	return NULL;
}

static void run(struct worker *workers, const struct object *object,
		uint32_t *versions, void *(*body)(void *))
{
	for (size_t i = 0; i < THREADS; i++)
		workers[i] = (struct worker){
			.object = object,
			.versions = versions,
			.number = i,
		};
	threads_run(body, workers, THREADS, sizeof(*workers));
}

static void test_own_pages(const struct object *o)
{
	uint32_t *versions = calloc(o->pages, sizeof(*versions));
	struct worker workers[THREADS];
	struct paging before = paging_now();
	size_t wrong = 0, last = 0;

	run(workers, o, versions, own_pages);
	for (size_t i = 0; i < THREADS; i++)
		wrong += workers[i].wrong;
	check_equal(wrong, 0, "each thread finds its pages as it left them");
	for (size_t i = 0; i < o->pages; i++) {
		if (versions[i])
			last += !page_matches(object_page(o, i), SEED, i,
					      versions[i]);
		else
			last += !page_is_zero(object_page(o, i));
	}
	check_equal(last, 0, "every page holds its last version at the end");
	check_paging(before, budget_pages(), budget_pages(), "random changes");
	free(versions);
}

static uint64_t sum_of_words(const struct object *o)
{
	size_t words = o->pages * page_size / sizeof(uint64_t);
	const uint64_t *word = (void *)o->map;
	uint64_t sum = 0;

	for (size_t i = 0; i < words; i++)
		sum += word[i];
	return sum;
}

static void test_shared_words(void)
{
	struct object o = object_new(working_set());
	struct worker workers[THREADS];
	struct paging before = paging_now();
	uint64_t added = 0;

	run(workers, &o, NULL, shared_words);
	for (size_t i = 0; i < THREADS; i++)
		added += workers[i].added;
	check_equal(sum_of_words(&o), added,
		    "no addition of any thread is lost");
	check_paging(before, budget_pages(), budget_pages(),
		     "additions to shared words");
	object_free(&o);
}

/* All threads fault the same page at the same moment, again and again. */
static void *same_pages(void *argument)
{
	struct worker *worker = argument;

	for (size_t page = 0; page < worker->object->pages; page++) {
		uint64_t *word = (void *)object_page(worker->object, page);

		__atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void test_same_pages(void)
{
	struct object o = object_new(working_set());
	struct worker workers[THREADS];
	size_t wrong = 0;

	run(workers, &o, NULL, same_pages);
	run(workers, &o, NULL, same_pages);
	for (size_t i = 0; i < o.pages; i++)
		wrong += *(uint64_t *)(void *)object_page(&o, i) != 2 * THREADS;
	check_equal(wrong, 0, "threads that fault one page share one page");
	object_free(&o);
}

int main(void)
{
	struct object o;

	test_begin("threads: concurrent changes are all kept", 40);
	o = object_new(working_set());
	test_own_pages(&o);
	object_free(&o);
	test_shared_words();
	test_same_pages();
	return test_end();
}
