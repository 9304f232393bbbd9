// SPDX-License-Identifier: GPL-2.0-only
/* The invariants, see the header. */
#include <linux/delay.h>
#include <linux/pagemap.h>

#include "aobj_check.h"
#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_swap.h"

static const char *const names[AOBJ_FIGURES] = {
	[AOBJ_FIG_OBJECTS] = "objects",	  [AOBJ_FIG_CLUSTERS] = "clusters",
	[AOBJ_FIG_RESIDENT] = "resident", [AOBJ_FIG_INACTIVE] = "inactive",
	[AOBJ_FIG_SWAPPED] = "swapped",	  [AOBJ_FIG_SLOTS] = "slots",
	[AOBJ_FIG_BAD] = "bad",		  [AOBJ_FIG_WRITING] = "writing",
	[AOBJ_FIG_WIRED] = "wired",	  [AOBJ_FIG_DIRTY] = "dirty",
	[AOBJ_FIG_HELD] = "held",	  [AOBJ_FIG_RESERVED] = "reserved",
	[AOBJ_FIG_PROMISED] = "promised", [AOBJ_FIG_USED] = "used",
};

/* What an object says of itself, and what all together do. */
#define OF_OBJECT                                                        \
	(BIT(AOBJ_FIG_RESIDENT) | BIT(AOBJ_FIG_SWAPPED) |                \
	 BIT(AOBJ_FIG_SLOTS) | BIT(AOBJ_FIG_BAD) | BIT(AOBJ_FIG_WIRED) | \
	 BIT(AOBJ_FIG_DIRTY) | BIT(AOBJ_FIG_HELD))
#define OF_ALL (BIT(AOBJ_FIGURES) - 1 - BIT(AOBJ_FIG_HELD))

static void object_says(const struct aobj *obj, long *nr)
{
	nr[AOBJ_FIG_RESIDENT] = atomic_long_read(&obj->resident);
	nr[AOBJ_FIG_SWAPPED] = atomic_long_read(&obj->swapped);
	nr[AOBJ_FIG_SLOTS] = atomic_long_read(&obj->slots);
	nr[AOBJ_FIG_BAD] = atomic_long_read(&obj->bad);
	nr[AOBJ_FIG_WIRED] = atomic_long_read(&obj->wired);
	nr[AOBJ_FIG_DIRTY] = atomic_long_read(&obj->dirty);
	nr[AOBJ_FIG_HELD] = (long)aobj_place_held(obj);
}

static void totals_say(long *nr)
{
	const struct aobj_totals *t = &aobj_totals;

	nr[AOBJ_FIG_OBJECTS] = atomic_long_read(&t->objects);
	nr[AOBJ_FIG_CLUSTERS] = atomic_long_read(&t->clusters);
	nr[AOBJ_FIG_RESIDENT] = atomic_long_read(&aobj_charged);
	nr[AOBJ_FIG_INACTIVE] = atomic_long_read(&t->inactive);
	nr[AOBJ_FIG_SWAPPED] = atomic_long_read(&t->swapped);
	nr[AOBJ_FIG_SLOTS] = atomic_long_read(&t->slots);
	nr[AOBJ_FIG_BAD] = atomic_long_read(&t->bad);
	nr[AOBJ_FIG_WRITING] = atomic_long_read(&t->writing);
	nr[AOBJ_FIG_WIRED] = atomic_long_read(&t->wired);
	nr[AOBJ_FIG_DIRTY] = aobj_dirty_total();
	nr[AOBJ_FIG_RESERVED] = atomic_long_read(&t->reserved);
	nr[AOBJ_FIG_PROMISED] = aobj_place_promised();
	nr[AOBJ_FIG_USED] = (long)aobj_swap_used_beside(NULL);
}

void aobj_check_says(const struct aobj *obj, struct aobj_figures *says)
{
	*says = (struct aobj_figures){};
	if (obj)
		object_says(obj, says->nr);
	else
		totals_say(says->nr);
}

/*
 * Counting anew
 */

static void count_resident(const struct aobj_cluster *c, long *nr)
{
	unsigned int i;

	nr[AOBJ_FIG_RESIDENT] += hweight64(c->res->present);
	nr[AOBJ_FIG_INACTIVE] += hweight64(c->res->inactive);
	nr[AOBJ_FIG_WIRED] += hweight64(c->res->wired);
	for_each_page_bit(i, c->res->present)
		nr[AOBJ_FIG_DIRTY] +=
			folio_test_checked(aobj_folio(c->res->page[i]));
}

static void count_cluster(struct aobj_cluster *c, long *nr)
{
	mutex_lock(&c->lock);
	aobj_cluster_check(c);
	nr[AOBJ_FIG_CLUSTERS]++;
	if (c->res)
		count_resident(c, nr);
	nr[AOBJ_FIG_WRITING] += hweight64(c->writing);
	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		bool real = aobj_slot_real(c->slot[i]);

		nr[AOBJ_FIG_SLOTS] += real;
		nr[AOBJ_FIG_SWAPPED] += real && !aobj_cluster_page(c, i);
		nr[AOBJ_FIG_BAD] += c->slot[i] == AOBJ_SLOT_BAD;
	}
	mutex_unlock(&c->lock);
}

/* => *@found, all 0 before, is what there is */
static void count_object(struct aobj *obj, struct aobj_figures *found)
{
	struct aobj_cluster *c;
	long *nr = found->nr;
	pgoff_t index = 0;

	nr[AOBJ_FIG_OBJECTS] = 1;
	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		count_cluster(c, nr);
		aobj_cluster_put(c);
		cond_resched();
	}
	nr[AOBJ_FIG_USED] = nr[AOBJ_FIG_SLOTS];
	nr[AOBJ_FIG_HELD] = nr[AOBJ_FIG_RESIDENT] + nr[AOBJ_FIG_SWAPPED];
	nr[AOBJ_FIG_RESERVED] = (long)READ_ONCE(obj->reserved);
	nr[AOBJ_FIG_PROMISED] = nr[AOBJ_FIG_RESERVED] ?: nr[AOBJ_FIG_HELD];
	if (READ_ONCE(obj->pays))
		nr[AOBJ_FIG_WIRED] = (long)aobj_object_npages(obj);
}

/* => how many of the figures that @which names differ */
static unsigned int compare(const struct aobj *obj, unsigned long which,
			    const struct aobj_figures *found, bool loud)
{
	struct aobj_figures says;
	unsigned int wrong = 0, i;

	aobj_check_says(obj, &says);
	for_each_page_bit(i, which) {
		if (says.nr[i] == found->nr[i])
			continue;
		wrong++;
		if (loud)
			pr_err("%s of object %p (%s): counted %ld, found %ld\n",
			       names[i], obj, obj ? obj->name : "all",
			       says.nr[i], found->nr[i]);
	}
	return wrong;
}

static unsigned int check_all(bool loud)
{
	struct aobj_figures all = {};
	struct aobj *obj = NULL;
	unsigned int wrong = 0;

	while ((obj = aobj_object_next(obj))) {
		struct aobj_figures found = {};

		count_object(obj, &found);
		wrong += compare(obj, OF_OBJECT, &found, loud);
		for (int i = 0; i < AOBJ_FIGURES; i++)
			all.nr[i] += found.nr[i];
	}
	return wrong + compare(NULL, OF_ALL, &all, loud);
}

unsigned int aobj_check_once(struct aobj *obj, bool loud)
{
	struct aobj_figures found = {};

	if (!obj)
		return check_all(loud);
	count_object(obj, &found);
	return compare(obj, OF_OBJECT, &found, loud);
}

int aobj_check(unsigned int tries)
{
	unsigned int wrong = check_all(tries <= 1);

	while (wrong && --tries > 0) {
		fsleep(10 * USEC_PER_MSEC);
		wrong = check_all(tries == 1);
	}
	return wrong ? -EUCLEAN : 0;
}
