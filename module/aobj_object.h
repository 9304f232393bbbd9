/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of an object: uao_create, uao_reference, uao_detach, uao_grow and
 * uao_shrink of the BSD pager.
 *
 * An object's contents live as long as somebody has a reference: its inode,
 * which files hold, and mappings through their files; or the kernel.  Its
 * structure lives a little longer, while somebody still works on a cluster.
 */
#ifndef AOBJ_OBJECT_H
#define AOBJ_OBJECT_H

#include <linux/fs.h>

#include "aobj_internal.h"

/*
 * aobj_object_create: => a new object of no size, or an error; may sleep
 * => the caller has the one reference to its contents, and gives it up by
 *    aobj_object_detach()
 */
struct aobj *aobj_object_create(void);
/* => the same, or NULL; sleeps only if @gfp says so */
struct aobj *aobj_object_create_gfp(gfp_t gfp);
/* => the last reference frees every page and slot, and may wait for I/O */
void aobj_object_detach(struct aobj *obj);

/* => sets the size of an object that nobody else knows yet; never sleeps;
 *    -EFBIG; rounded up to pages
 */
int aobj_object_first_size(struct aobj *obj, u64 size);
/* => an object that nobody else knows, and that has nothing; never sleeps */
void aobj_object_put_new(struct aobj *obj);

/* The structure alone, for clusters. */
void aobj_object_get(struct aobj *obj);
void aobj_object_put(struct aobj *obj);
/* => the one after @obj, which is put, or the first; referenced, or NULL */
struct aobj *aobj_object_next(struct aobj *obj);

/*
 * aobj_object_truncate: grows or shrinks to @size bytes
 * => as ftruncate(2): what lies behind the end of the last page reads as zeros
 *    when the object grows again
 * => may sleep; a shrink waits for I/O on the pages that go
 * => -EFBIG, -EINTR; -EIO, -ENOSPC, -ENOMEM if the last page, of which a part
 *    has to be zeroed, cannot be had: the size is unchanged
 */
int aobj_object_truncate(struct aobj *obj, u64 size);
/* => the same in whole pages: -EFBIG, -EINTR and no other error but for an
 *    object whose size was no multiple of a page
 */
int aobj_object_resize(struct aobj *obj, u64 npages);
/* => likewise, but only to what is @larger, or not larger, by then: -EINVAL */
int aobj_object_resize_to(struct aobj *obj, u64 npages, bool larger);

/*
 * aobj_object_resize_reserve: the same, and @reserve: places for all of its pages
 * are set aside, now and whenever it grows; else what was is given up
 * => errors as above; -ENOSPC: there are not so many, and nothing changes; -EBUSY:
 *    it is bound to some devices
 */
int aobj_object_resize_reserve(struct aobj *obj, u64 size, bool reserve);
/* => the same for the size that it has; -EINTR, -ENOSPC, -EBUSY */
int aobj_object_reserve(struct aobj *obj, bool reserve);

/* => reserves, and grows to @size bytes if the object is smaller; errors as above */
int aobj_object_reserve_to(struct aobj *obj, u64 size);

/* => grows to @size bytes if the object is smaller; errors as above */
int aobj_object_extend(struct aobj *obj, u64 size);
/*
 * aobj_object_extend_try: the same, for something that may fail
 * => 1: it has grown; then aobj_object_extend_undo() may be called
 */
int aobj_object_extend_try(struct aobj *obj, u64 size);
/*
 * aobj_object_extend_undo: what it was extended to @size bytes for has failed
 * => it has the size that it had; unless somebody has set the size since, or has
 *    pages there; may sleep
 */
void aobj_object_extend_undo(struct aobj *obj, u64 size);
/* => sets the size of an object that never had one; else does nothing */
int aobj_object_size_once(struct aobj *obj, u64 npages);

/*
 * aobj_object_punch: @len bytes from @pos on read as zeros
 * => whole pages are gone, with their slots; parts of pages are zeroed
 * => does not change the size; may sleep, and waits for I/O on pages that go
 * => errors as aobj_object_truncate()
 */
int aobj_object_punch(struct aobj *obj, u64 pos, u64 len);

/*
 * aobj_object_dropswap: frees the slots of pages [@first, @end)
 * => pages in memory stay, and are dirty from here on; what is on swap only is
 *    lost and reads as zeros: it is for who knows better
 * => may sleep, and waits for I/O on the pages
 */
void aobj_object_dropswap(struct aobj *obj, pgoff_t first, pgoff_t end);

/* => a name for people; cut to AOBJ_NAME_MAX - 1 bytes; -EINTR */
int aobj_object_set_name(struct aobj *obj, const char *name);

/**
 * struct aobj_removal - pages that are taken out of a cluster; zero at first
 * @pages: taken out, to be freed
 * @nr: how many these are
 * @locked: somebody has it locked: to be waited for, referenced
 * @writing: under write-out: to be waited for
 * @busy: these, and others that are locked: to be tried again
 */
struct aobj_removal {
	struct page *pages[AOBJ_CLUSTER_PAGES];
	unsigned int nr;
	struct folio *locked;
	u64 writing;
	u64 busy;
};

/*
 * aobj_object_take_out: takes the pages of @mask, and their slots, out
 * => locked; what is busy stays, and @r says so
 */
void aobj_object_take_out(struct aobj_cluster *c, u64 mask,
			  struct aobj_removal *r);
/*
 * aobj_object_taken_out: frees them, and waits for some of what was busy
 * => nothing locked; sleeps; -EINTR if killed meanwhile
 */
int aobj_object_taken_out(struct aobj_cluster *c, struct aobj_removal *r);

/* In bytes; changed under the object's resize_lock. */
static inline loff_t aobj_object_size(const struct aobj *obj)
{
	return READ_ONCE(obj->size);
}

/* => the pages that @size bytes take */
static inline pgoff_t aobj_pages_of(u64 size)
{
	return DIV_ROUND_UP_ULL(size, PAGE_SIZE);
}

static inline pgoff_t aobj_object_npages(const struct aobj *obj)
{
	return aobj_pages_of(aobj_object_size(obj));
}

/* => one of the object's counts, in bytes */
static inline u64 aobj_bytes_of(const atomic_long_t *pages)
{
	return (u64)max(atomic_long_read(pages), 0L) << PAGE_SHIFT;
}

#endif /* AOBJ_OBJECT_H */
