// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pool of page frames, see the header.
 *
 * Frames hang in a hash table by memcg and node, each list a stack, linked by
 * page_private(): what was freed last may still be in the CPU's cache.  That memcg may have become
 * another one's child, or what is left of it its parent's, since: so each frame
 * is asked again as it is taken, and one that does not suit goes to the kernel.
 */
#include <linux/hash.h>
#include <linux/memcontrol.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "aobj_frame.h"
#include "aobj_internal.h"
#include "aobj_pool.h"

#define POOL_BITS 4

static DEFINE_SPINLOCK(pool_lock);
static struct page *pool[1 << POOL_BITS];
static unsigned long pooled; /* under the lock; READ_ONCE without */
static unsigned long pooled_min; /* the least since the last trim; likewise */

unsigned long aobj_pool_size(void)
{
	return READ_ONCE(pooled);
}

/* Whom a page is charged to, compared and never followed; NULL is nobody. */
static const struct mem_cgroup *charged_to(struct page *page)
{
	return folio_memcg(aobj_folio(page));
}

/*
 * Whom the kernel would charge for a page that current allocates; under RCU
 * => false if that is not for sure
 */
static bool would_charge(const struct mem_cgroup **memcg)
{
	*memcg = NULL;
#ifdef CONFIG_MEMCG
	if (!current->mm || current->flags & PF_KTHREAD ||
	    current->active_memcg)
		return false;
	if (mem_cgroup_disabled() || !memcg_kmem_online())
		return true;
	*memcg = mem_cgroup_from_task(current);
	/* The root is not charged. */
	if (!parent_mem_cgroup((struct mem_cgroup *)*memcg))
		*memcg = NULL;
#endif
	return true;
}

/* => the task has no rule of its own where its memory comes from */
static bool takes_any_node(void)
{
#ifdef CONFIG_NUMA
	return !current->mempolicy;
#else
	return true;
#endif
}

static struct page **pool_list(const struct mem_cgroup *memcg, int node)
{
	return &pool[hash_long((unsigned long)memcg + node, POOL_BITS)];
}

/* => nobody else has it, or can get at it */
static bool may_keep(struct page *page)
{
	return page_ref_count(page) == 1 && !PageHWPoison(page);
}

static void push(struct page **list, struct page *page)
{
	set_page_private(page, (unsigned long)*list);
	*list = page;
}

static struct page *pop(struct page **list)
{
	struct page *page = *list;

	if (page) {
		*list = (struct page *)page_private(page);
		set_page_private(page, 0);
	}
	return page;
}

/**
 * struct known - where the last frame belonged; the next most likely does, too
 * @charge: what the frame was charged by; within one RCU section it stands for
 *	the same memcg
 * @node: likewise
 * @list: its list
 */
struct known {
	unsigned long charge;
	int node;
	struct page **list;
};

static unsigned long charge_of(struct page *page)
{
#ifdef CONFIG_MEMCG
	return READ_ONCE(aobj_folio(page)->memcg_data);
#else
	return 0;
#endif
}

static struct page **list_of(struct page *page, struct known *known)
{
	unsigned long charge = charge_of(page);
	int node = page_to_nid(page);

	if (!known->list || charge != known->charge || node != known->node)
		*known = (struct known){ charge, node,
					 pool_list(charged_to(page), node) };
	return known->list;
}

static void keep(struct page *page, struct known *known)
{
	folio_clear_uptodate(aobj_folio(page));
	push(list_of(page, known), page);
	pooled++;
}

void aobj_pool_put(struct page **pages, unsigned int nr, unsigned long most)
{
	struct known known = {};
	unsigned int others = 0;

	rcu_read_lock();
	spin_lock(&pool_lock);
	for (unsigned int i = 0; i < nr; i++) {
		if (pooled < most && may_keep(pages[i]))
			keep(pages[i], &known);
		else
			pages[others++] = pages[i];
	}
	spin_unlock(&pool_lock);
	rcu_read_unlock();
	if (others)
		aobj_frame_free(pages, others);
}

/* => the frame is one that @memcg pays for, as @known->charge says of the last */
static bool suits(struct page *page, const struct mem_cgroup *memcg, int node,
		  struct known *known)
{
	unsigned long charge = charge_of(page);

	if (page_to_nid(page) != node || PageHWPoison(page))
		return false;
	if (known->list && charge == known->charge)
		return true;
	if (charged_to(page) != memcg)
		return false;
	*known = (struct known){ charge, node, pool_list(memcg, node) };
	return true;
}

/* => as aobj_pool_take(); those that do not suit are put on @strangers */
static unsigned int take(struct page **pages, unsigned int nr,
			 struct page **strangers)
{
	const struct mem_cgroup *memcg;
	int node = numa_mem_id();
	struct page **list, *page;
	struct known known = {};
	unsigned int got = 0;

	if (!would_charge(&memcg))
		return 0;
	list = pool_list(memcg, node);
	while (got < nr && (page = pop(list))) {
		pooled--;
		if (suits(page, memcg, node, &known))
			pages[got++] = page;
		else
			push(strangers, page);
	}
	pooled_min = min(pooled_min, pooled);
	return got;
}

/* => gives them to the kernel; returns how many */
static unsigned long free_list(struct page *list)
{
	struct page *pages[16];
	unsigned long freed = 0;
	unsigned int nr;

	do {
		nr = 0;
		while (nr < ARRAY_SIZE(pages) && (pages[nr] = pop(&list)))
			nr++;
		if (nr)
			aobj_frame_free(pages, nr);
		freed += nr;
	} while (nr == ARRAY_SIZE(pages));
	return freed;
}

unsigned int aobj_pool_take(struct page **pages, unsigned int nr)
{
	struct page *strangers = NULL;
	unsigned int got;

	if (!aobj_pool_size() || !takes_any_node())
		return 0;
	rcu_read_lock();
	spin_lock(&pool_lock);
	got = take(pages, nr, &strangers);
	spin_unlock(&pool_lock);
	rcu_read_unlock();
	if (unlikely(strangers))
		free_list(strangers);
	return got;
}

unsigned long aobj_pool_drain(unsigned long nr)
{
	struct page *out = NULL, *page;

	spin_lock(&pool_lock);
	for (int i = 0; i < ARRAY_SIZE(pool); i++) {
		while (nr && (page = pop(&pool[i]))) {
			push(&out, page);
			pooled--;
			nr--;
		}
	}
	pooled_min = min(pooled_min, pooled);
	spin_unlock(&pool_lock);
	return free_list(out);
}

void aobj_pool_trim(void)
{
	unsigned long idle;

	spin_lock(&pool_lock);
	idle = pooled_min;
	pooled_min = pooled;
	spin_unlock(&pool_lock);
	if (idle)
		aobj_pool_drain(idle);
}

void aobj_pool_exit(void)
{
	aobj_pool_drain(ULONG_MAX);
}
