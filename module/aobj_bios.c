// SPDX-License-Identifier: GPL-2.0-only
/* The bios of a device, see the header. */
#include "aobj_bios.h"

#define RESERVE 16 /* bios that are there even when memory is not */

int aobj_bios_init(struct aobj_bios *bios, unsigned short vecs,
		   unsigned int pad, int flags)
{
	bios->vecs = vecs;
	return bioset_init(&bios->set, RESERVE, pad, BIOSET_NEED_BVECS | flags);
}

void aobj_bios_exit(struct aobj_bios *bios)
{
	for (int i = 0; i < AOBJ_BIOS_SPARE; i++)
		if (bios->spare[i])
			bio_put(bios->spare[i]);
	bioset_exit(&bios->set);
}

static struct bio *take_spare(struct aobj_bios *bios)
{
	struct bio *bio = NULL;

	for (int i = 0; i < AOBJ_BIOS_SPARE && !bio; i++)
		if (READ_ONCE(bios->spare[i]))
			bio = xchg(&bios->spare[i], NULL);
	return bio;
}

struct bio *aobj_bios_alloc(struct aobj_bios *bios, struct block_device *bdev,
			    unsigned short vecs, blk_opf_t opf, gfp_t gfp)
{
	struct bio *bio = vecs == bios->vecs ? take_spare(bios) : NULL;

	if (!bio)
		return bio_alloc_bioset(bdev, vecs, opf, gfp, &bios->set);
	bio_reset(bio, bdev, opf);
	return bio;
}

/* Whoever waits for one of the reserve is told only of what goes back there. */
static bool reserve_full(const mempool_t *pool)
{
	return READ_ONCE(pool->curr_nr) >= pool->min_nr;
}

static bool may_keep(const struct aobj_bios *bios, struct bio *bio)
{
	return bio->bi_max_vecs == bios->vecs &&
	       !bio_flagged(bio, BIO_REFFED) &&
	       reserve_full(&bios->set.bio_pool) &&
	       reserve_full(&bios->set.bvec_pool);
}

void aobj_bios_put(struct aobj_bios *bios, struct bio *bio)
{
	bool kept = false;

	/* What it held of its cgroup bio_endio() has given up. */
	for (int i = 0; i < AOBJ_BIOS_SPARE && !kept && may_keep(bios, bio);
	     i++)
		kept = !READ_ONCE(bios->spare[i]) &&
		       !cmpxchg(&bios->spare[i], NULL, bio);
	if (!kept)
		bio_put(bio);
}
