/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slot allocator of one swap device.
 *
 * Slots come in groups of 64, a word each.  Three summaries say which groups
 * are wholly free, which have at least 16 slots free and which have any, so
 * that a search costs the same on a fragmented device as on an empty one.
 *
 * The design follows uvm_swap's per-device extent map in what it promises
 * (allocate a run, free one slot, mark bad) and not in how it searches.
 */
#ifndef AOBJ_SLOTS_H
#define AOBJ_SLOTS_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "aobj_hbitmap.h"

/*
 * Lock legend:  L: under @lock   I: set once
 */
struct aobj_slots {
	spinlock_t lock;
	u32 nr; /* I: slots, those never handed out included */
	u32 used; /* L: handed out */
	u32 bad; /* L: never to be handed out (again) */
	u32 discarding; /* L: not free before they have been discarded */
	bool discards; /* I: groups are discarded when they become free */
	bool rotates; /* I: the way from one run to the next takes time */
	u32 cursor; /* L: the group where the next search begins */
	u64 *taken; /* L: a bit a slot: handed out, bad, or past the end */
	struct aobj_hbitmap whole; /* L: groups wholly free */
	struct aobj_hbitmap some; /* L: others with at least 16 free slots */
	struct aobj_hbitmap any; /* L: groups with a free slot */
	struct aobj_hbitmap discard; /* L: groups to be discarded, if @discards */
};

/*
 * aobj_slots_init: an allocator of slots 0 to @nr - 1, all free
 * => may sleep; -ENOMEM
 */
int aobj_slots_init(struct aobj_slots *s, u32 nr);
void aobj_slots_exit(struct aobj_slots *s);

/*
 * aobj_slots_reserve: takes a slot out of use before it was ever handed out
 * => counted as bad unless @header; false if the slot was taken already
 */
bool aobj_slots_reserve(struct aobj_slots *s, u32 slot, bool header);

/*
 * aobj_slots_alloc: a run of up to @want consecutive slots
 * => on a device that @rotates a shorter run is taken rather than one that is far away
 * => never sleeps
 * => returns the length of the run, 0 when no slot is free
 */
u32 aobj_slots_alloc(struct aobj_slots *s, u32 want, u32 *first);

/*
 * aobj_slots_enable_discards: from here on a group whose last slot is freed is
 * not free before it has been discarded
 * => before anything is handed out; may sleep; -ENOMEM
 */
int aobj_slots_enable_discards(struct aobj_slots *s);
/*
 * aobj_slots_discard_begin: up to @groups groups that wait, next to each other
 * => the caller discards @nr slots from *@first on, then says _end
 * => returns @nr; 0 if none waits; never sleeps
 */
u32 aobj_slots_discard_begin(struct aobj_slots *s, u32 groups, u32 *first);
void aobj_slots_discard_end(struct aobj_slots *s, u32 first, u32 nr);

/* aobj_slots_free: => the slots are handed out; never sleeps */
void aobj_slots_free(struct aobj_slots *s, u32 first, u32 nr);
/* => likewise @nr different ones, whose numbers are those in @slot less @base */
void aobj_slots_free_each(struct aobj_slots *s, const u32 *slot,
			  unsigned int nr, u32 base);

/* aobj_slots_pass_over: => searches go on behind the group of @slot */
void aobj_slots_pass_over(struct aobj_slots *s, u32 slot);

/* aobj_slots_mark_bad: => the slot is handed out, and never is again */
void aobj_slots_mark_bad(struct aobj_slots *s, u32 slot);

#endif /* AOBJ_SLOTS_H */
