// SPDX-License-Identifier: GPL-2.0-only
/* The slot allocator, against an array that holds the state of each slot. */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "aobj_slots.h"
#include "suite.h"

enum state { FREE, USED, BAD };

/**
 * struct model - an allocator and what should be in it
 * @s: the allocator
 * @state: of each slot
 * @nr: slots
 * @used: of them handed out
 * @bad: of them bad, the header not among them
 * @rnd: one random sequence a test, the same each time
 */
struct model {
	struct aobj_slots s;
	u8 *state;
	u32 nr;
	u32 used;
	u32 bad;
	struct rnd_state rnd;
};

static struct model *model_new(struct kunit *test, u32 nr)
{
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->nr = nr;
	m->state = kvzalloc(nr, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->state);
	KUNIT_ASSERT_EQ(test, aobj_slots_init(&m->s, nr), 0);
	prandom_seed_state(&m->rnd, nr);
	return m;
}

static void model_drop(struct model *m)
{
	aobj_slots_exit(&m->s);
	kvfree(m->state);
}

static u32 below(struct model *m, u32 limit)
{
	return prandom_u32_state(&m->rnd) % limit;
}

/* => the number of slots that were in @from, and are in @to */
static u32 mark(struct model *m, u32 first, u32 nr, u8 from, u8 to)
{
	u32 marked = 0;

	for (u32 i = first; i < first + nr && i < m->nr; i++) {
		marked += m->state[i] == from;
		m->state[i] = to;
	}
	return marked;
}

/* => a run that is within the device, no longer than asked, and was free */
static u32 take(struct kunit *test, struct model *m, u32 want, u32 *first)
{
	u32 nr = aobj_slots_alloc(&m->s, want, first);

	if (nr > want || nr > 64)
		KUNIT_FAIL(test, "%u slots for %u", nr, want);
	if (nr && mark(m, *first, nr, FREE, USED) != nr)
		KUNIT_FAIL(test, "run of %u from %u was not free", nr, *first);
	m->used += nr;
	return nr;
}

static void give(struct kunit *test, struct model *m, u32 first, u32 nr)
{
	KUNIT_EXPECT_EQ(test, mark(m, first, nr, USED, FREE), nr);
	aobj_slots_free(&m->s, first, nr);
	m->used -= nr;
}

static void make_bad(struct kunit *test, struct model *m, u32 slot)
{
	KUNIT_EXPECT_EQ(test, mark(m, slot, 1, USED, BAD), 1);
	aobj_slots_mark_bad(&m->s, slot);
	m->used--;
	m->bad++;
}

static void reserve(struct kunit *test, struct model *m, u32 slot)
{
	bool was_free = m->state[slot] == FREE;

	KUNIT_EXPECT_EQ(test, aobj_slots_reserve(&m->s, slot, !slot), was_free);
	m->state[slot] = BAD;
	m->bad += was_free && slot;
}

static void counts_agree(struct kunit *test, const struct model *m)
{
	KUNIT_EXPECT_EQ(test, m->s.used, m->used);
	KUNIT_EXPECT_EQ(test, m->s.bad, m->bad);
}

/* => every slot that the model has free is handed out, and no other */
static void take_all(struct kunit *test, struct model *m)
{
	u32 first, left = 0;

	while (take(test, m, 1 + below(m, 64), &first))
		;
	for (u32 i = 0; i < m->nr; i++)
		left += m->state[i] == FREE;
	KUNIT_EXPECT_EQ_MSG(test, left, 0, "of %u slots", m->nr);
	counts_agree(test, m);
}

/* The run of used slots that some slot is in, or a part of it. */
static void give_some(struct kunit *test, struct model *m)
{
	u32 first = below(m, m->nr), nr = 0, most = 1 + below(m, 100);

	while (nr < most && first + nr < m->nr && m->state[first + nr] == USED)
		nr++;
	if (nr)
		give(test, m, first, nr);
}

static void give_all(struct kunit *test, struct model *m)
{
	for (u32 i = 0; i < m->nr; i++)
		if (m->state[i] == USED)
			give(test, m, i, 1);
	KUNIT_EXPECT_EQ(test, m->used, 0);
	counts_agree(test, m);
}

/*
 * The cases
 */

/* The last slot is one of them, and none behind it. */
static void hands_out_each_slot_once(struct kunit *test)
{
	static const u32 sizes[] = { 1,	  2,   16,  63,	  64,	65,
				     127, 128, 129, 1000, 4096, 4097 };

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct model *m = model_new(test, sizes[i]);
		u32 first;

		for (int round = 0; round < 3; round++) {
			take_all(test, m);
			KUNIT_EXPECT_EQ(test, m->state[m->nr - 1], USED);
			give_all(test, m);
		}
		while (take(test, m, 1, &first) == 1)
			;
		KUNIT_EXPECT_EQ(test, m->used, m->nr);
		model_drop(m);
	}
}

static void keeps_reserved_and_bad_slots(struct kunit *test)
{
	struct model *m = model_new(test, 5000);
	u32 bad;

	reserve(test, m, 0);
	for (int i = 0; i < 700; i++)
		reserve(test, m, below(m, m->nr));
	reserve(test, m, m->nr - 1);
	counts_agree(test, m);
	for (int round = 0; round < 5; round++) {
		take_all(test, m);
		do {
			bad = below(m, m->nr);
		} while (m->state[bad] != USED);
		make_bad(test, m, bad);
		give_all(test, m);
	}
	model_drop(m);
}

/* At each twentieth of fullness, from empty to full and back again. */
static void behaves_as_an_array_does(struct kunit *test)
{
	struct model *m = model_new(test, 20001);

	reserve(test, m, 0);
	for (int level = 0; level <= 40; level++) {
		u32 aim = m->nr / 20 * (level <= 20 ? level : 40 - level);
		u32 first;

		for (int i = 0; i < 3000; i++) {
			if (m->used <= aim)
				take(test, m, 1 + below(m, 70), &first);
			else
				give_some(test, m);
		}
		counts_agree(test, m);
		if (m->used && level % 10 == 5) {
			take(test, m, 1, &first);
			make_bad(test, m, first);
		}
	}
	take_all(test, m);
	give_all(test, m);
	model_drop(m);
}

static void long_run_gets_a_group_of_its_own(struct kunit *test)
{
	struct model *m = model_new(test, 64 * 4);
	u32 first;

	KUNIT_EXPECT_EQ(test, take(test, m, 1, &first), 1);
	KUNIT_EXPECT_EQ(test, take(test, m, 64, &first), 64);
	KUNIT_EXPECT_EQ(test, take(test, m, 100, &first), 64);
	/* The group that is broken already serves the short ones. */
	KUNIT_EXPECT_EQ(test, take(test, m, 16, &first), 16);
	KUNIT_EXPECT_EQ(test, take(test, m, 64, &first), 64);
	/* What is left is the rest of the broken one. */
	KUNIT_EXPECT_EQ(test, take(test, m, 64, &first), 47);
	KUNIT_EXPECT_EQ(test, take(test, m, 1, &first), 0);
	model_drop(m);
}

static void passes_over_what_failed(struct kunit *test)
{
	struct model *m = model_new(test, 64 * 3);
	u32 first, other;

	take(test, m, 1, &first);
	give(test, m, first, 1);
	aobj_slots_pass_over(&m->s, first);
	take(test, m, 1, &other);
	KUNIT_EXPECT_NE(test, first / 64, other / 64);

	/* Behind the last group comes the first. */
	aobj_slots_pass_over(&m->s, m->nr - 1);
	KUNIT_EXPECT_EQ(test, take(test, m, 1, &other), 1);
	model_drop(m);
}

static void frees_a_run_over_many_groups(struct kunit *test)
{
	struct model *m = model_new(test, 1000);

	take_all(test, m);
	give(test, m, 30, 900);
	take_all(test, m);
	give(test, m, 0, 1000);
	take_all(test, m);
	model_drop(m);
}

/*
 * Cost
 */

#define COST_SLOTS (64 * 4096)
#define COST_SAMPLES 4000
#define COST_CHURN 50000

struct cost {
	unsigned long sum;
	unsigned long worst;
};

/* What is taken is given back, so the fullness stays. */
static void sample(struct kunit *test, struct model *m, u32 want,
		   struct cost *cost)
{
	unsigned long before = aobj_steps, steps;
	u32 first, nr = take(test, m, want, &first);

	steps = aobj_steps - before;
	cost->sum += steps;
	cost->worst = max(cost->worst, steps);
	KUNIT_EXPECT_GT(test, steps, 0);
	if (nr)
		give(test, m, first, nr);
}

/* => fills by runs, and frees at random, which leaves holes of any size */
static void fill(struct kunit *test, struct model *m, unsigned int percent)
{
	u32 aim = m->nr / 100 * percent, first;

	for (u32 i = 0; i < COST_CHURN || m->used < aim; i++) {
		if (m->used < aim)
			take(test, m, 1 + below(m, 64), &first);
		else
			give_some(test, m);
	}
}

/* => for runs of up to 64 slots; @want 0: of any length asked for */
static struct cost cost_of(struct kunit *test, struct model *m, u32 want)
{
	struct cost cost = {};

	for (int i = 0; i < COST_SAMPLES; i++)
		sample(test, m, want ?: 1 + below(m, 64), &cost);
	return cost;
}

static void compare_costs(struct kunit *test, u32 want)
{
	struct model *m = model_new(test, COST_SLOTS);
	struct cost empty, full;

	fill(test, m, 10);
	empty = cost_of(test, m, want);
	for (int percent = 50; percent < 100; percent += 7) {
		fill(test, m, percent);
		full = cost_of(test, m, want);
		KUNIT_EXPECT_LE_MSG(test, full.sum, 2 * empty.sum, "%d %% full",
				    percent);
		KUNIT_EXPECT_LE_MSG(test, full.worst, 2 * empty.worst,
				    "%d %% full", percent);
	}
	kunit_info(test, "100 times: %lu steps (%lu) at 10 %%, %lu (%lu) at 99",
		   empty.sum / (COST_SAMPLES / 100), empty.worst,
		   full.sum / (COST_SAMPLES / 100), full.worst);
	model_drop(m);
}

static void full_costs_twice_empty_at_most(struct kunit *test)
{
	compare_costs(test, 0);
	compare_costs(test, 64);
}

/* => how many slots are waiting, from the first group on, in one go */
static u32 begin_discard(struct model *m, u32 groups, u32 *first)
{
	*first = 0;
	return aobj_slots_discard_begin(&m->s, groups, first);
}

static void what_waits_for_a_discard_is_not_free(struct kunit *test)
{
	struct model *m = model_new(test, 64 * 6 + 10);
	u32 first, nr;

	KUNIT_ASSERT_EQ(test, aobj_slots_enable_discards(&m->s), 0);
	reserve(test, m, 0);
	take_all(test, m);
	KUNIT_EXPECT_EQ(test, begin_discard(m, 10, &first), 0);

	/* Groups with the header, a bad slot, or no end are never all free. */
	make_bad(test, m, 64 * 3);
	give(test, m, 1, 64 * 3 - 1);
	give(test, m, 64 * 3 + 1, 64 * 3 + 9);
	KUNIT_EXPECT_EQ(test, m->s.discarding, 64 * 4);

	/* What the model has free from group 1 on is not to be had yet. */
	KUNIT_EXPECT_EQ(test, mark(m, 64, 128, FREE, BAD), 128);
	KUNIT_EXPECT_EQ(test, mark(m, 256, 128, FREE, BAD), 128);
	take_all(test, m);

	nr = begin_discard(m, 10, &first);
	KUNIT_EXPECT_EQ(test, first, 64);
	KUNIT_EXPECT_EQ(test, nr, 128);
	take_all(test, m);
	aobj_slots_discard_end(&m->s, first, nr);
	KUNIT_EXPECT_EQ(test, mark(m, first, nr, BAD, FREE), 128);
	take_all(test, m);

	/* No more than asked for. */
	KUNIT_EXPECT_EQ(test, begin_discard(m, 1, &first), 64);
	KUNIT_EXPECT_EQ(test, first, 256);
	aobj_slots_discard_end(&m->s, first, 64);
	KUNIT_EXPECT_EQ(test, begin_discard(m, 1, &first), 64);
	KUNIT_EXPECT_EQ(test, first, 320);
	aobj_slots_discard_end(&m->s, first, 64);
	KUNIT_EXPECT_EQ(test, mark(m, 256, 128, BAD, FREE), 128);
	KUNIT_EXPECT_EQ(test, begin_discard(m, 1, &first), 0);
	KUNIT_EXPECT_EQ(test, m->s.discarding, 0);
	take_all(test, m);
	model_drop(m);
}

/*
 * All is taken but part of group 10 and all of @whole; the search begins at the last
 * group => the first slot of a long run
 */
static u32 long_run(struct kunit *test, u32 whole, bool rotates)
{
	struct model *m = model_new(test, 64 * 1000);
	u32 first;

	m->s.rotates = rotates;
	take_all(test, m);
	m->s.cursor = 999;
	give(test, m, 64 * 10 + 5, 20);
	give(test, m, 64 * whole, 64);
	take(test, m, 64, &first);
	take_all(test, m);
	model_drop(m);
	return first;
}

static void a_device_that_rotates_has_short_ways(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, long_run(test, 900, false), 64 * 900);
	KUNIT_EXPECT_EQ(test, long_run(test, 900, true), 64 * 10 + 5);
	KUNIT_EXPECT_EQ(test, long_run(test, 100, true), 64 * 100);
	KUNIT_EXPECT_EQ(test, long_run(test, 138, true), 64 * 138);
	KUNIT_EXPECT_EQ(test, long_run(test, 139, true), 64 * 10 + 5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hands_out_each_slot_once),
	KUNIT_CASE(keeps_reserved_and_bad_slots),
	KUNIT_CASE(behaves_as_an_array_does),
	KUNIT_CASE(long_run_gets_a_group_of_its_own),
	KUNIT_CASE(passes_over_what_failed),
	KUNIT_CASE(frees_a_run_over_many_groups),
	KUNIT_CASE(full_costs_twice_empty_at_most),
	KUNIT_CASE(what_waits_for_a_discard_is_not_free),
	KUNIT_CASE(a_device_that_rotates_has_short_ways),
	{},
};

AOBJ_KUNIT_SUITE(aobj_slots, .test_cases = cases);
