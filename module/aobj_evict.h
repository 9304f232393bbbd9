/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ageing and eviction.
 *
 * Clusters with resident pages stand in two queues.  Ageing unmaps a cluster's
 * pages: they become inactive.  One that is faulted back from there is active
 * again, its second chance, and left alone the next time; one that is not is
 * written if dirty, then freed, and keeps its slot.  The age is each page's own;
 * only looking it up, unmapping and I/O go by cluster.
 *
 * The idea is UVM's: deactivate by removing the mappings, reactivate by fault.
 */
#ifndef AOBJ_EVICT_H
#define AOBJ_EVICT_H

#include "aobj_internal.h"

struct aobj_batch;

/* => references beyond the object's and the page tables': "loaned" */
bool aobj_evict_pinned(struct page *page);

/*
 * aobj_evict_unmap: takes resident pages out of all page tables; locked
 * => after it PG_dirty tells whether they were written, pins aside
 */
void aobj_evict_unmap(struct aobj_cluster *c, u64 mask);

/*
 * aobj_evict_progress: => pages were evicted since *@seen, or are on their way
 * => *@seen is the count of those evicted, for the next call
 */
bool aobj_evict_progress(unsigned long *seen);

/*
 * aobj_evict_take_back_slots: frees about a cluster's slots of resident pages
 * that are dirty or cannot leave, of those that objects bound to @b->tag can use
 * => trylocks only, never sleeps; bounded
 * => @b wants slots no more; if there were none, it knows
 */
void aobj_evict_take_back_slots(struct aobj_batch *b);

/*
 * aobj_evict: ages and evicts until @mark pages are free or on their way
 * => holds no cluster; may sleep in a device's queue, never for I/O
 * => the scan is bounded; returns pages freed or submitted
 */
unsigned long aobj_evict(unsigned long mark);

/*
 * aobj_evict_object: ages and evicts about @nr pages of one object
 * => as aobj_evict(); for who is short of memory that only the object has
 */
void aobj_evict_object(struct aobj *obj, unsigned long nr);

/*
 * aobj_evict_set_limit: sets how many pages an object may hold resident
 * @pages: at least a cluster's, or 0 for no limit of its own
 *
 * => -EINVAL
 * => evicts what is over for a while; what cannot go goes as pages are faulted
 */
int aobj_evict_set_limit(struct aobj *obj, u64 pages);

/*
 * aobj_evict_clean: frees up to @nr inactive clean pages without any I/O
 * => trylocks only, never sleeps: fit for a shrinker
 * => looks at a number of clusters that @nr bounds; the next call goes on
 */
unsigned long aobj_evict_clean(unsigned long nr);

/*
 * aobj_evict_wait_room: waits until @nr pages can be charged, and charges
 * => holds no lock of ours, and may hold mmap locks; killable
 * @charge: aobj_page_charge, or _spare
 * => -EINTR; -ENOSPC when for @patience_ms nothing was freed and nothing was
 *    in flight
 */
int aobj_evict_wait_room(unsigned long nr, unsigned int patience_ms,
			 bool (*charge)(unsigned long nr));

/*
 * => with @nr pages more little of the budget would be left, and those of objects
 *    bound to @tag cannot go for now
 */
bool aobj_evict_crowded(u32 tag, unsigned long nr);

/*
 * => objects bound to @tag leave some of the budget to others: all that are bound, but
 *    once a device hangs not those whose devices do not, who have then what was left
 */
bool aobj_evict_leaves_some(u32 tag);

extern unsigned int aobj_nospace_wait_ms;

#endif /* AOBJ_EVICT_H */
