/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slot map of an object: clusters of 64 pages in an XArray.  An object of
 * at most 64 pages has one cluster, which the XArray keeps in its head without
 * a node: the flat array of the BSD pager; a larger one has a tree where that
 * had a hash.  Growing allocates nothing, and shrinking cannot fail.
 *
 * These functions keep a cluster's bits, the object's counts and the totals in
 * step, and know nothing of mappings, queues or devices.
 */
#ifndef AOBJ_CLUSTER_H
#define AOBJ_CLUSTER_H

#include "aobj_internal.h"

int aobj_cluster_init(void);
/* => every cluster has been put; may sleep */
void aobj_cluster_exit(void);

/* => referenced, not locked, NULL if there is none; never sleeps */
struct aobj_cluster *aobj_cluster_find(struct aobj *obj, pgoff_t index);
/* => the first one at or after *@index, which is set to its own */
struct aobj_cluster *aobj_cluster_next(struct aobj *obj, pgoff_t *index);
/* => pages [@first, @end) are neither in memory nor on swap, nor lost; sleeps */
bool aobj_cluster_none_in(struct aobj *obj, pgoff_t first, pgoff_t end);
/* => as find, but makes it; sleeps if @gfp may; NULL if there is no memory */
struct aobj_cluster *aobj_cluster_get(struct aobj *obj, pgoff_t index,
				      gfp_t gfp);
/* => the caller's last use of it; may drop the object's last reference */
void aobj_cluster_put(struct aobj_cluster *c);

/*
 * aobj_cluster_remove: takes a cluster that holds nothing out of the map
 * => locked; dead from here on; the caller still has its own reference
 */
void aobj_cluster_remove(struct aobj_cluster *c);
/* => nothing resident, no slot, none bad: nothing that the map must keep */
bool aobj_cluster_empty(const struct aobj_cluster *c);

/*
 * aobj_cluster_check: warns if what the cluster says of itself does not hold
 * together; locked, after its pages and slots have been changed
 * => nothing, where kernels are not built for debugging
 */
void aobj_cluster_check(const struct aobj_cluster *c);

/* The page part: made before it is needed, freed when the last page leaves. */
struct aobj_resident *aobj_resident_alloc(gfp_t gfp);
void aobj_resident_free(struct aobj_resident *res);

/* => the page at @i, NULL if none is resident; locked */
static inline struct page *aobj_cluster_page(const struct aobj_cluster *c,
					     unsigned int i)
{
	return c->res ? c->res->page[i] : NULL;
}

/* => of @mask what is in swap only, or not @swapped and was never touched; locked */
u64 aobj_cluster_absent(const struct aobj_cluster *c, u64 mask, bool swapped);

/*
 * aobj_cluster_add: makes @pages resident, one at each place of @mask
 * => locked; @c->res is there, nothing is at @mask, the pages are the caller's
 * => for each that has no slot either, a place has been taken
 * => the pages become the object's: their mapping and index are set; young
 */
void aobj_cluster_add(struct aobj_cluster *c, u64 mask, struct page **pages);
/*
 * aobj_cluster_del: takes the pages at @mask out
 * => locked; the folios' locks are held, or their reference counts are frozen
 * => the pages' mapping is cleared, and the object's references are the caller's
 * => returns how many; @pages has room for them
 * => frees @c->res with the last page
 */
unsigned int aobj_cluster_del(struct aobj_cluster *c, u64 mask,
			      struct page **pages);

/*
 * aobj_cluster_dirty_folio: a_ops->dirty_folio: what a zap calls for a page whose
 * page table entry was dirty, and folio_mark_dirty()
 * => any context; the folio is the object's and stays that meanwhile: mapped, or
 *    locked, or its cluster is locked
 */
bool aobj_cluster_dirty_folio(struct address_space *mapping,
			      struct folio *folio);
/* => the page at @i is resident; locked */
void aobj_cluster_set_dirty(struct aobj_cluster *c, unsigned int i);
/* => whatever changes the pages from here on makes them dirty again */
void aobj_cluster_clear_dirty(struct aobj_cluster *c, u64 mask);

/* Moves pages between active and inactive; locked. */
void aobj_cluster_deactivate(struct aobj_cluster *c, u64 mask);
void aobj_cluster_activate(struct aobj_cluster *c, u64 mask);

/*
 * aobj_cluster_unwire: gives wired pages of @mask back to the pager; locked
 * => so does aobj_cluster_del(); what they were charged is given back
 */
void aobj_cluster_unwire(struct aobj_cluster *c, u64 mask);

/*
 * aobj_cluster_set_slot: gives the page at @i a slot, none, or a bad one
 * => locked; never sleeps, never allocates
 * => returns the old slot, for the caller to free
 */
u32 aobj_cluster_set_slot(struct aobj_cluster *c, unsigned int i, u32 slot);
/*
 * aobj_cluster_set_slots: the same for resident pages @mask, from @slot on
 * => returns how many had slots, which are in @old, in order
 */
unsigned int aobj_cluster_set_slots(struct aobj_cluster *c, u64 mask, u32 slot,
				    u32 *old);

#endif /* AOBJ_CLUSTER_H */
