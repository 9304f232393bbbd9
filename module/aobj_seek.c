// SPDX-License-Identifier: GPL-2.0-only
/* lseek(2) of objects, see the header. */
#include <linux/fs.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_object.h"
#include "aobj_seek.h"

#define PAGES_END ((pgoff_t)-1)

/* => pages that are in memory, on swap, or lost; puts the cluster */
static u64 pages_with_data(struct aobj_cluster *c)
{
	unsigned int i;
	u64 data;

	mutex_lock(&c->lock);
	data = c->res ? c->res->present : 0;
	for (i = 0; i < AOBJ_CLUSTER_PAGES; i++)
		if (c->slot[i] != AOBJ_SLOT_NONE)
			data |= BIT_ULL(i);
	mutex_unlock(&c->lock);
	aobj_cluster_put(c);
	return data;
}

/* => *@page is the first from there on that holds data; -ENXIO: none does */
static int next_data(struct aobj *obj, pgoff_t *page)
{
	pgoff_t index = *page >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;
	u64 data;

	for (; (c = aobj_cluster_next(obj, &index)); index++) {
		data = pages_with_data(c) &
		       aobj_places_in(index, *page, PAGES_END);
		if (data) {
			*page = (index << AOBJ_CLUSTER_SHIFT) + __ffs64(data);
			return 0;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return -ENXIO;
}

/* => *@page is the first from there on that holds none, or earlier in a hole */
static int next_hole(struct aobj *obj, pgoff_t *page)
{
	pgoff_t index = *page >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;
	u64 holes;

	for (; (c = aobj_cluster_find(obj, index)); index++) {
		holes = ~pages_with_data(c) &
			aobj_places_in(index, *page, PAGES_END);
		if (holes) {
			*page = (index << AOBJ_CLUSTER_SHIFT) + __ffs64(holes);
			return 0;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	*page = index << AOBJ_CLUSTER_SHIFT;
	return 0;
}

/* A hole, if nothing else, is at the end. */
static loff_t seek_page(struct aobj *obj, loff_t offset, int whence)
{
	loff_t size = aobj_object_size(obj);
	pgoff_t page = offset >> PAGE_SHIFT;
	int err;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	if (whence == SEEK_DATA)
		err = next_data(obj, &page);
	else
		err = next_hole(obj, &page);
	if (err)
		return err;
	if (page >= aobj_pages_of(size))
		return whence == SEEK_DATA ? -ENXIO : size;
	return max_t(loff_t, offset, (loff_t)page << PAGE_SHIFT);
}

loff_t aobj_llseek(struct file *file, loff_t offset, int whence)
{
	struct aobj *obj = file->private_data;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek_size(file, offset, whence, LLONG_MAX,
						aobj_object_size(obj));
	offset = seek_page(obj, offset, whence);
	return offset < 0 ? offset : vfs_setpos(file, offset, LLONG_MAX);
}
