// SPDX-License-Identifier: GPL-2.0-only
/* The slot map of an object; pure logic, see the header. */
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_object.h"
#include "aobj_place.h"
#include "aobj_wired.h"

static struct kmem_cache *cluster_cache;
static struct kmem_cache *resident_cache;

int aobj_cluster_init(void)
{
	/* Unswapped-out clusters are many: no more than 8 bytes a page. */
	BUILD_BUG_ON(sizeof(struct aobj_cluster) > 8 * AOBJ_CLUSTER_PAGES &&
		     !IS_ENABLED(CONFIG_DEBUG_MUTEXES));

	cluster_cache = KMEM_CACHE(aobj_cluster, SLAB_ACCOUNT);
	if (!cluster_cache)
		return -ENOMEM;
	resident_cache = KMEM_CACHE(aobj_resident, SLAB_ACCOUNT);
	if (!resident_cache) {
		kmem_cache_destroy(cluster_cache);
		return -ENOMEM;
	}
	return 0;
}

void aobj_cluster_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(resident_cache);
	kmem_cache_destroy(cluster_cache);
}

struct aobj_resident *aobj_resident_alloc(gfp_t gfp)
{
	return kmem_cache_zalloc(resident_cache, gfp | __GFP_NOWARN);
}

void aobj_resident_free(struct aobj_resident *res)
{
	if (res)
		kmem_cache_free(resident_cache, res);
}

static struct aobj_cluster *cluster_new(struct aobj *obj, pgoff_t index,
					gfp_t gfp)
{
	struct aobj_cluster *c;

	c = kmem_cache_zalloc(cluster_cache, gfp | __GFP_NOWARN);
	if (!c)
		return NULL;
	mutex_init(&c->lock);
	refcount_set(&c->refs, 1);
	c->obj = obj;
	c->index = index;
	INIT_LIST_HEAD(&c->queue_node);
	INIT_LIST_HEAD(&c->swap_node);
	return c;
}

static void cluster_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cluster_cache,
			container_of(rcu, struct aobj_cluster, rcu));
}

struct aobj_cluster *aobj_cluster_find(struct aobj *obj, pgoff_t index)
{
	struct aobj_cluster *c;

	rcu_read_lock();
	c = xa_load(&obj->clusters, index);
	if (c && !refcount_inc_not_zero(&c->refs))
		c = NULL;
	rcu_read_unlock();
	return c;
}

struct aobj_cluster *aobj_cluster_next(struct aobj *obj, pgoff_t *index)
{
	struct aobj_cluster *c;

	rcu_read_lock();
	do {
		c = xa_find(&obj->clusters, index, ULONG_MAX, XA_PRESENT);
	} while (c && !refcount_inc_not_zero(&c->refs));
	rcu_read_unlock();
	return c;
}

/* => NULL also if another thread was first: look again */
static struct aobj_cluster *cluster_insert(struct aobj *obj, pgoff_t index,
					   gfp_t gfp, int *err)
{
	struct aobj_cluster *c = cluster_new(obj, index, gfp);

	if (!c) {
		*err = -ENOMEM;
		return NULL;
	}
	refcount_set(&c->refs, 2); /* the XArray's and the caller's */
	*err = xa_insert(&obj->clusters, index, c, gfp | __GFP_NOWARN);
	if (*err) {
		kmem_cache_free(cluster_cache, c);
		return NULL;
	}
	aobj_object_get(obj);
	atomic_long_inc(&aobj_totals.clusters);
	return c;
}

struct aobj_cluster *aobj_cluster_get(struct aobj *obj, pgoff_t index,
				      gfp_t gfp)
{
	struct aobj_cluster *c;
	int err = 0;

	do {
		c = aobj_cluster_find(obj, index);
		if (!c)
			c = cluster_insert(obj, index, gfp, &err);
	} while (!c && err != -ENOMEM);
	return c;
}

void aobj_cluster_put(struct aobj_cluster *c)
{
	struct aobj *obj = c->obj;

	if (!refcount_dec_and_test(&c->refs))
		return;
	WARN_ON_ONCE(c->res || c->nr_slots || c->writing);
	mutex_destroy(&c->lock);
	atomic_long_dec(&aobj_totals.clusters);
	call_rcu(&c->rcu, cluster_free_rcu);
	aobj_object_put(obj);
}

bool aobj_cluster_empty(const struct aobj_cluster *c)
{
	return !c->res && !c->nr_slots && !c->nr_bad;
}

void aobj_cluster_remove(struct aobj_cluster *c)
{
	lockdep_assert_held(&c->lock);
	if (c->dead)
		return;
	c->dead = true;
	xa_erase(&c->obj->clusters, c->index);
	refcount_dec(&c->refs);
}

static void count_swapped(struct aobj_cluster *c, long nr)
{
	atomic_long_add(nr, &c->obj->swapped);
	atomic_long_add(nr, &aobj_totals.swapped);
}

static void count_bad(struct aobj_cluster *c, int nr)
{
	c->nr_bad += nr;
	atomic_long_add(nr, &c->obj->bad);
	atomic_long_add(nr, &aobj_totals.bad);
}

static void count_slots(struct aobj_cluster *c, unsigned int i, int nr)
{
	c->nr_slots += nr;
	atomic_long_add(nr, &c->obj->slots);
	atomic_long_add(nr, &aobj_totals.slots);
	if (!aobj_cluster_page(c, i))
		count_swapped(c, nr);
}

/*
 * Dirtiness is PG_dirty; PG_checked says that it has been counted, since there
 * are others (KVM) that make a page dirty without a call of ours.
 */

bool aobj_cluster_dirty_folio(struct address_space *mapping,
			      struct folio *folio)
{
	struct aobj *obj = container_of(mapping, struct aobj, mapping);

	if (folio_test_set_dirty(folio))
		return false;
	if (!folio_test_checked(folio)) {
		folio_set_checked(folio);
		atomic_long_inc(&obj->dirty);
		aobj_count(AOBJ_EV_DIRTIED, 1);
	}
	return true;
}

/* => whether it was counted */
static bool clear_dirty(struct folio *folio)
{
	folio_clear_dirty(folio);
	if (!folio_test_checked(folio))
		return false;
	folio_clear_checked(folio);
	return true;
}

static void count_cleaned(struct aobj *obj, unsigned int nr)
{
	if (!nr)
		return;
	atomic_long_sub(nr, &obj->dirty);
	aobj_count(AOBJ_EV_CLEANED, nr);
}

void aobj_cluster_set_dirty(struct aobj_cluster *c, unsigned int i)
{
	lockdep_assert_held(&c->lock);
	folio_mark_dirty(aobj_folio(c->res->page[i]));
}

void aobj_cluster_clear_dirty(struct aobj_cluster *c, u64 mask)
{
	unsigned int i, nr = 0;

	lockdep_assert_held(&c->lock);
	for_each_page_bit(i, mask)
		nr += clear_dirty(aobj_folio(c->res->page[i]));
	count_cleaned(c->obj, nr);
}

void aobj_cluster_add(struct aobj_cluster *c, u64 mask, struct page **pages)
{
	struct address_space *mapping = &c->obj->mapping;
	struct aobj_resident *res = c->res;
	pgoff_t first = aobj_cluster_first(c);
	bool slots = c->nr_slots;
	unsigned int i, nr = 0, swapped = 0;

	lockdep_assert_held(&c->lock);
	for_each_page_bit(i, mask) {
		struct page *page = pages[nr++];
		struct folio *folio = aobj_folio(page);

		folio->mapping = mapping;
		folio->index = first + i;
		res->page[i] = page;
		swapped += slots && aobj_slot_real(c->slot[i]);
	}
	res->present |= mask;
	res->young |= mask;
	atomic_long_add(nr, &c->obj->resident);
	if (swapped)
		count_swapped(c, -(long)swapped);
}

static void forget_bits(struct aobj_resident *res, u64 mask)
{
	res->present &= ~mask;
	res->young &= ~mask;
	res->back &= ~mask;
}

unsigned int aobj_cluster_del(struct aobj_cluster *c, u64 mask,
			      struct page **pages)
{
	struct aobj_resident *res = c->res;
	unsigned int i, nr = 0, swapped = 0, cleaned = 0;

	lockdep_assert_held(&c->lock);
	aobj_cluster_activate(c, mask);
	aobj_cluster_unwire(c, mask);
	for_each_page_bit(i, mask) {
		struct page *page = res->page[i];
		struct folio *folio = aobj_folio(page);

		cleaned += clear_dirty(folio);
		folio->mapping = NULL;
		pages[nr++] = page;
		res->page[i] = NULL;
		swapped += aobj_slot_real(c->slot[i]);
	}
	forget_bits(res, mask);
	count_cleaned(c->obj, cleaned);
	atomic_long_sub(nr, &c->obj->resident);
	if (swapped)
		count_swapped(c, swapped);
	aobj_place_give(c->obj, nr - swapped);
	if (!res->present) {
		c->res = NULL;
		aobj_resident_free(res);
	}
	return nr;
}

u64 aobj_cluster_absent(const struct aobj_cluster *c, u64 mask, bool swapped)
{
	unsigned int i;

	if (c->res)
		mask &= ~c->res->present;
	/* As in clusters that are new, or were all written out. */
	if (swapped ? c->nr_slots == AOBJ_CLUSTER_PAGES :
		      !c->nr_slots && !c->nr_bad)
		return mask;
	for_each_page_bit(i, mask) {
		u32 slot = c->slot[i];

		if (swapped ? !aobj_slot_real(slot) : slot != AOBJ_SLOT_NONE)
			mask &= ~BIT_ULL(i);
	}
	return mask;
}

bool aobj_cluster_none_in(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;
	bool none = true;
	u64 mask;

	for (; none && (c = aobj_cluster_next(obj, &index)); index++) {
		mask = aobj_places_in(index, first, end);
		mutex_lock(&c->lock);
		none = aobj_cluster_absent(c, mask, false) == mask;
		mutex_unlock(&c->lock);
		aobj_cluster_put(c);
		if (!mask)
			break;
		cond_resched();
	}
	return none;
}

void aobj_cluster_deactivate(struct aobj_cluster *c, u64 mask)
{
	mask &= c->res->present & ~c->res->inactive;
	if (!mask)
		return;
	c->res->inactive |= mask;
	atomic_long_add(hweight64(mask), &aobj_totals.inactive);
}

void aobj_cluster_activate(struct aobj_cluster *c, u64 mask)
{
	c->res->young |= mask;
	mask &= c->res->inactive;
	if (!mask)
		return;
	c->res->back |= mask;
	c->res->inactive &= ~mask;
	atomic_long_sub(hweight64(mask), &aobj_totals.inactive);
}

void aobj_cluster_unwire(struct aobj_cluster *c, u64 mask)
{
	mask &= c->res->wired;
	if (!mask)
		return;
	c->res->wired &= ~mask;
	aobj_wired_uncharge(c->obj, hweight64(mask));
}

u32 aobj_cluster_set_slot(struct aobj_cluster *c, unsigned int i, u32 slot)
{
	u32 old = c->slot[i];

	lockdep_assert_held(&c->lock);
	if (aobj_slot_real(old))
		count_slots(c, i, -1);
	else if (old == AOBJ_SLOT_BAD)
		count_bad(c, -1);
	c->slot[i] = slot;
	if (aobj_slot_real(slot))
		count_slots(c, i, 1);
	else if (slot == AOBJ_SLOT_BAD)
		count_bad(c, 1);
	if (aobj_slot_real(old) && !aobj_slot_real(slot) &&
	    !aobj_cluster_page(c, i))
		aobj_place_give(c->obj, 1);
	return old;
}

unsigned int aobj_cluster_set_slots(struct aobj_cluster *c, u64 mask, u32 slot,
				    u32 *old)
{
	unsigned int i, nr = 0, more = 0;

	lockdep_assert_held(&c->lock);
	for_each_page_bit(i, mask) {
		if (aobj_slot_real(c->slot[i]))
			old[nr++] = c->slot[i];
		else
			more++;
		c->slot[i] = slot++;
	}
	c->nr_slots += more;
	atomic_long_add(more, &c->obj->slots);
	atomic_long_add(more, &aobj_totals.slots);
	return nr;
}

/*
 * The invariants of a cluster
 */

#ifdef CONFIG_DEBUG_VM
static bool good_page(const struct aobj_cluster *c, unsigned int i)
{
	struct folio *folio = aobj_folio(c->res->page[i]);
	bool locked;

	if (folio->mapping != &c->obj->mapping ||
	    folio->index != aobj_cluster_first(c) + i)
		return false;
	locked = folio_test_locked(folio);
	/* A read may end at any time: it makes the page valid, then unlocks it. */
	smp_rmb();
	/* Being read: from a slot, and nobody else has it. */
	return folio_test_uptodate(folio) ||
	       (locked && aobj_slot_real(c->slot[i]) &&
		!(c->res->inactive & BIT_ULL(i)));
}

static bool good_bits(const struct aobj_resident *res)
{
	return res->present &&
	       !((res->inactive | res->young | res->back | res->wired) &
		 ~res->present) &&
	       !(res->inactive & res->wired);
}

static bool good_pages(const struct aobj_cluster *c)
{
	bool good = true;

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		bool present = c->res->present & BIT_ULL(i);

		good &= present == !!c->res->page[i];
		good &= !present || good_page(c, i);
	}
	return good;
}

static bool good_slots(const struct aobj_cluster *c)
{
	unsigned int nr_slots = 0, nr_bad = 0;
	u64 real = 0;

	for (unsigned int i = 0; i < AOBJ_CLUSTER_PAGES; i++) {
		nr_bad += c->slot[i] == AOBJ_SLOT_BAD;
		if (!aobj_slot_real(c->slot[i]))
			continue;
		nr_slots++;
		real |= BIT_ULL(i);
	}
	return nr_slots == c->nr_slots && nr_bad == c->nr_bad &&
	       !(c->writing & ~real);
}

void aobj_cluster_check(const struct aobj_cluster *c)
{
	lockdep_assert_held(&c->lock);
	WARN_ONCE(c->dead && !aobj_cluster_empty(c), "dead, and not empty");
	WARN_ONCE(c->writing & ~(c->res ? c->res->present : 0),
		  "written, and not there");
	WARN_ONCE(!good_slots(c), "slots and their numbers differ");
	WARN_ONCE((c->nr_slots == 0) != list_empty(&c->swap_node),
		  "slots, and not on a device's list, or the other way round");
	if (!c->res)
		return;
	WARN_ONCE(!good_bits(c->res), "bits of pages contradict each other");
	WARN_ONCE(!good_pages(c), "resident pages are not what they should be");
}
#else
void aobj_cluster_check(const struct aobj_cluster *c)
{
}
#endif
