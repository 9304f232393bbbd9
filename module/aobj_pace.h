/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of write-out: how many pages may be on their way to devices.
 *
 * Who pages in waits for what the device was given before: so it is given as much
 * as it gets done in a few milliseconds, and no more.  How much that is its own
 * answers tell, as they do in TCP and in the kernel's writeback throttling: a
 * slow one takes off, one in time adds, if that was as much as was allowed.
 */
#ifndef AOBJ_PACE_H
#define AOBJ_PACE_H

#include <linux/types.h>

/* => another device is in use: what was learned need not hold */
void aobj_pace_restart(void);

/* => pages that may be under write-out, a share of the budget aside */
unsigned long aobj_pace_limit(void);

/* => as much as allowed is under write-out; the next answer in time adds */
void aobj_pace_reached(void);

/* => a write of @pages was answered after @us microseconds; any context */
void aobj_pace_answered(unsigned int pages, u64 us);

#endif /* AOBJ_PACE_H */
