/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows of differences between kernels.  The code is
 * written for the newest; what an older one lacks is made up for here.  What
 * can be asked of a macro is asked of it, the rest Kbuild asks of the headers.
 */
#ifndef AOBJ_COMPAT_H
#define AOBJ_COMPAT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/shrinker.h>
#include <linux/version.h>

/* The newest series that all tests have passed on; see tests/vm/tested-kernels. */
#ifndef AOBJ_TESTED_KERNEL
#define AOBJ_TESTED_KERNEL KERNEL_VERSION(7, 2, 255)
#endif

static inline void aobj_compat_warn_untested(void)
{
	if (LINUX_VERSION_CODE > AOBJ_TESTED_KERNEL)
		pr_warn("this kernel is newer than %u.%u, the newest that was tested\n",
			(unsigned int)AOBJ_TESTED_KERNEL >> 16,
			(unsigned int)AOBJ_TESTED_KERNEL >> 8 & 0xff);
}

/* Of an array on the stack that is filled before it is read: hardened kernels clear others. */
#ifndef __uninitialized
#define __uninitialized __attribute__((uninitialized))
#endif

#ifndef AOBJ_HAVE_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#ifndef AOBJ_HAVE_COPY_SPLICE_READ
#define copy_splice_read generic_file_splice_read
#endif

#ifndef AOBJ_HAVE_FD_FILE
#define fd_file(f) ((f).file)
#endif

#ifndef AOBJ_HAVE_MEMCG_KMEM_ONLINE
#define memcg_kmem_online() memcg_kmem_enabled()
#endif

/* A zap need not tell the kernel's reclaim that a page was used. */
#ifdef FMODE_NOREUSE
#define AOBJ_FMODE FMODE_NOREUSE
#else
#define AOBJ_FMODE 0
#endif

/* Who maps the owners of a mount's files; and what fstat() says of a file. */
#ifdef AOBJ_HAVE_MNT_IDMAP
#define aobj_idmap mnt_idmap
#else
#define aobj_idmap user_namespace
#endif

static inline void aobj_compat_fillattr(struct aobj_idmap *idmap, u32 mask,
					struct inode *inode, struct kstat *stat)
{
#ifdef AOBJ_HAVE_FILLATTR_MASK
	generic_fillattr(idmap, mask, inode, stat);
#else
	generic_fillattr(idmap, inode, stat);
#endif
}

/* An inode that alloc_anon_inode() made is that of a regular file from here on. */
static inline void aobj_compat_inode_regular(struct inode *inode)
{
#ifdef S_ANON_INODE
	inode->i_flags &= ~S_ANON_INODE;
#endif
}

/* Caches of bios that interrupts may fill; older ones are for polling alone. */
#if KERNEL_VERSION(6, 2, 0) <= LINUX_VERSION_CODE
#define AOBJ_BIOSET_CACHE BIOSET_PERCPU_CACHE
#define AOBJ_REQ_CACHE REQ_ALLOC_CACHE
#else
#define AOBJ_BIOSET_CACHE 0
#define AOBJ_REQ_CACHE 0
#endif

/* Where it is of no use it would cost each read fault a call. */
#ifdef AOBJ_HAVE_VMA_LOCK
#define AOBJ_MAP_PAGES(function) (function)
#else
#define AOBJ_MAP_PAGES(function) NULL
#endif

/* Drops the lock that a fault came in with; the vma is gone from here on. */
static inline void aobj_compat_fault_unlock(struct vm_fault *vmf)
{
#ifdef AOBJ_HAVE_VMA_LOCK
	release_fault_lock(vmf);
#else
	mmap_read_unlock(vmf->vma->vm_mm);
#endif
}

/*
 * Whether a read has finished by the time that submit_bio() returns.  What has to be
 * checked as it is read older kernels do not count among them.
 */
static inline bool aobj_compat_bdev_synchronous(struct block_device *bdev)
{
#ifdef AOBJ_HAVE_BDEV_SYNCHRONOUS
	return bdev_synchronous(bdev);
#elif defined(CONFIG_BLK_DEV_INTEGRITY)
	return bdev->bd_disk->fops->rw_page &&
	       !bdev_get_queue(bdev)->integrity.profile;
#else
	return bdev->bd_disk->fops->rw_page;
#endif
}

/* => one of this thread's signals that @mask does not block; under its siglock */
static inline int aobj_compat_dequeue_signal(sigset_t *mask,
					     kernel_siginfo_t *info)
{
	enum pid_type type;

#ifdef AOBJ_HAVE_DEQUEUE_SIGNAL_TASK
	return dequeue_signal(current, mask, info, &type);
#else
	return dequeue_signal(mask, info, &type);
#endif
}

#ifndef AOBJ_HAVE_BDEV_ROT
static inline bool bdev_rot(struct block_device *bdev)
{
	return !bdev_nonrot(bdev);
}
#endif

/*
 * Older kernels have such a device copy a page without a bio, into one that is
 * locked.  Their own bdev_read_page() is not exported, and might sleep.
 * => the page is uptodate, and unlocked; or it is as it was
 */
static inline bool aobj_compat_copy_in(struct block_device *bdev,
				       sector_t sector, struct page *page)
{
#ifndef AOBJ_HAVE_BDEV_SYNCHRONOUS
	struct request_queue *q = bdev_get_queue(bdev);
	int err;

	if (blk_queue_pm_only(q) ||
	    !percpu_ref_tryget_live(&q->q_usage_counter))
		return false;
	err = bdev->bd_disk->fops->rw_page(bdev, sector + get_start_sect(bdev),
					   page, REQ_OP_READ);
	percpu_ref_put(&q->q_usage_counter);
	if (!err)
		wait_on_page_locked(page);
	if (PageUptodate(page))
		return true;
	/* Some drivers have unlocked it, others have not. */
	ClearPageError(page);
	__folio_set_locked(page_folio(page));
#endif
	return false;
}

/* An exclusive claim on a block device. */
#ifdef AOBJ_HAVE_BDEV_FILE
#define aobj_bdev_claim file
static inline struct file *aobj_compat_bdev_open(dev_t dev, void *holder)
{
	return bdev_file_open_by_dev(dev, BLK_OPEN_READ | BLK_OPEN_WRITE,
				     holder, NULL);
}

static inline struct block_device *aobj_compat_bdev(struct file *claim)
{
	return file_bdev(claim);
}

static inline void aobj_compat_bdev_close(struct file *claim)
{
#ifdef AOBJ_HAVE_BDEV_FPUT
	bdev_fput(claim);
#else
	fput(claim);
#endif
}
#else
#define aobj_bdev_claim block_device
#define AOBJ_BDEV_MODE (FMODE_READ | FMODE_WRITE | FMODE_EXCL)
static inline struct block_device *aobj_compat_bdev_open(dev_t dev,
							 void *holder)
{
	return blkdev_get_by_dev(dev, AOBJ_BDEV_MODE, holder);
}

static inline struct block_device *aobj_compat_bdev(struct block_device *claim)
{
	return claim;
}

static inline void aobj_compat_bdev_close(struct block_device *claim)
{
	blkdev_put(claim, AOBJ_BDEV_MODE);
}
#endif

/* The kernel's shrinker of today, on kernels that had a static one. */
#ifndef AOBJ_HAVE_SHRINKER_ALLOC
static inline struct shrinker *shrinker_alloc(unsigned int flags,
					      const char *fmt, ...)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (s) {
		s->flags = flags;
		s->seeks = DEFAULT_SEEKS;
	}
	return s;
}

static inline int aobj_compat_shrinker_register(struct shrinker *s,
						const char *name)
{
	return register_shrinker(s, "%s", name);
}

static inline void shrinker_free(struct shrinker *s)
{
	unregister_shrinker(s);
	kfree(s);
}
#else
static inline int aobj_compat_shrinker_register(struct shrinker *s,
						const char *name)
{
	shrinker_register(s);
	return 0;
}
#endif

#endif /* AOBJ_COMPAT_H */
