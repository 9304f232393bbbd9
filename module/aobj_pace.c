// SPDX-License-Identifier: GPL-2.0-only
/* The pace of write-out, see the header. */
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/time64.h>

#include "aobj_internal.h"
#include "aobj_pace.h"

#define PACE_START (SZ_2M >> PAGE_SHIFT)
#define PACE_MOST (SZ_64M >> PAGE_SHIFT)
#define PACE_LEAST ((unsigned long)AOBJ_CLUSTER_PAGES) /* one large bio */
#define SLOW_US (8 * USEC_PER_MSEC)
#define STALL_AFTER HZ

void aobj_pace_init(struct aobj_pace *p)
{
	p->limit = PACE_START;
	p->reached = false;
	p->answered = jiffies;
	atomic_long_set(&p->given, 0);
}

void aobj_pace_given(struct aobj_pace *p, unsigned int pages)
{
	/* It owes an answer from now on, not since it gave the last. */
	if (atomic_long_add_return(pages, &p->given) == pages)
		WRITE_ONCE(p->answered, jiffies);
}

bool aobj_pace_answered(struct aobj_pace *p, unsigned int pages, u64 us)
{
	unsigned long now = READ_ONCE(p->limit);
	bool reached = READ_ONCE(p->reached);

	if (us >= SLOW_US)
		now = max(now - now / 8, PACE_LEAST);
	else if (reached)
		now = min_t(unsigned long, now + pages, PACE_MOST);
	WRITE_ONCE(p->limit, now);
	WRITE_ONCE(p->reached, false);
	WRITE_ONCE(p->answered, jiffies);
	atomic_long_sub(pages, &p->given);
	return reached;
}

bool aobj_pace_reached(struct aobj_pace *p, unsigned long most)
{
	most = min(most, READ_ONCE(p->limit));
	if (atomic_long_read(&p->given) < (long)most)
		return false;
	if (!READ_ONCE(p->reached))
		WRITE_ONCE(p->reached, true);
	return true;
}

bool aobj_pace_stalled(const struct aobj_pace *p)
{
	return atomic_long_read(&p->given) &&
	       time_after(jiffies, READ_ONCE(p->answered) + STALL_AFTER);
}
