/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flush: uao_flush of the BSD pager.  What the page daemon would do at its own
 * time, done now to a range of pages; its cost is in the pages that are there.
 */
#ifndef AOBJ_FLUSH_H
#define AOBJ_FLUSH_H

#include "aobj_internal.h"

/*
 * The kernel's values are those of the ABI: include/uapi/linux/aobj.h says
 * what each does.
 */

#define AOBJ_FLUSH_KNOWN                                              \
	(AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_FREE | AOBJ_FLUSH_CLEAN | \
	 AOBJ_FLUSH_WAIT)

/**
 * struct aobj_flushed - what a flush did
 * @done: pages that were deactivated, freed or sent to be written
 * @skipped: resident pages that were left alone as somebody holds them
 */
struct aobj_flushed {
	u64 done;
	u64 skipped;
};

/*
 * aobj_flush_range: flushes pages [@first, @end), clipped to the object
 * @flags: AOBJ_FLUSH_*; 0 does nothing
 *
 * => may sleep; holds no lock of ours meanwhile; killable
 * => -EINTR; with CLEAN also -ENOSPC (no swap has room: some pages are not on
 *    their way), and with WAIT -EIO (a write has failed; the pages stay)
 */
int aobj_flush_range(struct aobj *obj, pgoff_t first, pgoff_t end,
		     unsigned int flags, struct aobj_flushed *flushed);

#endif /* AOBJ_FLUSH_H */
