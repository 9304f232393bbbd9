// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread resizes an object around the cluster boundary while others fault
 * it in: a touch is served or is SIGBUS, and a page holds zeros or what was
 * written to that very page since.
 */
#include <signal.h>
#include <stdatomic.h>

#include "guest.h"

#define SMALL ((size_t)260)
#define FAULTERS 3
#define TIME_MS 2500 /* at least; then until enough has happened, */
#define TIME_MAX_MS 15000 /* but not longer, however slow the machine */
#define SERVED ((uint64_t)1000)
#define REFUSED ((uint64_t)100)
#define RESIZES ((uint64_t)100)

static const size_t sizes[] = { 0,   1,	  63,  64,  65,	 127, 128,
				129, 191, 192, 193, 255, 256, 260 };

/* All around the first cluster boundaries, and often nothing at all. */
static size_t small_size(const struct object *o, uint64_t *random)
{
	(void)o;
	return sizes[random_next(random) % ARRAY_SIZE(sizes)];
}

/*
 * At a boundary, or one page beside it, in the upper half: so the lower half,
 * twice the budget, is paged all the time.
 */
static size_t large_size(const struct object *o, uint64_t *random)
{
	size_t half = o->pages / 2;
	size_t boundary =
		half + random_next(random) % (half / CLUSTER) * CLUSTER;

	return boundary + random_next(random) % 3 - 1;
}

struct worker {
	const struct object *object;
	size_t (*next_size)(const struct object *o, uint64_t *random);
	size_t number;
	struct paging *paged; /* what it was, if paging is the subject */
	atomic_uint_fast64_t served;
	atomic_uint_fast64_t refused;
	uint64_t wrong;
	uint64_t resizes;
};

static uint64_t *mark_of(const struct object *o, size_t page)
{
	return (void *)(object_page(o, page) + page % page_size / 8 * 8);
}

/* A page's mark is its own number and a salt, or it is zero. */
static uint64_t mark(size_t page)
{
	return page * 0x10001 + 0xa0b0000000000000u;
}

static void fault_once(struct worker *worker, uint64_t *random)
{
	size_t page = random_next(random) % worker->object->pages;
	uint64_t *word = mark_of(worker->object, page);
	uint64_t value = 0;
	int signal;

	if (random_next(random) & 1)
		signal = touch_store(word, mark(page));
	else
		signal = touch_load(word, &value);
	if (signal && signal != SIGBUS)
		worker->wrong++;
	if (value && value != mark(page))
		worker->wrong++;
	worker->served += !signal;
	worker->refused += signal == SIGBUS;
}

static atomic_bool over;

static void *fault(struct worker *worker)
{
	uint64_t random = worker->number + 17;

	while (!over)
		fault_once(worker, &random);
	return NULL;
}

static bool paged_enough(const struct paging *before)
{
	struct paging now = paging_now();

	return now.out - before->out >= budget_pages() &&
	       now.in - before->in >= budget_pages();
}

/* @workers[0] is the one that resizes. */
static bool enough(const struct worker *workers)
{
	uint64_t served = 0, refused = 0;

	for (size_t i = 1; i <= FAULTERS; i++) {
		served += workers[i].served;
		refused += workers[i].refused;
	}
	return served >= SERVED && refused >= REFUSED &&
	       workers[0].resizes >= RESIZES &&
	       (!workers[0].paged || paged_enough(workers[0].paged));
}

static void *resize(struct worker *worker)
{
	uint64_t random = 4711, start = now_ms();

	while (now_ms() - start < TIME_MS ||
	       (now_ms() - start < TIME_MAX_MS && !enough(worker))) {
		size_t pages = worker->next_size(worker->object, &random);

		if (object_resize(worker->object->fd, pages * page_size))
			worker->wrong++;
		worker->resizes++;
	}
	over = true;
	return NULL;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	return worker->number ? fault(worker) : resize(worker);
}

static void check_workers(const struct worker *workers, const char *what)
{
	uint64_t served = 0, refused = 0, wrong = 0;

	for (size_t i = 0; i <= FAULTERS; i++) {
		served += workers[i].served;
		refused += workers[i].refused;
		wrong += workers[i].wrong;
	}
	check_equal(wrong, 0,
		    text("%s: no touch finds another page's data", what));
	check_at_least(served, SERVED, text("%s: touches were served", what));
	check_at_least(refused, REFUSED,
		       text("%s: touches were refused", what));
	check_at_least(workers[0].resizes, RESIZES,
		       text("%s: the object was resized", what));
}

static void race(const struct object *o,
		 size_t (*next_size)(const struct object *, uint64_t *),
		 struct paging *paged, const char *what)
{
	struct worker workers[FAULTERS + 1];

	over = false;
	for (size_t i = 0; i <= FAULTERS; i++)
		workers[i] = (struct worker){
			.object = o,
			.next_size = next_size,
			.number = i,
			.paged = paged,
		};
	threads_run(work, workers, FAULTERS + 1, sizeof(*workers));
	check_workers(workers, what);
}

static void check_rest(const struct object *o)
{
	size_t wrong = 0;

	object_resize_pages(o->fd, o->pages);
	for (size_t i = 0; i < o->pages; i++) {
		uint64_t value = *mark_of(o, i);

		*mark_of(o, i) = 0;
		wrong += (value && value != mark(i)) ||
			 !page_is_zero(object_page(o, i));
	}
	check_equal(wrong, 0, "at rest each page is zero but for its own mark");
	object_resize_pages(o->fd, 0);
	check_equal(object_info(o->fd).resident + object_info(o->fd).swapped, 0,
		    "an object shrunk to nothing holds nothing");
}

int main(void)
{
	struct paging before;
	struct object o;

	test_begin("resize_race: resizing and faulting do not mix up pages",
		   40);
	o = object_new(SMALL);
	race(&o, small_size, NULL, "in memory");
	check_rest(&o);
	object_free(&o);
	o = object_new(working_set());
	before = paging_now();
	race(&o, large_size, &before, "under paging");
	check_paging(before, budget_pages(), budget_pages(), "under paging");
	check_rest(&o);
	object_free(&o);
	return test_end();
}
