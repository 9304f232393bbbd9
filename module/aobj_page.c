// SPDX-License-Identifier: GPL-2.0-only
/* Pages and the budget, see the header. */
#include <linux/jiffies.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "aobj_events.h"
#include "aobj_frame.h"
#include "aobj_page.h"
#include "aobj_pool.h"
#include "aobj_wired.h"

unsigned long aobj_budget;
atomic_long_t aobj_charged;
DECLARE_WAIT_QUEUE_HEAD(aobj_daemon_wait);
bool aobj_daemon_kicked;
long aobj_stalled;
DECLARE_WAIT_QUEUE_HEAD(aobj_room_wait);

#define GOING (HZ / 10) /* so long after one page has gone, others may follow */
static unsigned long recycled = INITIAL_JIFFIES; /* when one has; READ_ONCE */

/* Order 0, never movable (a pager that knows its pages' places needs that). */
#define AOBJ_GFP GFP_HIGHUSER

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
	aobj_pool_drain(ULONG_MAX);
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

/* => those under write-out that may be expected to be written */
static long pages_going(void)
{
	long stalled = READ_ONCE(aobj_stalled);

	return max(atomic_long_read(&aobj_totals.writing) - stalled, 0L);
}

long aobj_budget_shortage(unsigned long mark)
{
	return (long)mark - aobj_budget_free() - pages_going();
}

/* => charges @nr pages if @keep more are free besides */
static bool charge(unsigned long nr, long keep)
{
	long budget = READ_ONCE(aobj_budget), low = aobj_budget_low();
	long now = atomic_long_read(&aobj_charged);
	bool fits;

	do {
		fits = now + (long)nr + keep <= budget;
	} while (fits &&
		 !atomic_long_try_cmpxchg(&aobj_charged, &now, now + (long)nr));
	if (now + (long)nr + low > budget && wq_has_sleeper(&aobj_daemon_wait))
		wake_up(&aobj_daemon_wait);
	return fits;
}

bool aobj_page_charge(unsigned long nr)
{
	return charge(nr, 0);
}

/*
 * => pages are on their way out, or were: it is worth waiting for the next.  When a
 *    device hangs what is free may be all that others have.
 */
static bool pages_go(void)
{
	if (READ_ONCE(aobj_stalled))
		return false;
	return atomic_long_read(&aobj_totals.writing) ||
	       time_before(jiffies, READ_ONCE(recycled) + GOING);
}

bool aobj_page_charge_spare(unsigned long nr)
{
	return charge(nr, pages_go() ? aobj_budget_low() / 2 : 0);
}

bool aobj_page_charge_bound(unsigned long nr)
{
	return charge(nr, aobj_budget_low() / 2);
}

void aobj_page_uncharge(unsigned long nr)
{
	if (!nr)
		return;
	atomic_long_sub(nr, &aobj_charged);
	if (wq_has_sleeper(&aobj_room_wait))
		wake_up_nr(&aobj_room_wait, nr);
}

/* What is in the pool is RAM that the budget grants to no page. */
static void drain_excess(void)
{
	long excess = (long)aobj_pool_size() - aobj_budget_free();

	if (excess > 0)
		aobj_pool_drain(excess);
}

unsigned int aobj_page_alloc(struct page **pages, unsigned int nr,
			     unsigned int flags)
{
	unsigned int got = aobj_pool_take(pages, nr);
	gfp_t gfp = AOBJ_GFP;

	if (flags & AOBJ_PAGE_ZERO) {
		gfp |= __GFP_ZERO;
		for (unsigned int i = 0; i < got; i++)
			clear_highpage(pages[i]);
	}
	if (flags & AOBJ_PAGE_NOWAIT)
		gfp &= ~__GFP_DIRECT_RECLAIM;
	if (got == nr)
		return got;
	drain_excess();
	return got + aobj_frame_alloc(pages + got, nr - got, gfp);
}

unsigned int aobj_page_at_hand(struct page **pages, unsigned int nr)
{
	return aobj_pool_take(pages, nr);
}

void aobj_page_free(struct page **pages, unsigned int nr)
{
	if (!nr)
		return;
	aobj_frame_free(pages, nr);
	aobj_page_uncharge(nr);
}

void aobj_page_recycle(struct page **pages, unsigned int nr)
{
	if (!nr)
		return;
	WRITE_ONCE(recycled, jiffies);
	aobj_pool_put(pages, nr, aobj_budget_high());
	aobj_page_uncharge(nr);
}
