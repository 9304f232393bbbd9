/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool: page frames that eviction has freed, for the next fault.
 *
 * To page is to free a page for each that is read; what goes through the
 * kernel's allocator is cleared, charged to a memcg and uncharged each time.
 *
 * A frame stays charged to its memcg and goes to a task of that one only, on its
 * own node.  What it holds is the last owner's: whoever takes it overwrites all
 * of it before anybody else sees it.
 */
#ifndef AOBJ_POOL_H
#define AOBJ_POOL_H

#include <linux/mm_types.h>

/* => nobody puts frames in any more */
void aobj_pool_exit(void);

/* => frames in the pool */
unsigned long aobj_pool_size(void);

/*
 * aobj_pool_put: keeps frames while there are fewer than @most; never sleeps
 * => each is in no object, unmapped, and the caller's
 * => the others, and those somebody has a reference to, go to the kernel
 */
void aobj_pool_put(struct page **pages, unsigned int nr, unsigned long most);

/*
 * aobj_pool_take: up to @nr frames that current would be charged for
 * => returns how many; contents undefined; never sleeps
 */
unsigned int aobj_pool_take(struct page **pages, unsigned int nr);

/* => gives up to @nr frames to the kernel; returns how many; never sleeps */
unsigned long aobj_pool_drain(unsigned long nr);

/*
 * aobj_pool_trim: gives the kernel what has not been needed since the last call
 * => that is, as many frames as have been there all the time
 */
void aobj_pool_trim(void);

#endif /* AOBJ_POOL_H */
