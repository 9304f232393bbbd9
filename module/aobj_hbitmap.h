/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bitmap with summaries: each bit of a level says whether the word below it
 * has any bit set, so that the next set bit is found in a number of steps that
 * grows with the logarithm of the size, however few bits are set.
 *
 * No locking of its own.
 */
#ifndef AOBJ_HBITMAP_H
#define AOBJ_HBITMAP_H

#include <linux/types.h>

#define AOBJ_HBITMAP_LEVELS 6 /* 64^6 bits are more than 32 bits can number */
#define AOBJ_HBITMAP_NONE U32_MAX

/*
 * Words looked at, here and by the slot allocator, and clusters looked at by
 * swapoff: KUnit measures by them.
 */
#ifdef AOBJ_KUNIT
extern unsigned long aobj_steps;
#define aobj_step() (aobj_steps++)
#else
#define aobj_step() ((void)0)
#endif

struct aobj_hbitmap {
	u32 nr; /* bits of the lowest level */
	unsigned int levels;
	u64 *level[AOBJ_HBITMAP_LEVELS]; /* [0] holds the bits */
};

/* => may sleep; all bits are clear; -ENOMEM */
int aobj_hbitmap_init(struct aobj_hbitmap *b, u32 nr);
void aobj_hbitmap_exit(struct aobj_hbitmap *b);

void aobj_hbitmap_set(struct aobj_hbitmap *b, u32 bit);
void aobj_hbitmap_clear(struct aobj_hbitmap *b, u32 bit);

/* => the first set bit at or after @from, or AOBJ_HBITMAP_NONE */
u32 aobj_hbitmap_next(const struct aobj_hbitmap *b, u32 from);
/* => likewise, and the first of all if there is none from @from on */
u32 aobj_hbitmap_next_cyclic(const struct aobj_hbitmap *b, u32 from);

#endif /* AOBJ_HBITMAP_H */
