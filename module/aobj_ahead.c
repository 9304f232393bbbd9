// SPDX-License-Identifier: GPL-2.0-only
/* Fault-ahead; pure logic, see the header. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "aobj_ahead.h"
#include "aobj_internal.h"

#define NEAR 32 /* pages from one to the next that may be a step */

static void window_go_on(struct aobj_stream *s, struct aobj_window *w)
{
	w->stream = s;
	w->step = READ_ONCE(s->step);
	w->nr = clamp(READ_ONCE(s->window), 1U, AOBJ_CLUSTER_PAGES);
	WRITE_ONCE(s->window, min(2 * w->nr, AOBJ_CLUSTER_PAGES));
}

/* Two neighbours are a sequence; any other step has to show once more. */
static void window_second(struct aobj_stream *s, unsigned long pgoff,
			  struct aobj_window *w)
{
	w->stream = s;
	w->step = (long)(pgoff - READ_ONCE(s->edge));
	w->nr = abs(w->step) == 1 ? 2 : 1;
	WRITE_ONCE(s->step, w->step);
	WRITE_ONCE(s->window, 2 * w->nr);
}

static void window_new(struct aobj_ahead *ahead, unsigned long pgoff,
		       struct aobj_window *w)
{
	unsigned int at = READ_ONCE(ahead->oldest) % AOBJ_STREAMS;

	WRITE_ONCE(ahead->oldest, at + 1);
	w->stream = &ahead->stream[at];
	w->step = 1;
	w->nr = 1;
	WRITE_ONCE(w->stream->edge, pgoff);
	WRITE_ONCE(w->stream->step, 0);
	WRITE_ONCE(w->stream->window, 1);
}

void aobj_ahead_ask(struct aobj_ahead *ahead, unsigned long pgoff,
		    struct aobj_window *w)
{
	struct aobj_stream *s, *second = NULL;

	for (s = ahead->stream; s < ahead->stream + AOBJ_STREAMS; s++) {
		long distance = (long)(pgoff - READ_ONCE(s->edge));

		if (distance + NEAR > 2UL * NEAR || !distance ||
		    !READ_ONCE(s->window))
			continue;
		if (distance == READ_ONCE(s->step)) {
			window_go_on(s, w);
			return;
		}
		if (!READ_ONCE(s->step))
			second = s;
	}
	if (second)
		window_second(second, pgoff, w);
	else
		window_new(ahead, pgoff, w);
}

void aobj_ahead_done(const struct aobj_window *w, unsigned long edge)
{
	if (w->stream)
		WRITE_ONCE(w->stream->edge, edge);
}

bool aobj_ahead_next(struct aobj_ahead *ahead, pgoff_t pgoff, pgoff_t *next)
{
	pgoff_t cluster = pgoff >> AOBJ_CLUSTER_SHIFT;
	struct aobj_stream *s;

	for (s = ahead->stream; s < ahead->stream + AOBJ_STREAMS; s++) {
		pgoff_t edge = READ_ONCE(s->edge);
		int step = READ_ONCE(s->step);

		if (edge >> AOBJ_CLUSTER_SHIFT != cluster || abs(step) != 1 ||
		    READ_ONCE(s->window) < AOBJ_CLUSTER_PAGES)
			continue;
		if (step < 0 && !cluster)
			continue;
		*next = (cluster + step) << AOBJ_CLUSTER_SHIFT;
		WRITE_ONCE(s->edge,
			   step < 0 ? *next : *next + AOBJ_CLUSTER_PAGES - 1);
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
	unsigned int over = hweight64(mask);

	for (over -= min(over, nr); over; over--)
		mask &= w->step < 0 ? mask - 1 : ~BIT_ULL(fls64(mask) - 1);
	return mask;
}
