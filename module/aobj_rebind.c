// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object is bound to other devices, see the header.
 *
 * What lies on an exclusive device counts as being there for good (a place that
 * nobody else has), as long as it may go back there.  An object that is bound
 * elsewhere leaves strays: they will want places that others have.  While there is an
 * object with strays nothing on exclusive devices counts; and where that is too little
 * for what is reserved, no object may leave such a device.
 */
#include "aobj_cluster.h"
#include "aobj_place.h"
#include "aobj_rebind.h"
#include "aobj_swap.h"

/* => it has a slot on an exclusive device where it could have no other */
static bool cluster_strays(struct aobj_cluster *c)
{
	bool found = false;

	mutex_lock(&c->lock);
	for (unsigned int i = 0; !found && i < AOBJ_CLUSTER_PAGES; i++) {
		const struct aobj_swapdev *dev;

		if (!aobj_slot_real(c->slot[i]))
			continue;
		dev = aobj_swap_dev(c->slot[i]);
		found = dev->exclusive && !aobj_swap_serves(dev, c->obj->bound);
	}
	mutex_unlock(&c->lock);
	return found;
}

/* => whoever writes its pages has seen the tag that it has now */
static bool strays(struct aobj *obj)
{
	struct aobj_cluster *c;
	pgoff_t index = 0;
	bool found = false;

	for (; !found && (c = aobj_cluster_next(obj, &index)); index++) {
		found = cluster_strays(c);
		aobj_cluster_put(c);
		cond_resched();
	}
	return found;
}

static int rebind(struct aobj *obj, const char *to)
{
	unsigned long missing = aobj_place_missing();
	bool had = obj->strays;
	int err;

	if (obj->reserves && *to)
		return -EBUSY;
	/* First: it may leave some until that is known. */
	aobj_swap_set_stray(obj, had || obj->bound != AOBJ_TAG_NONE);
	err = aobj_place_missing() > missing ? -EBUSY :
					       aobj_bind_object(obj, to);
	aobj_swap_set_stray(obj, err ? had : strays(obj));
	return err;
}

int aobj_object_bind(struct aobj *obj, const char *to)
{
	int err = mutex_lock_killable(&obj->resize_lock);

	if (err)
		return err;
	err = rebind(obj, to);
	mutex_unlock(&obj->resize_lock);
	return err;
}
