/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * aobj: pageable anonymous memory objects with a swap device of their own.
 *
 * Two device nodes:
 *
 *   /dev/aobj		every open(2) makes a new, empty object; the file
 *			descriptor is the object and is shared by fork(2) or
 *			by passing it over a socket.  Takes the AOBJ_IOC_*
 *			calls, mmap(2), read(2), write(2), lseek(2), fsync(2).
 *			AOBJ_IOC_CREATE makes objects that are regular files.
 *   /dev/aobj-control	the administrator's node (CAP_SYS_ADMIN); takes the
 *			AOBJ_CTL_* calls.
 *
 * Every structure is size-extensible: the size is part of the ioctl number,
 * a shorter structure than the kernel's is taken to end in zeros, a longer
 * one must be zero past what the kernel knows (E2BIG otherwise).  Unknown
 * flags and non-zero reserved fields give EINVAL, unknown calls ENOTTY.  Calls
 * that change an object or its contents (RESIZE, DROP, UNWIRE, NOSWAP, LIMIT,
 * NAME, BIND, FLUSH with FREE) want a descriptor that is open for writing:
 * EBADF.
 * All sizes and offsets are in bytes.
 */
#ifndef _UAPI_LINUX_AOBJ_H
#define _UAPI_LINUX_AOBJ_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define AOBJ_IOC_MAGIC 0xBD

#define AOBJ_RESIZE_RESERVE 0x01 /* set space aside for all of it */
#define AOBJ_RESIZE_RELEASE 0x02 /* give that up again */

/**
 * struct aobj_resize - AOBJ_IOC_RESIZE: set the size of an object
 * @size: new size in bytes, rounded up to whole pages
 * @flags: AOBJ_RESIZE_RESERVE or AOBJ_RESIZE_RELEASE; 0 leaves that as it is
 * @reserved: must be 0
 *
 * Growing costs nothing until pages are touched, and new pages read as zeros.
 * Shrinking drops the pages and swap slots past the new end, as ftruncate(2)
 * does: a later touch of a mapping there is SIGBUS, private copies included.
 *
 * RESERVE sets aside, in the budget and on swap together, what all pages of the
 * object take: no touch fails for want of room later, whatever other objects do.
 * It holds for all that makes the object larger from then on, ftruncate(2) and
 * write(2) among it.  What the budget and the devices have beyond reservations
 * is for objects without one.  Not more can be given than there is: with a device
 * that fails, or slots that turn bad when nothing is left to take their place
 * (reserve_missing in sysfs tells), or a budget that was lowered to what is pinned
 * (O_DIRECT, RDMA), a touch may fail nevertheless.
 *
 * Errors: EFBIG if @size cannot be addressed, EINVAL, EINTR (killed while
 * waiting for another resize); ENOSPC (RESERVE, or growth of what is reserved:
 * there is not so much room); EBUSY (RESERVE of an object that is bound to some
 * devices).  The size is unchanged after an error.
 */
struct aobj_resize {
	__u64 size;
	__u32 flags;
	__u32 reserved;
};

#define AOBJ_INFO_NOSWAP 0x01 /* the object is not swapped */

/**
 * struct aobj_info - AOBJ_IOC_INFO: what an object holds
 * @size: bytes; 0 for one never sized
 * @resident: bytes in memory
 * @swapped: bytes that are on a swap device only
 * @slots: bytes of swap slots held, those behind resident pages included
 * @bad: bytes lost to swap read errors (touching them is SIGBUS)
 * @page_size: bytes per page, the unit of AOBJ_IOC_PAGES
 * @flags: AOBJ_INFO_*
 * @wired: bytes that are wired, or the size of an object that is not swapped
 * @dirty: bytes in memory that are known to differ from what is on swap; what
 *	was changed through a mapping is known once that page is unmapped
 * @reserved: bytes that are set aside for it, those in use included
 */
struct aobj_info {
	__u64 size;
	__u64 resident;
	__u64 swapped;
	__u64 slots;
	__u64 bad;
	__u32 page_size;
	__u32 flags;
	__u64 wired;
	__u64 dirty;
	__u64 reserved;
};

/* The state of one page; a byte of 0 is a page never touched (or dropped). */
#define AOBJ_PAGE_RESIDENT 0x01 /* in memory */
#define AOBJ_PAGE_DIRTY 0x02 /* in memory, and changed since last written */
#define AOBJ_PAGE_SWAPPED 0x04 /* has a slot on a swap device */
#define AOBJ_PAGE_BAD 0x08 /* its swap slot could not be read: lost */

/**
 * struct aobj_pages - AOBJ_IOC_PAGES: the state of each page of a range
 * @offset: where the range begins, a multiple of the page size
 * @length: bytes, a multiple of the page size; the range may not pass the end
 * @vec: address of @length / page size bytes, filled with AOBJ_PAGE_* bits
 * @flags: none defined, must be 0
 * @reserved: must be 0
 *
 * Like mincore(2), a snapshot that may be old by the time it is read.  To find
 * out what was written, mapped pages not known to be dirty are unmapped: the
 * next access to one is a minor fault.
 * Errors: EINVAL, EFAULT, EINTR.
 */
struct aobj_pages {
	__u64 offset;
	__u64 length;
	__u64 vec;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct aobj_range - AOBJ_IOC_DROP, _WIRE, _UNWIRE: a range of an object
 * @offset: where it begins, a multiple of the page size
 * @length: bytes, a multiple of the page size; the range may not pass the end
 * @flags: none defined, must be 0
 * @reserved: must be 0
 *
 * DROP makes a hole: it frees the pages and their swap slots, and the range
 * reads as zeros.  Pages that were lost to read errors work again.  Private
 * copies stay.  Errors: EINVAL, EINTR.
 *
 * WIRE brings pages in and keeps them in memory until UNWIRE, or until they are
 * dropped.  It does not nest.  They count as locked memory of the calling user
 * (RLIMIT_MEMLOCK) as long as they are wired, whoever holds the object.
 * Errors: EINVAL; EPERM (RLIMIT_MEMLOCK is 0, or another user has wired pages
 * of this object); ENOMEM (beyond RLIMIT_MEMLOCK, or more than half of the
 * budget would be wired); EIO, ENOSPC (a page cannot be had); EINTR.  After an
 * error a part of the range may be wired, as with mlock(2).
 */
struct aobj_range {
	__u64 offset;
	__u64 length;
	__u32 flags;
	__u32 reserved;
};

#define AOBJ_FLUSH_DEACTIVATE 0x01 /* unmap; evicted next unless used again */
#define AOBJ_FLUSH_FREE 0x02 /* throw contents away, if nobody shares them */
#define AOBJ_FLUSH_CLEAN 0x04 /* begin to write what is dirty */
#define AOBJ_FLUSH_WAIT 0x08 /* wait until nothing of the range is written */

/**
 * struct aobj_flush - AOBJ_IOC_FLUSH: do now what the page daemon may do later
 * @offset: where the range begins, a multiple of the page size
 * @length: bytes, a multiple of the page size; 0 is to the end; what lies past
 *	the end is ignored
 * @flags: AOBJ_FLUSH_*, at least one
 * @reserved: must be 0
 * @done: returns bytes that were deactivated, freed or found dirty
 * @skipped: returns bytes in memory that were left alone: pinned by O_DIRECT or
 *	the like, wired, or being read
 *
 * DEACTIVATE with CLEAN is to page a range out: what is clean is freed at once,
 * the rest when it is written.  FREE is
 * AOBJ_IOC_DROP while this file is the only one that is the object; while there
 * are others (a mapping is not one) it is DEACTIVATE.
 * Errors: EINVAL, EINTR; ENOSPC (CLEAN: swap is full), EIO (WAIT: a write
 * failed; nothing is lost).
 */
struct aobj_flush {
	__u64 offset;
	__u64 length;
	__u32 flags;
	__u32 reserved;
	__u64 done;
	__u64 skipped;
};

#define AOBJ_NAME_MAX 64 /* bytes, the final NUL included */

#define AOBJ_CREATE_CLOEXEC 0x01 /* close the new descriptor on exec(2) */

/**
 * struct aobj_create - AOBJ_IOC_CREATE: an object that is a regular file
 * @size: its first size in bytes
 * @flags: AOBJ_CREATE_*
 * @reserved: must be 0
 * @name: text that ends in NUL; shown in /proc/PID/fd and /proc/PID/maps, after
 *	"aobj:"; may be empty
 *
 * On /dev/aobj.  Returns a descriptor, as memfd_create(2) does: beside the
 * calls of the device, ftruncate(2), fallocate(2), fstat(2), MADV_REMOVE, locks
 * of its own and opening it by /proc/PID/fd work.  Its size need be no multiple
 * of the page size; its mode is 0600.  There are no seals (EINVAL).
 *
 * fallocate(2) knows FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE (which makes a
 * hole, too) and no mode.  Without one it sets space aside; what is there stays
 * as it is, and the file is made larger if the range ends past its end.  From 0
 * to the end or beyond, that is AOBJ_RESIZE_RESERVE.  Of any other range, and of
 * an object that is bound to some devices, the pages that are not there are made
 * and are zeros: they take memory, or swap, until they are dropped.  With
 * FALLOC_FL_KEEP_SIZE the range may end in the last page, and not beyond
 * (EOPNOTSUPP).  ENOSPC if there is not so much room, and nothing changes; where
 * others were faster, a part may have been made, and the file ends behind that.
 *
 * Errors: EINVAL, EFBIG, EMFILE, ENFILE, ENOMEM, EINTR.
 */
struct aobj_create {
	__u64 size;
	__u32 flags;
	__u32 reserved;
	char name[AOBJ_NAME_MAX];
};

/**
 * struct aobj_noswap - AOBJ_IOC_NOSWAP: keep all of an object in memory
 * @flags: none defined, must be 0
 * @reserved: must be 0
 *
 * Before its first page is used.  Its size, now and whenever it grows, counts
 * as locked memory of the calling user.
 * Errors: EBUSY (pages have been used), EINVAL, EINTR; EPERM and ENOMEM as for
 * AOBJ_IOC_WIRE, later from whatever makes the object larger.
 */
struct aobj_noswap {
	__u32 flags;
	__u32 reserved;
};

/**
 * struct aobj_limit - AOBJ_IOC_LIMIT: limit what an object holds in memory
 * @bytes: rounded down to pages; at least 64 pages; 0 is no limit of its own
 * @flags: none defined, must be 0
 * @reserved: must be 0
 *
 * Beside the budget, which all objects share.  What is over the limit now is
 * written out, as far as that is possible soon.  A fault at the limit waits for
 * another page of the object to go, nospace_wait_ms without progress; if swap
 * is full, one of an object with a reservation passes the limit.  Several that
 * fault at the same time may pass it by a page each.
 * Errors: EINVAL.
 */
struct aobj_limit {
	__u64 bytes;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct aobj_name - AOBJ_IOC_NAME: name an object, for people
 * @name: text that ends in NUL; shown in /proc/PID/fdinfo
 *
 * Errors: EINVAL (no NUL), EINTR.
 */
struct aobj_name {
	char name[AOBJ_NAME_MAX];
};

#define AOBJ_CLASS_MAX 32 /* bytes, the final NUL included */

#define AOBJ_BIND_CLASS 0x01 /* to the devices of a class */
#define AOBJ_BIND_DEVICE 0x02 /* to one device */

/**
 * struct aobj_bind - AOBJ_IOC_BIND: say which swap devices an object uses
 * @flags: one of AOBJ_BIND_*, or 0 to bind it no more
 * @reserved: must be 0
 * @major: of the device, or 0
 * @minor: likewise
 * @class_name: the class as given at swapon, as text that ends in NUL, or all 0
 *
 * From now on pages of the object are written to these devices and to no
 * others; if they are full or gone the pages stay in memory, and a touch waits
 * for room as if there were no swap.  It lasts while such devices go and come
 * back, but one must be in use now.  May be called at any time: pages that are
 * elsewhere are read from there, and go to the new place when they are next
 * written out, after they were changed; AOBJ_FLUSH_CLEAN does that at once to
 * those that are in memory and dirty.  An object that is bound to nothing uses
 * all devices but exclusive ones.
 *
 * It is a choice, and no protection: whoever may open /dev/aobj may choose.
 * Errors: EINVAL, ENODEV (no device in use is that, or is of that class), EBUSY
 * (the object has a reservation; or what others have reserved counts on it to
 * stay on its exclusive device), EINTR.
 */
struct aobj_bind {
	__u32 flags;
	__u32 reserved;
	__u32 major;
	__u32 minor;
	char class_name[AOBJ_CLASS_MAX];
};

#define AOBJ_FEATURE_CREATE (1ULL << 0)
#define AOBJ_FEATURE_DROP (1ULL << 1)
#define AOBJ_FEATURE_FLUSH (1ULL << 2)
#define AOBJ_FEATURE_WIRE (1ULL << 3)
#define AOBJ_FEATURE_NOSWAP (1ULL << 4)
#define AOBJ_FEATURE_NAME (1ULL << 5)
#define AOBJ_FEATURE_LIMIT (1ULL << 6)
#define AOBJ_FEATURE_RESERVE (1ULL << 7) /* AOBJ_RESIZE_RESERVE, _RELEASE */
#define AOBJ_FEATURE_BIND (1ULL << 8)

/**
 * struct aobj_features - AOBJ_IOC_FEATURES: what this module can do
 * @features: returns AOBJ_FEATURE_*, beside what every version can
 */
struct aobj_features {
	__u64 features;
};

#define AOBJ_IOC_RESIZE _IOW(AOBJ_IOC_MAGIC, 0x01, struct aobj_resize)
#define AOBJ_IOC_INFO _IOR(AOBJ_IOC_MAGIC, 0x02, struct aobj_info)
#define AOBJ_IOC_PAGES _IOW(AOBJ_IOC_MAGIC, 0x03, struct aobj_pages)
#define AOBJ_IOC_DROP _IOW(AOBJ_IOC_MAGIC, 0x04, struct aobj_range)
#define AOBJ_IOC_CREATE _IOW(AOBJ_IOC_MAGIC, 0x05, struct aobj_create)
#define AOBJ_IOC_FLUSH _IOWR(AOBJ_IOC_MAGIC, 0x06, struct aobj_flush)
#define AOBJ_IOC_WIRE _IOW(AOBJ_IOC_MAGIC, 0x07, struct aobj_range)
#define AOBJ_IOC_UNWIRE _IOW(AOBJ_IOC_MAGIC, 0x08, struct aobj_range)
#define AOBJ_IOC_NOSWAP _IOW(AOBJ_IOC_MAGIC, 0x09, struct aobj_noswap)
#define AOBJ_IOC_NAME _IOW(AOBJ_IOC_MAGIC, 0x0a, struct aobj_name)
#define AOBJ_IOC_FEATURES _IOR(AOBJ_IOC_MAGIC, 0x0b, struct aobj_features)
#define AOBJ_IOC_LIMIT _IOW(AOBJ_IOC_MAGIC, 0x0c, struct aobj_limit)
#define AOBJ_IOC_BIND _IOW(AOBJ_IOC_MAGIC, 0x0e, struct aobj_bind)

#define AOBJ_PRIORITY_MAX 32767

#define AOBJ_SWAPON_PRIORITY 0x01 /* @priority is given */
#define AOBJ_SWAPON_EXCLUSIVE 0x02 /* only for objects that are bound to it */

#define AOBJ_SWAPON_DISCARD_ONCE 0x04 /* discard all of it now */
#define AOBJ_SWAPON_DISCARD_PAGES 0x08 /* discard what becomes free */

/**
 * struct aobj_swapon - AOBJ_CTL_SWAPON: take a block device for swap
 * @fd: an open block device that carries a swap header as mkswap(8) writes it
 * @flags: AOBJ_SWAPON_*
 * @priority: with PRIORITY, 0 to AOBJ_PRIORITY_MAX; otherwise 0
 * @reserved: must be 0
 * @class_name: of the class that the device is to belong to, letters, digits
 *	and "._-", as text that ends in NUL; or all 0
 *
 * The device is claimed by its number, exclusively; @fd may be closed after.
 * Pages go to the devices of the highest priority that have room, to several of
 * the same priority in turn, 64 pages each.  Without PRIORITY a device gets one
 * that is lower than all in use, from -2 down, as swapon(2) does it.
 * A device that cannot discard is taken without that.
 * Errors: EBADF, ENOTBLK (no block device), ENXIO (the device is gone), EBUSY
 * (in use), EROFS (read-only), EINVAL (no valid swap header, or one the device
 * is too small for; or bad arguments), EOPNOTSUPP (zoned, or logical blocks larger than a page),
 * ENOSPC (no slot numbers left, or 32 devices in use), EIO, ENOMEM, EPERM, EINTR
 * (while it was discarding).
 */
struct aobj_swapon {
	__s32 fd;
	__u32 flags;
	__u32 priority;
	__u32 reserved;
	char class_name[AOBJ_CLASS_MAX];
};

#define AOBJ_SWAPOFF_CHECK 0x01 /* only say whether there is room */

/**
 * struct aobj_swapoff - AOBJ_CTL_SWAPOFF: empty a device and give it back
 * @major: of the device, whose node may be gone by now
 * @minor: of the device
 * @flags: AOBJ_SWAPOFF_*
 * @reserved: must be 0
 *
 * Reads back what is on the device while objects stay in use, into the budget
 * and on to other devices.  With CHECK it does not begin, but says whether there
 * is room now: ENOMEM then as below.  It counts what objects that are bound to
 * this device, or to its class, need in memory and on others of the class, and
 * that exclusive devices are for such objects only.
 * Errors: ENOENT (not in use here), EBUSY (a swapoff of it is under way),
 * ENOMEM (no room in the budget and on other devices, or none for what objects
 * have reserved), EINTR, EIO, EPERM.
 * After any error the device is in use as before and nothing is lost; after
 * EIO only what could not be read is still on it.
 */
struct aobj_swapoff {
	__u32 major;
	__u32 minor;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct aobj_budget - AOBJ_CTL_BUDGET: set the budget
 * @bytes: of RAM that all objects together may hold resident
 * @flags: none defined, must be 0
 * @reserved: must be 0
 *
 * Returns at once; the page daemon brings the resident total down.
 * Errors: EINVAL (less than the minimum of 1 MiB or 64 pages, whichever is
 * more, or more than the machine's memory), EBUSY (more than half of it would
 * be wired, or what objects have reserved would not fit), EPERM.
 */
struct aobj_budget {
	__u64 bytes;
	__u32 flags;
	__u32 reserved;
};

#define AOBJ_CTL_SWAPON _IOW(AOBJ_IOC_MAGIC, 0x40, struct aobj_swapon)
#define AOBJ_CTL_SWAPOFF _IOW(AOBJ_IOC_MAGIC, 0x41, struct aobj_swapoff)
#define AOBJ_CTL_BUDGET _IOW(AOBJ_IOC_MAGIC, 0x42, struct aobj_budget)

#endif /* _UAPI_LINUX_AOBJ_H */
