// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker: each page of its object has a version that the worker remembers, and
 * is looked at, and then mostly changed, in random order.
 */
#include "work.h"

#define UNKNOWN UINT32_MAX /* a change of it was broken off */
#define REST_MS 50 /* after a refusal: the device may come back */
#define PATIENCE 400 /* refusals in a row, before the rest is given up */

struct state {
	struct worker *worker;
	struct object object;
	uint32_t *version;
	uint64_t random;
};

/* => false: it was refused */
static bool look_at(struct state *s, size_t page)
{
	struct tally *tally = s->worker->tally;
	uint32_t version = s->version[page];
	int result;

	if (version == UNKNOWN)
		return true;
	if (!version) {
		result = touch_read(object_page(&s->object, page));
		if (!result && !page_is_zero(object_page(&s->object, page)))
			result = PAGE_WRONG;
	} else {
		result = page_differs_or_signal(object_page(&s->object, page),
						s->worker->number, page,
						version);
	}
	if (result == PAGE_WRONG)
		tally->wrong++;
	else if (result)
		tally->refused++;
	if (result > 0)
		sleep_ms(REST_MS);
	return result <= 0;
}

static void change(struct state *s, size_t page)
{
	uint32_t version = s->version[page] == UNKNOWN ? 1 :
							 s->version[page] + 1;

	s->version[page] = UNKNOWN;
	if (fill_or_signal(object_page(&s->object, page), s->worker->number,
			   page, version)) {
		s->worker->tally->refused++;
		sleep_ms(REST_MS);
		return;
	}
	s->version[page] = version;
}

/*
 * Neighbours, so that there is something to read ahead.  Every other time some that
 * are often used: they are wanted again while they are being written out.
 */
static void work(struct state *s)
{
	for (bool hot = false; !*s->worker->stop; hot = !hot) {
		size_t range = hot ? budget_pages() / 2 : s->object.pages;
		size_t page = random_next(&s->random) % range;
		size_t end = page + 1 + random_next(&s->random) % 24;

		for (; page < end && page < s->object.pages; page++) {
			look_at(s, page);
			if (random_next(&s->random) % 8 < 5)
				change(s, page);
			s->worker->tally->rounds++;
		}
	}
}

/* => each page was right in the end; a device that is back refuses none */
static bool all_right(struct state *s)
{
	int tries = 0;

	for (size_t page = 0; page < s->object.pages && tries < PATIENCE;) {
		if (look_at(s, page)) {
			page++;
			tries = 0;
		} else {
			tries++;
		}
	}
	return tries < PATIENCE && !s->worker->tally->wrong;
}

/* => 0; 1 if a page was wrong, or could not be had in the end */
int worker_run(void *argument)
{
	struct state s = { .worker = argument };
	bool right;

	catch_faults();
	s.random = s.worker->number + 77;
	s.object = object_new(working_set() / 2);
	s.version = calloc(s.object.pages, sizeof(*s.version));
	if (!s.version)
		return 2;
	work(&s);
	right = all_right(&s);
	object_free(&s.object);
	free(s.version);
	return right ? 0 : 1;
}
