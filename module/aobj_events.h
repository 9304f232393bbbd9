/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events since load, counted per CPU without locks as the kernel counts its
 * vm events, and the totals of the pages' states, which are exact.
 */
#ifndef AOBJ_EVENTS_H
#define AOBJ_EVENTS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

enum aobj_event {
	AOBJ_EV_FAULTS, /* calls of the fault handler */
	AOBJ_EV_ZERO_FILLS, /* pages made of zeros */
	AOBJ_EV_SOFT_FAULTS, /* inactive pages used again: second chances */
	AOBJ_EV_PAGES_IN, /* pages submitted for reading */
	AOBJ_EV_PAGES_OUT, /* pages submitted for writing */
	AOBJ_EV_READ_BIOS,
	AOBJ_EV_WRITE_BIOS,
	AOBJ_EV_EVICTED, /* pages freed by reclaim, clean drops included */
	AOBJ_EV_CLEAN_DROPS, /* pages freed by reclaim without I/O */
	AOBJ_EV_UNMAPS, /* calls of unmap_mapping_pages() by ageing */
	AOBJ_EV_RESCUES, /* pages used again while being written */
	AOBJ_EV_READ_ERRORS, /* pages that could not be read */
	AOBJ_EV_WRITE_ERRORS, /* pages that could not be written */
	AOBJ_EV_DIRECT_RECLAIMS, /* faults that had to reclaim themselves */
	AOBJ_EV_DIRECT_WRITES, /* write bios that no thread of ours submitted */
	AOBJ_EV_DIRTIED, /* pages that became known to be dirty */
	AOBJ_EV_CLEANED, /* those submitted for writing, or gone */
	AOBJ_EV_NR,
};

struct aobj_events {
	unsigned long count[AOBJ_EV_NR];
};

DECLARE_PER_CPU(struct aobj_events, aobj_events);

static inline void aobj_count(enum aobj_event ev, unsigned long nr)
{
	this_cpu_add(aobj_events.count[ev], nr);
}

/* Sums one event over the CPUs; a snapshot. */
unsigned long aobj_events_sum(enum aobj_event ev);

/* => pages in memory that are known to be dirty, of all objects; a snapshot */
long aobj_dirty_total(void);

/**
 * struct aobj_totals - what all objects hold together, in pages where not said
 * @objects: objects alive (a count)
 * @clusters: clusters alive (a count)
 * @inactive: resident, unmapped by ageing and not used since
 * @swapped: on a swap device only
 * @bad: lost to read errors
 * @writing: under write-out
 * @wired: wired, or of objects that are not swapped
 * @slots: swap slots held, those behind resident pages included
 * @reserved: places that are reserved
 *
 * The resident total is what is charged to the budget: see aobj_page.h; the
 * dirty total is the difference of two events.
 */
struct aobj_totals {
	atomic_long_t objects;
	atomic_long_t clusters;
	atomic_long_t inactive;
	atomic_long_t swapped;
	atomic_long_t bad;
	atomic_long_t writing;
	atomic_long_t wired;
	atomic_long_t slots;
	atomic_long_t reserved;
};

extern struct aobj_totals aobj_totals;

#endif /* AOBJ_EVENTS_H */
