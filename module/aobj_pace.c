// SPDX-License-Identifier: GPL-2.0-only
/* The pace of write-out, see the header. */
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/time64.h>

#include "aobj_internal.h"
#include "aobj_pace.h"

#define PACE_START (SZ_2M >> PAGE_SHIFT)
#define PACE_MOST (SZ_64M >> PAGE_SHIFT)
#define PACE_LEAST ((unsigned long)AOBJ_CLUSTER_PAGES) /* one large bio */
#define SLOW_US (8 * USEC_PER_MSEC)

/* Hints, unlocked: an update that is lost is made up for by the next. */
static unsigned long pace = PACE_START;
static bool reached;

void aobj_pace_restart(void)
{
	WRITE_ONCE(pace, PACE_START);
	WRITE_ONCE(reached, false);
}

unsigned long aobj_pace_limit(void)
{
	return READ_ONCE(pace);
}

void aobj_pace_reached(void)
{
	if (!READ_ONCE(reached))
		WRITE_ONCE(reached, true);
}

void aobj_pace_answered(unsigned int pages, u64 us)
{
	unsigned long now = READ_ONCE(pace);

	if (us >= SLOW_US) {
		now = max(now - now / 8, PACE_LEAST);
	} else if (READ_ONCE(reached)) {
		WRITE_ONCE(reached, false);
		now = min_t(unsigned long, now + pages, PACE_MOST);
	}
	WRITE_ONCE(pace, now);
}
