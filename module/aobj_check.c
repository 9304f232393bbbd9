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

/* What was found, of an object or of all; in pages but for the first two. */
struct found {
	long objects;
	long clusters;
	long resident;
	long inactive;
	long swapped;
	long slots;
	long bad;
	long writing;
	long wired;
	long dirty;
	long held;
	long reserved;
	long promised;
};

/**
 * struct check - one look at everything
 * @all: what has been found so far
 * @wrong: how many figures differ
 * @loud: say which: it is the last look
 */
struct check {
	struct found all;
	unsigned int wrong;
	bool loud;
};

static void expect(struct check *k, const char *what, const struct aobj *obj,
		   long says, long is)
{
	if (says == is)
		return;
	k->wrong++;
	if (k->loud)
		pr_err("%s of object %p (%s): counted %ld, found %ld\n", what,
		       obj, obj ? obj->name : "all", says, is);
}

static void count_resident(const struct aobj_cluster *c, struct found *f)
{
	unsigned int i;

	f->resident += hweight64(c->res->present);
	f->inactive += hweight64(c->res->inactive);
	f->wired += hweight64(c->res->wired);
	for_each_page_bit(i, c->res->present)
		f->dirty += folio_test_checked(aobj_folio(c->res->page[i]));
}

static void count_cluster(struct aobj_cluster *c, struct found *f)
{
	mutex_lock(&c->lock);
	aobj_cluster_check(c);
	f->clusters++;
	if (c->res)
		count_resident(c, f);
	f->writing += hweight64(c->writing);
	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		bool real = aobj_slot_real(c->slot[i]);

		f->slots += real;
		f->swapped += real && !aobj_cluster_page(c, i);
		f->bad += c->slot[i] == AOBJ_SLOT_BAD;
	}
	mutex_unlock(&c->lock);
}

static void count_object(struct aobj *obj, struct found *f)
{
	struct aobj_cluster *c;
	pgoff_t index = 0;

	f->objects = 1;
	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		count_cluster(c, f);
		aobj_cluster_put(c);
		cond_resched();
	}
	f->held = f->resident + f->swapped;
	f->reserved = READ_ONCE(obj->reserved);
	f->promised = f->reserved ?: f->held;
	if (READ_ONCE(obj->pays))
		f->wired = aobj_object_npages(obj);
}

static void add(struct found *to, const struct found *f)
{
	to->objects += f->objects;
	to->clusters += f->clusters;
	to->resident += f->resident;
	to->inactive += f->inactive;
	to->swapped += f->swapped;
	to->slots += f->slots;
	to->bad += f->bad;
	to->writing += f->writing;
	to->wired += f->wired;
	to->dirty += f->dirty;
	to->held += f->held;
	to->reserved += f->reserved;
	to->promised += f->promised;
}

#define EXPECT(k, obj, says, is) \
	expect(k, #says, obj, atomic_long_read(&(says)), is)

static void check_object(struct check *k, struct aobj *obj)
{
	struct found f = {};

	count_object(obj, &f);
	EXPECT(k, obj, obj->resident, f.resident);
	EXPECT(k, obj, obj->swapped, f.swapped);
	EXPECT(k, obj, obj->slots, f.slots);
	EXPECT(k, obj, obj->bad, f.bad);
	EXPECT(k, obj, obj->wired, f.wired);
	EXPECT(k, obj, obj->dirty, f.dirty);
	expect(k, "held", obj, aobj_place_held(obj), f.held);
	add(&k->all, &f);
}

static void check_totals(struct check *k)
{
	const struct aobj_totals *says = &aobj_totals;
	const struct found *f = &k->all;

	EXPECT(k, NULL, says->objects, f->objects);
	EXPECT(k, NULL, says->clusters, f->clusters);
	EXPECT(k, NULL, says->inactive, f->inactive);
	EXPECT(k, NULL, says->swapped, f->swapped);
	EXPECT(k, NULL, says->slots, f->slots);
	EXPECT(k, NULL, says->bad, f->bad);
	EXPECT(k, NULL, says->writing, f->writing);
	EXPECT(k, NULL, says->wired, f->wired);
	EXPECT(k, NULL, says->reserved, f->reserved);
	expect(k, "resident", NULL, atomic_long_read(&aobj_charged),
	       f->resident);
	expect(k, "dirty", NULL, aobj_dirty_total(), f->dirty);
	expect(k, "promised", NULL, aobj_place_promised(), f->promised);
	expect(k, "used", NULL, aobj_swap_used_beside(NULL), f->slots);
}

static unsigned int check_once(bool loud)
{
	struct check k = { .loud = loud };
	struct aobj *obj = NULL;

	while ((obj = aobj_object_next(obj)))
		check_object(&k, obj);
	check_totals(&k);
	return k.wrong;
}

int aobj_check(unsigned int tries)
{
	unsigned int wrong = check_once(tries <= 1);

	while (wrong && --tries > 0) {
		fsleep(10 * USEC_PER_MSEC);
		wrong = check_once(tries == 1);
	}
	return wrong ? -EUCLEAN : 0;
}
