// SPDX-License-Identifier: GPL-2.0-only
/* The pager's get, with devices that answer at once: each kind of page. */
#include "pager_env.h"

static void untouched_pages_are_zeros(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 100);

	ENV_EXPECT_STATE(env, obj, 70, 0);
	env_expect(env, obj, 70, 1, 0);
	ENV_EXPECT_STATE(env, obj, 70, ENV_ACTIVE);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_ZERO_FILLS, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 1);
	env_check(env);
}

static void resident_pages_are_found_again(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct page *page;

	env_write(env, obj, 3, 1, 1);
	page = env_resident(obj, 3);
	env_mark(env);
	env_expect(env, obj, 3, 1, 1);
	KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 3), page);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_ZERO_FILLS, 0);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_SOFT_FAULTS, 0);
	ENV_EXPECT_STATE(env, obj, 3, ENV_ACTIVE | ENV_DIRTY);
}

static void inactive_pages_get_a_second_chance(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);

	env_write(env, obj, 3, 1, 1);
	env_deactivate(obj, 3, 1);
	ENV_EXPECT_STATE(env, obj, 3, ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY);
	env_check(env);
	env_expect(env, obj, 3, 1, 1);
	ENV_EXPECT_STATE(env, obj, 3, ENV_ACTIVE | ENV_DIRTY);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_SOFT_FAULTS, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_RESCUES, 0);
	env_check(env);
}

static void pages_come_back_from_swap(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 200);
	struct held_disk *d = env_disk(env, 0, 256, 0);

	env_write(env, obj, 60, 10, 1);
	env_page_out(env, obj, 60, 10);
	for (pgoff_t i = 60; i < 70; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.swapped), 10);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_OUT, 10);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_EVICTED, 10);
	env_check(env);

	env_expect(env, obj, 60, 10, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 10);
	for (pgoff_t i = 60; i < 70; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_ACTIVE | ENV_SLOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.swapped), 0);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	env_check(env);
}

static void gets_past_the_end_are_refused(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct page *page;

	KUNIT_EXPECT_EQ(test, aobj_pager_get_page(obj, 10, 0, &page), -ENXIO);
	KUNIT_EXPECT_EQ(test, aobj_pager_get_page(obj, ULONG_MAX, 0, &page),
			-ENXIO);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
}

static void unchanged_pages_are_dropped_without_io(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	env_expect(env, obj, 0, 10, 1);
	env_mark(env);
	env_evict(env, obj, 0, 10);
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_CLEAN_DROPS, 10);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_EVICTED, 10);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 0);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 1u);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static void pages_never_written_leave_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 10);

	env_expect(env, obj, 5, 1, 0);
	env_evict(env, obj, 5, 1);
	ENV_EXPECT_STATE(env, obj, 5, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 0);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 0u);
	env_expect(env, obj, 5, 1, 0);
}

static void long_runs_are_rewritten_in_place(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 64);
	u32 slot = env_slot(obj, 0);

	env_write(env, obj, 0, 64, 2);
	env_page_out(env, obj, 0, 64);
	for (u32 i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, env_slot(obj, i), slot + i);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 64u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 1);
	env_expect(env, obj, 0, 64, 2);
	env_check(env);
}

static void a_few_pages_get_new_slots(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 64);
	u32 slot = env_slot(obj, 0);

	env_write(env, obj, 8, 4, 2);
	env_page_out(env, obj, 8, 4);
	for (u32 i = 0; i < 64; i++) {
		u32 now = env_slot(obj, i);

		KUNIT_EXPECT_NE(test, now, 0u);
		if (i < 8 || i >= 12)
			KUNIT_EXPECT_EQ(test, now, slot + i);
		else
			KUNIT_EXPECT_NE(test, now, slot + i);
	}
	KUNIT_EXPECT_EQ(test, env_used(env, d), 64u);
	env_expect(env, obj, 0, 8, 1);
	env_expect(env, obj, 8, 4, 2);
	env_expect(env, obj, 12, 52, 1);
	env_check(env);
}

static int get(struct aobj *obj, pgoff_t pgoff, unsigned int flags)
{
	struct aobj_cluster *c;
	int err = aobj_pager_get(obj, pgoff, flags, &c);

	if (!err)
		aobj_pager_release(c);
	return err;
}

static void nowait_reads_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 4);

	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 10), 0);
	KUNIT_EXPECT_EQ(test, get(obj, 1, AOBJ_GET_NOWAIT), -EAGAIN);
	ENV_EXPECT_STATE(env, obj, 1, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_READ), 1u); /* header */
	KUNIT_EXPECT_EQ(test, get(obj, 8, AOBJ_GET_NOWAIT), 0);
	KUNIT_EXPECT_EQ(test, get(obj, 8, AOBJ_GET_NOWAIT), 0);
	KUNIT_EXPECT_EQ(test, get(obj, 10, AOBJ_GET_NOWAIT), -ENXIO);
	env_check(env);
}

static void nowait_reads_from_a_synchronous_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, HELD_SYNC);
	obj = env_swapped(env, 4);
	KUNIT_EXPECT_EQ(test, get(obj, 1, AOBJ_GET_NOWAIT), 0);
	ENV_EXPECT_STATE(env, obj, 1, ENV_ACTIVE | ENV_SLOT);
	env_expect(env, obj, 0, 4, 1);
}

static void memory_is_copied(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, HELD_SYNC | HELD_COPIES);
	struct aobj *obj = env_swapped(env, 4);

	KUNIT_EXPECT_EQ(test, get(obj, 1, AOBJ_GET_NOWAIT), 0);
	ENV_EXPECT_STATE(env, obj, 1, ENV_ACTIVE | ENV_SLOT);
	KUNIT_EXPECT_EQ(test, held_disk_copied(d), 1u);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_READ), 1u); /* header */
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 1);
	env_check(env);
	env_expect(env, obj, 0, 4, 1);
}

static void nocreate_makes_nothing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 4);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 100), 0);
	KUNIT_EXPECT_EQ(test, get(obj, 80, AOBJ_GET_NOCREATE), -ENODATA);
	KUNIT_EXPECT_EQ(test, get(obj, 50, AOBJ_GET_NOCREATE), -ENODATA);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 1);
	KUNIT_EXPECT_EQ(test, get(obj, 2, AOBJ_GET_NOCREATE), 0);
	KUNIT_EXPECT_EQ(test, get(obj, 2, AOBJ_GET_NOCREATE), 0);
	env_expect(env, obj, 0, 4, 1);
	env_check(env);
}

static void a_cluster_is_read_in_one_go(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 21);
	env_write(env, obj, 5, 1, 2);
	env_mark(env);
	KUNIT_EXPECT_EQ(test, get(obj, 0, AOBJ_GET_CLUSTER), 0);
	for (pgoff_t i = 0; i < 21; i++)
		KUNIT_EXPECT_TRUE(test, env_state(obj, i) & ENV_PRESENT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 20);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 2);
	env_expect(env, obj, 0, 5, 1);
	env_expect(env, obj, 5, 1, 2);
	env_expect(env, obj, 6, 15, 1);
	env_check(env);
}

static void sequences_are_read_ahead(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 64);
	env_expect(env, obj, 0, 64, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 64);
	KUNIT_EXPECT_LE(test, env_events(env, AOBJ_EV_READ_BIOS), 8ul);
}

static void pages_at_random_are_read_alone(struct kunit *test)
{
	static const pgoff_t at[] = { 50, 10, 30, 63, 20 };
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 64);
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++)
		env_expect(env, obj, at[i], 1, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, ARRAY_SIZE(at));
}

static void nothing_is_made_past_the_end(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);

	env_expect(env, obj, 0, 10, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
	ENV_EXPECT_STATE(env, obj, 10, 0);
}

/* Whoever comes second finds what the first has made. */
static void two_gets_make_one_page(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 10);
	struct env_thread *t[4];

	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		t[i] = env_start_get(env, obj, 3, AOBJ_GET_ALONE);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		ENV_EXPECT_ENDS(t[i], 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.clusters), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 1);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(untouched_pages_are_zeros),
	KUNIT_CASE(resident_pages_are_found_again),
	KUNIT_CASE(two_gets_make_one_page),
	KUNIT_CASE(inactive_pages_get_a_second_chance),
	KUNIT_CASE(pages_come_back_from_swap),
	KUNIT_CASE(gets_past_the_end_are_refused),
	KUNIT_CASE(unchanged_pages_are_dropped_without_io),
	KUNIT_CASE(pages_never_written_leave_nothing),
	KUNIT_CASE(long_runs_are_rewritten_in_place),
	KUNIT_CASE(a_few_pages_get_new_slots),
	KUNIT_CASE(nowait_reads_nothing),
	KUNIT_CASE(nowait_reads_from_a_synchronous_device),
	KUNIT_CASE(memory_is_copied),
	KUNIT_CASE(nocreate_makes_nothing),
	KUNIT_CASE(a_cluster_is_read_in_one_go),
	KUNIT_CASE(sequences_are_read_ahead),
	KUNIT_CASE(pages_at_random_are_read_alone),
	KUNIT_CASE(nothing_is_made_past_the_end),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pager, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
