/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's RAM disks as swap devices. */
#ifndef AOBJ_KUNIT_RAMDISK_H
#define AOBJ_KUNIT_RAMDISK_H

#include <kunit/test.h>

union swap_header;
struct aobj_swapdev;
struct aobj_swap_options;

#define RAMDISKS 40 /* more than there can be swap devices; see run-uml */
#define RAMDISK_PAGES 16384 /* of each; likewise */

dev_t ramdisk_devt(unsigned int nr);

/* => what mkswap would write to an area of @npages; freed with the test */
union swap_header *ramdisk_header(struct kunit *test, u32 npages);
/* => of the other byte order */
void ramdisk_swab_header(union swap_header *raw);
/* => the header is on the disk */
void ramdisk_write(struct kunit *test, unsigned int nr, union swap_header *raw);

/* => has written a header for @npages, and the device is in use for swap */
struct aobj_swapdev *ramdisk_swap_on(struct kunit *test, unsigned int nr,
				     u32 npages);
/* => likewise, with a priority, a class */
struct aobj_swapdev *ramdisk_swap_on_as(struct kunit *test, unsigned int nr,
					u32 npages,
					const struct aobj_swap_options *opt);
/* => the device of a disk that is in use, or NULL */
struct aobj_swapdev *ramdisk_swapdev(unsigned int nr);
/*
 * For a suite's exit, too, and so without assertions: after a case that was
 * aborted that is run by who loads the module, and would be the end of it.
 * => nothing is on the disk: it is given back without a look at it
 */
void ramdisk_swap_off(struct kunit *test, unsigned int nr);

/* => nothing is held by any object, nor on any device; likewise */
void ramdisk_expect_idle(struct kunit *test);

#endif /* AOBJ_KUNIT_RAMDISK_H */
