// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker: each page of its object has a version that the worker remembers, and
 * is looked at, and then mostly changed, in random order.
 */
#include "work.h"

#define UNKNOWN UINT32_MAX /* a change of it was broken off */
#define REST_MS 50 /* after a refusal: the device may come back */
#define PATIENCE 400 /* refusals in a row, before a page is given up */

struct state {
	struct worker *worker;
	struct object object;
	uint32_t *version;
	uint64_t random;
};

/* Of one that is unknown all that can be said is whether it can be had. */
static int state_of(struct state *s, size_t page)
{
	const uint8_t *address = object_page(&s->object, page);
	uint32_t version = s->version[page];
	int result;

	if (version && version != UNKNOWN)
		return page_differs_or_signal(address, s->worker->number, page,
					      version);
	result = touch_read(address);
	if (!result && !version && !page_is_zero(address))
		result = PAGE_WRONG;
	return result;
}

/* => false: it was refused */
static bool look_at(struct state *s, size_t page)
{
	struct tally *tally = s->worker->tally;
	int result = state_of(s, page);

	if (result == PAGE_WRONG)
		tally->wrong++;
	else if (result)
		tally->refused++;
	return result <= 0;
}

/* => false: it was refused.  What cannot be had at all is not changed either. */
static bool change(struct state *s, size_t page)
{
	uint8_t *address = object_page(&s->object, page);
	uint32_t version = s->version[page] == UNKNOWN ? 1 :
							 s->version[page] + 1;

	if (!touch_read(address)) {
		s->version[page] = UNKNOWN;
		if (!fill_or_signal(address, s->worker->number, page,
				    version)) {
			s->version[page] = version;
			return true;
		}
	}
	s->worker->tally->refused++;
	return false;
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
			if (!look_at(s, page))
				sleep_ms(REST_MS);
			if (random_next(&s->random) % 8 < 5 && !change(s, page))
				sleep_ms(REST_MS);
			s->worker->tally->rounds++;
		}
	}
}

/* => it is there.  What may be lost is not waited for. */
static bool is_back(struct state *s, size_t page)
{
	int tries = 0;

	while (!look_at(s, page)) {
		if (s->worker->may_lose || ++tries == PATIENCE)
			return false;
		sleep_ms(REST_MS);
	}
	return true;
}

/* => each page was right in the end; a device that is back refuses none */
static bool all_right(struct state *s)
{
	struct tally *tally = s->worker->tally;

	for (size_t page = 0; page < s->object.pages; page++) {
		if (is_back(s, page))
			continue;
		tally->lost++;
		if (!s->worker->may_lose)
			break;
	}
	return !tally->wrong && (!tally->lost || s->worker->may_lose);
}

/* => 0; 1 if a page was wrong, or could not be had in the end and must not be lost */
int worker_run(void *argument)
{
	struct state s = { .worker = argument };
	bool right;

	catch_faults();
	s.random = s.worker->number + 77;
	s.object = object_new(working_set() / 2);
	if (s.worker->bound && object_bind_device(s.object.fd, s.worker->bound))
		return 3;
	s.version = calloc(s.object.pages, sizeof(*s.version));
	if (!s.version)
		return 2;
	work(&s);
	right = all_right(&s);
	object_free(&s.object);
	free(s.version);
	return right ? 0 : 1;
}
