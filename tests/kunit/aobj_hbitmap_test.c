// SPDX-License-Identifier: GPL-2.0-only
/* The bitmap with summaries, against a plain array of bits. */
#include <linux/bitmap.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "aobj_hbitmap.h"
#include "suite.h"

#define OPERATIONS 30000

/* The least, and those round the edges of a word of each level. */
static const u32 sizes[] = { 1, 2, 63, 64, 65, 4095, 4096, 4097, 262145 };

static u32 model_next(const unsigned long *model, u32 nr, u32 from)
{
	unsigned long bit = find_next_bit(model, nr, from);

	return bit < nr ? bit : AOBJ_HBITMAP_NONE;
}

static void new_one_is_clear(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct aobj_hbitmap b;

		KUNIT_ASSERT_EQ(test, aobj_hbitmap_init(&b, sizes[i]), 0);
		KUNIT_EXPECT_EQ(test, aobj_hbitmap_next(&b, 0),
				AOBJ_HBITMAP_NONE);
		aobj_hbitmap_exit(&b);
	}
}

/* Every bit alone is found from each place before it, and not from behind. */
static void lone_bit_is_found(struct kunit *test)
{
	const u32 nr = 4097;
	struct aobj_hbitmap b;

	KUNIT_ASSERT_EQ(test, aobj_hbitmap_init(&b, nr), 0);
	for (u32 bit = 0; bit < nr; bit++) {
		aobj_hbitmap_set(&b, bit);
		if (aobj_hbitmap_next(&b, 0) != bit ||
		    aobj_hbitmap_next(&b, bit) != bit ||
		    aobj_hbitmap_next(&b, bit + 1) != AOBJ_HBITMAP_NONE)
			KUNIT_FAIL(test, "bit %u", bit);
		aobj_hbitmap_clear(&b, bit);
		if (aobj_hbitmap_next(&b, 0) != AOBJ_HBITMAP_NONE)
			KUNIT_FAIL(test, "bit %u is left", bit);
	}
	aobj_hbitmap_exit(&b);
}

/* => what is set grows and falls, so that words fill up and run empty */
static bool sets(struct rnd_state *rnd, u32 step)
{
	u32 percent = step / (OPERATIONS / 8) % 2 ? 20 : 80;

	return prandom_u32_state(rnd) % 100 < percent;
}

static void compare(struct kunit *test, const struct aobj_hbitmap *b,
		    const unsigned long *model, u32 from)
{
	u32 found = aobj_hbitmap_next(b, from);
	u32 expected = model_next(model, b->nr, from);

	if (found != expected)
		KUNIT_FAIL(test, "of %u bits from %u: found %u, not %u", b->nr,
			   from, found, expected);
}

static void behaves_as_an_array_does(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long *model = kvcalloc(BITS_TO_LONGS(sizes[i]),
						sizeof(long), GFP_KERNEL);
		struct aobj_hbitmap b;

		KUNIT_ASSERT_NOT_NULL(test, model);
		KUNIT_ASSERT_EQ(test, aobj_hbitmap_init(&b, sizes[i]), 0);
		for (u32 step = 0; step < OPERATIONS; step++) {
			u32 bit = prandom_u32_state(&rnd) % sizes[i];

			if (sets(&rnd, step)) {
				__set_bit(bit, model);
				aobj_hbitmap_set(&b, bit);
			} else {
				__clear_bit(bit, model);
				aobj_hbitmap_clear(&b, bit);
			}
			compare(test, &b, model,
				prandom_u32_state(&rnd) % (sizes[i] + 1));
		}
		aobj_hbitmap_exit(&b);
		kvfree(model);
	}
}

/* Where the search begins and where the bit is do not matter: up and down. */
static void search_takes_few_steps(struct kunit *test)
{
	const u32 nr = 64 * 64 * 64 * 8;
	struct aobj_hbitmap b;

	KUNIT_ASSERT_EQ(test, aobj_hbitmap_init(&b, nr), 0);
	aobj_hbitmap_set(&b, nr - 1);
	for (u32 from = 0; from < nr; from += 997) {
		unsigned long before = aobj_steps;

		if (aobj_hbitmap_next(&b, from) != nr - 1)
			KUNIT_FAIL(test, "not found from %u", from);
		if (aobj_steps == before || aobj_steps - before > 2 * b.levels)
			KUNIT_FAIL(test, "from %u: %lu steps in %u levels",
				   from, aobj_steps - before, b.levels);
	}
	aobj_hbitmap_exit(&b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(new_one_is_clear),
	KUNIT_CASE(lone_bit_is_found),
	KUNIT_CASE(behaves_as_an_array_does),
	KUNIT_CASE(search_takes_few_steps),
	{},
};

AOBJ_KUNIT_SUITE(aobj_hbitmap, .test_cases = cases);
