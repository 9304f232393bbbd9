/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The structures that more than one file works on, each field with the lock
 * that guards it.  What each file offers stands in its own header.
 *
 * Lock legend (the order of locks is in aobj_main.c):
 *   I: set once, before the structure is visible
 *   L: under the cluster's @lock
 *   Q: changed under both the cluster's @lock and the queue lock, read under
 *      either
 *   S: changed under both the cluster's @lock and the swap list lock, read
 *      under either
 *   Z: written under the object's @resize_lock, read with READ_ONCE
 *   A: atomic
 */
#ifndef AOBJ_INTERNAL_H
#define AOBJ_INTERNAL_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

#include <linux/aobj.h>

#include "aobj_ahead.h"

struct aobj_swap_set;

#define AOBJ_CLUSTER_SHIFT 6
#define AOBJ_CLUSTER_PAGES (1u << AOBJ_CLUSTER_SHIFT)

/* What a page may have for a slot besides a real one. */
#define AOBJ_SLOT_NONE 0u
#define AOBJ_SLOT_BAD U32_MAX /* its slot could not be read: the page is lost */

/**
 * struct aobj_watch - for who looks at figures all the time, see aobj_watch.h
 * @busy: A: calls under way that may sleep while figures are at odds
 * @figures: at the last look, in short; the rest is the looker's as well
 * @looks: that found the same to be wrong, in a row
 * @right: the figures have been found to be right
 */
struct aobj_watch {
	atomic_t busy;
	u32 figures;
	unsigned int looks;
	bool right;
};

/**
 * struct aobj - an object: anonymous memory that may be swapped
 * @refs: A: the structure's: whoever has contents, and every cluster
 * @users: A: the contents': the inode, and references within the kernel
 * @holders: A: files that are open, and references within the kernel: with more
 *	than one, contents are shared
 * @write_errors: A: pages whose write has failed, ever: for who waits to hear
 * @clusters: 64-page clusters by page index / 64; the XArray's own lock
 * @mapping: every mapping hangs there; @mapping.host is the object's own inode,
 *	Z: if a file has been attached
 * @size: Z: in bytes
 * @asked: under @resize_lock: the size; or what it was before
 *	aobj_object_extend_try(), if nobody has set it since
 * @resize_lock: serialises changes of the size
 * @sized: Z: the size was set once, so that mmap does not set it again
 * @reserves: Z: whatever makes it larger reserves as much; shares a byte with
 *	@strays, so that an object fits 512 bytes
 * @noswap: Z: its pages never leave memory
 * @pays: Z: for its size, as the user asked for @noswap
 * @strays: Z: maybe it has pages on an exclusive device that it is not bound to
 * @bound: Z: the tag of the devices that it is bound to, see aobj_bind.h
 * @resident: A: pages in memory
 * @swapped: A: pages that are on a swap device only
 * @slots: A: slots held
 * @bad: A: pages lost to read errors
 * @dirty: A: pages in memory that are known to differ from what is on swap
 * @held: A: pages that take a place, and a bit: see aobj_place.c
 * @reserved: Z: places that are reserved for it
 * @limit: pages that it may hold resident, or 0; READ_ONCE, WRITE_ONCE
 * @wired: A: pages charged to @user: those wired, or the size of one of NOSWAP
 * @user: Z: who pays for @wired, or NULL
 * @name: Z: of the object, for people; ends in NUL
 * @ahead: where fault-ahead goes on; hints, unlocked
 * @hand: the cluster where reclaim from this object goes on; a hint, unlocked
 * @node: on the list of all objects, whose lock guards it
 * @rcu: when it is freed, in the place of @node: @mapping may be looked at until
 *	then
 * @watch: whether its figures have been looked at
 */
struct aobj {
	struct kref refs;
	refcount_t users;
	atomic_t holders;
	atomic_t write_errors;
	struct xarray clusters;
	struct address_space mapping;
	loff_t size;
	loff_t asked;
	struct mutex resize_lock;
	bool sized;
	bool reserves : 1;
	bool strays : 1;
	bool noswap;
	bool pays;
	u32 bound;
	atomic_long_t resident;
	atomic_long_t swapped;
	atomic_long_t slots;
	atomic_long_t bad;
	atomic_long_t dirty;
	atomic_long_t held;
	unsigned long reserved;
	unsigned long limit;
	atomic_long_t wired;
	struct user_struct *user;
	char name[AOBJ_NAME_MAX];
	struct aobj_ahead ahead;
	pgoff_t hand;
	union {
		struct list_head node;
		struct rcu_head rcu;
	};
#ifdef CONFIG_DEBUG_VM
	struct aobj_watch watch;
#endif
};

/**
 * struct aobj_resident - the part of a cluster that only resident pages need
 * @page: L: the pages; those with @present set
 * @present: L: pages that are here; one under read is locked and not uptodate
 * @inactive: L: unmapped by ageing and not used since
 * @young: L: new, or used, since the cluster was last aged
 * @back: L: was inactive and has been used since the cluster was last aged
 * @wired: L: neither aged nor evicted
 */
struct aobj_resident {
	struct page *page[AOBJ_CLUSTER_PAGES];
	u64 present;
	u64 inactive;
	u64 young;
	u64 back;
	u64 wired;
};

enum aobj_queue_id {
	AOBJ_QUEUE_NONE, /* nothing resident, or taken off by who holds @lock */
	AOBJ_QUEUE_ACTIVE,
	AOBJ_QUEUE_INACTIVE, /* has inactive pages that are not under write-out */
	AOBJ_QUEUE_NR,
};

/**
 * struct aobj_cluster - 64 consecutive pages of an object
 * @lock: short CPU work only: whoever holds it waits for no memory, no I/O,
 *	no other cluster, and touches no user memory
 * @refs: A: the XArray holds one, and so does whoever works on the cluster
 * @queue: Q: which queue it is on
 * @dead: L: no longer in the XArray: look it up again
 * @nr_slots: L: real slots in @slot
 * @nr_bad: L: bad slots in @slot
 * @obj: I
 * @index: I: page index / 64
 * @res: L: NULL when nothing is resident
 * @writing: L: pages under write-out; read unlocked by who waits for them
 * @queue_node: Q
 * @swap_node: S: on the list of @set
 * @rcu: when it is freed, in the place of @swap_node
 * @set: S: the devices that it has slots on, and maybe more; or NULL
 * @slot: L: of each page; kept while the page is resident
 */
struct aobj_cluster {
	struct mutex lock;
	refcount_t refs;
	u8 queue;
	bool dead;
	u8 nr_slots;
	u8 nr_bad;
	struct aobj *obj;
	pgoff_t index;
	struct aobj_resident *res;
	u64 writing;
	struct list_head queue_node;
	union {
		struct list_head swap_node;
		struct rcu_head rcu;
	};
	struct aobj_swap_set *set;
	u32 slot[AOBJ_CLUSTER_PAGES];
};

/* => the object holds more than @pages resident */
static inline bool aobj_holds_over(const struct aobj *obj, unsigned long pages)
{
	return atomic_long_read(&obj->resident) > (long)pages;
}

static inline bool aobj_slot_real(u32 slot)
{
	return slot != AOBJ_SLOT_NONE && slot != AOBJ_SLOT_BAD;
}

static inline pgoff_t aobj_cluster_first(const struct aobj_cluster *c)
{
	return c->index << AOBJ_CLUSTER_SHIFT;
}

/* The bits of @nr pages from the @first on; @nr is not 0. */
static inline u64 aobj_page_mask(unsigned int first, unsigned int nr)
{
	return (~0ULL >> (AOBJ_CLUSTER_PAGES - nr)) << first;
}

/* The places of the cluster at @index that lie in pages [@first, @end). */
static inline u64 aobj_places_in(pgoff_t index, pgoff_t first, pgoff_t end)
{
	pgoff_t start = index << AOBJ_CLUSTER_SHIFT;
	u64 mask = ~0ULL;

	if (end <= start || first >= start + AOBJ_CLUSTER_PAGES)
		return 0;
	if (first > start)
		mask <<= first - start;
	if (end - start < AOBJ_CLUSTER_PAGES)
		mask &= aobj_page_mask(0, end - start);
	return mask;
}

/* Ours are of order 0, and never the tail of another: there is no head to look for. */
static inline struct folio *aobj_folio(struct page *page)
{
	return (struct folio *)page;
}

/* => the @nr pages of @mask that come first */
static inline u64 aobj_first_pages(u64 mask, unsigned int nr)
{
	unsigned int over = hweight64(mask);

	for (over -= min(over, nr); over; over--)
		mask &= ~BIT_ULL(fls64(mask) - 1);
	return mask;
}

#define for_each_page_bit(i, mask)                                \
	for (u64 __m = (mask); __m && ((i) = __ffs64(__m), true); \
	     __m &= __m - 1)

#endif /* AOBJ_INTERNAL_H */
