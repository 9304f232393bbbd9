// SPDX-License-Identifier: GPL-2.0-only
/* Pages of the page state suites: states, contents, eviction; see pager_env.h. */
#include <linux/highmem.h>

#include "pager_env.h"

static unsigned int resident_state(const struct aobj_cluster *c, unsigned int i)
{
	struct page *page = aobj_cluster_page(c, i);
	unsigned int state = ENV_PRESENT;

	if (!page)
		return 0;
	if (PageLocked(page) && !PageUptodate(page))
		state |= ENV_READING;
	if (PageDirty(page))
		state |= ENV_DIRTY;
	if (c->res->inactive & BIT_ULL(i))
		state |= ENV_INACTIVE;
	if (c->res->young & BIT_ULL(i))
		state |= ENV_YOUNG;
	if (c->res->wired & BIT_ULL(i))
		state |= ENV_WIRED;
	return state;
}

/* => the cluster of the page, locked and referenced, or NULL */
static struct aobj_cluster *lock_cluster(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c;

	c = aobj_cluster_find(obj, pgoff >> AOBJ_CLUSTER_SHIFT);
	if (c)
		mutex_lock(&c->lock);
	return c;
}

unsigned int env_state(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	unsigned int i = pgoff % AOBJ_CLUSTER_PAGES, state;

	if (!c)
		return 0;
	state = resident_state(c, i);
	if (c->writing & BIT_ULL(i))
		state |= ENV_WRITING;
	if (aobj_slot_real(c->slot[i]))
		state |= ENV_SLOT;
	if (c->slot[i] == AOBJ_SLOT_BAD)
		state |= ENV_BAD;
	aobj_pager_release(c);
	return state;
}

const char *env_state_text(unsigned int state, char *buf, size_t size)
{
	static const char *const names[] = { "present", "reading", "inactive",
					     "young",	"dirty",   "writing",
					     "slot",	"bad",	   "wired" };
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (state & BIT(i))
			len += scnprintf(buf + len, size - len, " %s",
					 names[i]);
	return len ? buf : " unknown";
}

u32 env_slot(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	u32 slot;

	if (!c)
		return 0;
	slot = c->slot[pgoff % AOBJ_CLUSTER_PAGES];
	slot = aobj_slot_real(slot) ? slot - aobj_swap_dev(slot)->base : 0;
	aobj_pager_release(c);
	return slot;
}

struct page *env_resident(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	struct page *page;

	if (!c)
		return NULL;
	page = aobj_cluster_page(c, pgoff % AOBJ_CLUSTER_PAGES);
	aobj_pager_release(c);
	return page;
}

/*
 * Contents
 */

u64 env_word(const struct aobj *obj, pgoff_t pgoff, unsigned int version)
{
	if (!version)
		return 0;
	return ((u64)(unsigned long)obj << 24) ^ ((u64)pgoff << 8) ^ version;
}

void env_fill(struct page *page, u64 word)
{
	u64 *words = kmap_local_page(page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = word ? word + ((u64)i << 40) : 0;
	kunmap_local(words);
}

int env_first_wrong(struct page *page, u64 word, u64 *found)
{
	u64 *words = kmap_local_page(page);
	int wrong = -1;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
		*found = words[i];
		if (words[i] != (word ? word + ((u64)i << 40) : 0)) {
			wrong = i;
			break;
		}
	}
	kunmap_local(words);
	return wrong;
}

void env_write(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr, unsigned int version)
{
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++) {
		struct page *page;

		KUNIT_ASSERT_EQ(env->test,
				aobj_pager_get_page(obj, pgoff, 0, &page), 0);
		env_fill(page, env_word(obj, pgoff, version));
		/* As whoever writes by DMA does, before it unpins. */
		set_page_dirty(page);
		put_page(page);
	}
	env_step(env);
}

void env_expect_page(struct pager_env *env, const struct aobj *obj,
		     pgoff_t pgoff, struct page *page, unsigned int version)
{
	u64 word = env_word(obj, pgoff, version), found;
	int wrong = env_first_wrong(page, word, &found);

	KUNIT_EXPECT_EQ_MSG(
		env->test, wrong, -1,
		"page %lu: at word %d there is %llx; words are %llx at version %u",
		pgoff, wrong, found, word, version);
}

void env_expect(struct pager_env *env, struct aobj *obj, pgoff_t first,
		unsigned int nr, unsigned int version)
{
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++) {
		struct page *page;
		int err = aobj_pager_get_page(obj, pgoff, 0, &page);

		KUNIT_EXPECT_EQ_MSG(env->test, err, 0, "page %lu", pgoff);
		if (err)
			continue;
		env_expect_page(env, obj, pgoff, page, version);
		put_page(page);
	}
	env_step(env);
}

/*
 * Eviction
 */

/* => it is there to be evicted */
static bool deactivate_page(struct aobj *obj, pgoff_t pgoff)
{
	struct aobj_cluster *c = lock_cluster(obj, pgoff);
	u64 bit = BIT_ULL(pgoff % AOBJ_CLUSTER_PAGES);
	bool there;

	if (!c)
		return false;
	there = c->res && c->res->present & bit & ~c->res->wired;
	if (there) {
		aobj_cluster_deactivate(c, bit);
		c->res->young &= ~bit;
		aobj_queue_update(c);
	}
	there &= !(c->writing & bit);
	aobj_pager_release(c);
	return there;
}

unsigned int env_deactivate(struct aobj *obj, pgoff_t first, unsigned int nr)
{
	unsigned int there = 0;

	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++)
		there += deactivate_page(obj, pgoff);
	return there;
}

void env_evict(struct pager_env *env, struct aobj *obj, pgoff_t first,
	       unsigned int nr)
{
	nr = env_deactivate(obj, first, nr);
	/* More would be taken from what is none of this. */
	aobj_evict(aobj_budget_free() + atomic_long_read(&aobj_totals.writing) +
		   nr);
}

void env_page_out(struct pager_env *env, struct aobj *obj, pgoff_t first,
		  unsigned int nr)
{
	env_evict(env, obj, first, nr);
	env_wait_written(env);
	for (pgoff_t pgoff = first; pgoff < first + nr; pgoff++)
		KUNIT_ASSERT_EQ_MSG(env->test,
				    env_state(obj, pgoff) & ENV_PRESENT, 0u,
				    "page %lu stayed", pgoff);
	env_step(env);
}

struct aobj *env_swapped(struct pager_env *env, u64 npages)
{
	struct aobj *obj = env_object(env, npages);

	env_write(env, obj, 0, npages, 1);
	env_page_out(env, obj, 0, npages);
	env_mark(env);
	return obj;
}

struct aobj *env_mixed(struct pager_env *env)
{
	struct aobj *obj;

	env_disk(env, 0, 256, 0);
	obj = env_object(env, 80);
	env_write(env, obj, 0, 80, 1);
	env_page_out(env, obj, 0, 40);
	env_expect(env, obj, 0, 10, 1);
	return obj;
}
