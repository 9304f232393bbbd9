// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places, see the header.
 *
 * @promised is the sum over all objects of the places that their pages take,
 * or, of an object with a reservation, of the size of that.  Whoever raises it
 * looks afterwards whether it is too high, and takes it back then; whoever
 * lowers what there is does the same: one of the two sees the other.
 */
#include <linux/mutex.h>

#include "aobj_bind.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_swap.h"

/* In @held: it does not count, since the reservation does. */
#define RESERVED (1L << (BITS_PER_LONG - 2))

static atomic_long_t promised;
static DEFINE_MUTEX(budget_lock); /* one who sets the budget at a time */

/*
 * What of the budget is no place: with all others taken, a page can be read only
 * if there is memory for it while the one that it will replace is still there.
 */
static unsigned long headroom(void)
{
	return max_t(unsigned long, AOBJ_CLUSTER_PAGES, aobj_budget_high());
}

static long places(void)
{
	return (long)READ_ONCE(aobj_budget) - (long)headroom() +
	       (long)aobj_swap_capacity();
}

long aobj_place_promised(void)
{
	return atomic_long_read(&promised);
}

unsigned long aobj_place_missing_without(unsigned long pages)
{
	long left = places() - (long)pages;

	if (!atomic_long_read(&aobj_totals.reserved))
		return 0;
	return max(atomic_long_read(&promised) - left, 0L);
}

unsigned long aobj_place_missing(void)
{
	return aobj_place_missing_without(0);
}

void aobj_place_check(void)
{
	unsigned long missing = aobj_place_missing();

	if (missing)
		pr_warn_ratelimited(
			"%lu pages of what is reserved have no place any more\n",
			missing);
}

unsigned long aobj_place_room(const struct aobj *obj)
{
	long room = places() - atomic_long_read(&promised);
	u32 tag = READ_ONCE(obj->bound);

	if (tag != AOBJ_TAG_NONE)
		room = (long)aobj_swap_free_for(tag, NULL) +
		       max(aobj_budget_free() - (long)headroom(), 0L);
	return max(room, 0L);
}

/* => false: there are not so many, if that matters to anybody */
static bool promise(long nr)
{
	long now = atomic_long_add_return(nr, &promised);

	if (nr <= 0 || !atomic_long_read(&aobj_totals.reserved) ||
	    now <= places())
		return true;
	atomic_long_sub(nr, &promised);
	return false;
}

static bool counts(long held)
{
	return !(held & RESERVED);
}

unsigned long aobj_place_held(const struct aobj *obj)
{
	return atomic_long_read(&obj->held) & ~RESERVED;
}

/*
 * What can go to some devices only must not fill the memory when these are full:
 * those with a reservation could not page.
 */
static bool room_where_bound(const struct aobj *obj, unsigned long nr)
{
	u32 tag = READ_ONCE(obj->bound);

	return tag == AOBJ_TAG_NONE ||
	       !atomic_long_read(&aobj_totals.reserved) ||
	       aobj_swap_free_for(tag, NULL) >=
		       atomic_long_read(&obj->resident) + nr;
}

bool aobj_place_take(struct aobj *obj, unsigned long nr)
{
	bool counted = counts(atomic_long_read(&obj->held));

	if (counted && !(room_where_bound(obj, nr) && promise(nr)))
		return false;
	/* The reservation may have come, or have been given up, just now. */
	if (counts(atomic_long_add_return(nr, &obj->held)) != counted)
		atomic_long_add(counted ? -(long)nr : (long)nr, &promised);
	return true;
}

void aobj_place_give(struct aobj *obj, unsigned long nr)
{
	if (nr && counts(atomic_long_sub_return(nr, &obj->held)))
		atomic_long_sub(nr, &promised);
}

/* => the first reservation of an object: what it holds is promised already */
static bool reserve_first(struct aobj *obj, unsigned long pages)
{
	long held = min(aobj_place_held(obj), pages);

	if (!promise((long)pages - held))
		return false;
	/* What came or went since. */
	held -= atomic_long_fetch_or(RESERVED, &obj->held);
	if (promise(held))
		return true;
	/* Others have had what went: as before. */
	held += atomic_long_fetch_andnot(RESERVED, &obj->held) & ~RESERVED;
	atomic_long_add(held - (long)pages, &promised);
	return false;
}

static void reserve_no_more(struct aobj *obj)
{
	long held = atomic_long_fetch_andnot(RESERVED, &obj->held) & ~RESERVED;

	atomic_long_add(held - (long)obj->reserved, &promised);
}

int aobj_place_reserve(struct aobj *obj, unsigned long pages)
{
	long more = (long)pages - (long)obj->reserved;
	bool done = true;

	lockdep_assert_held(&obj->resize_lock);
	/* First: who takes a place without a look must not see a reservation. */
	atomic_long_add(more, &aobj_totals.reserved);
	if (!obj->reserved && pages)
		done = reserve_first(obj, pages);
	else if (obj->reserved && !pages)
		reserve_no_more(obj);
	else
		done = promise(more);
	if (!done) {
		atomic_long_sub(more, &aobj_totals.reserved);
		return -ENOSPC;
	}
	WRITE_ONCE(obj->reserved, pages);
	return 0;
}

/* => -EBUSY, and the budget is as before, if that leaves more missing than is */
static int set_budget(unsigned long pages)
{
	unsigned long before = READ_ONCE(aobj_budget);
	unsigned long missing = aobj_place_missing();
	int err = aobj_budget_set(pages);

	/* Who takes a place meanwhile sees the new budget, or is seen here. */
	smp_mb();
	if (err || aobj_place_missing() <= missing)
		return err;
	return aobj_budget_set(before) ?: -EBUSY;
}

int aobj_place_set_budget(unsigned long pages)
{
	int err;

	mutex_lock(&budget_lock);
	err = set_budget(pages);
	mutex_unlock(&budget_lock);
	return err;
}
