/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For cppcheck, which reads none of the kernel's headers: what it has to know of
 * their macros to read on behind them.
 */
#define bio_for_each_segment(bv, bio, iter) \
	for ((iter) = (bio)->bi_iter; bio_next(bio, &(bv), &(iter));)
#define list_for_each_entry_rcu(pos, head, member, ...) \
	for ((pos) = first_of(head); (pos); (pos) = next_of(pos))

/* A list that Kbuild makes; empty, it is none. */
#define AOBJ_KUNIT_SUITES(suite)
