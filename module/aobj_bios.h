/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bios of a device, for one direction: a set with a reserve, and a few that
 * were used before.  Those need no allocation, which kernels that clear what they
 * allocate make dear; they are no part of the reserve, which is filled first.
 */
#ifndef AOBJ_BIOS_H
#define AOBJ_BIOS_H

#include <linux/bio.h>

#define AOBJ_BIOS_SPARE 4

/**
 * struct aobj_bios - bios of one kind
 * @set: where they come from
 * @vecs: the room, in pages, of those that are kept
 * @spare: kept for the next; NULL or a bio that is nobody's; xchg, cmpxchg
 */
struct aobj_bios {
	struct bio_set set;
	unsigned short vecs;
	struct bio *spare[AOBJ_BIOS_SPARE];
};

/* => -ENOMEM; @pad is what lies before each bio */
int aobj_bios_init(struct aobj_bios *bios, unsigned short vecs,
		   unsigned int pad, int flags);
/* => all have been put */
void aobj_bios_exit(struct aobj_bios *bios);

/* => as bio_alloc_bioset(); one that was kept if @vecs is what those have */
struct bio *aobj_bios_alloc(struct aobj_bios *bios, struct block_device *bdev,
			    unsigned short vecs, blk_opf_t opf, gfp_t gfp);
/* => in place of bio_put(); any context */
void aobj_bios_put(struct aobj_bios *bios, struct bio *bio);

#endif /* AOBJ_BIOS_H */
