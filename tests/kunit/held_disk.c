// SPDX-License-Identifier: GPL-2.0-only
/* A disk whose completions a test controls, see the header. */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>

#include "held_disk.h"

#define GARBAGE 0xee
#define SLOT_SECTORS_SHIFT (PAGE_SHIFT - SECTOR_SHIFT)

/* What happens to bios of one direction with a given slot in them. */
struct slot_state {
	blk_status_t status; /* of those that fail */
	int failing; /* how many of the next, negative: all */
	unsigned int count; /* how many there were */
};

/**
 * struct held_disk - the disk
 * @disk: the kernel's side of it
 * @npages: slots, that of the header included
 * @lock: guards all below; taken in interrupts too
 * @hold: bios are held, by direction
 * @held: those that are, by direction, oldest first
 * @slots: by direction, one a slot
 * @bios: how many there were, by direction
 * @busy: bios in flight, one a slot: more than one is a misuse
 * @media: what is on the disk
 * @copies: it copies pages without a bio
 * @sigpipe: whoever submits gets SIGPIPE
 * @copied: how many there were of those
 * @changed: pages that changed while they were written
 * @misuses: see held_disk_misuses()
 */
struct held_disk {
	struct gendisk *disk;
	u32 npages;
	spinlock_t lock; /* all below */
	bool hold[HELD_DIRS];
	struct bio_list held[HELD_DIRS];
	struct slot_state *slots[HELD_DIRS];
	unsigned int bios[HELD_DIRS];
	u8 *busy;
	u8 *media;
	bool copies;
	bool sigpipe;
	unsigned int copied;
	unsigned int changed;
	unsigned int misuses;
};

static enum held_dir dir_of(const struct bio *bio)
{
	if (bio_op(bio) == REQ_OP_DISCARD)
		return HELD_DISCARD;
	return op_is_write(bio_op(bio)) ? HELD_WRITE : HELD_READ;
}

static u32 slot_of(const struct bio *bio, unsigned int i)
{
	return (bio->bi_iter.bi_sector >> SLOT_SECTORS_SHIFT) + i;
}

static u32 pages_of(const struct bio *bio)
{
	return bio->bi_iter.bi_size >> PAGE_SHIFT;
}

static void *media_at(struct held_disk *d, u32 slot)
{
	return d->media + ((size_t)slot << PAGE_SHIFT);
}

/*
 * Submission
 */

/* => false: it is outside of the disk, and must not be looked at */
static bool note_use(struct held_disk *d, const struct bio *bio)
{
	enum held_dir dir = dir_of(bio);
	u32 nr = pages_of(bio);

	d->bios[dir]++;
	if (!nr || slot_of(bio, nr - 1) >= d->npages) {
		d->misuses++;
		return false;
	}
	for (u32 i = 0; i < nr; i++) {
		u32 slot = slot_of(bio, i);

		d->slots[dir][slot].count++;
		if (d->busy[slot]++ || (!slot && dir != HELD_READ))
			d->misuses++;
	}
	return true;
}

static void take_contents(struct held_disk *d, struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec vec;
	u32 slot = slot_of(bio, 0);

	bio_for_each_segment(vec, bio, iter)
		memcpy_from_bvec(media_at(d, slot++), &vec);
}

/*
 * Completion
 */

static blk_status_t slot_status(struct slot_state *s)
{
	if (!s->failing)
		return BLK_STS_OK;
	if (s->failing > 0)
		s->failing--;
	return s->status;
}

static blk_status_t status_of(struct held_disk *d, const struct bio *bio)
{
	blk_status_t status = BLK_STS_OK;

	for (u32 i = 0; i < pages_of(bio); i++) {
		struct slot_state *s = &d->slots[dir_of(bio)][slot_of(bio, i)];
		blk_status_t failed = slot_status(s);

		if (failed)
			status = failed;
	}
	return status;
}

/* The page is looked at even if nothing is to be done: it must be there. */
static void end_write(struct held_disk *d, u32 slot, struct bio_vec *vec,
		      blk_status_t status)
{
	void *page = bvec_kmap_local(vec);

	if (memcmp(media_at(d, slot), page, PAGE_SIZE))
		d->changed++;
	kunmap_local(page);
	if (status)
		memset(media_at(d, slot), GARBAGE, PAGE_SIZE);
}

static void end_read(struct held_disk *d, u32 slot, struct bio_vec *vec,
		     blk_status_t status)
{
	void *page = bvec_kmap_local(vec);

	if (status)
		memset(page, GARBAGE, PAGE_SIZE);
	else
		memcpy(page, media_at(d, slot), PAGE_SIZE);
	kunmap_local(page);
}

static void end_discard(struct held_disk *d, const struct bio *bio)
{
	for (u32 i = 0; i < pages_of(bio); i++) {
		memset(media_at(d, slot_of(bio, i)), GARBAGE, PAGE_SIZE);
		d->busy[slot_of(bio, i)]--;
	}
}

static void end_contents(struct held_disk *d, struct bio *bio,
			 blk_status_t status)
{
	u32 slot = slot_of(bio, 0);
	struct bvec_iter iter;
	struct bio_vec vec;

	if (dir_of(bio) == HELD_DISCARD) {
		end_discard(d, bio);
		return;
	}
	bio_for_each_segment(vec, bio, iter) {
		if (dir_of(bio) == HELD_WRITE)
			end_write(d, slot, &vec, status);
		else
			end_read(d, slot, &vec, status);
		d->busy[slot++]--;
	}
}

static void complete_bio(struct held_disk *d, struct bio *bio,
			 blk_status_t status)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	if (!status)
		status = status_of(d, bio);
	end_contents(d, bio, status);
	spin_unlock(&d->lock);
	/* As an interrupt would. */
	/* As drivers do: what a part of it said before stays. */
	if (status)
		bio->bi_status = status;
	bio_endio(bio);
	local_irq_restore(flags);
}

static void held_disk_submit(struct bio *bio)
{
	struct held_disk *d = bio->bi_bdev->bd_disk->private_data;
	bool valid, hold;

	if (d->sigpipe)
		send_sig(SIGPIPE, current, 0);
	spin_lock_irq(&d->lock);
	valid = note_use(d, bio);
	hold = valid && d->hold[dir_of(bio)];
	if (valid && dir_of(bio) == HELD_WRITE)
		take_contents(d, bio);
	if (hold)
		bio_list_add(&d->held[dir_of(bio)], bio);
	spin_unlock_irq(&d->lock);

	if (!valid)
		bio_io_error(bio);
	else if (!hold)
		complete_bio(d, bio, BLK_STS_OK);
}

/*
 * Its presence says that the disk is synchronous.  After an error it leaves the page
 * unlocked, as the kernel's ram disk does, but for one that it does not support.
 */
static int held_disk_rw_page(struct block_device *bdev, sector_t sector,
			     struct page *page, enum req_op op)
{
	struct held_disk *d = bdev->bd_disk->private_data;
	u32 slot = sector >> SLOT_SECTORS_SHIFT;
	struct bio_vec vec = { .bv_page = page, .bv_len = PAGE_SIZE };
	int err;

	if (!d->copies || op != REQ_OP_READ || slot >= d->npages)
		return -EOPNOTSUPP;
	spin_lock_irq(&d->lock);
	d->misuses += !!d->busy[slot]++;
	err = blk_status_to_errno(slot_status(&d->slots[HELD_READ][slot]));
	end_read(d, slot, &vec, errno_to_blk_status(err));
	d->busy[slot]--;
	d->copied++;
	spin_unlock_irq(&d->lock);
	page_endio(page, false, err);
	return err;
}

static const struct block_device_operations held_disk_ops = {
	.owner = THIS_MODULE,
	.submit_bio = held_disk_submit,
};

static const struct block_device_operations held_disk_sync_ops = {
	.owner = THIS_MODULE,
	.submit_bio = held_disk_submit,
	.rw_page = held_disk_rw_page,
};

/*
 * What the test says
 */

void held_disk_hold(struct held_disk *d, enum held_dir dir, bool hold)
{
	spin_lock_irq(&d->lock);
	d->hold[dir] = hold;
	spin_unlock_irq(&d->lock);
}

unsigned int held_disk_held(struct held_disk *d, enum held_dir dir)
{
	unsigned int nr;

	spin_lock_irq(&d->lock);
	nr = bio_list_size(&d->held[dir]);
	spin_unlock_irq(&d->lock);
	return nr;
}

static struct bio *find_held(struct held_disk *d, enum held_dir dir,
			     unsigned int i)
{
	struct bio *bio;

	bio_list_for_each(bio, &d->held[dir])
		if (!i--)
			return bio;
	return NULL;
}

struct held_bio held_disk_peek(struct held_disk *d, enum held_dir dir,
			       unsigned int i)
{
	struct held_bio what = {};
	struct bio *bio;

	spin_lock_irq(&d->lock);
	bio = find_held(d, dir, i);
	if (bio) {
		what.slot = slot_of(bio, 0);
		what.nr = pages_of(bio);
		what.opf = bio->bi_opf;
		what.ioprio = bio->bi_ioprio;
	}
	spin_unlock_irq(&d->lock);
	return what;
}

/* => the list without its @i'th, which is returned */
static struct bio *take_held(struct held_disk *d, enum held_dir dir,
			     unsigned int i)
{
	struct bio_list all = d->held[dir];
	struct bio *bio, *taken = NULL;

	bio_list_init(&d->held[dir]);
	while ((bio = bio_list_pop(&all))) {
		if (i--)
			bio_list_add(&d->held[dir], bio);
		else
			taken = bio;
	}
	return taken;
}

bool held_disk_complete(struct held_disk *d, enum held_dir dir, unsigned int i,
			blk_status_t status)
{
	struct bio *bio;

	spin_lock_irq(&d->lock);
	bio = take_held(d, dir, i);
	spin_unlock_irq(&d->lock);
	if (bio)
		complete_bio(d, bio, status);
	return bio;
}

void held_disk_open(struct held_disk *d)
{
	for (int dir = 0; dir < HELD_DIRS; dir++) {
		held_disk_hold(d, dir, false);
		while (held_disk_complete(d, dir, 0, BLK_STS_OK))
			;
	}
}

void held_disk_fail(struct held_disk *d, enum held_dir dir, u32 slot,
		    blk_status_t status, int times)
{
	spin_lock_irq(&d->lock);
	d->slots[dir][slot].status = status;
	d->slots[dir][slot].failing = times;
	spin_unlock_irq(&d->lock);
}

unsigned int held_disk_count(struct held_disk *d, enum held_dir dir, u32 slot)
{
	return READ_ONCE(d->slots[dir][slot].count);
}

unsigned int held_disk_bios(struct held_disk *d, enum held_dir dir)
{
	return READ_ONCE(d->bios[dir]);
}

unsigned int held_disk_copied(struct held_disk *d)
{
	return READ_ONCE(d->copied);
}

unsigned int held_disk_changed(struct held_disk *d)
{
	return READ_ONCE(d->changed);
}

unsigned int held_disk_misuses(struct held_disk *d)
{
	return READ_ONCE(d->misuses);
}

/*
 * Making and taking away
 */

static void write_header(struct held_disk *d)
{
	union swap_header *header = media_at(d, 0);

	header->info.version = 1;
	header->info.last_page = d->npages - 1;
	memcpy(header->magic.magic, "SWAPSPACE2", 10);
}

static void free_memory(struct held_disk *d)
{
	for (int dir = 0; dir < HELD_DIRS; dir++)
		kvfree(d->slots[dir]);
	kvfree(d->busy);
	vfree(d->media);
	kfree(d);
}

static struct held_disk *alloc_memory(u32 npages)
{
	struct held_disk *d = kzalloc(sizeof(*d), GFP_KERNEL);
	bool ok;

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	d->npages = npages;
	d->media = vzalloc(array_size(npages, PAGE_SIZE));
	d->busy = kvcalloc(npages, sizeof(*d->busy), GFP_KERNEL);
	ok = d->media && d->busy;
	for (int dir = 0; dir < HELD_DIRS; dir++) {
		bio_list_init(&d->held[dir]);
		d->slots[dir] =
			kvcalloc(npages, sizeof(**d->slots), GFP_KERNEL);
		ok = ok && d->slots[dir];
	}
	if (ok)
		return d;
	free_memory(d);
	return NULL;
}

static int add_the_disk(struct held_disk *d, unsigned int flags)
{
	static atomic_t number;

	d->disk = blk_alloc_disk(NUMA_NO_NODE);
	if (!d->disk)
		return -ENOMEM;
	snprintf(d->disk->disk_name, DISK_NAME_LEN, "held%d",
		 atomic_inc_return(&number));
	d->disk->flags |= GENHD_FL_NO_PART;
	d->disk->private_data = d;
	d->disk->fops = flags & HELD_SYNC ? &held_disk_sync_ops :
					    &held_disk_ops;
	blk_queue_logical_block_size(d->disk->queue, PAGE_SIZE);
	d->copies = flags & HELD_COPIES;
	d->sigpipe = flags & HELD_SIGPIPE;
	if (flags & HELD_STABLE)
		blk_queue_flag_set(QUEUE_FLAG_STABLE_WRITES, d->disk->queue);
	if (flags & HELD_FLASH)
		blk_queue_flag_set(QUEUE_FLAG_NONROT, d->disk->queue);
	if (flags & HELD_DISCARDS) {
		d->disk->queue->limits.discard_granularity = PAGE_SIZE;
		blk_queue_max_discard_sectors(d->disk->queue, UINT_MAX);
	}
	set_capacity(d->disk, (sector_t)d->npages << SLOT_SECTORS_SHIFT);
	return add_disk(d->disk);
}

struct held_disk *held_disk_create(u32 npages, unsigned int flags)
{
	struct held_disk *d = alloc_memory(npages);

	if (!d)
		return NULL;
	write_header(d);
	if (!add_the_disk(d, flags))
		return d;
	if (d->disk)
		put_disk(d->disk);
	free_memory(d);
	return NULL;
}

void held_disk_destroy(struct held_disk *d)
{
	del_gendisk(d->disk);
	put_disk(d->disk);
	free_memory(d);
}

dev_t held_disk_devt(const struct held_disk *d)
{
	return disk_devt(d->disk);
}
