// SPDX-License-Identifier: GPL-2.0-only
/* Event counters and totals; everything else may count here. */
#include "aobj_events.h"

DEFINE_PER_CPU(struct aobj_events, aobj_events);
struct aobj_totals aobj_totals;

unsigned long aobj_events_sum(enum aobj_event ev)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(aobj_events, cpu).count[ev];
	return sum;
}

long aobj_dirty_total(void)
{
	return aobj_events_sum(AOBJ_EV_DIRTIED) -
	       aobj_events_sum(AOBJ_EV_CLEANED);
}
