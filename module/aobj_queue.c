// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues of clusters, see the header.
 *
 * A queue is changed under the queue lock and the cluster's mutex both.  The
 * evictor has the queue lock first and so only trylocks the mutex; whoever
 * else holds the mutex takes the queue lock inside it.
 */
#include "aobj_cluster.h"
#include "aobj_queue.h"

#define LOCK_TRIES 16 /* clusters to pass over that somebody has locked */

static DEFINE_SPINLOCK(queue_lock);
static struct {
	struct list_head list;
	unsigned long nr;
} queues[AOBJ_QUEUE_NR] = {
	[AOBJ_QUEUE_ACTIVE].list =
		LIST_HEAD_INIT(queues[AOBJ_QUEUE_ACTIVE].list),
	[AOBJ_QUEUE_INACTIVE].list =
		LIST_HEAD_INIT(queues[AOBJ_QUEUE_INACTIVE].list),
};

static void queue_set(struct aobj_cluster *c, enum aobj_queue_id id, bool head)
{
	spin_lock(&queue_lock);
	if (c->queue != AOBJ_QUEUE_NONE) {
		list_del_init(&c->queue_node);
		queues[c->queue].nr--;
	}
	c->queue = id;
	if (id != AOBJ_QUEUE_NONE) {
		if (head)
			list_add(&c->queue_node, &queues[id].list);
		else
			list_add_tail(&c->queue_node, &queues[id].list);
		queues[id].nr++;
	}
	spin_unlock(&queue_lock);
}

/* => it has pages that may be evicted now: others are on their way out */
static bool has_inactive(const struct aobj_cluster *c)
{
	return c->res->inactive & ~c->writing;
}

void aobj_queue_update(struct aobj_cluster *c)
{
	enum aobj_queue_id id = AOBJ_QUEUE_NONE;

	aobj_cluster_check(c);
	if (c->res && !READ_ONCE(c->obj->noswap))
		id = has_inactive(c) ? AOBJ_QUEUE_INACTIVE : AOBJ_QUEUE_ACTIVE;
	if (c->queue != id)
		queue_set(c, id, false);
	if (!c->res && aobj_cluster_empty(c))
		aobj_cluster_remove(c);
}

struct aobj_cluster *aobj_queue_pop(enum aobj_queue_id id)
{
	struct aobj_cluster *c, *found = NULL;

	spin_lock(&queue_lock);
	for (int tries = 0; tries < LOCK_TRIES && !found; tries++) {
		c = list_first_entry_or_null(&queues[id].list,
					     struct aobj_cluster, queue_node);
		if (!c)
			break;
		if (!mutex_trylock(&c->lock)) {
			list_move_tail(&c->queue_node, &queues[id].list);
			continue;
		}
		list_del_init(&c->queue_node);
		queues[id].nr--;
		c->queue = AOBJ_QUEUE_NONE;
		refcount_inc(&c->refs);
		found = c;
	}
	spin_unlock(&queue_lock);
	return found;
}

void aobj_queue_take(struct aobj_cluster *c)
{
	queue_set(c, AOBJ_QUEUE_NONE, false);
}

void aobj_queue_return(struct aobj_cluster *c, bool head)
{
	if (head && c->res && has_inactive(c))
		queue_set(c, AOBJ_QUEUE_INACTIVE, true);
	else
		aobj_queue_update(c);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
}

unsigned long aobj_queue_length(enum aobj_queue_id id)
{
	return READ_ONCE(queues[id].nr);
}
