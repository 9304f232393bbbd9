// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of an object, see the header.
 *
 * Shrinking sets the size first.  Whoever makes a page resident or maps one
 * checks the size under the cluster's mutex, so once the shrinker has had that
 * mutex no page can appear in the cluster behind it.  A fault that was handed
 * a locked page before that is waited for by taking the folio lock; what it
 * mapped, a private copy maybe, goes with the second unmapping at the end.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "aobj_bind.h"
#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_frame.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pager.h"
#include "aobj_place.h"
#include "aobj_queue.h"
#include "aobj_swap.h"
#include "aobj_wired.h"
#include "aobj_writeout.h"

#define MAX_SIZE ((u64)LLONG_MAX & PAGE_MASK)
#define PAGES_END ((pgoff_t)-1)

static LIST_HEAD(objects);
static DEFINE_SPINLOCK(objects_lock);

static const struct address_space_operations aobj_aops = {
	.dirty_folio = aobj_cluster_dirty_folio,
};

/* As the kernel makes an inode's own, but it may be there before an inode is. */
static void mapping_init(struct address_space *mapping)
{
	address_space_init_once(mapping);
	init_rwsem(&mapping->invalidate_lock);
	mapping->a_ops = &aobj_aops;
	mapping_set_gfp_mask(mapping, GFP_HIGHUSER);
}

struct aobj *aobj_object_create_gfp(gfp_t gfp)
{
	struct aobj *obj = kzalloc(sizeof(*obj), gfp | __GFP_ACCOUNT);

	if (!obj)
		return NULL;
	kref_init(&obj->refs);
	refcount_set(&obj->users, 1);
	xa_init(&obj->clusters);
	mapping_init(&obj->mapping);
	mutex_init(&obj->resize_lock);
	spin_lock(&objects_lock);
	list_add_tail(&obj->node, &objects);
	spin_unlock(&objects_lock);
	atomic_long_inc(&aobj_totals.objects);
	return obj;
}

struct aobj *aobj_object_create(void)
{
	return aobj_object_create_gfp(GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

static void object_free(struct kref *refs)
{
	struct aobj *obj = container_of(refs, struct aobj, refs);

	WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_VM) &&
		     (atomic_long_read(&obj->dirty) || obj->reserved));
	WARN_ON_ONCE(
		atomic_long_read(&obj->resident) ||
		atomic_long_read(&obj->swapped) ||
		atomic_long_read(&obj->slots) || atomic_long_read(&obj->bad) ||
		atomic_long_read(&obj->held) || atomic_long_read(&obj->wired));
	spin_lock(&objects_lock);
	list_del(&obj->node);
	spin_unlock(&objects_lock);
	aobj_wired_forget_user(obj);
	aobj_bind_forget(obj);
	mutex_destroy(&obj->resize_lock);
	/* Futexes and GUP-fast look at folio->mapping under RCU alone. */
	kfree_rcu(obj, rcu);
	atomic_long_dec(&aobj_totals.objects);
}

struct aobj *aobj_object_next(struct aobj *obj)
{
	struct aobj *next = list_entry(&objects, struct aobj, node);

	spin_lock(&objects_lock);
	if (obj)
		next = obj;
	list_for_each_entry_continue(next, &objects, node)
		if (kref_get_unless_zero(&next->refs))
			break;
	if (list_entry_is_head(next, &objects, node))
		next = NULL;
	spin_unlock(&objects_lock);
	if (obj)
		aobj_object_put(obj);
	return next;
}

void aobj_object_get(struct aobj *obj)
{
	kref_get(&obj->refs);
}

void aobj_object_put(struct aobj *obj)
{
	kref_put(&obj->refs, object_free);
}

/*
 * Taking pages out: for a shrink, a hole, a flush, and the end of an object
 */

static void unmap_mapped(struct aobj_cluster *c, u64 mask)
{
	unsigned int i, first, nr;
	u64 mapped = 0;

	for_each_page_bit(i, mask)
		if (aobj_frame_maps(aobj_folio(c->res->page[i])))
			mapped |= BIT_ULL(i);
	if (!mapped)
		return;
	first = __ffs64(mapped);
	nr = fls64(mapped) - first;
	unmap_mapping_pages(&c->obj->mapping, aobj_cluster_first(c) + first, nr,
			    false);
}

/* => takes the pages of @mask out; those that are busy stay */
static void remove_pages(struct aobj_cluster *c, u64 mask,
			 struct aobj_removal *r)
{
	unsigned int i;

	mask &= c->res->present;
	unmap_mapped(c, mask);
	r->writing = mask & c->writing;
	r->busy = r->writing;
	for_each_page_bit(i, mask & ~c->writing) {
		struct folio *folio = aobj_folio(c->res->page[i]);

		if (!folio_trylock(folio)) {
			r->busy |= BIT_ULL(i);
			if (!r->locked) {
				folio_get(folio);
				r->locked = folio;
			}
			continue;
		}
		/* The kernel maps a page that it was handed over under its lock. */
		unmap_mapped(c, BIT_ULL(i));
		r->nr += aobj_cluster_del(c, BIT_ULL(i), &r->pages[r->nr]);
		folio_unlock(folio);
		if (!c->res)
			break;
	}
}

/* => frees the slots, bad ones included, of pages that are not resident */
static void remove_slots(struct aobj_cluster *c, u64 mask)
{
	unsigned int i;

	if (!c->nr_slots && !c->nr_bad)
		return;
	for_each_page_bit(i, mask) {
		u32 old;

		if (aobj_cluster_page(c, i))
			continue;
		old = aobj_cluster_set_slot(c, i, AOBJ_SLOT_NONE);
		if (!aobj_slot_real(old))
			continue;
		if (!c->nr_slots)
			aobj_swap_unlink(c);
		aobj_swap_free(old, 1);
	}
}

static void wait_busy(struct aobj_cluster *c, struct aobj_removal *r)
{
	if (r->locked) {
		folio_wait_locked(r->locked);
		folio_put(r->locked);
	} else if (r->writing) {
		wait_var_event(&c->writing,
			       !(READ_ONCE(c->writing) & r->writing));
	}
}

static int wait_busy_killable(struct aobj_cluster *c, struct aobj_removal *r)
{
	int err;

	if (!r->locked)
		return aobj_writeout_wait(c, r->writing);
	err = folio_wait_locked_killable(r->locked);
	folio_put(r->locked);
	return err ? -EINTR : 0;
}

void aobj_object_take_out(struct aobj_cluster *c, u64 mask,
			  struct aobj_removal *r)
{
	if (c->res)
		remove_pages(c, mask, r);
	remove_slots(c, mask);
	aobj_queue_update(c);
}

int aobj_object_taken_out(struct aobj_cluster *c, struct aobj_removal *r)
{
	aobj_page_free(r->pages, r->nr);
	return r->busy ? wait_busy_killable(c, r) : 0;
}

static u64 remove_once(struct aobj_cluster *c, u64 mask)
{
	struct aobj_removal r = {};

	mutex_lock(&c->lock);
	aobj_object_take_out(c, mask, &r);
	mutex_unlock(&c->lock);
	aobj_page_free(r.pages, r.nr);
	wait_busy(c, &r);
	return r.busy;
}

/* => @fn was called for each cluster until nothing of it was busy */
static void walk_clusters(struct aobj *obj, pgoff_t first, pgoff_t end,
			  u64 (*fn)(struct aobj_cluster *c, u64 mask))
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		u64 mask = aobj_places_in(index, first, end);
		bool past = !mask;

		while (mask)
			mask = fn(c, mask);
		aobj_cluster_put(c);
		if (past)
			break;
		cond_resched();
	}
}

/* => every page and slot that was in [@first, @end) is gone */
static void remove_range(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	walk_clusters(obj, first, end, remove_once);
}

/*
 * The size
 */

/* The size of an object that is not swapped is paid for, not its pages. */
static int charge_size(struct aobj *obj, loff_t size)
{
	pgoff_t npages = aobj_pages_of(size);

	if (!obj->pays || npages <= aobj_object_npages(obj))
		return 0;
	return aobj_wired_charge(obj, npages - aobj_object_npages(obj));
}

static void uncharge_size(struct aobj *obj, pgoff_t npages)
{
	if (obj->pays && npages < aobj_object_npages(obj))
		aobj_wired_uncharge(obj, aobj_object_npages(obj) - npages);
}

/* => what the larger object needs has been reserved, and can be given up */
static int reserve_size(struct aobj *obj, loff_t size)
{
	pgoff_t npages = aobj_pages_of(size);

	if (!obj->reserves || npages <= obj->reserved)
		return 0;
	return aobj_place_reserve(obj, npages);
}

/* => no more is reserved than the object's size: places that have gone free */
static void unreserve_rest(struct aobj *obj)
{
	if (obj->reserved > aobj_object_npages(obj))
		aobj_place_reserve(obj, aobj_object_npages(obj));
}

static void set_size(struct aobj *obj, loff_t size)
{
	if (obj->mapping.host)
		i_size_write(obj->mapping.host, size);
	WRITE_ONCE(obj->size, size);
	WRITE_ONCE(obj->sized, true);
	obj->asked = size;
}

int aobj_object_first_size(struct aobj *obj, u64 size)
{
	if (size > MAX_SIZE)
		return -EFBIG;
	set_size(obj, round_up(size, PAGE_SIZE));
	return 0;
}

void aobj_object_put_new(struct aobj *obj)
{
	WARN_ON_ONCE(!refcount_dec_and_test(&obj->users));
	aobj_object_put(obj);
}

static int resize_begin(struct aobj *obj, u64 size)
{
	if (size > MAX_SIZE)
		return -EFBIG;
	return mutex_lock_killable(&obj->resize_lock);
}

/*
 * => @len bytes at @pos, all in one page, read as zeros
 * => what is written through a mapping meanwhile may be lost, or not
 */
static int zero_in_page(struct aobj *obj, loff_t pos, size_t len)
{
	struct page *page;
	int err;

	if (!len)
		return 0;
	err = aobj_pager_get_page(obj, pos >> PAGE_SHIFT,
				  AOBJ_GET_NOCREATE | AOBJ_GET_WRITE, &page);
	if (err == -ENODATA || err == -ENXIO)
		return 0;
	if (err)
		return err;
	memzero_page(page, offset_in_page(pos), len);
	put_page(page);
	return 0;
}

/*
 * What lies behind the end in the last page must be zeros when that becomes
 * part of the object; a mapping may have written there.
 */
static int zero_tail(struct aobj *obj, loff_t pos)
{
	return zero_in_page(obj, pos, -pos & ~PAGE_MASK);
}

static int shrink(struct aobj *obj, loff_t size)
{
	pgoff_t npages = aobj_pages_of(size);
	int err = zero_tail(obj, size);

	if (err)
		return err;
	uncharge_size(obj, npages);
	set_size(obj, size);
	unmap_mapping_pages(&obj->mapping, npages, 0, true);
	remove_range(obj, npages, PAGES_END);
	unmap_mapping_pages(&obj->mapping, npages, 0, true);
	unreserve_rest(obj);
	return 0;
}

static int grow(struct aobj *obj, loff_t size)
{
	int err = zero_tail(obj, aobj_object_size(obj));

	if (!err)
		err = reserve_size(obj, size);
	if (!err)
		err = charge_size(obj, size);
	if (!err)
		set_size(obj, size);
	unreserve_rest(obj);
	return err;
}

static int set_new_size(struct aobj *obj, loff_t size)
{
	if (size < aobj_object_size(obj))
		return shrink(obj, size);
	return grow(obj, size);
}

/* => as without a reservation, but that @obj has one after it, or has none */
static int resize_reserved(struct aobj *obj, loff_t size, bool reserve)
{
	bool had = obj->reserves;
	int err;

	if (reserve && obj->bound != AOBJ_TAG_NONE)
		return -EBUSY;
	obj->reserves = reserve;
	/* What is there, first: a shrink does not take back what it dropped. */
	err = reserve_size(obj, min(size, aobj_object_size(obj)));
	if (!err)
		err = set_new_size(obj, size);
	if (err)
		obj->reserves = had;
	if (!obj->reserves)
		aobj_place_reserve(obj, 0);
	return err;
}

int aobj_object_resize_reserve(struct aobj *obj, u64 size, bool reserve)
{
	int err = resize_begin(obj, size);

	if (err)
		return err;
	err = resize_reserved(obj, size, reserve);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_reserve_to(struct aobj *obj, u64 size)
{
	int err = resize_begin(obj, size);

	if (err)
		return err;
	err = resize_reserved(obj, max_t(loff_t, size, obj->size), true);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_reserve(struct aobj *obj, bool reserve)
{
	int err = mutex_lock_killable(&obj->resize_lock);

	if (err)
		return err;
	err = resize_reserved(obj, aobj_object_size(obj), reserve);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_truncate(struct aobj *obj, u64 size)
{
	int err = resize_begin(obj, size);

	if (err)
		return err;
	err = set_new_size(obj, size);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_resize(struct aobj *obj, u64 npages)
{
	if (npages > MAX_SIZE >> PAGE_SHIFT)
		return -EFBIG;
	return aobj_object_truncate(obj, npages << PAGE_SHIFT);
}

int aobj_object_resize_to(struct aobj *obj, u64 npages, bool larger)
{
	pgoff_t before;
	loff_t size;
	int err;

	if (npages > MAX_SIZE >> PAGE_SHIFT)
		return larger ? -EFBIG : -EINVAL;
	size = npages << PAGE_SHIFT;
	err = resize_begin(obj, size);
	if (err)
		return err;
	before = aobj_object_npages(obj);
	if (larger ? npages < before : npages > before)
		err = -EINVAL;
	else if (larger || size < obj->size)
		err = set_new_size(obj, size);
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_extend_try(struct aobj *obj, u64 size)
{
	loff_t before;
	int err;

	if (size <= aobj_object_size(obj))
		return 0;
	err = resize_begin(obj, size);
	if (err)
		return err;
	before = obj->size;
	if (size > before)
		err = grow(obj, size) ?: 1;
	if (err > 0)
		obj->asked = before;
	mutex_unlock(&obj->resize_lock);
	return err;
}

int aobj_object_extend(struct aobj *obj, u64 size)
{
	return min(aobj_object_extend_try(obj, size), 0);
}

/* => the size is @obj->asked, or as before if there is something behind that */
static void take_back(struct aobj *obj)
{
	loff_t size = obj->size, asked = obj->asked;
	pgoff_t npages = aobj_object_npages(obj);

	set_size(obj, asked);
	/* A fault puts its cluster into the map, then looks at the size. */
	smp_mb();
	if (!aobj_cluster_none_in(obj, asked >> PAGE_SHIFT, npages)) {
		set_size(obj, size);
		return;
	}
	if (obj->pays)
		aobj_wired_uncharge(obj, npages - aobj_object_npages(obj));
	unreserve_rest(obj);
}

void aobj_object_extend_undo(struct aobj *obj, u64 size)
{
	mutex_lock(&obj->resize_lock);
	if (obj->size == size && obj->asked < size)
		take_back(obj);
	mutex_unlock(&obj->resize_lock);
}

int aobj_object_size_once(struct aobj *obj, u64 npages)
{
	int err;

	if (READ_ONCE(obj->sized))
		return 0;
	if (npages > MAX_SIZE >> PAGE_SHIFT)
		return -EFBIG;
	err = resize_begin(obj, npages << PAGE_SHIFT);
	if (err)
		return err;
	if (!obj->sized)
		err = grow(obj, npages << PAGE_SHIFT);
	mutex_unlock(&obj->resize_lock);
	return err;
}

/*
 * Holes
 */

/* => the whole pages of [@pos, @end) are gone, the parts of others are zeros */
static int punch(struct aobj *obj, loff_t pos, loff_t end)
{
	pgoff_t first = aobj_pages_of(pos), last = end >> PAGE_SHIFT;
	int err;

	if (first > last)
		return zero_in_page(obj, pos, end - pos);
	err = zero_tail(obj, pos);
	if (!err)
		err = zero_in_page(obj, end & PAGE_MASK, offset_in_page(end));
	if (err || first == last)
		return err;
	unmap_mapping_pages(&obj->mapping, first, last - first, false);
	remove_range(obj, first, last);
	return 0;
}

int aobj_object_set_name(struct aobj *obj, const char *name)
{
	int err = mutex_lock_killable(&obj->resize_lock);

	if (err)
		return err;
	strscpy(obj->name, name, sizeof(obj->name));
	mutex_unlock(&obj->resize_lock);
	return 0;
}

int aobj_object_punch(struct aobj *obj, u64 pos, u64 len)
{
	loff_t end;
	int err = resize_begin(obj, pos);

	if (err)
		return err;
	end = (loff_t)aobj_object_npages(obj) << PAGE_SHIFT;
	if (pos < end)
		err = punch(obj, pos, pos + min_t(u64, len, end - pos));
	mutex_unlock(&obj->resize_lock);
	return err;
}

/*
 * Slots alone
 */

/*
 * Resident pages give their slots up; @r says what must be waited for first.
 * One that is being written shall still be there when it is.
 */
static void forget_slots(struct aobj_cluster *c, u64 mask,
			 struct aobj_removal *r)
{
	unsigned int i;

	mask &= c->res->present;
	r->writing = mask & c->writing;
	r->busy = r->writing;
	aobj_cluster_activate(c, r->writing);
	for_each_page_bit(i, mask & ~c->writing) {
		struct page *page = c->res->page[i];

		if (!folio_test_uptodate(aobj_folio(page))) {
			r->busy |= BIT_ULL(i);
			r->locked = aobj_folio(page);
		} else if (aobj_slot_real(c->slot[i])) {
			aobj_writeout_forget_slot(c, i);
		}
	}
	if (r->locked)
		folio_get(r->locked);
}

static u64 forget_once(struct aobj_cluster *c, u64 mask)
{
	struct aobj_removal r = {};

	mutex_lock(&c->lock);
	if (c->res)
		forget_slots(c, mask, &r);
	aobj_queue_update(c);
	mutex_unlock(&c->lock);
	wait_busy(c, &r);
	return r.busy;
}

/* => resident pages of @mask, those under read in *@reading as well */
static u64 pages_resident(struct aobj_cluster *c, u64 mask, u64 *reading)
{
	unsigned int i;

	*reading = 0;
	if (!c->res)
		return 0;
	mask &= c->res->present;
	for_each_page_bit(i, mask)
		if (!folio_test_uptodate(aobj_folio(c->res->page[i])))
			*reading |= BIT_ULL(i);
	return mask;
}

/*
 * What is on swap only is lost; but not what was in memory at first and has been
 * evicted while it was waited for.
 * => pages that were being read: they may be on swap only again
 */
static u64 dropswap_cluster(struct aobj_cluster *c, u64 mask)
{
	u64 reading;

	mutex_lock(&c->lock);
	remove_slots(c, mask);
	mask = pages_resident(c, mask, &reading);
	aobj_queue_update(c);
	mutex_unlock(&c->lock);
	while (mask)
		mask = forget_once(c, mask);
	return reading;
}

void aobj_object_dropswap(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	walk_clusters(obj, first, end, dropswap_cluster);
}

/*
 * The end
 */

static void object_destroy(struct aobj *obj)
{
	/* No mapping is left, and nobody else can resize: no file is either. */
	mutex_lock(&obj->resize_lock);
	uncharge_size(obj, 0);
	set_size(obj, 0);
	remove_range(obj, 0, PAGES_END);
	unreserve_rest(obj);
	aobj_swap_set_stray(obj, false);
	mutex_unlock(&obj->resize_lock);
	aobj_object_put(obj);
}

void aobj_object_detach(struct aobj *obj)
{
	if (refcount_dec_and_test(&obj->users))
		object_destroy(obj);
}
