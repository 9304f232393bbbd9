/* SPDX-License-Identifier: GPL-2.0-only */
/* The header that mkswap(8) writes: the kernel's SWAPSPACE2. */
#ifndef AOBJ_SWAP_HEADER_H
#define AOBJ_SWAP_HEADER_H

#include <linux/types.h>

union swap_header;

/**
 * struct aobj_swap_header - what a valid header says
 * @npages: pages of the swap area, that of the header included
 * @nr_bad: entries of the header's list of bad pages, valid and distinct or not
 * @swapped: the header is of the other byte order
 */
struct aobj_swap_header {
	u32 npages;
	u32 nr_bad;
	bool swapped;
};

/*
 * aobj_swap_header_parse: checks a header in full
 * @dev_pages: pages that the device really has
 *
 * => either byte order is taken, as swapon(2) does
 * => NULL, or why the header is refused, as a text for the log
 */
const char *aobj_swap_header_parse(const union swap_header *raw, u64 dev_pages,
				   struct aobj_swap_header *hdr);

/* => the @i'th bad page; parse has seen to it that it is inside the area */
u32 aobj_swap_header_bad(const union swap_header *raw,
			 const struct aobj_swap_header *hdr, u32 i);

#endif /* AOBJ_SWAP_HEADER_H */
