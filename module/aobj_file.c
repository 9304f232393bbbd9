// SPDX-License-Identifier: GPL-2.0-only
/* Objects as regular files, see the header. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "aobj_advise.h"
#include "aobj_alloc.h"
#include "aobj_fault.h"
#include "aobj_bind.h"
#include "aobj_file.h"
#include "aobj_inode.h"
#include "aobj_ioctl.h"
#include "aobj_object.h"
#include "aobj_rw.h"
#include "aobj_seek.h"

/*
 * What both kinds of file do
 */

struct inode *aobj_file_new_object(void)
{
	struct aobj *obj = aobj_object_create();
	struct inode *inode;

	if (IS_ERR(obj))
		return ERR_CAST(obj);
	inode = aobj_inode_of_device(obj);
	/* From here on it lives by the inode, or not at all. */
	aobj_object_detach(obj);
	return inode;
}

void aobj_file_attach(struct file *file, struct aobj *obj)
{
	file->private_data = obj;
	atomic_inc(&obj->holders);
	/* read(2) and write(2) move one offset, and no page is marked used. */
	file->f_mode |= AOBJ_FMODE | FMODE_ATOMIC_POS;
}

void aobj_file_release(struct file *file)
{
	struct aobj *obj = file->private_data;

	atomic_dec(&obj->holders);
}

int aobj_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &aobj_vm_ops;
	return 0;
}

void aobj_file_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct aobj *obj = file->private_data;
	char bound[AOBJ_CLASS_MAX];

	if (obj->name[0]) {
		seq_puts(m, "aobj-name:\t");
		/* A name must not look like another line. */
		seq_escape(m, obj->name, "\n\\");
		seq_putc(m, '\n');
	}
	aobj_tag_name(READ_ONCE(obj->bound), bound);
	if (bound[0])
		seq_printf(m, "aobj-bound:\t%s\n", bound);
	seq_printf(m, "aobj-size:\t%lld B\n", aobj_object_size(obj));
	seq_printf(m, "aobj-resident:\t%llu B\n",
		   aobj_bytes_of(&obj->resident));
	seq_printf(m, "aobj-swapped:\t%llu B\n", aobj_bytes_of(&obj->swapped));
	seq_printf(m, "aobj-slots:\t%llu B\n", aobj_bytes_of(&obj->slots));
	seq_printf(m, "aobj-bad:\t%llu B\n", aobj_bytes_of(&obj->bad));
	seq_printf(m, "aobj-wired:\t%llu B\n", aobj_bytes_of(&obj->wired));
	seq_printf(m, "aobj-dirty:\t%llu B\n", aobj_bytes_of(&obj->dirty));
	seq_printf(m, "aobj-reserved:\t%llu B\n",
		   (u64)READ_ONCE(obj->reserved) << PAGE_SHIFT);
}

/*
 * The regular file
 *
 * Its inode goes after the file has given the module back, and lives on with
 * an O_PATH descriptor, which never had it.  So the mount holds the module; and
 * it is there only while there is something in it, or rmmod could never work.
 */

static struct file_system_type file_fs_type = {
	.owner = THIS_MODULE,
	.name = "aobj",
	.init_fs_context = aobj_inode_fs_context,
	.kill_sb = kill_anon_super,
};

static struct vfsmount *file_mnt;
static int file_mnt_users; /* open files, and who makes one */

/* => file_mnt is there, and the same one, until it is put */
static int file_mnt_get(void)
{
	return simple_pin_fs(&file_fs_type, &file_mnt, &file_mnt_users);
}

static void file_mnt_put(void)
{
	simple_release_fs(&file_mnt, &file_mnt_users);
}

/* Of another file that is the same object: by way of /proc/PID/fd. */
static int file_open(struct inode *inode, struct file *file)
{
	int err = file_mnt_get();

	if (!err)
		aobj_file_attach(file, inode->i_private);
	return err;
}

static int file_release(struct inode *inode, struct file *file)
{
	aobj_file_release(file);
	file_mnt_put();
	return 0;
}

static int file_setattr(struct aobj_idmap *idmap, struct dentry *dentry,
			struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err = setattr_prepare(idmap, dentry, attr);

	if (!err && attr->ia_valid & ATTR_SIZE)
		err = aobj_object_truncate(inode->i_private, attr->ia_size);
	if (!err)
		setattr_copy(idmap, inode, attr);
	return err;
}

/*
 * Blocks, of 512 bytes, are what the object takes in memory and on swap, or what
 * is reserved for it.
 */
static int file_getattr(struct aobj_idmap *idmap, const struct path *path,
			struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct aobj *obj = inode->i_private;
	u64 reserved = (u64)READ_ONCE(obj->reserved) << PAGE_SHIFT;
	u64 held = aobj_bytes_of(&obj->resident) + aobj_bytes_of(&obj->swapped);

	aobj_compat_fillattr(idmap, mask, inode, stat);
	stat->blocks = max(held, reserved) >> SECTOR_SHIFT;
	return 0;
}

static const struct inode_operations file_inode_ops = {
	.setattr = file_setattr,
	.getattr = file_getattr,
};

static const struct file_operations file_fops = {
	.owner = THIS_MODULE,
	.open = file_open,
	.release = file_release,
	.mmap = aobj_file_mmap,
	.llseek = aobj_llseek,
	.read_iter = aobj_read_iter,
	.write_iter = aobj_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fallocate = aobj_fallocate,
	.fadvise = aobj_fadvise,
	.fsync = noop_fsync,
	.unlocked_ioctl = aobj_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = aobj_file_show_fdinfo,
};

static void make_regular(struct inode *inode)
{
	aobj_compat_inode_regular(inode);
	inode->i_mode |= S_IFREG;
	inode->i_op = &file_inode_ops;
	inode->i_fop = &file_fops;
	/* Nobody can look it up by name: it goes with its last user. */
	clear_nlink(inode);
}

/* As of memfd_create(): the prefix says what it is that has the name. */
static struct file *pseudo_file(struct inode *inode, const char *name)
{
	char *shown = kasprintf(GFP_KERNEL, "aobj:%s", name);
	struct file *file;

	if (!shown)
		return ERR_PTR(-ENOMEM);
	file = alloc_file_pseudo(inode, file_mnt, shown, O_RDWR | O_LARGEFILE,
				 &file_fops);
	kfree(shown);
	return file;
}

/* => takes the reference to the inode over unless it fails */
static struct file *file_of(struct inode *inode, const char *name)
{
	struct file *file;

	/* alloc_file_pseudo() does not, but closing the file gives one back. */
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	make_regular(inode);
	file = pseudo_file(inode, name);
	if (IS_ERR(file)) {
		module_put(THIS_MODULE);
		return file;
	}
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	aobj_file_attach(file, inode->i_private);
	return file;
}

static struct file *file_of_object(struct aobj *obj, const char *name)
{
	struct inode *inode = aobj_inode_of(obj, file_mnt->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	file = file_of(inode, name);
	if (IS_ERR(file))
		iput(inode);
	return file;
}

struct file *aobj_file_make(struct aobj *obj, const char *name)
{
	struct file *file;
	int err = file_mnt_get();

	if (err)
		return ERR_PTR(err);
	file = file_of_object(obj, name);
	if (IS_ERR(file))
		file_mnt_put();
	return file;
}

static struct file *file_new(const char *name, u64 size)
{
	struct aobj *obj = aobj_object_create();
	struct file *file;
	int err;

	if (IS_ERR(obj))
		return ERR_CAST(obj);
	err = aobj_object_set_name(obj, name);
	if (!err)
		err = aobj_object_truncate(obj, size);
	file = err ? ERR_PTR(err) : aobj_file_make(obj, name);
	/* From here on it lives by the file, or not at all. */
	aobj_object_detach(obj);
	return file;
}

int aobj_file_create(const char *name, u64 size, int flags)
{
	int fd = get_unused_fd_flags(flags);
	struct file *file;

	if (fd < 0)
		return fd;
	file = file_new(name, size);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}
