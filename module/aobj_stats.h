/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/class/misc/aobj: totals, and events/ below it. */
#ifndef AOBJ_STATS_H
#define AOBJ_STATS_H

struct attribute_group;

extern const struct attribute_group *aobj_stats_groups[];

#endif /* AOBJ_STATS_H */
