// SPDX-License-Identifier: GPL-2.0-only
/* Pages for other modules: what aobj_get() brings, holds and unwinds. */
#include <linux/highmem.h>

#include "aobj.h"
#include "pager_env.h"

#define NR 8 /* pages asked for at once */

static int get(struct aobj *obj, pgoff_t first, struct page **pages,
	       unsigned int centre, unsigned int flags)
{
	return aobj_get(obj, first, pages, NR, centre, AOBJ_READ, AOBJ_RANDOM,
			flags);
}

static void expect_none_held(struct kunit *test, struct page **pages,
			     unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      !pages[i] || pages[i] == AOBJ_DONTCARE,
				      "entry %u is held", i);
}

/* => the resident ones of the pages have no reference but the object's */
static void expect_unreferenced(struct kunit *test, struct aobj *obj,
				pgoff_t first, unsigned int nr)
{
	for (pgoff_t i = first; i < first + nr; i++) {
		struct page *page = env_resident(obj, i);

		if (page)
			KUNIT_EXPECT_EQ_MSG(test, page_ref_count(page), 1,
					    "page %lu", i);
	}
}

/* => references to the page, 0 if it is not resident */
static int refs(struct aobj *obj, pgoff_t pgoff)
{
	struct page *page = env_resident(obj, pgoff);

	return page ? page_ref_count(page) : 0;
}

/* => these pages, in swap only before, are resident, and no others with them */
static void bring_in(struct kunit *test, struct aobj *obj, pgoff_t first,
		     unsigned int nr)
{
	for (pgoff_t i = first; i < first + nr; i++) {
		struct page *page;

		KUNIT_ASSERT_EQ(
			test,
			aobj_pager_get_page(obj, i, AOBJ_GET_ALONE, &page), 0);
		put_page(page);
	}
}

static void wrong_arguments_are_refused(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);
	struct page *pages[NR] = {}, *own;

	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, NR, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, ~0u), -EINVAL);
	KUNIT_EXPECT_EQ(
		test, aobj_get(obj, 0, pages, 0, 0, AOBJ_READ, AOBJ_NORMAL, 0),
		-EINVAL);
	pages[0] = AOBJ_DONTCARE;
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, 0), -EINVAL);
	expect_none_held(test, pages, NR);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 0);

	/* An entry that holds something already, centre or not. */
	env_write(env, obj, 3, 1, 1);
	own = env_resident(obj, 3);
	pages[0] = NULL;
	pages[3] = own;
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, 0), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, pages[3], own);
	KUNIT_EXPECT_NULL(test, pages[0]);
	KUNIT_EXPECT_EQ(test, page_ref_count(own), 1);
}

static void past_the_end_there_is_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct page *pages[NR] = {};

	KUNIT_EXPECT_EQ(test, get(obj, 10, pages, 0, 0), -ENXIO);
	KUNIT_EXPECT_EQ(test, get(obj, 6, pages, 4, 0), -ENXIO);
	KUNIT_EXPECT_EQ(test, get(obj, 6, pages, 4, AOBJ_LOCKED), -ENXIO);
	/* LOCKED gives what is at hand all the same. */
	KUNIT_EXPECT_NOT_NULL(test, pages[3]);
	KUNIT_EXPECT_NULL(test, pages[4]);
	aobj_put(pages, NR);
	KUNIT_EXPECT_EQ(test, get(obj, 6, pages, 0, AOBJ_ALLPAGES), -ENXIO);
	expect_none_held(test, pages, NR);
	expect_unreferenced(test, obj, 0, 10);

	KUNIT_EXPECT_EQ(test, get(obj, 6, pages, 0, 0), 0);
	for (unsigned int i = 0; i < NR; i++)
		KUNIT_EXPECT_EQ(test, !!pages[i], i < 4);
	aobj_put(pages, NR);
	expect_none_held(test, pages, NR);
	expect_unreferenced(test, obj, 0, 10);
	env_check(env);
}

/* Page numbers do not go round to the object's first pages. */
static void page_numbers_do_not_wrap(struct kunit *test)
{
	static const unsigned int flags[] = { 0, AOBJ_LOCKED, AOBJ_ALLPAGES };
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct page *pages[NR] = {};

	env_write(env, obj, 0, 10, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		KUNIT_EXPECT_LT(test,
				get(obj, ULONG_MAX - 3, pages, 0, flags[i]), 0);
		expect_none_held(test, pages, NR);
		KUNIT_EXPECT_LT(test,
				get(obj, ULONG_MAX - 3, pages, 6, flags[i]), 0);
		expect_none_held(test, pages, NR);
		aobj_put(pages, NR);
	}
	expect_unreferenced(test, obj, 0, 10);
}

static void neighbours_are_given_if_at_hand(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct page *pages[NR] = {};

	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 2 * NR), 0);
	bring_in(test, obj, 2, 1);
	KUNIT_EXPECT_EQ(test, get(obj, 1, pages, 3, 0), 0);
	/* The centre was read, 2 was there, 8 is new; the others are in swap. */
	for (unsigned int i = 0; i < NR; i++)
		KUNIT_EXPECT_EQ_MSG(test, !!pages[i],
				    i == 1 || i == 3 || i == 7, "entry %u", i);
	env_expect_page(env, obj, 2, pages[1], 1);
	env_expect_page(env, obj, 4, pages[3], 1);
	env_expect_page(env, obj, 8, pages[7], 0);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_READ), 3u); /* +header */
	aobj_put(pages, NR);
	expect_unreferenced(test, obj, 0, 2 * NR);
	env_check(env);
}

static void allpages_reads_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct page *pages[NR] = {};

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 70);
	KUNIT_EXPECT_EQ(test, get(obj, 60, pages, 5, AOBJ_ALLPAGES), 0);
	for (unsigned int i = 0; i < NR; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		env_expect_page(env, obj, 60 + i, pages[i], 1);
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[i]), 2);
	}
	aobj_put(pages, NR);
	expect_none_held(test, pages, NR);
	expect_unreferenced(test, obj, 60, NR);
	env_check(env);
}

static void dontcare_is_left_out(struct kunit *test)
{
	static const unsigned int flags[] = { 0, AOBJ_LOCKED, AOBJ_ALLPAGES };
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);

	for (unsigned int k = 0; k < ARRAY_SIZE(flags); k++) {
		struct page *pages[NR] = {};

		pages[1] = AOBJ_DONTCARE;
		pages[6] = AOBJ_DONTCARE;
		KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 3, flags[k]), 0);
		KUNIT_EXPECT_PTR_EQ(test, pages[1], AOBJ_DONTCARE);
		KUNIT_EXPECT_PTR_EQ(test, pages[6], AOBJ_DONTCARE);
		ENV_EXPECT_STATE(env, obj, 1, 0);
		ENV_EXPECT_STATE(env, obj, 6, 0);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), NR - 2);
		aobj_put(pages, NR);
		KUNIT_EXPECT_PTR_EQ(test, pages[1], AOBJ_DONTCARE);
		KUNIT_EXPECT_NULL(test, pages[3]);
		expect_unreferenced(test, obj, 0, NR);
	}
}

/* The BSD pager's callers often want one page. */
static void the_centre_may_be_alone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);
	struct page *pages[NR];

	for (unsigned int i = 0; i < NR; i++)
		pages[i] = AOBJ_DONTCARE;
	pages[NR - 1] = NULL;
	KUNIT_EXPECT_EQ(test, get(obj, 50, pages, NR - 1, AOBJ_ALLPAGES), 0);
	KUNIT_EXPECT_PTR_EQ(test, pages[NR - 1], env_resident(obj, 57));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 1);
	aobj_put(pages, NR);
}

static void writers_make_pages_dirty(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct page *pages[NR] = {};

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, NR);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, AOBJ_ALLPAGES), 0);
	aobj_put(pages, NR);
	for (unsigned int i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_SLOT);
	pages[2] = AOBJ_DONTCARE;
	KUNIT_EXPECT_EQ(test,
			aobj_get(obj, 0, pages, NR, 0, AOBJ_WRITE, AOBJ_RANDOM,
				 AOBJ_ALLPAGES),
			0);
	for (unsigned int i = 0; i < NR; i++)
		if (i != 2)
			env_fill(pages[i], env_word(obj, i, 2));
	aobj_put(pages, NR);
	for (unsigned int i = 0; i < NR; i++)
		ENV_EXPECT_STATE(env, obj, i,
				 ENV_ACTIVE | ENV_SLOT |
					 (i == 2 ? 0 : ENV_DIRTY));
	env_page_out(env, obj, 0, NR);
	env_expect(env, obj, 0, 2, 2);
	env_expect(env, obj, 2, 1, 1);
	env_expect(env, obj, 3, NR - 3, 2);
	env_check(env);
}

static void held_pages_stay(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct page *pages[NR] = {};

	env_disk(env, 0, 256, 0);
	obj = env_object(env, NR);
	env_write(env, obj, 0, NR, 1);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, AOBJ_ALLPAGES), 0);
	env_evict(env, obj, 0, NR);
	env_wait_written(env);
	for (unsigned int i = 0; i < NR; i++)
		KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, i), pages[i]);
	aobj_put(pages, NR);
	env_page_out(env, obj, 0, NR);
	env_expect(env, obj, 0, NR, 1);
}

/* Who holds them has what they were, whatever becomes of the object. */
static void held_pages_outlive_the_object(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, NR);
	struct page *pages[NR] = {};

	env_write(env, obj, 0, NR, 1);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, AOBJ_ALLPAGES), 0);
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 4), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 4);
	ENV_EXPECT_ENDS(env_start_detach(env, obj), 0);
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	for (unsigned int i = 0; i < NR; i++) {
		env_expect_page(env, obj, i, pages[i], 1);
		KUNIT_EXPECT_NULL(test, pages[i]->mapping);
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[i]), 1);
	}
	aobj_put(pages, NR);
	expect_none_held(test, pages, NR);
}

/*
 * Advice
 */

static unsigned long pages_read(struct kunit *test, enum aobj_advice advice,
				pgoff_t at)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_swapped(env, 64);
	struct page *page = NULL;

	/* What looks like a sequence to who looks. */
	bring_in(test, obj, 0, at);
	if (at)
		obj->ahead.stream[0] = (struct aobj_stream){ .edge = at - 1,
							     .step = 1,
							     .window = 4 };
	env_mark(env);
	KUNIT_EXPECT_EQ(
		test, aobj_get(obj, at, &page, 1, 0, AOBJ_READ, advice, 0), 0);
	env_expect_page(env, obj, at, page, 1);
	aobj_put(&page, 1);
	for (pgoff_t i = at; i < 64; i++)
		env_wait(!(env_state(obj, i) & ENV_READING));
	env_disown(env, obj);
	aobj_object_detach(obj);
	return env_events(env, AOBJ_EV_PAGES_IN);
}

static void advice_is_taken(struct kunit *test)
{
	struct pager_env *env = test->priv;

	env_disk(env, 0, 256, 0);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_RANDOM, 8), 1ul);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_RANDOM, 0), 1ul);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_NORMAL, 0), 1ul);
	KUNIT_EXPECT_GT(test, pages_read(test, AOBJ_NORMAL, 8), 1ul);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_SEQUENTIAL, 8), 56ul);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_SEQUENTIAL, 0), 64ul);
	KUNIT_EXPECT_EQ(test, pages_read(test, AOBJ_SEQUENTIAL, 63), 1ul);
}

/* It is about what is on swap; a page that is new needs none there. */
static void any_advice_makes_new_pages(struct kunit *test)
{
	static const enum aobj_advice advice[] = { AOBJ_NORMAL, AOBJ_RANDOM,
						   AOBJ_SEQUENTIAL };
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 1000);

	for (unsigned int i = 0; i < ARRAY_SIZE(advice); i++) {
		for (unsigned int flags = 0; flags < 4; flags++) {
			pgoff_t at = 100 * i + 20 * flags;
			struct page *pages[NR] = {};

			KUNIT_EXPECT_EQ_MSG(test,
					    aobj_get(obj, at, pages, NR, 3,
						     AOBJ_READ, advice[i],
						     flags),
					    0, "advice %u, flags %x", i, flags);
			for (unsigned int k = 0; k < NR; k++)
				KUNIT_EXPECT_NOT_NULL(test, pages[k]);
			aobj_put(pages, NR);
		}
	}
	env_check(env);
}

static void advice_makes_no_pages_that_nobody_asked_for(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct page *page = NULL;

	env_disk(env, 0, 256, 0);
	obj = env_object(env, 64);
	env_write(env, obj, 32, 32, 1);
	env_page_out(env, obj, 32, 32);
	KUNIT_EXPECT_EQ(test,
			aobj_get(obj, 5, &page, 1, 0, AOBJ_READ,
				 AOBJ_SEQUENTIAL, 0),
			0);
	aobj_put(&page, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 1);
	env_check(env);
}

/*
 * All or nothing
 */

/* => ALLPAGES failed so, and nothing is held */
static void expect_unwound(struct kunit *test, struct aobj *obj,
			   unsigned int centre, unsigned int flags, int want)
{
	struct pager_env *env = test->priv;
	struct page *pages[NR] = {};

	pages[1] = AOBJ_DONTCARE;
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, centre, flags | AOBJ_ALLPAGES),
			want);
	KUNIT_EXPECT_PTR_EQ(test, pages[1], AOBJ_DONTCARE);
	expect_none_held(test, pages, NR);
	expect_unreferenced(test, obj, 0, NR);
	for (unsigned int i = 0; i < NR; i++) {
		struct page *page = env_resident(obj, i);

		KUNIT_EXPECT_FALSE(test, page && PageLocked(page));
	}
	env_check(env);
}

static void a_page_that_is_lost_undoes_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct page *pages[NR] = {};

	held_disk_fail(d, HELD_READ, env_slot(obj, 4), BLK_STS_MEDIUM, -1);
	expect_unwound(test, obj, 0, 0, -EIO);
	ENV_EXPECT_STATE(env, obj, 4, ENV_BAD);
	expect_unwound(test, obj, 0, 0, -EIO);
	expect_unwound(test, obj, 4, 0, -EIO);
	expect_unwound(test, obj, 0, AOBJ_LOCKED, -EIO);
	/* It is nobody's business but of who wants it. */
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 0, 0), 0);
	KUNIT_EXPECT_NULL(test, pages[4]);
	aobj_put(pages, NR);
	KUNIT_EXPECT_EQ(test, get(obj, 0, pages, 4, 0), -EIO);
	expect_none_held(test, pages, NR);
	expect_unreferenced(test, obj, 0, NR);
	env_expect_bad(env, d, 1);
}

static void an_unreadable_page_undoes_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);

	held_disk_fail(d, HELD_READ, env_slot(obj, 4), BLK_STS_IOERR, -1);
	expect_unwound(test, obj, 2, 0, -EIO);
	ENV_EXPECT_STATE(env, obj, 4, ENV_SLOT);
	held_disk_fail(d, HELD_READ, env_slot(obj, 4), BLK_STS_IOERR, 0);
	env_expect(env, obj, 0, NR, 1);
}

static void a_page_that_has_to_be_read_undoes_all_of_locked(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, NR);
	bring_in(test, obj, 0, 4);
	bring_in(test, obj, 5, NR - 5);
	expect_unwound(test, obj, 0, AOBJ_LOCKED, -EAGAIN);
	expect_unwound(test, obj, 4, AOBJ_LOCKED, -EAGAIN);
	ENV_EXPECT_STATE(env, obj, 4, ENV_SLOT);
}

/* Nothing can be evicted: there is no swap. */
static void want_of_room_undoes_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *full = env_object(env, 1000), *obj = env_object(env, NR);
	const unsigned long budget = aobj_budget_min();

	env_budget(env, budget);
	aobj_nospace_wait_ms = 20;
	env_write(env, full, 0, budget - 4, 1);
	expect_unwound(test, obj, 0, 0, -ENOSPC);
	KUNIT_EXPECT_GE(test, atomic_long_read(&obj->resident), 1);
	env_expect(env, full, 0, 10, 1);
}

static int do_get_all(struct env_thread *t)
{
	struct page *pages[NR] = {};
	int err = get(t->obj, t->arg, pages, 0, AOBJ_ALLPAGES | t->flags);

	for (unsigned int i = 0; i < NR; i++)
		t->word += !!pages[i];
	aobj_put(pages, NR);
	return err;
}

static void a_signal_undoes_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct env_thread *t;

	bring_in(test, obj, 0, 2);
	held_disk_hold(d, HELD_READ, true);
	t = env_start(env, do_get_all, obj, 0, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, refs(obj, 0), 2);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	KUNIT_EXPECT_EQ(test, t->word, 0ull);
	KUNIT_EXPECT_EQ(test, refs(obj, 0), 1);
	KUNIT_EXPECT_EQ(test, refs(obj, 1), 1);
	held_disk_open(d);
	env_expect(env, obj, 0, NR, 1);
	expect_unreferenced(test, obj, 0, NR);
}

static void a_shrink_meanwhile_undoes_all(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, NR);
	struct env_thread *t, *shrink;

	held_disk_hold(d, HELD_READ, true);
	t = env_start(env, do_get_all, obj, 0, 0);
	env_wait_held(env, d, HELD_READ, 1);
	shrink = env_start_resize(env, obj, 4);
	ENV_EXPECT_ENDS(shrink, 0);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, -ENXIO);
	KUNIT_EXPECT_EQ(test, t->word, 0ull);
	expect_unreferenced(test, obj, 0, 4);
	env_check(env);
}

/*
 * One page as a pointer
 */

static void a_page_can_be_mapped(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;
	struct aobj_kmap a, b;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 4);
	KUNIT_ASSERT_EQ(test, aobj_kmap(obj, 1, AOBJ_READ, &a), 0);
	KUNIT_ASSERT_EQ(test, aobj_kmap(obj, 2, AOBJ_WRITE, &b), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)a.addr, env_word(obj, 1, 1));
	KUNIT_EXPECT_EQ(test, page_ref_count(b.page), 2);
	memset(b.addr, 0, PAGE_SIZE);
	aobj_kunmap(&b);
	aobj_kunmap(&a);
	ENV_EXPECT_STATE(env, obj, 1, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_SLOT | ENV_DIRTY);
	expect_unreferenced(test, obj, 0, 4);
	env_page_out(env, obj, 0, 4);
	env_expect(env, obj, 1, 1, 1);
	env_expect(env, obj, 2, 1, 0);
	KUNIT_EXPECT_EQ(test, aobj_kmap(obj, 4, AOBJ_READ, &a), -ENXIO);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(wrong_arguments_are_refused),
	KUNIT_CASE(past_the_end_there_is_nothing),
	KUNIT_CASE(page_numbers_do_not_wrap),
	KUNIT_CASE(neighbours_are_given_if_at_hand),
	KUNIT_CASE(allpages_reads_all),
	KUNIT_CASE(dontcare_is_left_out),
	KUNIT_CASE(the_centre_may_be_alone),
	KUNIT_CASE(writers_make_pages_dirty),
	KUNIT_CASE(held_pages_stay),
	KUNIT_CASE(held_pages_outlive_the_object),
	KUNIT_CASE(advice_is_taken),
	KUNIT_CASE(any_advice_makes_new_pages),
	KUNIT_CASE(advice_makes_no_pages_that_nobody_asked_for),
	KUNIT_CASE(a_page_that_is_lost_undoes_all),
	KUNIT_CASE(an_unreadable_page_undoes_all),
	KUNIT_CASE(a_page_that_has_to_be_read_undoes_all_of_locked),
	KUNIT_CASE(want_of_room_undoes_all),
	KUNIT_CASE(a_signal_undoes_all),
	KUNIT_CASE(a_shrink_meanwhile_undoes_all),
	KUNIT_CASE(a_page_can_be_mapped),
	{},
};

AOBJ_KUNIT_SUITE(aobj_get, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
