// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page frames, see the header.
 *
 * Several pages come as one block that is split: the allocator's work, and the
 * charge to the memcg, are those of one page.  The bulk allocator would do that
 * for the former, but gives up after one page if there is somebody to charge.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/vmstat.h>

#include "aobj_frame.h"
#include "aobj_internal.h"

/* Swappable, so MemAvailable may count on them; MemFree says they are gone. */
static void account(struct page *page, long nr)
{
	mod_node_page_state(page_pgdat(page), NR_KERNEL_MISC_RECLAIMABLE, nr);
}

static void account_freed(struct page **pages, unsigned int nr)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i <= nr; i++) {
		if (i < nr && page_pgdat(pages[i]) == page_pgdat(pages[first]))
			continue;
		account(pages[first], -(long)(i - first));
		first = i;
	}
}

/* => a block of the largest order up to *@order that is to be had, split */
static struct page *alloc_block(unsigned int *order, gfp_t gfp)
{
	/* Blocks are nothing to reclaim or to compact memory for. */
	gfp_t at_hand = gfp & ~__GFP_RECLAIM;
	struct page *page;

	for (; *order; (*order)--) {
		page = alloc_pages(at_hand, *order);
		if (!page)
			continue;
		split_page(page, *order);
		return page;
	}
	return alloc_page(gfp);
}

/*
 * It has the object's own map count, and the marks of a page that is known to be in
 * use: whoever sets them for a page has little to do, and other programs' pages do
 * not age by it.
 */
static void begin(struct folio *folio)
{
	atomic_set(&folio->_mapcount, 0);
	folio_set_referenced(folio);
	folio_set_active(folio);
}

static void end(struct folio *folio)
{
	folio_clear_active(folio);
	folio_clear_referenced(folio);
	/*
	 * A zap may have cleared an entry and not counted it down yet; who maps what
	 * aobj_get() gave him may have one for longer.  When they do, it is subtracted.
	 */
	if (atomic_dec_return(&folio->_mapcount) >= 0)
		lruvec_stat_mod_folio(folio, NR_FILE_MAPPED, 1);
}

unsigned int aobj_frame_alloc(struct page **pages, unsigned int nr, gfp_t gfp)
{
	unsigned int order = AOBJ_CLUSTER_SHIFT, got = 0;

	gfp |= __GFP_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN;
	while (got < nr) {
		struct page *page;

		order = min_t(unsigned int, order, ilog2(nr - got));
		page = alloc_block(&order, gfp);
		if (!page)
			break;
		account(page, 1L << order);
		for (unsigned int i = 0; i < 1U << order; i++) {
			begin(aobj_folio(page + i));
			pages[got++] = page + i;
		}
	}
	return got;
}

void aobj_frame_free(struct page **pages, unsigned int nr)
{
	account_freed(pages, nr);
	for (unsigned int i = 0; i < nr; i++)
		end(aobj_folio(pages[i]));
	release_pages(pages, nr);
}
