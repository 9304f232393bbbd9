// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of an object, see the header. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include <linux/aobj.h>

#include "aobj_flush.h"
#include "aobj_ioctl.h"
#include "aobj_object.h"
#include "aobj_query.h"
#include "aobj_wire.h"

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
	return aobj_object_resize(obj, aobj_pages_of(r.size));
}

/* => gives out a structure of ours, of whatever size the caller has */
static long ioctl_answer(unsigned int cmd, void __user *arg, const void *from,
			 size_t ours)
{
	size_t size = _IOC_SIZE(cmd), part = min(size, ours);

	if (!size)
		return -EINVAL;
	if (copy_to_user(arg, from, part) ||
	    clear_user(arg + part, size - part))
		return -EFAULT;
	return 0;
}

static long ioctl_info(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	const struct aobj_info info = {
		.size = aobj_object_size(obj),
		.resident = aobj_bytes_of(&obj->resident),
		.swapped = aobj_bytes_of(&obj->swapped),
		.slots = aobj_bytes_of(&obj->slots),
		.bad = aobj_bytes_of(&obj->bad),
		.page_size = PAGE_SIZE,
		.flags = READ_ONCE(obj->noswap) ? AOBJ_INFO_NOSWAP : 0,
		.wired = aobj_bytes_of(&obj->wired),
	};

	return ioctl_answer(cmd, arg, &info, sizeof(info));
}

/* => the object's size with all of its last page */
static u64 whole_pages(const struct aobj *obj)
{
	return (u64)aobj_object_npages(obj) << PAGE_SHIFT;
}

static long ioctl_pages(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_pages p;
	int err = aobj_ioctl_struct(&p, sizeof(p), cmd, arg);

	if (err)
		return err;
	if (p.flags || p.reserved || offset_in_page(p.offset) ||
	    offset_in_page(p.length) || p.offset + p.length < p.offset ||
	    p.offset + p.length > whole_pages(obj))
		return -EINVAL;
	return aobj_query_pages(obj, p.offset >> PAGE_SHIFT,
				p.length >> PAGE_SHIFT, u64_to_user_ptr(p.vec));
}

typedef int range_fn(struct aobj *obj, pgoff_t first, pgoff_t end);

static long ioctl_range(struct aobj *obj, unsigned int cmd, void __user *arg,
			range_fn *fn)
{
	struct aobj_range r;
	int err = aobj_ioctl_struct(&r, sizeof(r), cmd, arg);

	if (err)
		return err;
	if (r.flags || r.reserved || offset_in_page(r.offset) ||
	    offset_in_page(r.length) || r.offset + r.length < r.offset ||
	    r.offset + r.length > whole_pages(obj))
		return -EINVAL;
	return fn(obj, r.offset >> PAGE_SHIFT,
		  (r.offset + r.length) >> PAGE_SHIFT);
}

static int drop(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	return aobj_object_punch(obj, (u64)first << PAGE_SHIFT,
				 (u64)(end - first) << PAGE_SHIFT);
}

static long ioctl_noswap(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_noswap n;
	int err = aobj_ioctl_struct(&n, sizeof(n), cmd, arg);

	if (err)
		return err;
	if (n.flags || n.reserved)
		return -EINVAL;
	return aobj_set_noswap(obj);
}

static long ioctl_name(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_name n;
	int err = aobj_ioctl_struct(&n, sizeof(n), cmd, arg);

	if (err)
		return err;
	if (strnlen(n.name, sizeof(n.name)) == sizeof(n.name))
		return -EINVAL;
	return aobj_object_set_name(obj, n.name);
}

static long ioctl_features(unsigned int cmd, void __user *arg)
{
	const struct aobj_features f = {
		.features = AOBJ_FEATURE_CREATE | AOBJ_FEATURE_DROP |
			    AOBJ_FEATURE_FLUSH | AOBJ_FEATURE_WIRE |
			    AOBJ_FEATURE_NOSWAP | AOBJ_FEATURE_NAME,
	};

	return ioctl_answer(cmd, arg, &f, sizeof(f));
}

static bool good_flush(const struct aobj_flush *f)
{
	return f->flags && !(f->flags & ~AOBJ_FLUSH_KNOWN) && !f->reserved &&
	       !offset_in_page(f->offset) && !offset_in_page(f->length) &&
	       f->offset + f->length >= f->offset;
}

/* => what was done is told also when not all of it was */
static long ioctl_flush(struct aobj *obj, unsigned int cmd, void __user *arg,
			bool writable)
{
	struct aobj_flushed flushed;
	struct aobj_flush f;
	int err = aobj_ioctl_struct(&f, sizeof(f), cmd, arg);
	pgoff_t end = ULONG_MAX;

	if (err)
		return err;
	if (!good_flush(&f))
		return -EINVAL;
	if (f.flags & AOBJ_FLUSH_FREE && !writable)
		return -EBADF;
	if (f.length)
		end = (f.offset + f.length) >> PAGE_SHIFT;
	err = aobj_flush_range(obj, f.offset >> PAGE_SHIFT, end, f.flags,
			       &flushed);
	f.done = flushed.done << PAGE_SHIFT;
	f.skipped = flushed.skipped << PAGE_SHIFT;
	if (ioctl_answer(cmd, arg, &f, sizeof(f)))
		return -EFAULT;
	return err;
}

/* => calls that change the object or its contents */
static long ioctl_change(struct aobj *obj, unsigned int cmd, void __user *ptr)
{
	if (aobj_ioctl_is(cmd, AOBJ_IOC_RESIZE))
		return ioctl_resize(obj, cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_DROP))
		return ioctl_range(obj, cmd, ptr, drop);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_UNWIRE))
		return ioctl_range(obj, cmd, ptr, aobj_unwire);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_NOSWAP))
		return ioctl_noswap(obj, cmd, ptr);
	return ioctl_name(obj, cmd, ptr);
}

static bool is_change(unsigned int cmd)
{
	return aobj_ioctl_is(cmd, AOBJ_IOC_RESIZE) ||
	       aobj_ioctl_is(cmd, AOBJ_IOC_DROP) ||
	       aobj_ioctl_is(cmd, AOBJ_IOC_UNWIRE) ||
	       aobj_ioctl_is(cmd, AOBJ_IOC_NOSWAP) ||
	       aobj_ioctl_is(cmd, AOBJ_IOC_NAME);
}

long aobj_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct aobj *obj = file->private_data;
	void __user *ptr = (void __user *)arg;
	bool writable = file->f_mode & FMODE_WRITE;

	if (is_change(cmd))
		return writable ? ioctl_change(obj, cmd, ptr) : -EBADF;
	if (aobj_ioctl_is(cmd, AOBJ_IOC_INFO))
		return ioctl_info(obj, cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_PAGES))
		return ioctl_pages(obj, cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_FLUSH))
		return ioctl_flush(obj, cmd, ptr, writable);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_WIRE))
		return ioctl_range(obj, cmd, ptr, aobj_wire);
	if (aobj_ioctl_is(cmd, AOBJ_IOC_FEATURES))
		return ioctl_features(cmd, ptr);
	return -ENOTTY;
}
