/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages and the budget: what all objects together may hold resident.
 *
 * A page is charged to the budget before it is allocated and until it is
 * freed, so the total never passes the budget but when that is lowered.
 */
#ifndef AOBJ_PAGE_H
#define AOBJ_PAGE_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/wait.h>

/* All in pages. */
extern unsigned long aobj_budget; /* read with READ_ONCE */
extern atomic_long_t aobj_charged;

/* The page daemon sleeps here: for shortage, and for write-out to end. */
extern wait_queue_head_t aobj_daemon_wait;
extern bool aobj_daemon_kicked; /* READ_ONCE, WRITE_ONCE */

/* Pages under write-out on which nobody should count, see aobj_swap_look(). */
extern long aobj_stalled; /* READ_ONCE, WRITE_ONCE */

/* => things have changed, or somebody waits: the daemon's rest is over */
void aobj_daemon_kick(void);

/* Whoever is short of memory sleeps here. */
extern wait_queue_head_t aobj_room_wait;

/* => the least budget, in pages: 1 MiB or 64 pages, whichever is more */
unsigned long aobj_budget_min(void);

/* => @pages is at least the minimum and at most the machine's; kicks */
int aobj_budget_set(unsigned long pages);

/* Pages that the daemon keeps free: it starts below low, stops at high. */
unsigned long aobj_budget_low(void);
unsigned long aobj_budget_high(void);

/* => pages of the budget that are not charged; negative if it was lowered */
long aobj_budget_free(void);
/*
 * => pages that are missing to @mark free ones, if those under write-out go as well,
 *    but for what a device does not answer for
 */
long aobj_budget_shortage(unsigned long mark);

/* => false if the budget has no room for @nr pages; never sleeps */
bool aobj_page_charge(unsigned long nr);
/*
 * aobj_page_charge_spare: the same for what can wait
 * => while pages are on their way out it leaves some for who needs just one back:
 *    whoever fills memory as fast as he can would have them all
 */
bool aobj_page_charge_spare(unsigned long nr);
/*
 * aobj_page_charge_bound: the same for who is bound to some devices
 * => it always leaves some: these may hang before anybody knows, and others have what
 *    is left then, and no more
 */
bool aobj_page_charge_bound(unsigned long nr);
void aobj_page_uncharge(unsigned long nr);

enum aobj_page_flags {
	AOBJ_PAGE_ZERO = 1 << 0, /* filled with zeros; else with anything */
	AOBJ_PAGE_NOWAIT = 1 << 1, /* never sleep */
};

/*
 * aobj_page_alloc: up to @nr pages, charged before
 * => may sleep, but gives up rather than wait for the OOM killer
 * => returns how many; charged to the memcg of the caller
 */
unsigned int aobj_page_alloc(struct page **pages, unsigned int nr,
			     unsigned int flags);
/* => the same, of what is in the pool; contents undefined; never sleeps */
unsigned int aobj_page_at_hand(struct page **pages, unsigned int nr);

/*
 * aobj_page_free: gives up the object's reference to each page
 * => the pages are in no object and unmapped; pinned ones live until unpinned
 * => uncharges them
 */
void aobj_page_free(struct page **pages, unsigned int nr);
/* => the same, but keeps some of them in the pool for who allocates next */
void aobj_page_recycle(struct page **pages, unsigned int nr);

#endif /* AOBJ_PAGE_H */
