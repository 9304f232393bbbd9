// SPDX-License-Identifier: GPL-2.0-only
/* The pace of a device, see the header. */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "aobj_pace.h"

#define PACE_MOST ((unsigned long)SZ_64M >> PAGE_SHIFT)
#define GROWTH \
	64UL /* a part of the pace, and 4 pages at least, for as many answered */
#define GROWTH_LEAST 4UL
#define SLOW_US (4 * USEC_PER_MSEC)
#define STALL_AFTER HZ

void aobj_pace_init(struct aobj_pace *p)
{
	p->limit = AOBJ_PACE_START;
	p->reached = false;
	p->quickest = ULONG_MAX / 2; /* the first answer is */
	p->renewed = jiffies;
	p->answered = jiffies;
	atomic_long_set(&p->given, 0);
}

void aobj_pace_given(struct aobj_pace *p, unsigned int pages)
{
	/* It owes an answer from now on, not since it gave the last. */
	if (atomic_long_add_return(pages, &p->given) == pages)
		WRITE_ONCE(p->answered, jiffies);
}

/*
 * => what the quickest answer took.  It is forgotten slowly, as the way to a
 * device may become longer.
 */
static unsigned long quickest(struct aobj_pace *p, u64 us)
{
	unsigned long best = READ_ONCE(p->quickest);

	if (us < best) {
		best = us;
		WRITE_ONCE(p->quickest, best);
	} else if (time_after(jiffies, READ_ONCE(p->renewed) + HZ)) {
		best += best / 64 + 1;
		WRITE_ONCE(p->quickest, best);
		WRITE_ONCE(p->renewed, jiffies);
	}
	return best;
}

static unsigned long grown(unsigned long limit, unsigned int pages)
{
	unsigned long more = max(limit / GROWTH, GROWTH_LEAST) * pages / limit;

	return min(limit + max(more, 1UL), PACE_MOST);
}

bool aobj_pace_answered(struct aobj_pace *p, unsigned int pages, u64 us,
			unsigned long least)
{
	unsigned long now = READ_ONCE(p->limit);
	bool reached = READ_ONCE(p->reached);

	if (us >= quickest(p, us) + SLOW_US)
		now -= now / 8;
	else if (reached)
		now = grown(now, pages);
	WRITE_ONCE(p->limit, max(now, least));
	WRITE_ONCE(p->reached, false);
	WRITE_ONCE(p->answered, jiffies);
	atomic_long_sub(pages, &p->given);
	return reached;
}

static void set_reached(struct aobj_pace *p)
{
	if (!READ_ONCE(p->reached))
		WRITE_ONCE(p->reached, true);
}

bool aobj_pace_reached(struct aobj_pace *p, unsigned long most)
{
	most = min(most, READ_ONCE(p->limit));
	if (atomic_long_read(&p->given) < (long)most)
		return false;
	set_reached(p);
	return true;
}

unsigned int aobj_pace_request_large(struct aobj_pace *p, unsigned int want)
{
	unsigned long most = max_t(unsigned long, AOBJ_PACE_REQUEST,
				   READ_ONCE(p->limit) / AOBJ_PACE_REQUESTS);

	if (want <= most)
		return want;
	set_reached(p);
	return most;
}

bool aobj_pace_stalled(const struct aobj_pace *p)
{
	return aobj_pace_owes(p) &&
	       time_after(jiffies, READ_ONCE(p->answered) + STALL_AFTER);
}
