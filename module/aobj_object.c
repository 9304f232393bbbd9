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
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_evict.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_swap.h"

#define AOBJ_FS_MAGIC 0x616f626a /* "aobj" */
#define MAX_PAGES (LLONG_MAX >> PAGE_SHIFT)

static struct vfsmount *aobj_mnt;

static int aobj_init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, AOBJ_FS_MAGIC) ? 0 : -ENOMEM;
}

/* No .owner: the mount would hold the module, and rmmod could never work. */
static struct file_system_type aobj_fs_type = {
	.name = "aobj",
	.init_fs_context = aobj_init_fs_context,
	.kill_sb = kill_anon_super,
};

/* A zap hands the dirty bit on by calling this: a mark on the page, no more. */
static const struct address_space_operations aobj_aops = {
	.dirty_folio = noop_dirty_folio,
};

int aobj_object_init(void)
{
	aobj_mnt = kern_mount(&aobj_fs_type);
	return PTR_ERR_OR_ZERO(aobj_mnt);
}

void aobj_object_exit(void)
{
	kern_unmount(aobj_mnt);
}

struct aobj *aobj_object_create(void)
{
	struct aobj *obj = kzalloc(sizeof(*obj), GFP_KERNEL_ACCOUNT);
	struct inode *inode;

	if (!obj)
		return ERR_PTR(-ENOMEM);
	inode = alloc_anon_inode(aobj_mnt->mnt_sb);
	if (IS_ERR(inode)) {
		kfree(obj);
		return ERR_CAST(inode);
	}
	inode->i_mapping->a_ops = &aobj_aops;
	obj->mapping = inode->i_mapping;
	kref_init(&obj->refs);
	xa_init(&obj->clusters);
	mutex_init(&obj->resize_lock);
	atomic_long_inc(&aobj_totals.objects);
	return obj;
}

static void object_free(struct kref *refs)
{
	struct aobj *obj = container_of(refs, struct aobj, refs);

	WARN_ON_ONCE(atomic_long_read(&obj->resident) ||
		     atomic_long_read(&obj->swapped) ||
		     atomic_long_read(&obj->slots) ||
		     atomic_long_read(&obj->bad));
	mutex_destroy(&obj->resize_lock);
	kfree(obj);
	atomic_long_dec(&aobj_totals.objects);
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
 * Shrinking
 */

struct shrink_step {
	struct page *pages[AOBJ_CLUSTER_PAGES]; /* taken out, to be freed */
	unsigned int nr;
	struct folio *locked; /* somebody has it locked: wait, referenced */
	u64 writing; /* under write-out: wait */
};

static void unmap_mapped(struct aobj_cluster *c, u64 mask)
{
	unsigned int i, first, nr;
	u64 mapped = 0;

	for_each_page_bit(i, mask)
		if (folio_mapped(page_folio(c->res->page[i])))
			mapped |= BIT_ULL(i);
	if (!mapped)
		return;
	first = __ffs64(mapped);
	nr = fls64(mapped) - first;
	unmap_mapping_pages(c->obj->mapping, aobj_cluster_first(c) + first, nr,
			    false);
}

/* => takes the pages of @mask out; those that are busy stay */
static void shrink_pages(struct aobj_cluster *c, u64 mask,
			 struct shrink_step *step)
{
	unsigned int i;

	mask &= c->res->present;
	unmap_mapped(c, mask);
	step->writing = mask & c->writing;
	for_each_page_bit(i, mask & ~c->writing) {
		struct folio *folio = page_folio(c->res->page[i]);

		if (!folio_trylock(folio)) {
			if (!step->locked) {
				folio_get(folio);
				step->locked = folio;
			}
			continue;
		}
		step->pages[step->nr++] = aobj_cluster_del(c, i);
		folio_unlock(folio);
		if (!c->res)
			break;
	}
}

/* => frees the slots, bad ones included, of pages that are not resident */
static void shrink_slots(struct aobj_cluster *c, u64 mask)
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

/* => true when nothing of @mask is left; else waits for what is busy */
static bool shrink_cluster_once(struct aobj_cluster *c, u64 mask)
{
	struct shrink_step step = {};

	mutex_lock(&c->lock);
	if (c->res)
		shrink_pages(c, mask, &step);
	shrink_slots(c, mask);
	aobj_evict_requeue(c);
	mutex_unlock(&c->lock);
	aobj_page_free(step.pages, step.nr);

	if (step.locked) {
		folio_wait_locked(step.locked);
		folio_put(step.locked);
		return false;
	}
	if (step.writing) {
		wait_var_event(&c->writing,
			       !(READ_ONCE(c->writing) & step.writing));
		return false;
	}
	return true;
}

/* => every page and slot from @first on is gone */
static void shrink_clusters(struct aobj *obj, pgoff_t first)
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	unsigned int skip = first % AOBJ_CLUSTER_PAGES;
	struct aobj_cluster *c;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		u64 mask = ~0ULL;

		if (index == first >> AOBJ_CLUSTER_SHIFT)
			mask <<= skip;
		while (!shrink_cluster_once(c, mask))
			;
		aobj_cluster_put(c);
		cond_resched();
	}
}

static void set_npages(struct aobj *obj, pgoff_t npages)
{
	WRITE_ONCE(obj->npages, npages);
	WRITE_ONCE(obj->sized, true);
}

static void shrink(struct aobj *obj, pgoff_t npages)
{
	set_npages(obj, npages);
	unmap_mapping_pages(obj->mapping, npages, 0, true);
	shrink_clusters(obj, npages);
	unmap_mapping_pages(obj->mapping, npages, 0, true);
}

/*
 * The size
 */

static int resize_begin(struct aobj *obj, u64 npages)
{
	if (npages > MAX_PAGES || npages != (pgoff_t)npages)
		return -EFBIG;
	return mutex_lock_killable(&obj->resize_lock);
}

int aobj_object_resize(struct aobj *obj, u64 npages)
{
	int err = resize_begin(obj, npages);

	if (err)
		return err;
	if (npages < obj->npages)
		shrink(obj, npages);
	else
		set_npages(obj, npages);
	mutex_unlock(&obj->resize_lock);
	return 0;
}

int aobj_object_extend(struct aobj *obj, u64 npages)
{
	int err;

	if (npages <= aobj_object_npages(obj))
		return 0;
	err = resize_begin(obj, npages);
	if (err)
		return err;
	if (npages > obj->npages)
		set_npages(obj, npages);
	mutex_unlock(&obj->resize_lock);
	return 0;
}

int aobj_object_size_once(struct aobj *obj, u64 npages)
{
	int err;

	if (READ_ONCE(obj->sized))
		return 0;
	err = resize_begin(obj, npages);
	if (err)
		return err;
	if (!obj->sized)
		set_npages(obj, npages);
	mutex_unlock(&obj->resize_lock);
	return 0;
}

void aobj_object_detach(struct aobj *obj)
{
	/* No mapping is left, and nobody else can resize: the file is gone. */
	mutex_lock(&obj->resize_lock);
	set_npages(obj, 0);
	shrink_clusters(obj, 0);
	mutex_unlock(&obj->resize_lock);
	iput(obj->mapping->host);
	aobj_object_put(obj);
}
