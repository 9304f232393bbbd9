// SPDX-License-Identifier: GPL-2.0-only
/* Checks a SWAPSPACE2 header; pure logic, see the header file. */
#include <linux/string.h>
#include <linux/swab.h>
#include <linux/swap.h>

#include "aobj_swap_header.h"

/* Group numbers are rounded up from page numbers, in 32 bits. */
#define MAX_PAGES (U32_MAX - 64)

static u32 field(u32 raw, bool swapped)
{
	return swapped ? swab32(raw) : raw;
}

u32 aobj_swap_header_bad(const union swap_header *raw,
			 const struct aobj_swap_header *hdr, u32 i)
{
	/* Declared with one entry, the list fills the rest of the page. */
	const u32 *bad = raw->info.badpages;

	return field(bad[i], hdr->swapped);
}

static const char *check_bad_pages(const union swap_header *raw,
				   const struct aobj_swap_header *hdr)
{
	if (hdr->nr_bad > MAX_SWAP_BADPAGES)
		return "more bad pages than a header can list";
	for (u32 i = 0; i < hdr->nr_bad; i++) {
		u32 page = aobj_swap_header_bad(raw, hdr, i);

		if (!page || page >= hdr->npages)
			return "a bad page outside the swap area";
	}
	return NULL;
}

const char *aobj_swap_header_parse(const union swap_header *raw, u64 dev_pages,
				   struct aobj_swap_header *hdr)
{
	u32 last_page;

	if (memcmp(raw->magic.magic, "SWAPSPACE2", 10))
		return "no swap signature";

	hdr->swapped = swab32(raw->info.version) == 1;
	if (field(raw->info.version, hdr->swapped) != 1)
		return "unknown version of the swap header";

	last_page = field(raw->info.last_page, hdr->swapped);
	if (!last_page)
		return "empty swap area";
	if (last_page >= dev_pages)
		return "device smaller than its swap header says";
	if (last_page >= MAX_PAGES)
		return "swap area larger than slots can number";

	hdr->npages = last_page + 1;
	hdr->nr_bad = field(raw->info.nr_badpages, hdr->swapped);
	return check_bad_pages(raw, hdr);
}
