/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places: a page that is resident or in swap takes one, wherever it is at the
 * moment, and there are as many as the budget and the swap devices hold
 * together.  Linux overcommits, and so do objects; an object that has its size
 * reserved takes all of its places before they are used, and is not refused
 * one later.  Reserved and overcommitted objects live together: what is
 * promised to the former the latter are not given.
 *
 * The BSD pager reserves swap by object as it is made ("swap reserve"); this
 * reserves memory and swap in one.
 */
#ifndef AOBJ_PLACE_H
#define AOBJ_PLACE_H

#include "aobj_internal.h"

/*
 * aobj_place_reserve: @pages places are reserved for @obj, 0 gives them up
 * => @obj's resize_lock is held; never sleeps
 * => those that its pages take already are part of them: not less than these,
 *    but 0
 * => -ENOSPC: there are not so many, and nothing changes
 */
int aobj_place_reserve(struct aobj *obj, unsigned long pages);

/*
 * aobj_place_take: @nr places for pages that @obj has not had
 * => false: all that are left are reserved for others; never sleeps
 */
bool aobj_place_take(struct aobj *obj, unsigned long nr);
/* => the pages are gone, or have not been made; any context */
void aobj_place_give(struct aobj *obj, unsigned long nr);

/* => places that @obj's pages take; a snapshot */
unsigned long aobj_place_held(const struct aobj *obj);

/* => the places that are taken or reserved; a snapshot */
long aobj_place_promised(void);

/*
 * aobj_place_room: for how many new pages of @obj there is place, but for the
 * last of the budget, without which pages could not be read; a snapshot, that of
 * what it is bound to without a look at what others have reserved
 */
unsigned long aobj_place_room(const struct aobj *obj);

/*
 * aobj_place_missing: how many places are promised and not there
 * => 0 as long as nothing is reserved; above 0 when slots have gone bad, or a
 *    device has failed, that were counted on; a snapshot
 */
unsigned long aobj_place_missing(void);
/* => the same if there were @pages places less */
unsigned long aobj_place_missing_without(unsigned long pages);
/* => says so in the log, if there are such */
void aobj_place_check(void);

/* => as aobj_budget_set(); -EBUSY also if what is reserved needs it */
int aobj_place_set_budget(unsigned long pages);

#endif /* AOBJ_PLACE_H */
