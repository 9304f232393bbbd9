/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects for other modules: what the BSD kernel's aobj pager offers to the
 * rest of its kernel, in Linux's idiom.  A module that includes this depends on
 * aobj.ko and keeps it loaded.
 *
 * None of these functions may be called in interrupt context; each says whether
 * it may sleep.  Sizes in bytes are u64, page numbers pgoff_t: 64 bits both.
 */
#ifndef AOBJ_H
#define AOBJ_H

#include <linux/types.h>

struct aobj;
struct file;
struct page;

/* aobj_create(): */
#define AOBJ_CANFAIL 0x01 /* never sleep: NULL if memory is not at hand */
#define AOBJ_NOSWAP 0x02 /* pages never leave memory */
#define AOBJ_KERNOBJ 0x04 /* the one kernel object; NOSWAP for now */
#define AOBJ_KERNSWAP 0x08 /* turns swapping of the kernel object on */

/**
 * aobj_create() - make an object (uao_create)
 * @size: in bytes, rounded up to pages
 * @flags: 0 or AOBJ_CANFAIL, with AOBJ_NOSWAP or not; or one of AOBJ_KERNOBJ
 *	and AOBJ_KERNSWAP alone
 *
 * The kernel object is made once, by KERNOBJ, and lives until aobj.ko goes;
 * KERNSWAP finds it and ignores @size.
 *
 * Context: may sleep, but for CANFAIL.
 * Return: the object, with one reference (the kernel object counts none); NULL
 * if CANFAIL and memory was not at hand; else ERR_PTR: -EINVAL (flags), -EFBIG
 * (@size), -ENOMEM, -EEXIST (KERNOBJ or KERNSWAP for the second time), -ENOENT
 * (KERNSWAP before KERNOBJ).
 */
struct aobj *aobj_create(u64 size, unsigned int flags);

/**
 * aobj_reference() - take one more reference (uao_reference)
 * @obj: an object that the caller has a reference to
 *
 * Context: any but interrupts; never sleeps.
 */
void aobj_reference(struct aobj *obj);

/**
 * aobj_detach() - give a reference up (uao_detach)
 * @obj: the object
 *
 * The last reference, those of files included, frees all pages and slots; it
 * waits for I/O on them.  Does nothing to the kernel object.
 *
 * Context: may sleep.
 */
void aobj_detach(struct aobj *obj);

/**
 * aobj_file() - an object as a regular file, for programs
 * @obj: the object; the file takes a reference of its own
 * @name: shown in /proc/PID/fd and /proc/PID/maps, after "aobj:"
 *
 * Context: may sleep.
 * Return: a file as AOBJ_IOC_CREATE makes it, or ERR_PTR.
 */
struct file *aobj_file(struct aobj *obj, const char *name);

enum aobj_access {
	AOBJ_READ,
	AOBJ_WRITE,
};

enum aobj_advice {
	AOBJ_NORMAL, /* bring neighbours along if it looks like a sequence */
	AOBJ_RANDOM, /* no neighbours */
	AOBJ_SEQUENTIAL, /* all of the cluster, from the page on */
};

/* aobj_get(): */
#define AOBJ_LOCKED 0x01 /* never sleep: what is at hand, and zeros */
#define AOBJ_ALLPAGES 0x02 /* all or nothing */

/* In @pages of aobj_get(): leave this one out. */
#define AOBJ_DONTCARE ((struct page *)-1L)

/**
 * aobj_get() - make pages resident and hold them (uao_get)
 * @obj: the object
 * @first: the page number of @pages[0]
 * @pages: entries that are NULL are asked for, AOBJ_DONTCARE is left out
 * @nr: how many entries there are
 * @centre: the entry that matters
 * @access: what the caller will do with them
 * @advice: what else may be worth bringing in
 * @flags: AOBJ_LOCKED, AOBJ_ALLPAGES
 *
 * Each page that is had stands in @pages, referenced, which keeps it in memory;
 * give it back with aobj_put(), in one go.  Without ALLPAGES only the centre
 * must be had; the others are if they are at hand, and NULL otherwise.  With
 * AOBJ_WRITE pages are marked dirty.
 *
 * Context: may sleep, for I/O and for room; but not with LOCKED.
 * Return: 0; or, with nothing left held but what LOCKED without ALLPAGES found,
 * -EAGAIN (LOCKED: it would have to wait), -EINVAL, -ENXIO (past the end), -EIO
 * (a page could not be read), -ENOSPC, -ENOMEM, -EINTR.
 */
int aobj_get(struct aobj *obj, pgoff_t first, struct page **pages,
	     unsigned int nr, unsigned int centre, enum aobj_access access,
	     enum aobj_advice advice, unsigned int flags);

/**
 * aobj_put() - give back the pages of aobj_get()
 * @pages: as aobj_get() left them; entries become NULL
 * @nr: how many entries there are
 *
 * Context: never sleeps.
 */
void aobj_put(struct page **pages, unsigned int nr);

/**
 * struct aobj_kmap - one page, mapped into the kernel
 * @addr: its contents
 * @page: held
 */
struct aobj_kmap {
	void *addr;
	struct page *page;
};

/**
 * aobj_kmap() - map one page for a short time
 * @obj: the object
 * @pgoff: the page's number
 * @access: with AOBJ_WRITE it is marked dirty
 * @map: filled in; several are unmapped in reverse order
 *
 * Context: may sleep, for I/O and for room.
 * Return: 0 or an error of aobj_get().
 */
int aobj_kmap(struct aobj *obj, pgoff_t pgoff, enum aobj_access access,
	      struct aobj_kmap *map);

/**
 * aobj_kunmap() - the end of aobj_kmap()
 * @map: of aobj_kmap(), in the same task
 *
 * Context: never sleeps.
 */
void aobj_kunmap(struct aobj_kmap *map);

/**
 * aobj_flush() - deactivate, free or clean pages (uao_flush)
 * @obj: the object
 * @start: the first page
 * @stop: the page behind the last; 0 is to the end; clipped to the object
 * @flags: AOBJ_FLUSH_* of linux/aobj.h
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -ENOSPC, -EIO, -EINTR: see AOBJ_IOC_FLUSH.
 */
int aobj_flush(struct aobj *obj, pgoff_t start, pgoff_t stop,
	       unsigned int flags);

/**
 * aobj_grow() - make an object larger (uao_grow)
 * @obj: the object
 * @pages: its new size
 *
 * Context: may sleep for another resize.
 * Return: 0, -EINVAL (it is larger already), -EFBIG, -EINTR; -ENOSPC (it has a
 * reservation, and there is not so much); if a file has given it a size of parts
 * of pages, also errors of aobj_get().
 */
int aobj_grow(struct aobj *obj, pgoff_t pages);

/**
 * aobj_reserve() - set space aside for all pages of an object, or no more
 * @obj: the object
 * @reserve: whether to
 *
 * In the budget and on swap together, for its size now and whenever it grows: a
 * get is not refused for want of room then.  May sleep.
 *
 * Return: 0; -ENOSPC if there is not so much; -EBUSY if it is bound to some
 * devices; -EINTR if killed meanwhile.
 */
int aobj_reserve(struct aobj *obj, bool reserve);

/**
 * aobj_shrink() - make an object smaller (uao_shrink)
 * @obj: the object
 * @pages: its new size; what is behind is gone, however many hold the object
 *
 * Context: may sleep, and waits for I/O on the pages that go.
 * Return: 0, -EINVAL (it is smaller already), -EINTR.
 */
int aobj_shrink(struct aobj *obj, pgoff_t pages);

/**
 * aobj_dropswap_range() - free the swap slots of a range (uao_dropswap_range)
 * @obj: the object
 * @start: the first page
 * @end: the page behind the last; 0 is to the end
 *
 * Pages in memory stay, and are dirty.  What is on swap only is lost, and reads
 * as zeros.
 *
 * Context: may sleep, and waits for I/O on the pages.
 */
void aobj_dropswap_range(struct aobj *obj, pgoff_t start, pgoff_t end);

/**
 * aobj_dropswap() - free the swap slot of one page (uao_dropswap)
 * @obj: the object
 * @pgoff: the page
 *
 * Context: as aobj_dropswap_range().
 */
void aobj_dropswap(struct aobj *obj, pgoff_t pgoff);

/**
 * aobj_bind() - say which swap devices an object uses
 * @obj: the object
 * @to: the name of a class of devices, or the number of one as "MAJOR:MINOR",
 *	or NULL to bind it no more
 *
 * See AOBJ_IOC_BIND of linux/aobj.h.
 *
 * Context: may sleep.
 * Return: 0, -EINVAL (no such name can be), -ENODEV (no device in use is that),
 * -EBUSY (the object has a reservation, or others count on it to stay on its
 * exclusive device), -EINTR (killed meanwhile).
 */
int aobj_bind(struct aobj *obj, const char *to);

/**
 * aobj_swap_off() - empty a swap device and give it back (uao_swap_off)
 * @dev: its number
 *
 * Context: may sleep for long; a signal ends it.
 * Return: 0 or an error of AOBJ_CTL_SWAPOFF.
 */
int aobj_swap_off(dev_t dev);

#endif /* AOBJ_H */
