// SPDX-License-Identifier: GPL-2.0-only
/* Write-out while it is under way: the disk holds the writes. */
#include <linux/highmem.h>
#include <linux/ioprio.h>

#include "pager_env.h"

#define WRITING (ENV_PRESENT | ENV_INACTIVE | ENV_WRITING | ENV_SLOT)

/* => an object of @nr dirty pages, all in a write that is held */
static struct aobj *writing_object(struct pager_env *env, struct held_disk *d,
				   unsigned int nr)
{
	struct aobj *obj = env_object(env, nr);

	env_write(env, obj, 0, nr, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, nr);
	env_wait_held(env, d, HELD_WRITE, 1);
	env_mark(env);
	return obj;
}

static void written_pages_are_freed_at_the_end(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);

	for (pgoff_t i = 0; i < 5; i++)
		ENV_EXPECT_STATE(env, obj, i, WRITING);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 5);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 5);
	env_check(env);
	held_disk_open(d);
	env_wait_written(env);
	for (pgoff_t i = 0; i < 5; i++)
		ENV_EXPECT_STATE(env, obj, i, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_charged), 0);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_EVICTED, 5);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_CLEAN_DROPS, 0);
	env_check(env);
}

static void a_page_got_during_write_out_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);
	struct env_thread *t = env_start_get(env, obj, 2, 0);

	KUNIT_ASSERT_EQ(test, env_join(t), 0);
	KUNIT_EXPECT_EQ(test, t->word, env_word(obj, 2, 1));
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_WRITING | ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_RESCUES, 1);
	env_check(env);
	held_disk_open(d);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 3, ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_EVICTED, 4);
	env_check(env);

	/* It was written, and is clean: no other write is needed. */
	env_evict(env, obj, 2, 1);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_CLEAN_DROPS, 1);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 1u);
	env_expect(env, obj, 0, 5, 1);
}

static void a_page_changed_during_write_out_is_written_again(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);

	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, obj, 2, 0)), 0);
	env_write(env, obj, 2, 1, 2);
	ENV_EXPECT_STATE(env, obj, 2,
			 ENV_ACTIVE | ENV_DIRTY | ENV_WRITING | ENV_SLOT);
	held_disk_open(d);
	env_wait_written(env);
	/* The disk saw the page change; this one does not mind. */
	KUNIT_EXPECT_EQ(test, held_disk_changed(d), 1u);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_DIRTY | ENV_SLOT);
	env_page_out(env, obj, 2, 1);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 2u);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
	env_expect(env, obj, 0, 2, 1);
	env_expect(env, obj, 2, 1, 2);
	env_expect(env, obj, 3, 2, 1);
	env_check(env);
}

/* As a zap does: it hands the dirty bit on, and nobody got the page. */
static void a_page_dirtied_unseen_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);
	struct page *page = env_resident(obj, 2);
	u64 *words = kmap_local_page(page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] += env_word(obj, 2, 2) - env_word(obj, 2, 1);
	kunmap_local(words);
	set_page_dirty(page);
	held_disk_open(d);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2,
			 ENV_PRESENT | ENV_INACTIVE | ENV_DIRTY | ENV_SLOT);
	KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 2), page);
	env_page_out(env, obj, 2, 1);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 2u);
	env_expect(env, obj, 2, 1, 2);
	env_check(env);
}

static void a_page_pinned_during_write_out_stays(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);
	struct page *page = env_resident(obj, 2);

	get_page(page);
	held_disk_open(d);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2, ENV_PRESENT | ENV_INACTIVE | ENV_SLOT);
	KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 2), page);
	env_expect_page(env, obj, 2, page, 1);
	env_check(env);
	put_page(page);
	env_evict(env, obj, 2, 1);
	ENV_EXPECT_STATE(env, obj, 2, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, held_disk_bios(d, HELD_WRITE), 1u);
	env_expect(env, obj, 0, 5, 1);
}

/* Got and kept, as GUP does, and filled after the write is over. */
static void a_page_got_and_pinned_may_be_filled_later(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);
	struct page *page;

	KUNIT_ASSERT_EQ(test, env_join(env_start_get(env, obj, 2, 0)), 0);
	KUNIT_ASSERT_EQ(test, aobj_pager_get_page(obj, 2, 0, &page), 0);
	held_disk_open(d);
	env_wait_written(env);
	aobj_evict(ENV_BUDGET + 1);
	ENV_EXPECT_STATE(env, obj, 2, ENV_PRESENT | ENV_SLOT);
	env_write(env, obj, 2, 1, 2);
	put_page(page);
	env_page_out(env, obj, 2, 1);
	env_expect(env, obj, 2, 1, 2);
	env_check(env);
}

static void a_page_pinned_before_is_not_chosen(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 5);
	struct page *page;
	u32 slot;

	env_write(env, obj, 0, 5, 1);
	page = env_resident(obj, 2);
	get_page(page);
	env_evict(env, obj, 0, 5);
	env_wait_written(env);
	KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 2), page);
	/* Taken for used, then aged; but never inactive while it is pinned. */
	KUNIT_EXPECT_EQ(test, env_state(obj, 2) & ~ENV_YOUNG,
			(unsigned int)(ENV_PRESENT | ENV_DIRTY));
	slot = env_slot(obj, 1);
	KUNIT_EXPECT_NE(test, slot, 0u);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_OUT, 4);
	env_check(env);
	put_page(page);
	env_page_out(env, obj, 2, 1);
	env_expect(env, obj, 0, 5, 1);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 5u);
}

static void ageing_leaves_pinned_pages_active(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 5);
	struct page *page;

	env_disk(env, 0, 256, 0);
	env_write(env, obj, 0, 5, 1);
	page = env_resident(obj, 2);
	get_page(page);
	aobj_evict(ENV_BUDGET + 1);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2, ENV_PRESENT | ENV_DIRTY);
	ENV_EXPECT_STATE(env, obj, 3, ENV_SLOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.inactive), 0);
	put_page(page);
	env_check(env);
}

/* By a fault that has mapped it, say, and has no reference of its own any more. */
static void a_locked_page_is_not_freed(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_object(env, 5);
	struct page *page;

	env_disk(env, 0, 256, 0);
	env_write(env, obj, 0, 5, 1);
	page = env_resident(obj, 2);
	KUNIT_ASSERT_TRUE(test, trylock_page(page));
	env_evict(env, obj, 0, 5);
	env_wait_written(env);
	env_evict(env, obj, 0, 5);
	ENV_EXPECT_STATE(env, obj, 1, ENV_SLOT);
	KUNIT_ASSERT_PTR_EQ(test, env_resident(obj, 2), page);
	unlock_page(page);
	env_page_out(env, obj, 2, 1);
	env_expect(env, obj, 0, 5, 1);
	env_check(env);
}

/*
 * Devices that must not see a page change
 */

static void a_get_waits_for_stable_writes(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, HELD_STABLE);
	struct aobj *obj = writing_object(env, d, 5);
	struct env_thread *t = env_start_get(env, obj, 2, 0);

	ENV_EXPECT_BLOCKS(t);
	ENV_EXPECT_STATE(env, obj, 2, WRITING);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 2, AOBJ_GET_NOWAIT), -EAGAIN);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 2, AOBJ_GET_BRIEFLY), -EAGAIN);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, env_word(obj, 2, 1));
	KUNIT_EXPECT_EQ(test, held_disk_changed(d), 0u);
	env_wait_written(env);
	env_expect(env, obj, 0, 5, 1);
	env_check(env);
}

static void a_get_for_stable_writes_can_be_killed(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, HELD_STABLE);
	struct aobj *obj = writing_object(env, d, 5);
	struct env_thread *t = env_start_get(env, obj, 2, 0);

	ENV_EXPECT_BLOCKS(t);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	ENV_EXPECT_STATE(env, obj, 2, WRITING);
	held_disk_open(d);
	env_wait_written(env);
	env_check(env);
}

static void stable_pages_beside_need_no_waiting(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, HELD_STABLE);
	struct aobj *obj = writing_object(env, d, 5);
	struct env_thread *t;

	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 10), 0);
	t = env_start_get(env, obj, 8, 0);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, 0ull);
	held_disk_open(d);
	env_wait_written(env);
}

/*
 * The order and the place of completions
 */

static void writes_complete_in_any_order(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 128);

	env_write(env, obj, 0, 128, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 128);
	env_wait_held(env, d, HELD_WRITE, 2);
	held_disk_complete(d, HELD_WRITE, 1, BLK_STS_OK);
	env_wait(atomic_long_read(&aobj_totals.writing) == 64);
	ENV_EXPECT_STATE(env, obj, 0, WRITING);
	ENV_EXPECT_STATE(env, obj, 64, ENV_SLOT);
	env_check(env);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_OK);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 0, ENV_SLOT);
	held_disk_open(d);
	env_expect(env, obj, 0, 128, 1);
	env_check(env);
}

static void a_completion_waits_for_the_cluster(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = writing_object(env, d, 5);
	struct aobj_cluster *c = aobj_cluster_find(obj, 0);

	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_lock(&c->lock);
	held_disk_open(d);
	schedule_timeout_uninterruptible(3);
	KUNIT_EXPECT_EQ(test, hweight64(c->writing), 5u);
	KUNIT_EXPECT_EQ(test, hweight64(c->res->present), 5u);
	KUNIT_EXPECT_EQ(test, atomic_read(&env_dev(env, d)->inflight), 1);
	/* As if it had been got just before. */
	aobj_cluster_activate(c, BIT_ULL(2));
	aobj_pager_release(c);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 2, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 3, ENV_SLOT);
	env_expect(env, obj, 0, 5, 1);
	env_check(env);
}

static void remains_of_clusters_share_a_bio(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 64 * 3);

	for (unsigned int k = 0; k < 3; k++) {
		env_write(env, obj, 64 * k + k, 3, 1);
		env_deactivate(obj, 64 * k, 64);
	}
	/* Zero-filled ahead and never written: these go without I/O. */
	held_disk_hold(d, HELD_WRITE, true);
	aobj_evict(ENV_BUDGET + 1);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_EXPECT_EQ(test, held_disk_peek(d, HELD_WRITE, 0).nr, 9u);
	env_check(env);
	held_disk_open(d);
	env_wait_written(env);
	for (unsigned int k = 0; k < 3; k++)
		env_expect(env, obj, 64 * k + k, 3, 1);
	env_check(env);
}

static void a_quarter_of_the_budget_is_under_write_out(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 128);

	env_budget(env, 256);
	env_write(env, obj, 0, 128, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 128);
	env_wait_held(env, d, HELD_WRITE, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 64);
	KUNIT_EXPECT_TRUE(test, aobj_writeout_congested());
	env_evict(env, obj, 0, 128);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_WRITE), 1u);
	held_disk_complete(d, HELD_WRITE, 0, BLK_STS_OK);
	env_wait_written(env);
	KUNIT_EXPECT_FALSE(test, aobj_writeout_congested());
	held_disk_open(d);
	env_page_out(env, obj, 0, 128);
	env_expect(env, obj, 0, 128, 1);
	env_check(env);
}

/* A page-in would wait for it all. */
static void
under_write_out_is_no_more_than_keeps_a_device_busy(struct kunit *test)
{
	const unsigned long bio = AOBJ_CLUSTER_PAGES;
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, ENV_DISK_PAGES, 0);
	struct aobj_pace *pace = &env_dev(env, d)->pace[WRITE];
	struct aobj *obj = env_object(env, 450);
	const unsigned long most = 200;

	KUNIT_EXPECT_EQ(test, pace->limit, AOBJ_PACE_START);
	WRITE_ONCE(pace->limit, most);
	held_disk_hold(d, HELD_WRITE, true);
	env_budget(env, 4096);
	env_write(env, obj, 0, 450, 1);
	env_evict(env, obj, 0, 450);
	env_wait(aobj_writeout_congested());
	KUNIT_EXPECT_GE(test, atomic_long_read(&aobj_totals.writing), most);
	KUNIT_EXPECT_LT(test, atomic_long_read(&aobj_totals.writing),
			most + bio);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 450, 1);
	env_check(env);
}

/* Nor is it before others' reads, or one large request. */
static void writes_are_of_low_priority_and_not_merged(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 64);
	struct held_bio write;

	env_write(env, obj, 0, 64, 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 64);
	env_wait_held(env, d, HELD_WRITE, 1);
	write = held_disk_peek(d, HELD_WRITE, 0);
	KUNIT_EXPECT_EQ(test, write.nr, 64u);
	KUNIT_EXPECT_TRUE(test, write.opf & REQ_NOMERGE);
	KUNIT_EXPECT_TRUE(test, write.opf & REQ_SWAP);
	KUNIT_EXPECT_EQ(test, write.ioprio,
			IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 64, 1);
}

/* An error in one of them is nothing to the others. */
static void a_slow_device_is_given_small_writes(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 60);
	u32 slot;

	env_write(env, obj, 0, 60, 1);
	WRITE_ONCE(env_dev(env, d)->pace[WRITE].limit, 64);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 60);
	env_wait_held(env, d, HELD_WRITE, 4);
	slot = held_disk_peek(d, HELD_WRITE, 0).slot;
	for (unsigned int i = 0; i < 4; i++) {
		struct held_bio part = held_disk_peek(d, HELD_WRITE, i);

		if (i < 3)
			KUNIT_EXPECT_EQ(test, part.slot, slot + 16 * i);
		KUNIT_EXPECT_EQ(test, part.nr, i < 3 ? 16u : 12u);
		KUNIT_EXPECT_TRUE(test, part.opf & REQ_NOMERGE);
	}
	ENV_EXPECT_EVENTS(env, AOBJ_EV_WRITE_BIOS, 4);
	held_disk_complete(d, HELD_WRITE, 1, BLK_STS_IOERR);
	for (int i = 0; i < 3; i++)
		held_disk_complete(d, HELD_WRITE, 0, BLK_STS_OK);
	env_wait_held(env, d, HELD_WRITE, 16);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 16);
	held_disk_open(d);
	env_wait_written(env);
	ENV_EXPECT_STATE(env, obj, 0, ENV_SLOT);
	env_expect(env, obj, 0, 60, 1);
	env_check(env);
}

/* Who waits for a page waits for what was written before. */
static void less_is_written_to_a_slow_device_that_is_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_object(env, 60);
	struct aobj_pace *pace = env_dev(env, d)->pace;

	env_write(env, obj, 0, 60, 1);
	WRITE_ONCE(pace[WRITE].limit, 64);
	aobj_pace_given(&pace[READ], 1);
	held_disk_hold(d, HELD_WRITE, true);
	env_evict(env, obj, 0, 60);
	env_wait_held(env, d, HELD_WRITE, 2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.writing), 32);
	KUNIT_EXPECT_EQ(test, aobj_swap_state(env_dev(env, d)), AOBJ_SWAP_BUSY);
	aobj_pace_answered(&pace[READ], 1, 0, 1);
	KUNIT_EXPECT_EQ(test, aobj_swap_state(env_dev(env, d)),
			AOBJ_SWAP_READY);
	WRITE_ONCE(pace[WRITE].limit, 256);
	aobj_pace_given(&pace[READ], 1);
	KUNIT_EXPECT_EQ(test, aobj_swap_state(env_dev(env, d)),
			AOBJ_SWAP_READY);
	aobj_pace_answered(&pace[READ], 1, 0, 1);
	held_disk_open(d);
	env_wait_written(env);
	env_expect(env, obj, 0, 60, 1);
	env_check(env);
}

/* Late or not, its answers keep nobody waiting. */
static void a_device_that_is_not_read_has_more_to_write(struct kunit *test)
{
	static const struct aobj_swap_options first = {
		.flags = AOBJ_SWAPON_PRIORITY,
		.priority = 1,
	};
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk_as(env, 0, 256, 0, &first);
	struct held_disk *hangs = env_disk(env, 1, 256, 0);
	struct aobj *obj = env_object(env, 2);
	struct aobj_pace *pace = env_dev(env, d)->pace;
	struct aobj_pace *other = &env_dev(env, hangs)->pace[WRITE];

	env_write(env, obj, 0, 2, 1);
	WRITE_ONCE(pace[WRITE].limit, 64);
	WRITE_ONCE(pace[READ].answered, jiffies);
	env_page_out(env, obj, 0, 1);
	KUNIT_EXPECT_LT(test, pace[WRITE].limit, AOBJ_PACE_START);

	/* While one hangs there is little memory to be under way. */
	WRITE_ONCE(pace[READ].answered, jiffies - HZ);
	aobj_pace_given(other, 1);
	WRITE_ONCE(other->answered, jiffies - 2 * HZ);
	aobj_swap_look();
	env_page_out(env, obj, 1, 1);
	KUNIT_EXPECT_LT(test, pace[WRITE].limit, AOBJ_PACE_START);

	aobj_pace_answered(other, 1, 0, 1);
	aobj_swap_look();
	obj = env_object(env, 1);
	env_write(env, obj, 0, 1, 1);
	env_page_out(env, obj, 0, 1);
	KUNIT_EXPECT_EQ(test, pace[WRITE].limit, AOBJ_PACE_START);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(written_pages_are_freed_at_the_end),
	KUNIT_CASE(a_page_got_during_write_out_stays),
	KUNIT_CASE(a_page_changed_during_write_out_is_written_again),
	KUNIT_CASE(a_page_dirtied_unseen_stays),
	KUNIT_CASE(a_page_pinned_during_write_out_stays),
	KUNIT_CASE(a_page_got_and_pinned_may_be_filled_later),
	KUNIT_CASE(a_page_pinned_before_is_not_chosen),
	KUNIT_CASE(ageing_leaves_pinned_pages_active),
	KUNIT_CASE(a_locked_page_is_not_freed),
	KUNIT_CASE(a_get_waits_for_stable_writes),
	KUNIT_CASE(a_get_for_stable_writes_can_be_killed),
	KUNIT_CASE(stable_pages_beside_need_no_waiting),
	KUNIT_CASE(writes_complete_in_any_order),
	KUNIT_CASE(a_completion_waits_for_the_cluster),
	KUNIT_CASE(remains_of_clusters_share_a_bio),
	KUNIT_CASE(a_quarter_of_the_budget_is_under_write_out),
	KUNIT_CASE(under_write_out_is_no_more_than_keeps_a_device_busy),
	KUNIT_CASE(writes_are_of_low_priority_and_not_merged),
	KUNIT_CASE(a_slow_device_is_given_small_writes),
	KUNIT_CASE(less_is_written_to_a_slow_device_that_is_read),
	KUNIT_CASE(a_device_that_is_not_read_has_more_to_write),
	{},
};

AOBJ_KUNIT_SUITE(aobj_evict, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
