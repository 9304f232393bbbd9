// SPDX-License-Identifier: GPL-2.0-only
/* The pager's get while pages are read: the disk holds the reads. */
#include <linux/fadvise.h>
#include <linux/fs.h>
#include <linux/pagemap.h>

#include "aobj_advise.h"
#include "pager_env.h"

#define READING (ENV_ACTIVE | ENV_READING | ENV_SLOT)

static void two_gets_share_one_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *a, *b;

	held_disk_hold(d, HELD_READ, true);
	a = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	b = env_start_get(env, obj, 5, 0);
	ENV_EXPECT_BLOCKS(a);
	ENV_EXPECT_BLOCKS(b);
	ENV_EXPECT_STATE(env, obj, 5, READING);
	env_check(env);

	held_disk_complete(d, HELD_READ, 0, BLK_STS_OK);
	ENV_EXPECT_ENDS(a, 0);
	ENV_EXPECT_ENDS(b, 0);
	KUNIT_EXPECT_EQ(test, a->word, env_word(obj, 5, 1));
	KUNIT_EXPECT_EQ(test, b->word, env_word(obj, 5, 1));
	ENV_EXPECT_STATE(env, obj, 5, ENV_ACTIVE | ENV_SLOT);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 1);
	env_expect(env, obj, 5, 1, 1);
	env_check(env);
}

/*
 * By the time that a sequence asks for whole clusters, the next one is read
 * while it waits for this one, and the one after that while it waits for that.
 */
static void a_sequence_reads_on(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 6 * AOBJ_CLUSTER_PAGES);
	struct env_thread *a, *b;

	env_expect(env, obj, 0, 2 * AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 3 * AOBJ_CLUSTER_PAGES);
	held_disk_hold(d, HELD_READ, true);
	a = env_start_get(env, obj, 3 * AOBJ_CLUSTER_PAGES, 0);
	env_wait_held(env, d, HELD_READ, 2);
	ENV_EXPECT_STATE(env, obj, 4 * AOBJ_CLUSTER_PAGES, READING);
	b = env_start_get(env, obj, 4 * AOBJ_CLUSTER_PAGES, 0);
	env_wait_held(env, d, HELD_READ, 3);
	ENV_EXPECT_STATE(env, obj, 6 * AOBJ_CLUSTER_PAGES - 1, READING);
	held_disk_open(d);
	ENV_EXPECT_ENDS(a, 0);
	ENV_EXPECT_ENDS(b, 0);
	env_expect(env, obj, 0, 6 * AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 6 * AOBJ_CLUSTER_PAGES);
	env_check(env);
}

/* Who says so need not show it first. */
static void a_sequence_that_is_known_reads_on_at_once(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 4 * AOBJ_CLUSTER_PAGES);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 100, AOBJ_GET_SEQUENCE);
	env_wait_held(env, d, HELD_READ, 2);
	ENV_EXPECT_STATE(env, obj, 99, ENV_SLOT);
	ENV_EXPECT_STATE(env, obj, 127, READING);
	ENV_EXPECT_STATE(env, obj, 191, READING);
	ENV_EXPECT_STATE(env, obj, 192, ENV_SLOT);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_expect(env, obj, 0, 4 * AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 4 * AOBJ_CLUSTER_PAGES);
	env_check(env);
}

/* Others wait behind what is read ahead: of a slow device that is less. */
static void a_sequence_reads_less_of_a_slow_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 6 * AOBJ_CLUSTER_PAGES);
	struct env_thread *a, *b;

	env_expect(env, obj, 0, 2 * AOBJ_CLUSTER_PAGES, 1);
	WRITE_ONCE(env_dev(env, d)->pace[READ].limit, 64);
	held_disk_hold(d, HELD_READ, true);
	a = env_start_get(env, obj, 192, 0);
	env_wait_held(env, d, HELD_READ, 2);
	ENV_EXPECT_STATE(env, obj, 223, READING);
	ENV_EXPECT_STATE(env, obj, 224, ENV_SLOT);
	for (unsigned int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, held_disk_peek(d, HELD_READ, i).nr, 16u);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_OK);
	ENV_EXPECT_ENDS(a, 0);
	/* It has enough to do. */
	b = env_start_get(env, obj, 208, 0);
	ENV_EXPECT_BLOCKS(b);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 1u);
	ENV_EXPECT_STATE(env, obj, 224, ENV_SLOT);
	held_disk_open(d);
	ENV_EXPECT_ENDS(b, 0);
	env_expect(env, obj, 0, 6 * AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 6 * AOBJ_CLUSTER_PAGES);
	env_check(env);
}

/* But who says that he will need it gets all of it. */
static void advice_brings_all_in_from_a_slow_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 2 * AOBJ_CLUSTER_PAGES);
	struct file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, file);
	file->private_data = obj;
	WRITE_ONCE(env_dev(env, d)->pace[READ].limit, 64);
	held_disk_hold(d, HELD_READ, true);
	KUNIT_EXPECT_EQ(test, aobj_fadvise(file, 0, 0, POSIX_FADV_WILLNEED), 0);
	env_wait_held(env, d, HELD_READ, 8);
	for (unsigned int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, held_disk_peek(d, HELD_READ, i).nr, 16u);
	held_disk_open(d);
	env_expect(env, obj, 0, 2 * AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 2 * AOBJ_CLUSTER_PAGES);
	env_check(env);
}

/* And nothing but what somebody waits for, when enough is under way. */
static void a_sequence_does_not_read_on_from_a_busy_device(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 512, 0);
	struct aobj *obj = env_swapped(env, 6 * AOBJ_CLUSTER_PAGES);
	struct aobj_pace *pace = &env_dev(env, d)->pace[READ];
	struct env_thread *t;

	env_expect(env, obj, 0, 2 * AOBJ_CLUSTER_PAGES, 1);
	held_disk_hold(d, HELD_READ, true);
	atomic_long_add(pace->limit, &pace->given);
	t = env_start_get(env, obj, 3 * AOBJ_CLUSTER_PAGES, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 1u);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	atomic_long_set(&pace->given, 0);
	env_check(env);
}

/* What there is hardly room for is not read before it is asked for. */
static void a_sequence_reads_on_into_room_alone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 512, 0);
	obj = env_swapped(env, 3 * AOBJ_CLUSTER_PAGES);
	WRITE_ONCE(obj->limit, 2 * AOBJ_CLUSTER_PAGES);
	env_expect(env, obj, 0, AOBJ_CLUSTER_PAGES, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, AOBJ_CLUSTER_PAGES);
	WRITE_ONCE(obj->limit, 0);
}

static void a_get_waits_for_a_page_read_ahead(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *a, *b;

	held_disk_hold(d, HELD_READ, true);
	a = env_start_get(env, obj, 0, AOBJ_GET_CLUSTER);
	env_wait_held(env, d, HELD_READ, 1);
	b = env_start_get(env, obj, 7, 0);
	ENV_EXPECT_BLOCKS(b);
	KUNIT_EXPECT_EQ(test, held_disk_held(d, HELD_READ), 1u);
	KUNIT_EXPECT_EQ(test, held_disk_peek(d, HELD_READ, 0).nr, 10u);
	held_disk_open(d);
	ENV_EXPECT_ENDS(a, 0);
	ENV_EXPECT_ENDS(b, 0);
	KUNIT_EXPECT_EQ(test, b->word, env_word(obj, 7, 1));
	env_expect(env, obj, 0, 10, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_PAGES_IN, 10);
}

static void reads_complete_in_any_order(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 130);
	struct env_thread *t[3];

	held_disk_hold(d, HELD_READ, true);
	for (unsigned int i = 0; i < 3; i++) {
		t[i] = env_start_get(env, obj, 64 * i, 0);
		env_wait_held(env, d, HELD_READ, i + 1);
	}
	held_disk_complete(d, HELD_READ, 2, BLK_STS_OK);
	ENV_EXPECT_ENDS(t[2], 0);
	ENV_EXPECT_BLOCKS(t[0]);
	ENV_EXPECT_BLOCKS(t[1]);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_OK);
	ENV_EXPECT_ENDS(t[0], 0);
	ENV_EXPECT_BLOCKS(t[1]);
	held_disk_complete(d, HELD_READ, 0, BLK_STS_OK);
	ENV_EXPECT_ENDS(t[1], 0);
	for (unsigned int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, t[i]->word, env_word(obj, 64 * i, 1));
	env_check(env);
}

/* Pages read ahead have no reference but the object's. */
static void the_evictor_leaves_pages_under_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 0, AOBJ_GET_CLUSTER);
	env_wait_held(env, d, HELD_READ, 1);
	aobj_evict(ENV_BUDGET + 1);
	aobj_evict_object(obj, 10);
	aobj_evict_clean(10);
	/* Ageing only takes the mark off. */
	for (pgoff_t i = 0; i < 10; i++)
		ENV_EXPECT_STATE(env, obj, i, READING & ~ENV_YOUNG);
	KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static void nowait_does_not_wait_for_a_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 5, AOBJ_GET_NOWAIT), -EAGAIN);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 5, AOBJ_GET_NOWAIT), 0);
}

/* Whoever keeps a lock meanwhile gets the page, and is told by the read's end. */
static void a_brief_get_waits_for_a_read(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_swapped(env, 10);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 5, AOBJ_GET_BRIEFLY), 0);
	ENV_EXPECT_STATE(env, obj, 5, ENV_ACTIVE | ENV_SLOT);
	env_expect(env, obj, 5, 1, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 1);
	env_check(env);
}

/* => how long the get took, in ms; it gave up */
static unsigned int gives_up_after(struct kunit *test, struct aobj *obj)
{
	unsigned long start = jiffies;
	struct aobj_cluster *c;

	KUNIT_EXPECT_EQ(test, aobj_pager_get(obj, 5, AOBJ_GET_BRIEFLY, &c),
			-EAGAIN);
	return jiffies_to_msecs(jiffies - start);
}

static void a_brief_get_does_not_wait_for_long(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	held_disk_hold(d, HELD_READ, true);
	/* Its own read, and then that of somebody else. */
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int ms = gives_up_after(test, obj);

		KUNIT_EXPECT_GE(test, ms, AOBJ_BRIEF_MS / 2);
		KUNIT_EXPECT_LT(test, ms, 50 * AOBJ_BRIEF_MS);
		ENV_EXPECT_STATE(env, obj, 5, READING);
	}
	held_disk_open(d);
	env_expect(env, obj, 5, 1, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 1);
	env_check(env);
}

static void a_brief_get_that_failed_says_so(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	held_disk_fail(d, HELD_READ, env_slot(obj, 5), BLK_STS_MEDIUM, -1);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 5, AOBJ_GET_BRIEFLY), -EIO);
	env_expect_bad(env, d, 1);
}

/* As a brief get waits, but for longer than the case may take. */
static int wait_read_fn(struct env_thread *t)
{
	struct aobj_cluster *c = aobj_cluster_find(t->obj, 0);
	struct page *page = env_resident(t->obj, t->arg);
	int err;

	get_page(page);
	err = aobj_swapio_wait_read(c, page_folio(page), 600000);
	put_page(page);
	aobj_cluster_put(c);
	return err;
}

static void who_waits_for_a_read_is_told(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);

	held_disk_hold(d, HELD_READ, true);
	for (unsigned int i = 0; i < 2; i++) {
		struct env_thread *get = env_start_get(env, obj, i, 0), *wait;

		env_wait_held(env, d, HELD_READ, 1);
		wait = env_start(env, wait_read_fn, obj, i, 0);
		ENV_EXPECT_BLOCKS(wait);
		if (i)
			held_disk_fail(d, HELD_READ, env_slot(obj, i),
				       BLK_STS_MEDIUM, -1);
		held_disk_complete(d, HELD_READ, 0,
				   i ? BLK_STS_MEDIUM : BLK_STS_OK);
		held_disk_hold(d, HELD_READ, false);
		ENV_EXPECT_ENDS(wait, 0);
		ENV_EXPECT_ENDS(get, i ? -EIO : 0);
		held_disk_hold(d, HELD_READ, true);
	}
	env_expect_bad(env, d, 1);
}

/* The read goes on without the thread that began it. */
static void a_killed_reader_leaves_a_good_page(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_BLOCKS(t);
	env_kill(t);
	ENV_EXPECT_ENDS(t, -EINTR);
	ENV_EXPECT_STATE(env, obj, 5, READING);
	env_check(env);

	held_disk_open(d);
	env_wait(!(env_state(obj, 5) & ENV_READING));
	ENV_EXPECT_STATE(env, obj, 5, ENV_ACTIVE | ENV_SLOT);
	env_expect(env, obj, 5, 1, 1);
	ENV_EXPECT_EVENTS(env, AOBJ_EV_READ_BIOS, 1);
	env_check(env);
}

static void a_killed_waiter_leaves_the_reader_alone(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *a, *b;

	held_disk_hold(d, HELD_READ, true);
	a = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	b = env_start_get(env, obj, 5, 0);
	ENV_EXPECT_BLOCKS(b);
	env_kill(b);
	ENV_EXPECT_ENDS(b, -EINTR);
	ENV_EXPECT_BLOCKS(a);
	held_disk_open(d);
	ENV_EXPECT_ENDS(a, 0);
	KUNIT_EXPECT_EQ(test, a->word, env_word(obj, 5, 1));
	env_check(env);
}

/* What reads complete with, an interrupt, can wait for no mutex. */
static void a_read_completes_under_the_cluster_mutex(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct aobj_cluster *c;
	struct env_thread *t;
	struct page *page;

	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	page = env_resident(obj, 5);
	c = aobj_cluster_find(obj, 0);
	KUNIT_ASSERT_NOT_NULL(test, c);
	mutex_lock(&c->lock);
	held_disk_open(d);
	KUNIT_EXPECT_TRUE(test, PageUptodate(page));
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	ENV_EXPECT_BLOCKS(t);
	aobj_pager_release(c);
	ENV_EXPECT_ENDS(t, 0);
	KUNIT_EXPECT_EQ(test, t->word, env_word(obj, 5, 1));
}

static void other_pages_are_not_kept_waiting(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_swapped(env, 10);
	struct env_thread *t;

	env_expect(env, obj, 2, 1, 1);
	KUNIT_ASSERT_EQ(test, aobj_object_resize(obj, 20), 0);
	held_disk_hold(d, HELD_READ, true);
	t = env_start_get(env, obj, 5, 0);
	env_wait_held(env, d, HELD_READ, 1);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 2, 0), 0);
	ENV_EXPECT_ENDS(env_start_get(env, obj, 15, 0), 0);
	ENV_EXPECT_BLOCKS(t);
	held_disk_open(d);
	ENV_EXPECT_ENDS(t, 0);
	env_check(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(two_gets_share_one_read),
	KUNIT_CASE(a_sequence_reads_on),
	KUNIT_CASE(a_sequence_that_is_known_reads_on_at_once),
	KUNIT_CASE(a_sequence_reads_less_of_a_slow_device),
	KUNIT_CASE(advice_brings_all_in_from_a_slow_device),
	KUNIT_CASE(a_sequence_does_not_read_on_from_a_busy_device),
	KUNIT_CASE(a_sequence_reads_on_into_room_alone),
	KUNIT_CASE(a_get_waits_for_a_page_read_ahead),
	KUNIT_CASE(reads_complete_in_any_order),
	KUNIT_CASE(the_evictor_leaves_pages_under_read),
	KUNIT_CASE(nowait_does_not_wait_for_a_read),
	KUNIT_CASE(a_brief_get_waits_for_a_read),
	KUNIT_CASE(a_brief_get_does_not_wait_for_long),
	KUNIT_CASE(a_brief_get_that_failed_says_so),
	KUNIT_CASE(who_waits_for_a_read_is_told),
	KUNIT_CASE(a_killed_reader_leaves_a_good_page),
	KUNIT_CASE(a_killed_waiter_leaves_the_reader_alone),
	KUNIT_CASE(a_read_completes_under_the_cluster_mutex),
	KUNIT_CASE(other_pages_are_not_kept_waiting),
	{},
};

AOBJ_KUNIT_SUITE(aobj_pager_read, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
