// SPDX-License-Identifier: GPL-2.0-only
/* The inodes of objects, see the header. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/sched/signal.h>

#include "aobj_inode.h"
#include "aobj_object.h"

#define AOBJ_FS_MAGIC 0x616f626a /* "aobj" */

static struct vfsmount *aobj_mnt;

/* The last file that is the object, and the last mapping of it, are gone. */
static void aobj_evict_inode(struct inode *inode)
{
	struct aobj *obj = inode->i_private;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	/* The file system's root is no object. */
	if (!obj)
		return;
	mutex_lock(&obj->resize_lock);
	obj->mapping.host = NULL;
	mutex_unlock(&obj->resize_lock);
	aobj_object_detach(obj);
}

static const struct super_operations aobj_super_ops = {
	.statfs = simple_statfs,
	.evict_inode = aobj_evict_inode,
};

int aobj_inode_fs_context(struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = init_pseudo(fc, AOBJ_FS_MAGIC);

	if (!ctx)
		return -ENOMEM;
	ctx->ops = &aobj_super_ops;
	/* Newer kernels set it: code could be mapped from no file of ours. */
	fc->s_iflags &= ~SB_I_NOEXEC;
	return 0;
}

/*
 * Of objects that are devices.  No .owner: the mount would hold the module, and
 * rmmod could never work.
 */
static struct file_system_type aobj_fs_type = {
	.name = "aobj",
	.init_fs_context = aobj_inode_fs_context,
	.kill_sb = kill_anon_super,
};

int aobj_inode_init(void)
{
	aobj_mnt = kern_mount(&aobj_fs_type);
	return PTR_ERR_OR_ZERO(aobj_mnt);
}

void aobj_inode_exit(void)
{
	kern_unmount(aobj_mnt);
}

static struct inode *inode_new(struct aobj *obj, struct super_block *sb)
{
	struct inode *inode = alloc_anon_inode(sb);

	if (IS_ERR(inode))
		return inode;
	refcount_inc(&obj->users);
	inode->i_private = obj;
	inode->i_mapping = &obj->mapping;
	i_size_write(inode, obj->size);
	obj->mapping.host = inode;
	return inode;
}

/*
 * => NULL: the one that there was is just going
 * One of another mount is not touched: nothing holds that mount for us.
 */
static struct inode *inode_find_or_new(struct aobj *obj, struct super_block *sb)
{
	struct inode *inode = NULL;

	mutex_lock(&obj->resize_lock);
	if (!obj->mapping.host)
		inode = inode_new(obj, sb);
	else if (obj->mapping.host->i_sb == sb)
		inode = igrab(obj->mapping.host);
	mutex_unlock(&obj->resize_lock);
	return inode;
}

struct inode *aobj_inode_of(struct aobj *obj, struct super_block *sb)
{
	struct inode *inode;

	while (!(inode = inode_find_or_new(obj, sb))) {
		schedule_timeout_killable(1);
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
	}
	return inode;
}

struct inode *aobj_inode_of_device(struct aobj *obj)
{
	return aobj_inode_of(obj, aobj_mnt->mnt_sb);
}
