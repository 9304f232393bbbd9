/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk in memory whose completions a test controls: it keeps the bios that
 * it is told to hold until the test ends each of them, in any order and with
 * any status, and it can fail chosen slots.
 *
 * It stands below the module, as a block device that is taken into use like
 * any other, and not in place of the module's table of I/O functions.  So the
 * shipped module has no hooks for tests, and its bios, its splitting of those
 * that failed and its retries are under test as well.
 *
 * What real disks may do, it does at its worst: a write takes the page's
 * contents when it is submitted (what changes later is not on the disk), a
 * write that fails leaves garbage in the slot, a read that fails leaves
 * garbage in the page; what is discarded is garbage; completions come with
 * interrupts off.
 */
#ifndef AOBJ_TEST_HELD_DISK_H
#define AOBJ_TEST_HELD_DISK_H

#include <linux/blk_types.h>
#include <linux/types.h>

struct held_disk;

enum held_dir { HELD_READ, HELD_WRITE, HELD_DISCARD, HELD_DIRS };

enum held_flags {
	HELD_STABLE = 1 << 0, /* wants pages not to change during a write */
	HELD_SYNC = 1 << 1, /* says that it is done when submit_bio() returns */
	HELD_DISCARDS = 1 << 2, /* can discard */
	HELD_COPIES = 1
		      << 3, /* and fills a page without a bio; with HELD_SYNC */
	HELD_FLASH = 1 << 4, /* does not rotate */
	HELD_SIGPIPE = 1 << 5, /* sends SIGPIPE to whoever submits */
};

/* What of a bio a test may want to know. */
struct held_bio {
	u32 slot; /* the first, the header being 0 */
	u32 nr; /* pages */
	blk_opf_t opf;
	u16 ioprio;
};

/* => a disk of @npages with a swap header, that holds nothing; or NULL */
struct held_disk *held_disk_create(u32 npages, unsigned int flags);
/* => nobody uses it and it holds no bio */
void held_disk_destroy(struct held_disk *d);

dev_t held_disk_devt(const struct held_disk *d);

/* => bios of @dir are held from here on; or no longer, those held excepted */
void held_disk_hold(struct held_disk *d, enum held_dir dir, bool hold);
/* => bios of @dir that are held */
unsigned int held_disk_held(struct held_disk *d, enum held_dir dir);
/* => the @i'th held bio of @dir, the oldest being 0; all 0 if there is none */
struct held_bio held_disk_peek(struct held_disk *d, enum held_dir dir,
			       unsigned int i);
/* => it is complete; false if there is no @i'th */
bool held_disk_complete(struct held_disk *d, enum held_dir dir, unsigned int i,
			blk_status_t status);
/* => all that is held has succeeded, but for slots that fail; holds no more */
void held_disk_open(struct held_disk *d);

/*
 * held_disk_fail: the next @times bios of @dir with @slot in them fail
 * => negative: all of them; 0: none any more
 */
void held_disk_fail(struct held_disk *d, enum held_dir dir, u32 slot,
		    blk_status_t status, int times);

/* => how many bios of @dir had @slot in them */
unsigned int held_disk_count(struct held_disk *d, enum held_dir dir, u32 slot);
/* => how many bios of @dir there were */
unsigned int held_disk_bios(struct held_disk *d, enum held_dir dir);
/* => pages that it filled, or should have, without a bio */
unsigned int held_disk_copied(struct held_disk *d);
/* => pages that were not the same at the end of a write as at its beginning */
unsigned int held_disk_changed(struct held_disk *d);
/*
 * => what no user of a disk may do: I/O on a slot with I/O in flight on it (of
 *    two reads nobody knows which page they fill), on the header, past the end
 */
unsigned int held_disk_misuses(struct held_disk *d);

#endif /* AOBJ_TEST_HELD_DISK_H */
