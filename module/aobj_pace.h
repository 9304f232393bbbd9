/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of a device: how many pages may be on their way to or from it, but for
 * those that somebody waits for, and how many of them one request should have.
 *
 * Who pages in waits for what the device was given before: so it is given as much
 * as it gets done in a few milliseconds, and no more.  How much that is its own
 * answers tell, as they do in TCP and in the kernel's writeback throttling: a
 * slow one takes off, one in time adds a little, if that was as much as was allowed.
 * What the device takes for the quickest of its answers is nobody's queueing (a remote
 * one may be milliseconds away) and does not count, as in TCP Vegas.  To add a little
 * only is for drives that answer at once until they have had too much, and then make
 * everybody wait: rented ones are like that.
 *
 * All of it is hints, but for the count: it is exact once nothing is under way.
 */
#ifndef AOBJ_PACE_H
#define AOBJ_PACE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "aobj_internal.h"

/**
 * struct aobj_pace - a device's pace, in one direction
 * @limit: pages that may be under way; READ_ONCE, an update may be lost
 * @reached: somebody was told that they are; READ_ONCE
 * @quickest: what its quickest answer took, in microseconds; READ_ONCE
 * @renewed: when that was last made a little longer, in jiffies; READ_ONCE
 * @answered: when it last answered, or was given something after it had nothing, in
 *	jiffies; READ_ONCE
 * @given: A: pages under way
 */
struct aobj_pace {
	unsigned long limit;
	bool reached;
	unsigned long quickest;
	unsigned long renewed;
	unsigned long answered;
	atomic_long_t given;
};

void aobj_pace_init(struct aobj_pace *p);

/* => @pages were given to the device */
void aobj_pace_given(struct aobj_pace *p, unsigned int pages);

/*
 * aobj_pace_answered: a request for @pages was answered after @us microseconds; the
 * pace, in pages, does not fall below @least
 * => whether somebody found the pace reached, and so waits for this; any context
 */
bool aobj_pace_answered(struct aobj_pace *p, unsigned int pages, u64 us,
			unsigned long least);

/* => it has as much as it may have, or @most pages, if that is less */
bool aobj_pace_reached(struct aobj_pace *p, unsigned long most);

#define AOBJ_PACE_START ((unsigned long)SZ_2M >> PAGE_SHIFT)
#define AOBJ_PACE_REQUEST 16 /* pages that any request may have */
#define AOBJ_PACE_REQUESTS 4 /* that may be under way, of larger ones */

unsigned int aobj_pace_request_large(struct aobj_pace *p, unsigned int want);

/* => how many of @want pages, up to a cluster's, one request should have */
static inline unsigned int aobj_pace_request(struct aobj_pace *p,
					     unsigned int want)
{
	return want <= AOBJ_PACE_REQUEST ? want :
					   aobj_pace_request_large(p, want);
}

/* => there is something under way */
static inline bool aobj_pace_owes(const struct aobj_pace *p)
{
	return atomic_long_read(&p->given);
}

/* => it has something under way, or had a moment ago */
static inline bool aobj_pace_recent(const struct aobj_pace *p)
{
	return aobj_pace_owes(p) ||
	       time_before(jiffies, READ_ONCE(p->answered) + HZ / 5);
}

/* => so much holds it up that requests should be smaller than a cluster */
static inline bool aobj_pace_slow(const struct aobj_pace *p)
{
	return READ_ONCE(p->limit) < AOBJ_PACE_REQUESTS * AOBJ_CLUSTER_PAGES;
}

/* => it has something, and has not answered for so long that nobody should count on it */
bool aobj_pace_stalled(const struct aobj_pace *p);

#endif /* AOBJ_PACE_H */
