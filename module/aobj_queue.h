/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queues that clusters with resident pages stand in: those with inactive
 * pages, which eviction takes next, and the others, which are to be aged.
 */
#ifndef AOBJ_QUEUE_H
#define AOBJ_QUEUE_H

#include "aobj_internal.h"

/*
 * aobj_queue_update: puts a cluster on the queue that its pages ask for
 * => locked; call it after pages came or went; never sleeps
 * => a cluster that holds nothing any more is removed from the slot map
 */
void aobj_queue_update(struct aobj_cluster *c);

/*
 * aobj_queue_pop: the first cluster of a queue that can be locked
 * => off its queue, locked and referenced; NULL if there is none; never sleeps
 */
struct aobj_cluster *aobj_queue_pop(enum aobj_queue_id id);

/* => locked; off its queue, until aobj_queue_return() */
void aobj_queue_take(struct aobj_cluster *c);

/*
 * aobj_queue_return: ends what aobj_queue_pop() or _take() began
 * => back on a queue, at its end or, with inactive pages and @head, at its
 *    head; unlocked and put
 */
void aobj_queue_return(struct aobj_cluster *c, bool head);

/* => how many clusters stand there; a snapshot */
unsigned long aobj_queue_length(enum aobj_queue_id id);

#endif /* AOBJ_QUEUE_H */
