// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/aobj: each open file is an object.
 *
 * A misc device's own inode is shared by all who open it, so each file's
 * f_mapping is turned to the inode of its object, where the mappings go.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include <linux/aobj.h>

#include "aobj_advise.h"
#include "aobj_chardev.h"
#include "aobj_file.h"
#include "aobj_ioctl.h"
#include "aobj_object.h"
#include "aobj_rw.h"
#include "aobj_seek.h"

static bool open_for_use;

static int chardev_open(struct inode *inode, struct file *file)
{
	struct inode *own;

	/* Pairs with aobj_chardev_open_up(): sees all that was set up before. */
	if (!smp_load_acquire(&open_for_use))
		return -ENXIO;
	own = aobj_file_new_object();
	if (IS_ERR(own))
		return PTR_ERR(own);
	file->f_mapping = own->i_mapping;
	aobj_file_attach(file, own->i_private);
	return 0;
}

static int chardev_release(struct inode *inode, struct file *file)
{
	struct inode *own = file->f_mapping->host;

	aobj_file_release(file);
	iput(own);
	return 0;
}

/* Programs that only know how to open and map a path say the size like that. */
static int chardev_mmap(struct file *file, struct vm_area_struct *vma)
{
	u64 end = (u64)vma->vm_pgoff + vma_pages(vma);
	int err;

	if (end < vma->vm_pgoff)
		return -EOVERFLOW;
	err = aobj_object_size_once(file->private_data, end);
	return err ?: aobj_file_mmap(file, vma);
}

static long ioctl_create(unsigned int cmd, void __user *arg)
{
	struct aobj_create c;
	int err = aobj_ioctl_struct(&c, sizeof(c), cmd, arg);

	if (err)
		return err;
	if (c.flags & ~AOBJ_CREATE_CLOEXEC || c.reserved ||
	    strnlen(c.name, sizeof(c.name)) == sizeof(c.name))
		return -EINVAL;
	return aobj_file_create(c.name, c.size,
				c.flags & AOBJ_CREATE_CLOEXEC ? O_CLOEXEC : 0);
}

static long chardev_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	if (aobj_ioctl_is(cmd, AOBJ_IOC_CREATE))
		return ioctl_create(cmd, (void __user *)arg);
	return aobj_ioctl(file, cmd, arg);
}

static const struct file_operations chardev_fops = {
	.owner = THIS_MODULE,
	.open = chardev_open,
	.release = chardev_release,
	.mmap = chardev_mmap,
	.llseek = aobj_llseek,
	.read_iter = aobj_read_iter,
	.write_iter = aobj_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fadvise = aobj_fadvise,
	.fsync = noop_fsync,
	.unlocked_ioctl = chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = aobj_file_show_fdinfo,
};

static struct miscdevice aobj_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "aobj",
	.mode = 0660,
	.fops = &chardev_fops,
};

int aobj_chardev_init(const struct attribute_group **groups)
{
	aobj_misc.groups = groups;
	return misc_register(&aobj_misc);
}

void aobj_chardev_exit(void)
{
	misc_deregister(&aobj_misc);
}

void aobj_chardev_open_up(void)
{
	/* Pairs with chardev_open(). */
	smp_store_release(&open_for_use, true);
}

struct kobject *aobj_chardev_kobj(void)
{
	return &aobj_misc.this_device->kobj;
}
