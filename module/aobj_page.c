// SPDX-License-Identifier: GPL-2.0-only
/* Pages and the budget, see the header. */
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/vmstat.h>

#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_wired.h"

unsigned long aobj_budget;
atomic_long_t aobj_charged;
DECLARE_WAIT_QUEUE_HEAD(aobj_daemon_wait);
bool aobj_daemon_kicked;
DECLARE_WAIT_QUEUE_HEAD(aobj_room_wait);

/* Order 0, never movable (a pager that knows its pages' places needs that). */
#define AOBJ_GFP (GFP_HIGHUSER | __GFP_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN)

void aobj_daemon_kick(void)
{
	WRITE_ONCE(aobj_daemon_kicked, true);
	wake_up(&aobj_daemon_wait);
}

unsigned long aobj_budget_min(void)
{
	return max_t(unsigned long, SZ_1M >> PAGE_SHIFT, 64);
}

int aobj_budget_set(unsigned long pages)
{
	if (pages < aobj_budget_min() || pages > totalram_pages())
		return -EINVAL;
	if (aobj_wired_share(pages) < atomic_long_read(&aobj_totals.wired))
		return -EBUSY;
	WRITE_ONCE(aobj_budget, pages);
	aobj_daemon_kick();
	wake_up_all(&aobj_room_wait);
	return 0;
}

unsigned long aobj_budget_low(void)
{
	return clamp(READ_ONCE(aobj_budget) / 32, 16UL, 512UL);
}

unsigned long aobj_budget_high(void)
{
	return 2 * aobj_budget_low();
}

long aobj_budget_free(void)
{
	return (long)READ_ONCE(aobj_budget) - atomic_long_read(&aobj_charged);
}

long aobj_budget_shortage(unsigned long mark)
{
	return (long)mark - aobj_budget_free() -
	       atomic_long_read(&aobj_totals.writing);
}

bool aobj_page_charge(unsigned long nr)
{
	long budget = READ_ONCE(aobj_budget), low = aobj_budget_low();
	long now = atomic_long_read(&aobj_charged);
	bool fits;

	do {
		fits = now + (long)nr <= budget;
	} while (fits &&
		 !atomic_long_try_cmpxchg(&aobj_charged, &now, now + (long)nr));
	if (now + (long)nr + low > budget && wq_has_sleeper(&aobj_daemon_wait))
		wake_up(&aobj_daemon_wait);
	return fits;
}

void aobj_page_uncharge(unsigned long nr)
{
	if (!nr)
		return;
	atomic_long_sub(nr, &aobj_charged);
	if (wq_has_sleeper(&aobj_room_wait))
		wake_up_nr(&aobj_room_wait, nr);
}

/* Swappable, so MemAvailable may count on them; MemFree says they are gone. */
static void account(struct page *page, long nr)
{
	mod_node_page_state(page_pgdat(page), NR_KERNEL_MISC_RECLAIMABLE, nr);
}

static unsigned int page_alloc(struct page **pages, unsigned int nr, gfp_t gfp)
{
	unsigned int got = 0;

	memset(pages, 0, nr * sizeof(*pages));
	while (got < nr) {
		/* Charging a memcg makes a bulk call stop at one page. */
		unsigned int now = alloc_pages_bulk(gfp, nr, pages);

		if (now == got)
			break;
		while (got < now)
			account(pages[got++], 1);
	}
	return got;
}

unsigned int aobj_page_alloc(struct page **pages, unsigned int nr)
{
	return page_alloc(pages, nr, AOBJ_GFP);
}

unsigned int aobj_page_alloc_nowait(struct page **pages, unsigned int nr)
{
	return page_alloc(pages, nr, AOBJ_GFP & ~__GFP_DIRECT_RECLAIM);
}

void aobj_page_free(struct page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		account(pages[i], -1);
		put_page(pages[i]);
	}
	aobj_page_uncharge(nr);
}
