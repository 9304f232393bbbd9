/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Swap devices: claiming one, the table of them, and the 32-bit slot space
 * that they share.  A device's slots are numbered from its @base on, so that
 * a slot number alone says where a page is.
 */
#ifndef AOBJ_SWAP_H
#define AOBJ_SWAP_H

#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/llist.h>
#include <linux/workqueue.h>

#include "aobj_bind.h"
#include "aobj_bios.h"
#include "aobj_internal.h"
#include "aobj_pace.h"
#include "aobj_slots.h"

#define AOBJ_SWAPDEVS 32

/**
 * struct aobj_swap_options - how a device is to be used
 * @flags: AOBJ_SWAPON_*
 * @priority: with AOBJ_SWAPON_PRIORITY
 * @class: the name of its class, or NULL
 */
struct aobj_swap_options {
	u32 flags;
	int priority;
	const char *class;
};

/**
 * struct aobj_swap_set - clusters with slots on the same devices
 * @devices: swap list lock: a bit for each of them, by its @id; does not change
 *	while there is a cluster
 * @clusters: swap list lock
 */
struct aobj_swap_set {
	u32 devices;
	struct list_head clusters;
};

/**
 * struct aobj_swapdev - a swap device in use
 * @kobj: its directory in sysfs
 * @released: the directory is gone for good
 * @id: I: its place in the table of devices
 * @priority: I: pages go to the highest that has room
 * @in_order: the devices by priority; under RCU
 * @turn: when it last gave slots, as a count of such events; READ_ONCE
 * @tag: I: its number as a tag, see aobj_bind.h
 * @class: I: the tag of its class, or AOBJ_TAG_NONE
 * @exclusive: I: only for objects that are bound to it
 * @claim: I: the exclusive claim
 * @bdev: I
 * @base: I: global number of its slot 0, which is its header
 * @npages: I: slots, the header included
 * @stable_writes: I: a page must not change while it is written
 * @synchronous: I: a read is done when submit_bio() returns
 * @sigpipe: I: whoever submits may get a SIGPIPE that is to be kept from it
 * @slots: its allocator
 * @discards: of groups of slots that have become free
 * @own: swap list lock: clusters whose slots are all here
 * @draining: swapoff is under way: no new slots (READ_ONCE)
 * @failed: too many writes in a row failed: no new slots (READ_ONCE)
 * @probe_at: when a failed device is tried again, in jiffies; cmpxchg
 * @failures: A: bios for writing that failed in a row
 * @inflight: A: bios under way
 * @pace: how much may be under way, of reads and of writes
 * @silent: the log was told that it does not answer; READ_ONCE
 * @errors: A: pages that could not be read, and written, since it is in use
 * @bios_in: I: bios for reading, freed in interrupts
 * @bios_out: I: bios for writing, freed by who reaps completions
 */
struct aobj_swapdev {
	struct kobject kobj;
	struct completion released;
	unsigned int id;
	int priority;
	struct list_head in_order;
	unsigned long turn;
	u32 tag;
	u32 class;
	bool exclusive;
	struct aobj_bdev_claim *claim;
	struct block_device *bdev;
	u32 base;
	u32 npages;
	bool stable_writes;
	bool synchronous;
	bool sigpipe;
	struct aobj_slots slots;
	struct work_struct discards;
	struct aobj_swap_set own;
	bool draining;
	bool failed;
	unsigned long probe_at;
	atomic_t failures;
	atomic_t inflight;
	struct aobj_pace pace[2];
	bool silent;
	atomic_long_t errors[2];
	struct aobj_bios bios_in;
	struct aobj_bios bios_out;
};

/**
 * enum aobj_swap_state - what a device has for a page that is to be written
 * @AOBJ_SWAP_READY: a slot, and it may be written
 * @AOBJ_SWAP_STALLED: it was given pages, and has not answered for long
 * @AOBJ_SWAP_FULL: no slot
 * @AOBJ_SWAP_BUSY: as much is under way to it as should be: wait for an answer
 *
 * Of several devices that a page may go to, none of them ready, the last counts.
 */
enum aobj_swap_state {
	AOBJ_SWAP_READY,
	AOBJ_SWAP_STALLED,
	AOBJ_SWAP_FULL,
	AOBJ_SWAP_BUSY,
};

/**
 * struct aobj_slot_run - consecutive slots of one device
 * @dev: the device, which cannot go while the run holds a slot of it
 * @first: global number of the first
 * @nr: how many
 * @state: why there are none
 */
struct aobj_slot_run {
	struct aobj_swapdev *dev;
	u32 first;
	u32 nr;
	enum aobj_swap_state state;
};

/* Who has a request next: who gives it to the device, or who is told of its end. */
enum aobj_io_hand { AOBJ_IO_LEFT, AOBJ_IO_GIVEN, AOBJ_IO_ENDED };

/**
 * struct aobj_io - what a bio is for; it lives in the bio's front pad
 * @done: on the list of completions to be reaped
 * @dev: the device
 * @slot: global number of the first slot; the pages go to consecutive ones
 * @nr: pages
 * @write: the direction
 * @tries: how often it was submitted
 * @split: pages of a failed request that are under way by themselves again
 * @alone: it is one page, which the block layer may not merge with others
 * @counted: the device's count of failures has nothing to learn from it: it is
 *	such a page, or was counted
 * @status: of the last try
 * @hand: an enum aobj_io_hand; xchg
 * @cluster: that of all pages, of a read; of a write see struct aobj_io_out
 * @index: of each page in its cluster
 * @started: when it was submitted, in ns
 * @bio: last; its vector holds the pages, one an entry
 */
struct aobj_io {
	struct llist_node done;
	struct aobj_swapdev *dev;
	u32 slot;
	u8 nr;
	bool write;
	u8 tries;
	u8 split;
	bool alone;
	bool counted;
	blk_status_t status;
	int hand;
	struct aobj_cluster *cluster;
	u8 index[AOBJ_CLUSTER_PAGES];
	u64 started;
	struct bio bio;
};

/**
 * struct aobj_io_out - a write; reads, which may be of a page each, are smaller
 * @cluster: of each page; a reference is held for each row of the same
 * @io: last, as it ends in the bio
 */
struct aobj_io_out {
	struct aobj_cluster *cluster[AOBJ_CLUSTER_PAGES];
	struct aobj_io io;
};

/* => the cluster of the @i'th page */
static inline struct aobj_cluster **aobj_io_cluster(struct aobj_io *io,
						    unsigned int i)
{
	if (!io->write)
		return &io->cluster;
	return &container_of(io, struct aobj_io_out, io)->cluster[i];
}

int aobj_swap_init(struct kobject *parent);
/* => no object is left; gives back the devices that are still in use */
void aobj_swap_exit(void);

/*
 * aobj_swap_on: takes a device into use
 * @opt: NULL for what is usual
 *
 * => may sleep; errors as in struct aobj_swapon
 */
int aobj_swap_on(dev_t devt, const struct aobj_swap_options *opt);

/*
 * aobj_swap_drain_begin: no new slots on the device from here on
 * => the device, which stays valid until drain_abort or drain_finish;
 *    -ENOENT if it is not in use, -EBUSY if it is being drained
 */
struct aobj_swapdev *aobj_swap_drain_begin(dev_t devt);
/* => what @fn says of the device, which cannot go meanwhile; -ENOENT */
int aobj_swap_with(dev_t devt, int (*fn)(struct aobj_swapdev *dev));
void aobj_swap_drain_abort(struct aobj_swapdev *dev);
/* => no slot is used any more; may sleep */
void aobj_swap_drain_finish(struct aobj_swapdev *dev);

/* => slots free where pages bound to @tag may go, but on @but; a snapshot */
unsigned long aobj_swap_free_for(u32 tag, const struct aobj_swapdev *but);
/* => likewise, where any page may go that is bound accordingly */
unsigned long aobj_swap_free_beside(const struct aobj_swapdev *but);
/*
 * aobj_swap_capacity: pages that can be on swap at the same time
 * => of a device that has failed, or is exclusive, those that are there; of one
 *    that is drained none; a snapshot
 * => of none that is exclusive while an object may have pages on one that it is not
 *    bound to: they go elsewhere
 */
unsigned long aobj_swap_capacity(void);
/* => the device's share in that */
unsigned long aobj_swap_capacity_of(const struct aobj_swapdev *dev);
/* => @obj may have such pages, or has none; its resize_lock is held */
void aobj_swap_set_stray(struct aobj *obj, bool strays);
/* => slots used on all devices but @dev; a snapshot */
unsigned long aobj_swap_used_beside(const struct aobj_swapdev *dev);

/* => the device of a slot; the caller holds the slot, and so the device */
struct aobj_swapdev *aobj_swap_dev(u32 slot);

/* => @slot is one of the device's */
static inline bool aobj_swap_holds(const struct aobj_swapdev *dev, u32 slot)
{
	return slot - dev->base < dev->npages;
}

/* => where a slot of the device is on it */
static inline sector_t aobj_swap_sector(const struct aobj_swapdev *dev,
					u32 slot)
{
	return (sector_t)(slot - dev->base) << (PAGE_SHIFT - SECTOR_SHIFT);
}

/* => the device is one for pages of objects that are bound to @tag */
static inline bool aobj_swap_serves(const struct aobj_swapdev *dev, u32 tag)
{
	if (tag == AOBJ_TAG_NONE)
		return !dev->exclusive;
	return tag == dev->tag || tag == dev->class;
}

/*
 * aobj_swap_alloc: a run of up to @want slots for an object bound to @tag
 * => of the highest priority that has any, in turn if several devices have it.
 *    One that is busy is waited for, and pages go to none of lower priority; one
 *    that does not answer is passed over
 * => false when no such device is ready, @run->state says why; one that failed or
 *    is drained counts for nothing; never sleeps
 */
bool aobj_swap_alloc(u32 tag, u32 want, struct aobj_slot_run *run);
/*
 * aobj_swap_rewritable: the device of a slot that a page bound to @tag has
 * => NULL if the page should not be written there again, but to a new slot
 */
struct aobj_swapdev *aobj_swap_rewritable(u32 slot, u32 tag);
/* => likewise, if it answers and there is no room on one of higher priority */
struct aobj_swapdev *aobj_swap_stays(u32 slot, u32 tag);
/* => aobj_stalled is what it is now; never sleeps */
void aobj_swap_look(void);
/* => there are devices, and none that takes pages is ready; never sleeps */
bool aobj_swap_all_busy(void);
/* => likewise, of those where pages bound to @tag may go */
bool aobj_swap_awaited(u32 tag);
/* => no I/O is in flight on the slots; never sleeps */
void aobj_swap_free(u32 first, u32 nr);
/* => likewise; @nr different slots, wherever they are */
void aobj_swap_free_each(const u32 *slots, unsigned int nr);
/*
 * aobj_swap_free_unwritten: frees a slot that could not be written
 * => the next slots are looked for elsewhere: it would fail again
 */
void aobj_swap_free_unwritten(u32 slot);
/* => the slot is held, and is given up for good */
void aobj_swap_mark_bad(u32 slot);

/*
 * aobj_swap_write_failed, _worked: keep watch over failures in a row
 * => one call a bio, not a page: one bad stretch is no dead device
 */
void aobj_swap_write_failed(struct aobj_swapdev *dev);
void aobj_swap_write_worked(struct aobj_swapdev *dev);

/*
 * Whether one is ready for more: aobj_swap_state.c
 */

extern unsigned int aobj_nr_swapdevs; /* in use; READ_ONCE */

/* => it was given something, and has not answered for long; never sleeps */
bool aobj_swap_stalled(const struct aobj_swapdev *dev);
/* => ready, stalled or busy; the caller holds a slot of the device, or RCU */
enum aobj_swap_state aobj_swap_state(struct aobj_swapdev *dev);
/* => pages that may be under write-out to all devices together */
unsigned long aobj_swap_most_writing(void);

/*
 * The lists of clusters: aobj_swap_list.c
 */

void aobj_swap_list_init(void);

/*
 * aobj_swap_link, _unlink: the lists of clusters that swapoff walks
 * => link before a slot of @dev is put into the cluster, unlink when its last
 *    slot has gone; the cluster is locked
 */
void aobj_swap_link(struct aobj_cluster *c, struct aobj_swapdev *dev);
void aobj_swap_unlink(struct aobj_cluster *c);
/*
 * aobj_swap_rehome: a cluster that has left some of several devices goes to the
 * list of those that it is on; it looks at each slot; locked
 */
void aobj_swap_rehome(struct aobj_cluster *c);

/*
 * aobj_swap_next_cluster: a cluster with slots on @dev, and maybe elsewhere
 * @list: which of the lists that are looked at for the device, 0 to begin with; it
 *	moves on when there is nothing on one
 *
 * => referenced, not locked, and moved to the end of its list; or NULL, when
 *    there is nothing on any of them
 */
struct aobj_cluster *aobj_swap_next_cluster(struct aobj_swapdev *dev,
					    unsigned int *list);

/* Of a device's directory in sysfs: aobj_swap_sysfs.c */
extern const struct kobj_type aobj_swapdev_ktype;

#endif /* AOBJ_SWAP_H */
