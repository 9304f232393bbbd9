// SPDX-License-Identifier: GPL-2.0-only
/* fallocate(2) of objects, see the header. */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "aobj_alloc.h"
#include "aobj_bind.h"
#include "aobj_cluster.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_place.h"
#include "aobj_rw.h"

static int zero_range(struct inode *inode, int mode, loff_t pos, loff_t len)
{
	bool extend = !(mode & FALLOC_FL_KEEP_SIZE);
	struct aobj *obj = inode->i_private;
	int err = 0;

	/* As ftruncate: RLIMIT_FSIZE. */
	if (extend && pos + len > aobj_object_size(obj))
		err = inode_newsize_ok(inode, pos + len);
	if (!err)
		err = aobj_object_punch(obj, pos, len);
	if (!err && extend)
		err = aobj_object_extend(obj, pos + len);
	return err;
}

/* => pages [@first, @end) that take no place yet; a snapshot */
static unsigned long count_absent(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	unsigned long absent = end - first;
	struct aobj_cluster *c;
	u64 mask;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		mask = aobj_places_in(index, first, end);
		mutex_lock(&c->lock);
		absent -=
			hweight64(mask & ~aobj_cluster_absent(c, mask, false));
		mutex_unlock(&c->lock);
		aobj_cluster_put(c);
		if (!mask || fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return absent;
}

/* => those of @mask that are not there, or would go without a trace; locked */
static u64 not_kept(const struct aobj_cluster *c, u64 mask)
{
	u64 absent = aobj_cluster_absent(c, mask, false);
	unsigned int i;

	if (!c->res)
		return absent;
	mask &= c->res->present;
	for_each_page_bit(i, mask)
		if (c->slot[i] != AOBJ_SLOT_NONE ||
		    folio_test_dirty(aobj_folio(c->res->page[i])))
			mask &= ~BIT_ULL(i);
	return absent | mask;
}

/* => the same of the cluster at @index, if there is one */
static u64 pages_to_make(struct aobj *obj, pgoff_t index, u64 mask)
{
	struct aobj_cluster *c = aobj_cluster_find(obj, index);

	if (!c)
		return mask;
	mutex_lock(&c->lock);
	mask = not_kept(c, mask);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
	return mask;
}

/*
 * => the page is there to stay; the object as large as that, up to @end bytes,
 *    or if @keep no larger than it is
 */
static int make_page(struct aobj *obj, pgoff_t pgoff, u64 end, bool keep)
{
	u64 behind = ((u64)pgoff + 1) << PAGE_SHIFT;
	struct page *page;
	int err;

	if (keep)
		err = aobj_pager_get_page(
			obj, pgoff, AOBJ_GET_ALONE | AOBJ_GET_WRITE, &page);
	else
		err = aobj_rw_page(obj, pgoff, min(behind, end), AOBJ_GET_ALONE,
				   &page);
	if (!err)
		put_page(page);
	/* A shrink was faster. */
	return err == -ENXIO ? 0 : err;
}

static int make_pages(struct aobj *obj, u64 pos, u64 end, bool keep)
{
	pgoff_t first = pos >> PAGE_SHIFT, last = aobj_pages_of(end);
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	unsigned int i;
	int err = 0;
	u64 mask;

	for (; !err && (mask = aobj_places_in(index, first, last)); index++) {
		mask = pages_to_make(obj, index, mask);
		for_each_page_bit(i, mask) {
			err = make_page(obj, (index << AOBJ_CLUSTER_SHIFT) + i,
					end, keep);
			if (!err && fatal_signal_pending(current))
				err = -EINTR;
			if (err)
				break;
		}
		cond_resched();
	}
	return err;
}

/* What would run out halfway shall not take all that there is before it does. */
static int allocate_part(struct aobj *obj, u64 pos, u64 end, bool keep)
{
	if (count_absent(obj, pos >> PAGE_SHIFT, aobj_pages_of(end)) >
	    aobj_place_room(obj))
		return -ENOSPC;
	return make_pages(obj, pos, end, keep);
}

/*
 * => @len bytes from @pos on have their space; @obj is not made smaller
 * One that is bound to some devices cannot be reserved: its pages are made.
 */
static int allocate(struct inode *inode, int mode, loff_t pos, loff_t len)
{
	struct aobj *obj = inode->i_private;
	u64 size = aobj_object_size(obj), end = pos + len;
	bool keep = mode & FALLOC_FL_KEEP_SIZE;
	int err = 0;

	/* What lies past the last page is nothing that could be there. */
	if (keep && aobj_pages_of(end) > aobj_pages_of(size))
		return -EOPNOTSUPP;
	if (!keep && end > size)
		err = inode_newsize_ok(inode, end);
	if (err)
		return err;
	if (!pos && end >= size) {
		err = aobj_object_reserve_to(obj, keep ? 0 : end);
		if (err != -EBUSY)
			return err;
	}
	if (!obj->reserves)
		err = allocate_part(obj, pos, end, keep);
	else
		err = 0;
	return err || keep ? err : aobj_object_extend(obj, end);
}

long aobj_fallocate(struct file *file, int mode, loff_t pos, loff_t len)
{
	switch (mode & ~FALLOC_FL_KEEP_SIZE) {
	case 0:
		return allocate(file_inode(file), mode, pos, len);
	case FALLOC_FL_PUNCH_HOLE:
		return aobj_object_punch(file->private_data, pos, len);
	case FALLOC_FL_ZERO_RANGE:
		return zero_range(file_inode(file), mode, pos, len);
	default:
		return -EOPNOTSUPP;
	}
}
