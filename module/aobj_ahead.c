// SPDX-License-Identifier: GPL-2.0-only
/* Fault-ahead; pure logic, see the header. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "aobj_ahead.h"
#include "aobj_internal.h"

#define NEAR 32 /* pages from one to the next that may be a step */

static void window_go_on(struct aobj_stream *at, struct aobj_stream s,
			 struct aobj_window *w)
{
	w->stream = at;
	w->step = s.step;
	w->nr = clamp_t(unsigned int, s.window, 1, AOBJ_CLUSTER_PAGES);
	s.window = min(2 * w->nr, AOBJ_CLUSTER_PAGES);
	WRITE_ONCE(*at, s);
}

/* Two neighbours are a sequence; any other step has to show once more. */
static void window_second(struct aobj_stream *at, long step,
			  struct aobj_window *w)
{
	struct aobj_stream s = READ_ONCE(*at);

	w->stream = at;
	w->step = step;
	w->nr = abs(step) == 1 ? 2 : 1;
	s.step = step;
	s.window = 2 * w->nr;
	WRITE_ONCE(*at, s);
}

/* => the stream that has to go for a new one */
static struct aobj_stream *oldest(struct aobj_ahead *ahead)
{
	unsigned int at = READ_ONCE(ahead->oldest);

	at = at < AOBJ_STREAMS ? at : 0;
	WRITE_ONCE(ahead->oldest, at + 1);
	return &ahead->stream[at];
}

static void window_new(struct aobj_ahead *ahead, pgoff_t pgoff,
		       struct aobj_window *w)
{
	/* Whatever is brought in, its edge is there already. */
	w->stream = NULL;
	w->step = 1;
	w->nr = 1;
	WRITE_ONCE(*oldest(ahead), ((struct aobj_stream){ 1, 0, pgoff }));
}

/* => the stream from @at on that @pgoff is near to, or NULL */
static struct aobj_stream *near_to(struct aobj_ahead *ahead,
				   struct aobj_stream *at, pgoff_t pgoff)
{
	for (; at < ahead->stream + AOBJ_STREAMS; at++) {
		struct aobj_stream s = READ_ONCE(*at);

		if (pgoff - s.edge + NEAR <= 2 * NEAR)
			return at;
	}
	return NULL;
}

/* => false if there is no stream that @pgoff belongs to */
static bool window_of_stream(struct aobj_ahead *ahead, pgoff_t pgoff,
			     struct aobj_window *w)
{
	struct aobj_stream *at = ahead->stream, *second = NULL;
	long step = 0;

	for (; (at = near_to(ahead, at, pgoff)); at++) {
		struct aobj_stream s = READ_ONCE(*at);
		long distance = (long)(pgoff - s.edge);

		if (!distance || !s.window)
			continue;
		if (distance == s.step) {
			window_go_on(at, s, w);
			return true;
		}
		if (!s.step) {
			second = at;
			step = distance;
		}
	}
	if (second)
		window_second(second, step, w);
	return second;
}

void aobj_ahead_ask(struct aobj_ahead *ahead, pgoff_t pgoff,
		    struct aobj_window *w)
{
	if (!window_of_stream(ahead, pgoff, w))
		window_new(ahead, pgoff, w);
}

void aobj_ahead_sequence(struct aobj_ahead *ahead, pgoff_t pgoff,
			 struct aobj_window *w)
{
	struct aobj_stream *at = NULL;

	if (window_of_stream(ahead, pgoff, w) && w->step == 1)
		at = w->stream;
	if (!at)
		at = oldest(ahead);
	w->stream = at;
	w->step = 1;
	w->nr = AOBJ_CLUSTER_PAGES;
	WRITE_ONCE(*at, ((struct aobj_stream){ .window = AOBJ_CLUSTER_PAGES,
					       .step = 1,
					       .edge = pgoff }));
}

static void set_edge(struct aobj_stream *at, pgoff_t edge)
{
	struct aobj_stream s = READ_ONCE(*at);

	s.edge = edge;
	WRITE_ONCE(*at, s);
}

void aobj_ahead_done(const struct aobj_window *w, pgoff_t edge)
{
	if (w->stream)
		set_edge(w->stream, edge);
}

/* => the first of up to @nr pages of one cluster beyond the edge, and the new edge */
static pgoff_t beyond(pgoff_t edge, long step, unsigned int nr, pgoff_t *end)
{
	const pgoff_t last = AOBJ_CLUSTER_PAGES - 1;
	pgoff_t next = edge + step;

	if (step > 0) {
		*end = min(edge + nr, next | last);
		return next;
	}
	*end = max(edge - min_t(pgoff_t, edge, nr), next & ~last);
	return *end;
}

bool aobj_ahead_next(struct aobj_ahead *ahead, pgoff_t pgoff, unsigned int nr,
		     pgoff_t *next)
{
	struct aobj_stream *at;

	for (at = ahead->stream; at < ahead->stream + AOBJ_STREAMS; at++) {
		struct aobj_stream s = READ_ONCE(*at);
		long step = s.step;
		pgoff_t edge;

		if (abs(step) != 1 || s.window < AOBJ_CLUSTER_PAGES ||
		    (s.edge - pgoff) * step >= nr || (step < 0 && !s.edge))
			continue;
		*next = beyond(s.edge, step, nr, &edge);
		set_edge(at, edge);
		return true;
	}
	return false;
}

u64 aobj_ahead_mask(const struct aobj_window *w, unsigned int i, u64 want)
{
	u64 mask = 0;
	int at = i;

	if (w->step == 1) {
		unsigned int nr = min(w->nr, AOBJ_CLUSTER_PAGES - i);

		return want & aobj_page_mask(i, nr);
	}
	for (unsigned int k = 0; k < w->nr; k++, at += w->step) {
		if (at < 0 || at >= (int)AOBJ_CLUSTER_PAGES)
			break;
		mask |= BIT_ULL(at);
	}
	return want & mask;
}

u64 aobj_ahead_first(const struct aobj_window *w, u64 mask, unsigned int nr)
{
	if (w->step >= 0)
		return aobj_first_pages(mask, nr);
	for (unsigned int over = hweight64(mask); over > nr; over--)
		mask &= mask - 1;
	return mask;
}
