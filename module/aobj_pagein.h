/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page-in: pages of a cluster from their slots, and what becomes of one that could
 * not be read.  It leaves the object: whoever waits for it gets an error; if the
 * medium says that it is lost, so does whoever comes later.
 */
#ifndef AOBJ_PAGEIN_H
#define AOBJ_PAGEIN_H

#include "aobj_swapio.h"

extern const struct aobj_io_ops aobj_pagein_io_ops;

/*
 * aobj_pagein: reads pages, one bio for each run of slots
 * @mask: where they stand in the cluster, locked
 *
 * => nothing else locked; may sleep in a device's queue, not for the reads
 */
void aobj_pagein(struct aobj_cluster *c, u64 mask);
/* => likewise, one page, that is on @dev */
void aobj_pagein_one(struct aobj_cluster *c, unsigned int i, struct page *page,
		     struct aobj_swapdev *dev);
/*
 * aobj_pagein_copy: fills a page that nobody else has, and that is to stand at @i
 * => its slot is on @dev, a synchronous device, and stays; short CPU work
 * => false if it has to be read
 */
bool aobj_pagein_copy(struct aobj_cluster *c, unsigned int i, struct page *page,
		      struct aobj_swapdev *dev);

#endif /* AOBJ_PAGEIN_H */
