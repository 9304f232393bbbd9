// SPDX-License-Identifier: GPL-2.0-only
/* Objects for other modules, see aobj.h. */
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/mm.h>

#include <linux/aobj.h>

#include "aobj.h"
#include "aobj_file.h"
#include "aobj_flush.h"
#include "aobj_kernel.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_rebind.h"
#include "aobj_swapoff.h"
#include "aobj_wire.h"

static DEFINE_MUTEX(kernel_object_lock); /* outside all others */
static struct aobj *kernel_object; /* under kernel_object_lock */
static bool kernel_object_swaps; /* likewise */

/*
 * Life
 */

static struct aobj *create(u64 size, unsigned int flags)
{
	bool can_fail = flags & AOBJ_CANFAIL;
	struct aobj *obj;
	int err;

	obj = aobj_object_create_gfp(can_fail ? GFP_NOWAIT | __GFP_NOWARN :
						GFP_KERNEL);
	if (!obj)
		return can_fail ? NULL : ERR_PTR(-ENOMEM);
	atomic_inc(&obj->holders);
	obj->noswap = flags & AOBJ_NOSWAP;
	err = aobj_object_first_size(obj, size);
	if (err) {
		aobj_object_put_new(obj);
		return ERR_PTR(err);
	}
	return obj;
}

static struct aobj *create_kernel_object(u64 size)
{
	struct aobj *obj = ERR_PTR(-EEXIST);

	mutex_lock(&kernel_object_lock);
	if (!kernel_object) {
		obj = create(size, AOBJ_NOSWAP);
		if (!IS_ERR(obj))
			kernel_object = obj;
	}
	mutex_unlock(&kernel_object_lock);
	return obj;
}

static struct aobj *swap_kernel_object(void)
{
	struct aobj *obj;

	mutex_lock(&kernel_object_lock);
	obj = kernel_object ?: ERR_PTR(-ENOENT);
	if (kernel_object_swaps)
		obj = ERR_PTR(-EEXIST);
	if (!IS_ERR(obj)) {
		kernel_object_swaps = true;
		mutex_lock(&obj->resize_lock);
		aobj_set_swappable(obj);
		mutex_unlock(&obj->resize_lock);
	}
	mutex_unlock(&kernel_object_lock);
	return obj;
}

struct aobj *aobj_create(u64 size, unsigned int flags)
{
	if (flags == AOBJ_KERNOBJ)
		return create_kernel_object(size);
	if (flags == AOBJ_KERNSWAP)
		return swap_kernel_object();
	if (flags & ~(AOBJ_CANFAIL | AOBJ_NOSWAP))
		return ERR_PTR(-EINVAL);
	return create(size, flags);
}
EXPORT_SYMBOL_GPL(aobj_create);

static bool immortal(const struct aobj *obj)
{
	return obj == READ_ONCE(kernel_object);
}

void aobj_reference(struct aobj *obj)
{
	if (immortal(obj))
		return;
	refcount_inc(&obj->users);
	atomic_inc(&obj->holders);
}
EXPORT_SYMBOL_GPL(aobj_reference);

void aobj_detach(struct aobj *obj)
{
	if (immortal(obj))
		return;
	atomic_dec(&obj->holders);
	aobj_object_detach(obj);
}
EXPORT_SYMBOL_GPL(aobj_detach);

void aobj_kernel_exit(void)
{
	struct aobj *obj = kernel_object;

	if (!obj)
		return;
	WRITE_ONCE(kernel_object, NULL);
	kernel_object_swaps = false;
	aobj_detach(obj);
}

struct file *aobj_file(struct aobj *obj, const char *name)
{
	return aobj_file_make(obj, name);
}
EXPORT_SYMBOL_GPL(aobj_file);

/*
 * Pages
 */

struct request {
	struct aobj *obj;
	pgoff_t first;
	struct page **pages;
	enum aobj_access access;
	enum aobj_advice advice;
	unsigned int flags;
};

static unsigned int pager_flags(const struct request *r, bool must)
{
	unsigned int to = r->access == AOBJ_WRITE ? AOBJ_GET_WRITE : 0;

	if (r->advice == AOBJ_RANDOM)
		to |= AOBJ_GET_ALONE;
	else if (r->advice == AOBJ_SEQUENTIAL)
		to |= AOBJ_GET_SEQUENCE;
	if (r->flags & AOBJ_LOCKED)
		return to | AOBJ_GET_NOWAIT | AOBJ_GET_ATOMIC;
	return must ? to : to | AOBJ_GET_NOWAIT;
}

static int get_one(const struct request *r, unsigned int i, bool must)
{
	int err = aobj_pager_get_page(r->obj, r->first + i,
				      pager_flags(r, must), &r->pages[i]);

	if (err)
		r->pages[i] = NULL;
	return err;
}

/* The centre first: what it brings along the others find at hand. */
static int get_wanted(const struct request *r, unsigned int nr,
		      unsigned int centre)
{
	bool all = r->flags & AOBJ_ALLPAGES;
	int err = get_one(r, centre, true);

	if (err && (all || !(r->flags & AOBJ_LOCKED)))
		return err;
	for (unsigned int i = 0; i < nr; i++) {
		int one;

		if (r->pages[i] || i == centre)
			continue;
		one = get_one(r, i, all);
		if (one && all)
			return one;
	}
	return err;
}

int aobj_get(struct aobj *obj, pgoff_t first, struct page **pages,
	     unsigned int nr, unsigned int centre, enum aobj_access access,
	     enum aobj_advice advice, unsigned int flags)
{
	const struct request r = { obj, first, pages, access, advice, flags };
	int err;

	if (flags & ~(AOBJ_LOCKED | AOBJ_ALLPAGES) || centre >= nr ||
	    pages[centre] || first + nr < first)
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++)
		if (pages[i] && pages[i] != AOBJ_DONTCARE)
			return -EINVAL;
	err = get_wanted(&r, nr, centre);
	if (err && flags != AOBJ_LOCKED)
		aobj_put(pages, nr);
	return err;
}
EXPORT_SYMBOL_GPL(aobj_get);

void aobj_put(struct page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!pages[i] || pages[i] == AOBJ_DONTCARE)
			continue;
		put_page(pages[i]);
		pages[i] = NULL;
	}
}
EXPORT_SYMBOL_GPL(aobj_put);

int aobj_kmap(struct aobj *obj, pgoff_t pgoff, enum aobj_access access,
	      struct aobj_kmap *map)
{
	int err;

	map->page = NULL;
	err = aobj_get(obj, pgoff, &map->page, 1, 0, access, AOBJ_NORMAL, 0);
	if (!err)
		map->addr = kmap_local_page(map->page);
	return err;
}
EXPORT_SYMBOL_GPL(aobj_kmap);

void aobj_kunmap(struct aobj_kmap *map)
{
	kunmap_local(map->addr);
	aobj_put(&map->page, 1);
}
EXPORT_SYMBOL_GPL(aobj_kunmap);

int aobj_flush(struct aobj *obj, pgoff_t start, pgoff_t stop,
	       unsigned int flags)
{
	struct aobj_flushed flushed;

	if (!flags || flags & ~AOBJ_FLUSH_KNOWN || (stop && stop < start))
		return -EINVAL;
	return aobj_flush_range(obj, start, stop ?: ULONG_MAX, flags, &flushed);
}
EXPORT_SYMBOL_GPL(aobj_flush);

/*
 * Size and swap
 */

int aobj_grow(struct aobj *obj, pgoff_t pages)
{
	return aobj_object_resize_to(obj, pages, true);
}
EXPORT_SYMBOL_GPL(aobj_grow);

int aobj_shrink(struct aobj *obj, pgoff_t pages)
{
	return aobj_object_resize_to(obj, pages, false);
}
EXPORT_SYMBOL_GPL(aobj_shrink);

int aobj_reserve(struct aobj *obj, bool reserve)
{
	return aobj_object_reserve(obj, reserve);
}
EXPORT_SYMBOL_GPL(aobj_reserve);

void aobj_dropswap_range(struct aobj *obj, pgoff_t start, pgoff_t end)
{
	aobj_object_dropswap(obj, start, end ?: ULONG_MAX);
}
EXPORT_SYMBOL_GPL(aobj_dropswap_range);

void aobj_dropswap(struct aobj *obj, pgoff_t pgoff)
{
	aobj_object_dropswap(obj, pgoff, pgoff + 1);
}
EXPORT_SYMBOL_GPL(aobj_dropswap);

int aobj_bind(struct aobj *obj, const char *to)
{
	if (to && strnlen(to, AOBJ_CLASS_MAX) == AOBJ_CLASS_MAX)
		return -EINVAL;
	return aobj_object_bind(obj, to ?: "");
}
EXPORT_SYMBOL_GPL(aobj_bind);

int aobj_swap_off(dev_t dev)
{
	return aobj_swapoff(dev);
}
EXPORT_SYMBOL_GPL(aobj_swap_off);
