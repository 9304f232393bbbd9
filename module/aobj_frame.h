/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page frames: from the kernel, and back to it.
 */
#ifndef AOBJ_FRAME_H
#define AOBJ_FRAME_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>

/*
 * aobj_frame_alloc: up to @nr pages of order 0, one reference each
 * => sleeps if @gfp may; returns how many
 * => charged to the memcg of the caller, and counted as reclaimable memory
 */
unsigned int aobj_frame_alloc(struct page **pages, unsigned int nr, gfp_t gfp);

/*
 * aobj_frame_free: gives up one reference to each page
 * => who has others keeps the page; it is not counted as reclaimable any more
 */
void aobj_frame_free(struct page **pages, unsigned int nr);

/*
 * aobj_frame_maps: how many page table entries have it
 * => it is a frame from here, of one page
 *
 * To the kernel a frame is mapped once more, by the object itself: the first entry
 * and the end of the last one would be news for the statistics of the node and of the
 * memcg (Mapped, file_mapped), for as many instructions as all the rest of a mapping.
 */
static inline int aobj_frame_maps(const struct folio *folio)
{
	return atomic_read(&folio->_mapcount);
}

#endif /* AOBJ_FRAME_H */
