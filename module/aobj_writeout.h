/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write-out: dirty pages of clusters to slots, many pages a bio, and what
 * becomes of them when the write is over.
 */
#ifndef AOBJ_WRITEOUT_H
#define AOBJ_WRITEOUT_H

#include "aobj_swapio.h"

extern const struct aobj_io_ops aobj_writeout_io_ops;

/**
 * struct aobj_batch - what an evictor is collecting for one bio
 * @io: the request, or NULL
 * @run: slots set aside for it and not yet given to a page
 * @want_slots: no device had a slot left for objects that are bound to @tag
 * @tag: likewise
 * @full: and none could be taken back either: do not ask again.  A bit for each
 *	tag; two may share one, and then the other asks at the next batch
 * @passed: clusters in a row whose devices were busy
 * @waiting: their pages, and those of such clusters before
 */
struct aobj_batch {
	struct aobj_io *io;
	struct aobj_slot_run run;
	bool want_slots;
	u32 tag;
	u64 full;
	unsigned int passed;
	unsigned long waiting;
};

static inline u64 aobj_batch_bit(u32 tag)
{
	return BIT_ULL(tag % BITS_PER_TYPE(u64));
}

enum aobj_written {
	AOBJ_WRITTEN_DONE, /* nothing more to do in this cluster for now */
	AOBJ_WRITTEN_AGAIN, /* submit the batch, then come back */
	AOBJ_WRITTEN_CONGESTED, /* no bio: something must complete first */
	AOBJ_WRITTEN_BUSY, /* the devices for these have enough for now */
	AOBJ_WRITTEN_STALLED, /* likewise, and do not get it done */
};

/*
 * aobj_writeout: begins to write dirty pages of a cluster
 * @mask: pages that are valid, unmapped or not, and not under write-out
 * @written: grows by the pages that are on their way
 *
 * => the cluster is locked; never sleeps
 * => AGAIN: submit the batch, then come back for the rest
 * => @b->want_slots says that no slot was left; pages that have one may
 *    still have been written there, those that have none are active again
 */
enum aobj_written aobj_writeout(struct aobj_batch *b, struct aobj_cluster *c,
				u64 mask, unsigned long *written);

/* => the batch is empty again; may sleep in the device's queue */
void aobj_batch_submit(struct aobj_batch *b);

/*
 * aobj_writeout_drop_clean: frees those pages of @mask that are clean and that
 * nobody else holds
 * => locked; the pages are inactive and not under write-out; never sleeps
 * => returns what it freed, as a mask, and adds the number to *@freed
 */
u64 aobj_writeout_drop_clean(struct aobj_cluster *c, u64 mask,
			     unsigned long *freed);

/*
 * aobj_writeout_forget_slot: frees the slot of the page at @i; locked
 * => the page is resident, valid and not under write-out; dirty from here on
 */
void aobj_writeout_forget_slot(struct aobj_cluster *c, unsigned int i);

/*
 * aobj_writeout_wait: waits until no page of @mask is under write-out
 * => nothing locked; sleeps; -EINTR if killed meanwhile
 */
int aobj_writeout_wait(struct aobj_cluster *c, u64 mask);

/* => nothing more may be submitted before something completes */
bool aobj_writeout_congested(void);

#endif /* AOBJ_WRITEOUT_H */
