/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault-ahead: which pages will be wanted after those that were.
 *
 * Each object remembers a few streams: pages a constant step apart, forwards or
 * backwards, that were asked for one after the other.  Whoever continues one
 * gets twice as many as that brought the last time.
 */
#ifndef AOBJ_AHEAD_H
#define AOBJ_AHEAD_H

#include <linux/compiler.h>
#include <linux/types.h>

#define AOBJ_STREAMS 7

/**
 * struct aobj_stream - a hint, unlocked, read and written as a whole
 * @window: how many pages to bring in next; 0: none was brought in yet
 * @step: from one page to the next; 0: there was one only
 * @edge: the last page that was brought in
 *
 * There may be very many objects: a word for each stream is what it is worth.
 */
struct aobj_stream {
	u64 window : 7;
	s64 step : 7;
	u64 edge : 50;
};

/**
 * struct aobj_ahead - the streams of an object
 * @stream: those last used
 * @oldest: which one a new one replaces; READ_ONCE, WRITE_ONCE
 */
struct aobj_ahead {
	struct aobj_stream stream[AOBJ_STREAMS];
	u8 oldest;
};

/* What to bring in: @nr pages at most, @step apart, the asked one first. */
struct aobj_window {
	struct aobj_stream *stream;
	int step;
	unsigned int nr;
};

/*
 * aobj_ahead_ask: a page is to be brought in
 * => @w says what may come with it; never sleeps
 */
void aobj_ahead_ask(struct aobj_ahead *ahead, pgoff_t pgoff,
		    struct aobj_window *w);

/* aobj_ahead_sequence: the same where a sequence is known to begin, or to go on */
void aobj_ahead_sequence(struct aobj_ahead *ahead, pgoff_t pgoff,
			 struct aobj_window *w);

/* => pages up to @edge, in the order of @w's step, were brought in */
void aobj_ahead_done(const struct aobj_window *w, pgoff_t edge);

/*
 * aobj_ahead_next: whether a sequence that brings in whole clusters has come to
 * @pgoff, and has brought in fewer than @nr pages beyond it
 * => false if none has; else from @next on, upwards, are up to @nr pages of one
 *    cluster to come, and the stream takes them for brought in: say so only once
 */
bool aobj_ahead_next(struct aobj_ahead *ahead, pgoff_t pgoff, unsigned int nr,
		     pgoff_t *next);

/*
 * aobj_ahead_mask: the window's places in a cluster
 * @i: the asked page's place
 * @want: the places that may be brought in, @i among them
 *
 * => @i is among them
 */
u64 aobj_ahead_mask(const struct aobj_window *w, unsigned int i, u64 want);

/* => the @nr places of @mask that come first; @nr is not 0 */
u64 aobj_ahead_first(const struct aobj_window *w, u64 mask, unsigned int nr);

#endif /* AOBJ_AHEAD_H */
