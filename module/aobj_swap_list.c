// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of clusters with slots on a device, see aobj_swap.h.
 *
 * A cluster stands on the list of the set of devices that it has slots on: of one
 * device its own list, of several one of those below.  So who empties a device
 * meets only clusters that have, or had, slots there, whatever others hold.  A set
 * may name a device that the cluster has left; that is put right when the cluster
 * is met, and so costs one look for each time that a slot was put there.
 */
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>

#include "aobj_swap.h"

/*
 * Six devices that are mixed in every way have 57 sets of more than one.  When
 * there are no more, clusters go to the last, which stands for any.
 */
#define MIXED_SETS 64
#define ANY_SET (MIXED_SETS - 1)

static DEFINE_SPINLOCK(swap_list_lock);
static struct aobj_swap_set mixed[MIXED_SETS];

void aobj_swap_list_init(void)
{
	for (unsigned int i = 0; i < MIXED_SETS; i++)
		INIT_LIST_HEAD(&mixed[i].clusters);
	mixed[ANY_SET].devices = ~0u;
}

/* => the list for clusters on these devices, more than one; swap list lock */
static struct aobj_swap_set *mixed_set(u32 devices)
{
	struct aobj_swap_set *unused = &mixed[ANY_SET];

	for (unsigned int i = 0; i < ANY_SET; i++) {
		if (list_empty(&mixed[i].clusters))
			unused = &mixed[i];
		else if (mixed[i].devices == devices)
			return &mixed[i];
	}
	if (unused != &mixed[ANY_SET])
		unused->devices = devices;
	return unused;
}

/* => the cluster is on the list of @set; swap list lock */
static void put_on(struct aobj_cluster *c, struct aobj_swap_set *set)
{
	c->set = set;
	list_move_tail(&c->swap_node, &set->clusters);
}

void aobj_swap_link(struct aobj_cluster *c, struct aobj_swapdev *dev)
{
	lockdep_assert_held(&c->lock);
	if (c->nr_slots && c->set->devices & BIT(dev->id))
		return;

	spin_lock(&swap_list_lock);
	put_on(c, c->nr_slots ? mixed_set(c->set->devices | BIT(dev->id)) :
				&dev->own);
	spin_unlock(&swap_list_lock);
}

void aobj_swap_unlink(struct aobj_cluster *c)
{
	lockdep_assert_held(&c->lock);
	spin_lock(&swap_list_lock);
	list_del_init(&c->swap_node);
	c->set = NULL;
	spin_unlock(&swap_list_lock);
}

/* => the devices that the cluster has slots on, one of them in *@one */
static u32 devices_of(const struct aobj_cluster *c, struct aobj_swapdev **one)
{
	struct aobj_swapdev *dev = NULL;
	u32 devices = 0;

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		if (!aobj_slot_real(c->slot[i]))
			continue;
		if (!dev || !aobj_swap_holds(dev, c->slot[i]))
			dev = aobj_swap_dev(c->slot[i]);
		devices |= BIT(dev->id);
	}
	*one = dev;
	return devices;
}

void aobj_swap_rehome(struct aobj_cluster *c)
{
	struct aobj_swapdev *one;
	u32 devices;

	lockdep_assert_held(&c->lock);
	if (!c->nr_slots || is_power_of_2(c->set->devices))
		return;
	devices = devices_of(c, &one);
	if (devices == c->set->devices)
		return;
	spin_lock(&swap_list_lock);
	if (is_power_of_2(devices))
		put_on(c, &one->own);
	else if (c->set != mixed_set(devices))
		put_on(c, mixed_set(devices));
	spin_unlock(&swap_list_lock);
}

/* => the @nr'th list that clusters with slots on @dev may be on, or NULL */
static struct aobj_swap_set *set_of(struct aobj_swapdev *dev, unsigned int nr)
{
	if (!nr)
		return &dev->own;
	return (mixed[nr - 1].devices & BIT(dev->id)) ? &mixed[nr - 1] : NULL;
}

struct aobj_cluster *aobj_swap_next_cluster(struct aobj_swapdev *dev,
					    unsigned int *list)
{
	struct aobj_cluster *c = NULL;

	spin_lock(&swap_list_lock);
	for (; *list <= MIXED_SETS; (*list)++) {
		struct aobj_swap_set *set = set_of(dev, *list);

		if (!set || list_empty(&set->clusters))
			continue;
		c = list_first_entry(&set->clusters, struct aobj_cluster,
				     swap_node);
		/* On a list it has slots, and so the XArray has it: it is alive. */
		refcount_inc(&c->refs);
		list_move_tail(&c->swap_node, &set->clusters);
		break;
	}
	spin_unlock(&swap_list_lock);
	return c;
}
