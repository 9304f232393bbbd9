// SPDX-License-Identifier: GPL-2.0-only
/* The lists of clusters with slots on a device, see aobj_swap.h. */
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>

#include "aobj_swap.h"

static DEFINE_SPINLOCK(swap_list_lock);
static LIST_HEAD(mixed_clusters); /* clusters on several devices */

void aobj_swap_link(struct aobj_cluster *c, struct aobj_swapdev *dev)
{
	lockdep_assert_held(&c->lock);
	if (c->nr_slots && (!c->home || c->home == dev))
		return;

	spin_lock(&swap_list_lock);
	if (!c->nr_slots) {
		c->home = dev;
		list_add_tail(&c->swap_node, &dev->clusters);
	} else {
		c->home = NULL;
		list_move_tail(&c->swap_node, &mixed_clusters);
	}
	spin_unlock(&swap_list_lock);
}

void aobj_swap_unlink(struct aobj_cluster *c)
{
	lockdep_assert_held(&c->lock);
	spin_lock(&swap_list_lock);
	list_del_init(&c->swap_node);
	c->home = NULL;
	spin_unlock(&swap_list_lock);
}

/* => the device of all the cluster's slots, or NULL */
static struct aobj_swapdev *only_device(const struct aobj_cluster *c)
{
	struct aobj_swapdev *dev, *only = NULL;

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		if (!aobj_slot_real(c->slot[i]))
			continue;
		dev = aobj_swap_dev(c->slot[i]);
		if (only && only != dev)
			return NULL;
		only = dev;
	}
	return only;
}

void aobj_swap_rehome(struct aobj_cluster *c)
{
	struct aobj_swapdev *dev;

	lockdep_assert_held(&c->lock);
	if (!c->nr_slots || c->home)
		return;
	dev = only_device(c);
	if (!dev)
		return;
	spin_lock(&swap_list_lock);
	c->home = dev;
	list_move_tail(&c->swap_node, &dev->clusters);
	spin_unlock(&swap_list_lock);
}

static struct aobj_cluster *rotate(struct list_head *list)
{
	struct aobj_cluster *c;

	c = list_first_entry_or_null(list, struct aobj_cluster, swap_node);
	if (!c)
		return NULL;
	/* On a list it has slots, and so the XArray has it: it is alive. */
	refcount_inc(&c->refs);
	list_move_tail(&c->swap_node, list);
	return c;
}

struct aobj_cluster *aobj_swap_next_cluster(struct aobj_swapdev *dev)
{
	struct aobj_cluster *c;

	spin_lock(&swap_list_lock);
	c = rotate(&dev->clusters);
	if (!c)
		c = rotate(&mixed_clusters);
	spin_unlock(&swap_list_lock);
	return c;
}
