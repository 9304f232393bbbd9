// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of an object, see the header. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include <linux/aobj.h>

#include "aobj_bind.h"
#include "aobj_evict.h"
#include "aobj_flush.h"
#include "aobj_ioctl.h"
#include "aobj_object.h"
#include "aobj_query.h"
#include "aobj_rebind.h"
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

static int resize_bytes(struct aobj *obj, u64 size, u32 flags)
{
	if (!flags)
		return aobj_object_truncate(obj, size);
	return aobj_object_resize_reserve(obj, size,
					  flags & AOBJ_RESIZE_RESERVE);
}

static bool good_resize(const struct aobj_resize *r)
{
	return !r->reserved && (!r->flags || r->flags == AOBJ_RESIZE_RESERVE ||
				r->flags == AOBJ_RESIZE_RELEASE);
}

static long ioctl_resize(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_resize r;
	int err = aobj_ioctl_struct(&r, sizeof(r), cmd, arg);

	if (err)
		return err;
	if (!good_resize(&r))
		return -EINVAL;
	if (r.size > LLONG_MAX)
		return -EFBIG;
	return resize_bytes(obj, round_up(r.size, PAGE_SIZE), r.flags);
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
		.dirty = aobj_bytes_of(&obj->dirty),
		.reserved = (u64)READ_ONCE(obj->reserved) << PAGE_SHIFT,
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

static long ioctl_limit(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_limit l;
	int err = aobj_ioctl_struct(&l, sizeof(l), cmd, arg);

	if (err)
		return err;
	if (l.flags || l.reserved || (l.bytes && l.bytes < PAGE_SIZE))
		return -EINVAL;
	return aobj_evict_set_limit(obj, l.bytes >> PAGE_SHIFT);
}

static bool good_bind(const struct aobj_bind *b)
{
	bool device = b->flags == AOBJ_BIND_DEVICE;

	if (b->flags & ~(AOBJ_BIND_CLASS | AOBJ_BIND_DEVICE) ||
	    b->flags == (AOBJ_BIND_CLASS | AOBJ_BIND_DEVICE) || b->reserved ||
	    (!device && (b->major || b->minor)))
		return false;
	if (b->flags == AOBJ_BIND_CLASS)
		return aobj_class_valid(b->class_name);
	return !b->class_name[0];
}

static long ioctl_bind(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	struct aobj_bind b;
	int err = aobj_ioctl_struct(&b, sizeof(b), cmd, arg);

	if (err)
		return err;
	if (!good_bind(&b))
		return -EINVAL;
	if (b.flags == AOBJ_BIND_DEVICE)
		snprintf(b.class_name, sizeof(b.class_name), "%u:%u", b.major,
			 b.minor);
	return aobj_object_bind(obj, b.class_name);
}

static long ioctl_features(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	const struct aobj_features f = {
		.features = AOBJ_FEATURE_CREATE | AOBJ_FEATURE_DROP |
			    AOBJ_FEATURE_FLUSH | AOBJ_FEATURE_WIRE |
			    AOBJ_FEATURE_NOSWAP | AOBJ_FEATURE_NAME |
			    AOBJ_FEATURE_LIMIT | AOBJ_FEATURE_RESERVE |
			    AOBJ_FEATURE_BIND,
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

static long ioctl_drop(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	return ioctl_range(obj, cmd, arg, drop);
}

static long ioctl_wire(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	return ioctl_range(obj, cmd, arg, aobj_wire);
}

static long ioctl_unwire(struct aobj *obj, unsigned int cmd, void __user *arg)
{
	return ioctl_range(obj, cmd, arg, aobj_unwire);
}

/* A flush may throw contents away, if it may change them. */
static long ioctl_flush_reader(struct aobj *obj, unsigned int cmd,
			       void __user *arg)
{
	return ioctl_flush(obj, cmd, arg, false);
}

static long ioctl_flush_writer(struct aobj *obj, unsigned int cmd,
			       void __user *arg)
{
	return ioctl_flush(obj, cmd, arg, true);
}

/**
 * struct object_call - an ioctl of an object
 * @cmd: its number
 * @read: what it does for a descriptor that is open for reading; NULL: -EBADF
 * @write: what it does for one that is open for writing
 */
struct object_call {
	unsigned int cmd;
	long (*read)(struct aobj *obj, unsigned int cmd, void __user *arg);
	long (*write)(struct aobj *obj, unsigned int cmd, void __user *arg);
};

static const struct object_call calls[] = {
	{ AOBJ_IOC_RESIZE, NULL, ioctl_resize },
	{ AOBJ_IOC_INFO, ioctl_info, ioctl_info },
	{ AOBJ_IOC_PAGES, ioctl_pages, ioctl_pages },
	{ AOBJ_IOC_DROP, NULL, ioctl_drop },
	{ AOBJ_IOC_FLUSH, ioctl_flush_reader, ioctl_flush_writer },
	{ AOBJ_IOC_WIRE, ioctl_wire, ioctl_wire },
	{ AOBJ_IOC_UNWIRE, NULL, ioctl_unwire },
	{ AOBJ_IOC_NOSWAP, NULL, ioctl_noswap },
	{ AOBJ_IOC_NAME, NULL, ioctl_name },
	{ AOBJ_IOC_LIMIT, NULL, ioctl_limit },
	{ AOBJ_IOC_BIND, NULL, ioctl_bind },
	{ AOBJ_IOC_FEATURES, ioctl_features, ioctl_features },
};

long aobj_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	for (int i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct object_call *call = &calls[i];

		if (!aobj_ioctl_is(cmd, call->cmd))
			continue;
		if (file->f_mode & FMODE_WRITE)
			return call->write(file->private_data, cmd,
					   (void __user *)arg);
		if (!call->read)
			return -EBADF;
		return call->read(file->private_data, cmd, (void __user *)arg);
	}
	return -ENOTTY;
}
