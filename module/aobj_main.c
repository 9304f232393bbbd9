// SPDX-License-Identifier: GPL-2.0-only
/*
 * aobj: pageable anonymous memory objects with a swap device of their own.
 *
 * The order of locks, outermost first (docs/design.md has the reasons):
 *
 *   inode lock of an object	ftruncate (by the kernel), appending
 *     mmap lock, or a vma's lock
 *     object's resize_lock
 *       cluster's lock		one at a time; short CPU work only
 *         i_mmap_rwsem, page table locks	(the kernel's, by unmapping)
 *         queue lock		the evictor has it first and trylocks
 *         swap list lock, slots lock, xa_lock
 *   folio lock			never waited for with a cluster locked;
 *				no cluster's lock is taken with it held by
 *				who may be waited for, but by completions
 *   swap_mutex			swapon and the end of swapoff; outside of all
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "aobj_chardev.h"
#include "aobj_cluster.h"
#include "aobj_control.h"
#include "aobj_evict.h"
#include "aobj_inode.h"
#include "aobj_kernel.h"
#include "aobj_page.h"
#include "aobj_pagedaemon.h"
#include "aobj_pagein.h"
#include "aobj_pool.h"
#include "aobj_stats.h"
#include "aobj_swap.h"
#include "aobj_watch.h"
#include "aobj_writeout.h"

static char *budget;
module_param(budget, charp, 0444);
MODULE_PARM_DESC(
	budget,
	"RAM that all objects together may hold, in bytes, with K, M or G (default: half of RAM)");

module_param_named(nospace_wait_ms, aobj_nospace_wait_ms, uint, 0644);
MODULE_PARM_DESC(
	nospace_wait_ms,
	"how long a touch waits for room before SIGBUS, in milliseconds (default: 10000)");

static int __init budget_init(void)
{
	unsigned long long size = (u64)totalram_pages() << PAGE_SHIFT;
	char *end;
	int err;

	size /= 2;
	if (budget) {
		size = memparse(budget, &end);
		if (end == budget || *end) {
			pr_err("budget=%s: not a size\n", budget);
			return -EINVAL;
		}
	}
	err = aobj_budget_set(size >> PAGE_SHIFT);
	if (err)
		pr_err("budget of %llu bytes: less than %lu, or more than there is\n",
		       size, aobj_budget_min() << PAGE_SHIFT);
	return err;
}

static int __init aobj_init(void)
{
	int err;

	aobj_compat_warn_untested();
	err = budget_init();
	if (err)
		return err;
	err = aobj_swapio_init(&aobj_writeout_io_ops, &aobj_pagein_io_ops);
	if (err)
		return err;
	err = aobj_cluster_init();
	if (err)
		goto out_swapio;
	err = aobj_inode_init();
	if (err)
		goto out_cluster;
	err = aobj_pagedaemon_init();
	if (err)
		goto out_inode;
	err = aobj_chardev_init(aobj_stats_groups);
	if (err)
		goto out_daemon;
	err = aobj_swap_init(aobj_chardev_kobj());
	if (err)
		goto out_chardev;
	err = aobj_control_init();
	if (err)
		goto out_swap;
	aobj_watch_start();
	aobj_chardev_open_up();
	return 0;

out_swap:
	aobj_swap_exit();
out_chardev:
	aobj_chardev_exit();
out_daemon:
	aobj_pagedaemon_exit();
out_inode:
	aobj_inode_exit();
out_cluster:
	aobj_cluster_exit();
out_swapio:
	aobj_swapio_exit();
	aobj_pool_exit();
	return err;
}

/* No file is open, so no object is left; a device may still be in use. */
static void __exit aobj_exit(void)
{
	aobj_watch_stop();
	aobj_control_exit();
	aobj_kernel_exit();
	aobj_swap_exit();
	aobj_chardev_exit();
	aobj_pagedaemon_exit();
	aobj_inode_exit();
	aobj_cluster_exit();
	aobj_swapio_exit();
	aobj_pool_exit();
}

module_init(aobj_init);
module_exit(aobj_exit);

MODULE_DESCRIPTION(
	"Pageable anonymous memory objects with a swap device of their own");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
