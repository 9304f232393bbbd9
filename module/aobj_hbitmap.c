// SPDX-License-Identifier: GPL-2.0-only
/* A bitmap with summaries; pure logic, see the header. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "aobj_hbitmap.h"

#define WORD_SHIFT 6
#define WORD_BITS 64

#ifdef AOBJ_KUNIT
unsigned long aobj_steps;
#endif

int aobj_hbitmap_init(struct aobj_hbitmap *b, u32 nr)
{
	u32 bits = nr;

	*b = (struct aobj_hbitmap){ .nr = nr };
	do {
		u32 words = DIV_ROUND_UP(bits, WORD_BITS);
		u64 *level = kvcalloc(max(words, 1u), sizeof(u64), GFP_KERNEL);

		if (!level) {
			aobj_hbitmap_exit(b);
			return -ENOMEM;
		}
		b->level[b->levels++] = level;
		bits = words;
	} while (bits > 1);
	return 0;
}

void aobj_hbitmap_exit(struct aobj_hbitmap *b)
{
	while (b->levels)
		kvfree(b->level[--b->levels]);
}

void aobj_hbitmap_set(struct aobj_hbitmap *b, u32 bit)
{
	for (unsigned int l = 0; l < b->levels; l++) {
		u64 *word = &b->level[l][bit >> WORD_SHIFT];
		bool had = *word;

		aobj_step();
		*word |= BIT_ULL(bit % WORD_BITS);
		if (had)
			break;
		bit >>= WORD_SHIFT;
	}
}

void aobj_hbitmap_clear(struct aobj_hbitmap *b, u32 bit)
{
	for (unsigned int l = 0; l < b->levels; l++) {
		u64 *word = &b->level[l][bit >> WORD_SHIFT];

		aobj_step();
		*word &= ~BIT_ULL(bit % WORD_BITS);
		if (*word)
			break;
		bit >>= WORD_SHIFT;
	}
}

static u32 first_below(const struct aobj_hbitmap *b, unsigned int l, u32 bit)
{
	while (l--) {
		aobj_step();
		bit = bit * WORD_BITS + __ffs64(b->level[l][bit]);
	}
	return bit;
}

u32 aobj_hbitmap_next(const struct aobj_hbitmap *b, u32 from)
{
	u64 at = from, bits = b->nr;

	for (unsigned int l = 0; l < b->levels && at < bits; l++) {
		u64 word = b->level[l][at >> WORD_SHIFT];

		aobj_step();
		word &= ~0ULL << (at % WORD_BITS);
		if (word) {
			at = round_down(at, WORD_BITS) + __ffs64(word);
			return first_below(b, l, at);
		}
		at = (at >> WORD_SHIFT) + 1;
		bits = DIV_ROUND_UP_ULL(bits, WORD_BITS);
	}
	return AOBJ_HBITMAP_NONE;
}

u32 aobj_hbitmap_next_cyclic(const struct aobj_hbitmap *b, u32 from)
{
	unsigned int top = b->levels - 1;
	u64 word = b->level[top][0];
	u32 bit;

	/* One look at the top, a single word, tells that there is none at all. */
	aobj_step();
	if (!word)
		return AOBJ_HBITMAP_NONE;
	bit = aobj_hbitmap_next(b, from);
	if (bit == AOBJ_HBITMAP_NONE)
		bit = first_below(b, top, __ffs64(word));
	return bit;
}
