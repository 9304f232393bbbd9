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
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include <linux/aobj.h>

#include "aobj_chardev.h"
#include "aobj_cluster.h"
#include "aobj_fault.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_query.h"

static bool open_for_use;

static int aobj_open(struct inode *inode, struct file *file)
{
	struct aobj *obj;

	/* Pairs with aobj_chardev_open_up(): sees all that was set up before. */
	if (!smp_load_acquire(&open_for_use))
		return -ENXIO;
	obj = aobj_object_create();
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	file->private_data = obj;
	file->f_mapping = obj->mapping;
	/* read(2) and write(2) move one offset, as in a regular file. */
	file->f_mode |= AOBJ_FMODE | FMODE_ATOMIC_POS;
	return 0;
}

static int aobj_release(struct inode *inode, struct file *file)
{
	aobj_object_detach(file->private_data);
	return 0;
}

static int aobj_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct aobj *obj = file->private_data;
	u64 end = (u64)vma->vm_pgoff + vma_pages(vma);
	int err;

	if (end < vma->vm_pgoff)
		return -EOVERFLOW;
	err = aobj_object_size_once(obj, end);
	if (err)
		return err;
	vm_flags_set(vma, VM_MIXEDMAP);
	vma->vm_ops = &aobj_vm_ops;
	return 0;
}

/*
 * read(2), write(2), lseek(2)
 */

static loff_t object_bytes(const struct aobj *obj)
{
	return (loff_t)aobj_object_npages(obj) << PAGE_SHIFT;
}

static loff_t aobj_llseek(struct file *file, loff_t offset, int whence)
{
	struct aobj *obj = file->private_data;

	return generic_file_llseek_size(file, offset, whence, LLONG_MAX,
					object_bytes(obj));
}

static size_t part_of_page(loff_t pos, size_t left)
{
	return min_t(size_t, left, PAGE_SIZE - offset_in_page(pos));
}

/* => bytes copied; the page is referenced and nothing locked meanwhile */
static ssize_t read_page(struct aobj *obj, loff_t pos, size_t len,
			 struct iov_iter *to)
{
	struct page *page;
	size_t done;
	int err = aobj_pager_get_page(obj, pos >> PAGE_SHIFT, AOBJ_GET_NOCREATE,
				      &page);

	if (err && err != -ENODATA)
		return err == -ENXIO ? 0 : err;
	if (err) {
		done = iov_iter_zero(len, to);
	} else {
		done = copy_page_to_iter(page, offset_in_page(pos), len, to);
		put_page(page);
	}
	return done ?: -EFAULT;
}

static ssize_t aobj_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct aobj *obj = iocb->ki_filp->private_data;
	ssize_t done = 0, n = 0;

	while (iov_iter_count(to)) {
		loff_t left = object_bytes(obj) - iocb->ki_pos;
		size_t len;

		if (left <= 0)
			break;
		len = min_t(loff_t, left, iov_iter_count(to));
		n = read_page(obj, iocb->ki_pos,
			      part_of_page(iocb->ki_pos, len), to);
		if (n <= 0)
			break;
		iocb->ki_pos += n;
		done += n;
		cond_resched();
	}
	return done ?: n;
}

/* => the page to write to, even if a shrink has just taken it away */
static int page_for_write(struct aobj *obj, u64 pgoff, struct page **page)
{
	int err;

	do {
		err = aobj_object_extend(obj, pgoff + 1);
		if (!err)
			err = aobj_pager_get_page(obj, pgoff, 0, page);
	} while (err == -ENXIO);
	return err;
}

static ssize_t write_page(struct aobj *obj, loff_t pos, size_t len,
			  struct iov_iter *from)
{
	struct page *page;
	size_t done;
	int err;

	/* A bad buffer must not have made the object larger. */
	if (fault_in_iov_iter_readable(from, len) == len)
		return -EFAULT;
	err = page_for_write(obj, pos >> PAGE_SHIFT, &page);
	if (err)
		return err;
	done = copy_page_from_iter(page, offset_in_page(pos), len, from);
	/* Before the reference goes: the evictor looks in that order. */
	SetPageDirty(page);
	put_page(page);
	return done ?: -EFAULT;
}

/* What is past the end makes the object larger, as in a file. */
static ssize_t aobj_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct aobj *obj = iocb->ki_filp->private_data;
	ssize_t done = 0, n = 0;

	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = object_bytes(obj);
	while (iov_iter_count(from)) {
		size_t len = part_of_page(iocb->ki_pos, iov_iter_count(from));

		n = write_page(obj, iocb->ki_pos, len, from);
		if (n <= 0)
			break;
		iocb->ki_pos += n;
		done += n;
		cond_resched();
	}
	return done ?: n;
}

/*
 * ioctl(2)
 */

bool aobj_ioctl_is(unsigned int cmd, unsigned int ours)
{
	const unsigned int size = _IOC_SIZEMASK << _IOC_SIZESHIFT;

	return (cmd & ~size) == (ours & ~size);
}

int aobj_ioctl_struct(void *to, size_t size, unsigned int cmd,
		      const void __user *from)
{
	if (!_IOC_SIZE(cmd))
		return -EINVAL;
	return copy_struct_from_user(to, size, from, _IOC_SIZE(cmd));
}

static long ioctl_resize(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_resize r;
	int err = aobj_ioctl_struct(&r, sizeof(r), cmd, arg);

	if (err)
		return err;
	if (r.flags || r.reserved)
		return -EINVAL;
	if (r.size > LLONG_MAX)
		return -EFBIG;
	return aobj_object_resize(obj, DIV_ROUND_UP_ULL(r.size, PAGE_SIZE));
}

static u64 bytes(atomic_long_t *pages)
{
	return (u64)max(atomic_long_read(pages), 0L) << PAGE_SHIFT;
}

static long ioctl_info(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_info info = {
		.size = object_bytes(obj),
		.resident = bytes(&obj->resident),
		.swapped = bytes(&obj->swapped),
		.slots = bytes(&obj->slots),
		.bad = bytes(&obj->bad),
		.page_size = PAGE_SIZE,
	};
	size_t size = _IOC_SIZE(cmd), ours = min(size, sizeof(info));

	if (!size)
		return -EINVAL;
	if (copy_to_user(arg, &info, ours) ||
	    clear_user(arg + ours, size - ours))
		return -EFAULT;
	return 0;
}

static long ioctl_pages(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_pages p;
	int err = aobj_ioctl_struct(&p, sizeof(p), cmd, arg);

	if (err)
		return err;
	if (p.flags || p.reserved || offset_in_page(p.offset) ||
	    offset_in_page(p.length) || p.offset + p.length < p.offset ||
	    p.offset + p.length > object_bytes(obj))
		return -EINVAL;
	return aobj_query_pages(obj, p.offset >> PAGE_SHIFT,
				p.length >> PAGE_SHIFT, u64_to_user_ptr(p.vec));
}

static long aobj_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct aobj *obj = file->private_data;
	void __user *ptr = (void __user *)arg;

	if (aobj_ioctl_is(cmd, AOBJ_IOC_RESIZE))
		return ioctl_resize(obj, cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_INFO))
		return ioctl_info(obj, cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_PAGES))
		return ioctl_pages(obj, cmd, ptr);
	return -ENOTTY;
}

static void aobj_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct aobj *obj = file->private_data;

	seq_printf(m, "aobj-size:\t%lld B\n", object_bytes(obj));
	seq_printf(m, "aobj-resident:\t%llu B\n", bytes(&obj->resident));
	seq_printf(m, "aobj-swapped:\t%llu B\n", bytes(&obj->swapped));
	seq_printf(m, "aobj-bad:\t%llu B\n", bytes(&obj->bad));
}

static const struct file_operations aobj_fops = {
	.owner = THIS_MODULE,
	.open = aobj_open,
	.release = aobj_release,
	.mmap = aobj_mmap,
	.llseek = aobj_llseek,
	.read_iter = aobj_read_iter,
	.write_iter = aobj_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.fsync = noop_fsync,
	.unlocked_ioctl = aobj_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = aobj_show_fdinfo,
};

static struct miscdevice aobj_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "aobj",
	.mode = 0660,
	.fops = &aobj_fops,
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
	/* Pairs with aobj_open(). */
	smp_store_release(&open_for_use, true);
}

struct kobject *aobj_chardev_kobj(void)
{
	return &aobj_misc.this_device->kobj;
}
