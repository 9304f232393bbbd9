/* SPDX-License-Identifier: GPL-2.0-only */
/* Slots and pages of an object, put there as the evictor and the pager do. */
#ifndef AOBJ_KUNIT_SLOTMAP_H
#define AOBJ_KUNIT_SLOTMAP_H

#include <kunit/test.h>

#include "aobj_internal.h"

/* => a new object of @npages */
struct aobj *slotmap_object(struct kunit *test, u64 npages);

/* => the page has @slot, or none, or a bad one; its old slot is the caller's */
u32 slotmap_set(struct kunit *test, struct aobj *obj, pgoff_t pgoff, u32 slot);
/* => the page's slot, AOBJ_SLOT_NONE also if it has no cluster */
u32 slotmap_get(struct aobj *obj, pgoff_t pgoff);
/* => the page has a slot of some device, which is returned */
u32 slotmap_allot(struct kunit *test, struct aobj *obj, pgoff_t pgoff);
/* => each of @nr pages from @first on has a slot of its own, in @model too */
void slotmap_fill(struct kunit *test, struct aobj *obj, pgoff_t first,
		  pgoff_t nr, u32 *model);
/* => pages [0, @nr) have the slots of @model */
void slotmap_compare(struct kunit *test, struct aobj *obj, const u32 *model,
		     pgoff_t nr);

/* => a page that was not resident is, clean; or one that was is not */
void slotmap_page_in(struct kunit *test, struct aobj *obj, pgoff_t pgoff);
void slotmap_page_out(struct kunit *test, struct aobj *obj, pgoff_t pgoff);
bool slotmap_resident(struct aobj *obj, pgoff_t pgoff);

#endif /* AOBJ_KUNIT_SLOTMAP_H */
