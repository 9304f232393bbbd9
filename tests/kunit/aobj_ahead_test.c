// SPDX-License-Identifier: GPL-2.0-only
/* Fault-ahead: which pages it expects to be wanted. */
#include "aobj_ahead.h"
#include "aobj_internal.h"
#include "suite.h"

/* => how many pages a get of @pgoff may bring in, itself included */
static unsigned int ask(struct aobj_ahead *a, unsigned long pgoff)
{
	struct aobj_window w;

	aobj_ahead_ask(a, pgoff, &w);
	aobj_ahead_done(&w, pgoff + (long)(w.nr - 1) * w.step);
	return w.nr;
}

static void sequences_double(struct kunit *test)
{
	struct aobj_ahead a = {};
	unsigned long at = 1000;

	KUNIT_EXPECT_EQ(test, ask(&a, at), 1u);
	at++;
	for (unsigned int nr = 2; nr <= 64; at += nr, nr *= 2)
		KUNIT_EXPECT_EQ(test, ask(&a, at), nr);
	KUNIT_EXPECT_EQ(test, ask(&a, at), 64u);
}

/* What is said to be a sequence is one from its first page on. */
static void known_sequences_need_not_grow(struct kunit *test)
{
	struct aobj_ahead a = {};
	struct aobj_window w;
	pgoff_t next;

	aobj_ahead_sequence(&a, 1000, &w);
	KUNIT_EXPECT_EQ(test, w.nr, 64u);
	KUNIT_EXPECT_EQ(test, w.step, 1);
	aobj_ahead_done(&w, 1023);
	KUNIT_EXPECT_EQ(test, ask(&a, 1024), 64u);
	KUNIT_EXPECT_TRUE(test, aobj_ahead_next(&a, 1087, 64, &next));
	KUNIT_EXPECT_EQ(test, next, 1088ul);

	/* Whatever it looked like before; and it is one stream that goes on. */
	KUNIT_EXPECT_EQ(test, ask(&a, 500), 1u);
	KUNIT_EXPECT_EQ(test, ask(&a, 499), 2u);
	aobj_ahead_sequence(&a, 497, &w);
	KUNIT_EXPECT_EQ(test, w.step, 1);
	KUNIT_EXPECT_EQ(test, w.nr, 64u);
	aobj_ahead_done(&w, 511);
	for (pgoff_t at = 512; at < 512 + 64 * 2 * AOBJ_STREAMS; at += 64) {
		aobj_ahead_sequence(&a, at, &w);
		aobj_ahead_done(&w, at + 63);
	}
	KUNIT_EXPECT_EQ(test, ask(&a, 1152), 64u);
}

static void backwards_as_well(struct kunit *test)
{
	struct aobj_ahead a = {};
	unsigned long at = 1000;

	KUNIT_EXPECT_EQ(test, ask(&a, at), 1u);
	at--;
	for (unsigned int nr = 2; nr <= 64; at -= nr, nr *= 2)
		KUNIT_EXPECT_EQ(test, ask(&a, at), nr);
	KUNIT_EXPECT_EQ(test, ask(&a, at), 64u);
}

static void a_stride_has_to_show_twice(struct kunit *test)
{
	struct aobj_ahead a = {};

	KUNIT_EXPECT_EQ(test, ask(&a, 100), 1u);
	KUNIT_EXPECT_EQ(test, ask(&a, 107), 1u);
	KUNIT_EXPECT_EQ(test, ask(&a, 114), 2u); /* 114, 121 */
	KUNIT_EXPECT_EQ(test, ask(&a, 128), 4u);
	KUNIT_EXPECT_EQ(test, ask(&a, 156), 8u);
	KUNIT_EXPECT_EQ(test, ask(&a, 999), 1u);
}

/* As many as are remembered; each goes on where it was. */
static void streams_do_not_disturb_each_other(struct kunit *test)
{
	struct aobj_ahead a = {};
	unsigned long at[AOBJ_STREAMS];

	for (unsigned int s = 0; s < AOBJ_STREAMS; s++) {
		at[s] = 10000 * s;
		KUNIT_EXPECT_EQ(test, ask(&a, at[s]++), 1u);
	}
	for (unsigned int nr = 2; nr <= 64; nr *= 2) {
		for (unsigned int s = 0; s < AOBJ_STREAMS; s++) {
			KUNIT_EXPECT_EQ(test, ask(&a, at[s]), nr);
			at[s] += nr;
		}
	}
}

static void what_is_at_random_comes_alone(struct kunit *test)
{
	struct aobj_ahead a = {};

	for (unsigned long i = 1; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, ask(&a, i * 7919 % 100003), 1u);
}

static void windows_stay_in_the_cluster(struct kunit *test)
{
	struct aobj_window w = { .step = 1, .nr = 64 };

	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 0, ~0ULL), ~0ULL);
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 60, ~0ULL), 0xfULL << 60);
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 60, 5ULL << 60), 5ULL << 60);
	w.step = -1;
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 3, ~0ULL), 0xfULL);
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 63, ~0ULL), ~0ULL);
	w.step = 20;
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 10, ~0ULL),
			BIT_ULL(10) | BIT_ULL(30) | BIT_ULL(50));
	w.step = -20;
	KUNIT_EXPECT_EQ(test, aobj_ahead_mask(&w, 30, ~0ULL),
			BIT_ULL(10) | BIT_ULL(30));
}

/* With fewer pages than wanted, the one that was asked for comes first. */
static void the_first_are_those_next_to_the_asked(struct kunit *test)
{
	struct aobj_window w = { .step = 1, .nr = 64 };

	KUNIT_EXPECT_EQ(test, aobj_ahead_first(&w, 0xf0, 2), 0x30ULL);
	KUNIT_EXPECT_EQ(test, aobj_ahead_first(&w, 0xf0, 64), 0xf0ULL);
	KUNIT_EXPECT_EQ(test, aobj_ahead_first(&w, ~0ULL, 1), 1ULL);
	w.step = -1;
	KUNIT_EXPECT_EQ(test, aobj_ahead_first(&w, 0xf0, 2), 0xc0ULL);
	KUNIT_EXPECT_EQ(test, aobj_ahead_first(&w, ~0ULL, 1), 1ULL << 63);
}

/* => the cluster that comes next, or -1 */
static long next_cluster(struct aobj_ahead *a, pgoff_t pgoff)
{
	pgoff_t next;

	if (!aobj_ahead_next(a, pgoff, AOBJ_CLUSTER_PAGES, &next))
		return -1;
	return next >> AOBJ_CLUSTER_SHIFT;
}

static void whole_clusters_are_followed_by_the_next(struct kunit *test)
{
	struct aobj_ahead a = {}, back;

	for (pgoff_t at = 0; at < 63; at += ask(&a, at))
		KUNIT_EXPECT_EQ(test, next_cluster(&a, at), -1);
	KUNIT_EXPECT_EQ(test, ask(&a, 63), 64u);
	back = a;
	aobj_ahead_done(&(struct aobj_window){ a.stream, 1, 1 }, 63);
	KUNIT_EXPECT_EQ(test, next_cluster(&a, 64), -1);
	KUNIT_EXPECT_EQ(test, next_cluster(&a, 0), 1);
	KUNIT_EXPECT_EQ(test, next_cluster(&a, 0), -1);
	KUNIT_EXPECT_EQ(test, next_cluster(&a, 100), 2);
	KUNIT_EXPECT_EQ(test, ask(&a, 192), 64u);

	back.stream[0].edge = 192;
	back.stream[0].step = -1;
	KUNIT_EXPECT_EQ(test, next_cluster(&back, 200), 2);
	KUNIT_EXPECT_EQ(test, ask(&back, 127), 64u);
	back.stream[0].edge = 0;
	KUNIT_EXPECT_EQ(test, next_cluster(&back, 10), -1);
	back.stream[0].edge = 200;
	back.stream[0].step = 2;
	KUNIT_EXPECT_EQ(test, next_cluster(&back, 192), -1);
}

/* => the first of up to 16 pages that come next, or -1 */
static long next_few(struct aobj_ahead *a, pgoff_t pgoff)
{
	pgoff_t next;

	return aobj_ahead_next(a, pgoff, 16, &next) ? next : -1;
}

static void or_by_a_few_pages_that_are_next(struct kunit *test)
{
	struct aobj_ahead a = {};

	a.stream[0] =
		(struct aobj_stream){ .edge = 63, .step = 1, .window = 64 };
	KUNIT_EXPECT_EQ(test, next_few(&a, 47), -1);
	KUNIT_EXPECT_EQ(test, next_few(&a, 48), 64);
	KUNIT_EXPECT_EQ(test, next_few(&a, 48), -1);
	KUNIT_EXPECT_EQ(test, next_few(&a, 64), 80);
	KUNIT_EXPECT_EQ(test, ask(&a, 96), 64u);
	/* Of one cluster: what is left of it. */
	a.stream[0].edge = 120;
	KUNIT_EXPECT_EQ(test, next_few(&a, 119), 121);
	KUNIT_EXPECT_EQ(test, next_few(&a, 119), 128);
	KUNIT_EXPECT_EQ(test, ask(&a, 144), 64u);

	a.stream[0] =
		(struct aobj_stream){ .edge = 130, .step = -1, .window = 64 };
	KUNIT_EXPECT_EQ(test, next_few(&a, 146), -1);
	KUNIT_EXPECT_EQ(test, next_few(&a, 140), 128);
	KUNIT_EXPECT_EQ(test, next_few(&a, 128), 112);
	KUNIT_EXPECT_EQ(test, ask(&a, 111), 64u);
	a.stream[0].edge = 7;
	KUNIT_EXPECT_EQ(test, next_few(&a, 10), 0);
	KUNIT_EXPECT_EQ(test, next_few(&a, 0), -1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sequences_double),
	KUNIT_CASE(known_sequences_need_not_grow),
	KUNIT_CASE(backwards_as_well),
	KUNIT_CASE(a_stride_has_to_show_twice),
	KUNIT_CASE(streams_do_not_disturb_each_other),
	KUNIT_CASE(what_is_at_random_comes_alone),
	KUNIT_CASE(windows_stay_in_the_cluster),
	KUNIT_CASE(the_first_are_those_next_to_the_asked),
	KUNIT_CASE(whole_clusters_are_followed_by_the_next),
	KUNIT_CASE(or_by_a_few_pages_that_are_next),
	{},
};

AOBJ_KUNIT_SUITE(aobj_ahead, .test_cases = cases);
