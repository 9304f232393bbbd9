// SPDX-License-Identifier: GPL-2.0-only
/* The slot allocator of one swap device; pure logic, see the header. */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "aobj_slots.h"

#define GROUP_SLOTS 64
#define GROUP_SOME 16
#define FAR_GROUPS 128 /* 32 MiB: a few short runs take a head less time */

static void summarize(struct aobj_hbitmap *b, u32 group, bool set)
{
	if (set)
		aobj_hbitmap_set(b, group);
	else
		aobj_hbitmap_clear(b, group);
}

/* Whether one of two counts reaches the limit, and the other does not. */
static bool crosses(unsigned int was, unsigned int now, unsigned int limit)
{
	bool reached = was >= limit;

	return reached != (now >= limit);
}

static bool has_some(unsigned int nr_free)
{
	return nr_free >= GROUP_SOME && nr_free < GROUP_SLOTS;
}

static unsigned int how_free(unsigned int nr_free)
{
	return (nr_free >= 1) + (nr_free >= GROUP_SOME) +
	       (nr_free >= GROUP_SLOTS);
}

static void group_update(struct aobj_slots *s, u32 group, u64 taken)
{
	u64 old = s->taken[group];
	unsigned int was = GROUP_SLOTS - hweight64(old);
	unsigned int now = GROUP_SLOTS - hweight64(taken);

	s->taken[group] = taken;
	if (how_free(was) == how_free(now))
		return;
	if (crosses(was, now, GROUP_SLOTS))
		summarize(&s->whole, group, now == GROUP_SLOTS);
	if (has_some(was) != has_some(now))
		summarize(&s->some, group, has_some(now));
	if (crosses(was, now, 1))
		summarize(&s->any, group, now);
}

static u64 run_mask(unsigned int first, unsigned int nr)
{
	return (~0ULL >> (GROUP_SLOTS - nr)) << first;
}

static int slots_init_maps(struct aobj_slots *s, u32 groups)
{
	s->taken = kvmalloc_array(groups, sizeof(u64), GFP_KERNEL);
	if (!s->taken || aobj_hbitmap_init(&s->whole, groups) ||
	    aobj_hbitmap_init(&s->some, groups) ||
	    aobj_hbitmap_init(&s->any, groups)) {
		aobj_slots_exit(s);
		return -ENOMEM;
	}
	return 0;
}

int aobj_slots_init(struct aobj_slots *s, u32 nr)
{
	u32 groups = DIV_ROUND_UP(nr, GROUP_SLOTS);
	u32 tail = nr % GROUP_SLOTS;

	*s = (struct aobj_slots){ .nr = nr };
	spin_lock_init(&s->lock);
	if (slots_init_maps(s, groups))
		return -ENOMEM;

	for (u32 g = 0; g < groups; g++) {
		s->taken[g] = ~0ULL;
		group_update(s, g, 0);
	}
	if (tail)
		group_update(s, groups - 1, run_mask(tail, GROUP_SLOTS - tail));
	return 0;
}

void aobj_slots_exit(struct aobj_slots *s)
{
	aobj_hbitmap_exit(&s->discard);
	aobj_hbitmap_exit(&s->any);
	aobj_hbitmap_exit(&s->some);
	aobj_hbitmap_exit(&s->whole);
	kvfree(s->taken);
	s->taken = NULL;
}

bool aobj_slots_reserve(struct aobj_slots *s, u32 slot, bool header)
{
	u32 group = slot / GROUP_SLOTS;
	u64 bit = BIT_ULL(slot % GROUP_SLOTS);
	bool was_free;

	spin_lock(&s->lock);
	was_free = !(s->taken[group] & bit);
	if (was_free) {
		group_update(s, group, s->taken[group] | bit);
		if (!header)
			s->bad++;
	}
	spin_unlock(&s->lock);
	return was_free;
}

static u32 next_group(const struct aobj_slots *s, const struct aobj_hbitmap *b)
{
	return aobj_hbitmap_next_cyclic(b, s->cursor);
}

/* => how many groups a head passes on its way there, as it goes one way only */
static u32 way_to(const struct aobj_slots *s, u32 group)
{
	if (group == AOBJ_HBITMAP_NONE)
		return AOBJ_HBITMAP_NONE;
	return group >= s->cursor ? group - s->cursor :
				    group + s->any.nr - s->cursor;
}

/* => it is not so far away that another one, of @b, is better */
static bool is_near(const struct aobj_slots *s, u32 group,
		    const struct aobj_hbitmap *b)
{
	u32 way = way_to(s, group);

	return way <= FAR_GROUPS ||
	       way - FAR_GROUPS <= way_to(s, next_group(s, b));
}

/* A long run deserves a group of its own; a short one should not break one. */
static u32 pick_group(const struct aobj_slots *s, u32 want)
{
	bool is_long = want > GROUP_SOME;
	const struct aobj_hbitmap *good = is_long ? &s->whole : &s->some;
	const struct aobj_hbitmap *fair = is_long ? &s->some : &s->whole;
	u32 group = next_group(s, good);

	if (group == AOBJ_HBITMAP_NONE ||
	    (s->rotates && !is_near(s, group, fair)))
		group = next_group(s, fair);
	if (group == AOBJ_HBITMAP_NONE)
		group = next_group(s, &s->any);
	return group;
}

/* The first run of at least @want free slots, else the longest one. */
static u32 pick_run(u64 taken, u32 want, u32 *first)
{
	u32 at = 0, best = 0;

	while (at < GROUP_SLOTS && best < want) {
		u64 free_from = ~taken & (~0ULL << at);
		u64 taken_from;
		u32 len;

		aobj_step();
		if (!free_from)
			break;
		at = __ffs64(free_from);
		taken_from = taken & (~0ULL << at);
		len = (taken_from ? __ffs64(taken_from) : GROUP_SLOTS) - at;
		if (len > best) {
			best = len;
			*first = at;
		}
		at += len;
	}
	return min(best, want);
}

u32 aobj_slots_alloc(struct aobj_slots *s, u32 want, u32 *first)
{
	u32 group, at = 0, len = 0;

	want = min_t(u32, want, GROUP_SLOTS);
	spin_lock(&s->lock);
	group = pick_group(s, want);
	if (group != AOBJ_HBITMAP_NONE) {
		len = pick_run(s->taken[group], want, &at);
		group_update(s, group, s->taken[group] | run_mask(at, len));
		s->used += len;
		s->cursor = group;
		*first = group * GROUP_SLOTS + at;
	}
	spin_unlock(&s->lock);
	return len;
}

/* => the slots are free, or their group is all that and waits to be discarded */
static void release(struct aobj_slots *s, u32 group, u64 mask)
{
	u64 left = s->taken[group] & ~mask;

	WARN_ON_ONCE((s->taken[group] & mask) != mask);
	if (s->discards && !left) {
		left = ~0ULL;
		s->discarding += GROUP_SLOTS;
		aobj_hbitmap_set(&s->discard, group);
	}
	group_update(s, group, left);
}

void aobj_slots_free(struct aobj_slots *s, u32 first, u32 nr)
{
	spin_lock(&s->lock);
	s->used -= nr;
	while (nr) {
		u32 group = first / GROUP_SLOTS, at = first % GROUP_SLOTS;
		u32 len = min_t(u32, nr, GROUP_SLOTS - at);

		release(s, group, run_mask(at, len));
		first += len;
		nr -= len;
	}
	spin_unlock(&s->lock);
}

void aobj_slots_free_each(struct aobj_slots *s, const u32 *slot,
			  unsigned int nr, u32 base)
{
	unsigned int k = 0;

	spin_lock(&s->lock);
	s->used -= nr;
	while (k < nr) {
		u32 group = (slot[k] - base) / GROUP_SLOTS;
		u64 mask = 0;

		do {
			mask |= BIT_ULL((slot[k] - base) % GROUP_SLOTS);
			k++;
		} while (k < nr && (slot[k] - base) / GROUP_SLOTS == group);
		release(s, group, mask);
	}
	spin_unlock(&s->lock);
}

/*
 * Discards
 */

int aobj_slots_enable_discards(struct aobj_slots *s)
{
	int err = aobj_hbitmap_init(&s->discard,
				    DIV_ROUND_UP(s->nr, GROUP_SLOTS));

	s->discards = !err;
	return err;
}

u32 aobj_slots_discard_begin(struct aobj_slots *s, u32 groups, u32 *first)
{
	u32 group, nr = 0;

	if (!s->discards)
		return 0;
	spin_lock(&s->lock);
	group = aobj_hbitmap_next(&s->discard, 0);
	if (group != AOBJ_HBITMAP_NONE) {
		*first = group * GROUP_SLOTS;
		do {
			aobj_hbitmap_clear(&s->discard, group + nr);
			nr++;
		} while (nr < groups &&
			 aobj_hbitmap_next(&s->discard, group + nr) ==
				 group + nr);
	}
	spin_unlock(&s->lock);
	return nr * GROUP_SLOTS;
}

void aobj_slots_discard_end(struct aobj_slots *s, u32 first, u32 nr)
{
	spin_lock(&s->lock);
	for (u32 at = first; at < first + nr; at += GROUP_SLOTS)
		group_update(s, at / GROUP_SLOTS, 0);
	s->discarding -= nr;
	spin_unlock(&s->lock);
}

void aobj_slots_pass_over(struct aobj_slots *s, u32 slot)
{
	spin_lock(&s->lock);
	s->cursor = slot / GROUP_SLOTS + 1;
	spin_unlock(&s->lock);
}

void aobj_slots_mark_bad(struct aobj_slots *s, u32 slot)
{
	spin_lock(&s->lock);
	WARN_ON_ONCE(
		!(s->taken[slot / GROUP_SLOTS] & BIT_ULL(slot % GROUP_SLOTS)));
	s->used--;
	s->bad++;
	spin_unlock(&s->lock);
}
