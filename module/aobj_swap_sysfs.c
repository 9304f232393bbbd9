// SPDX-License-Identifier: GPL-2.0-only
/* /sys/class/misc/aobj/swap/MAJOR:MINOR: what there is to know of a device. */
#include <linux/sysfs.h>

#include "aobj_swap.h"

struct swapdev_attr {
	struct attribute attr;
	ssize_t (*show)(struct aobj_swapdev *dev, char *buf);
};

static ssize_t show_pages(char *buf, u64 pages)
{
	return sysfs_emit(buf, "%llu\n", pages << PAGE_SHIFT);
}

static ssize_t name_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%pg\n", dev->bdev);
}

static ssize_t priority_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%d\n", dev->priority);
}

static ssize_t class_show(struct aobj_swapdev *dev, char *buf)
{
	char name[AOBJ_CLASS_MAX];

	aobj_tag_name(dev->class, name);
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t exclusive_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%d\n", dev->exclusive);
}

static ssize_t discard_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%d\n", dev->slots.discards);
}

static ssize_t size_show(struct aobj_swapdev *dev, char *buf)
{
	return show_pages(buf, dev->npages - 1 - READ_ONCE(dev->slots.bad));
}

static ssize_t used_show(struct aobj_swapdev *dev, char *buf)
{
	return show_pages(buf, READ_ONCE(dev->slots.used));
}

static ssize_t bad_show(struct aobj_swapdev *dev, char *buf)
{
	return show_pages(buf, READ_ONCE(dev->slots.bad));
}

static ssize_t read_errors_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%ld\n", atomic_long_read(&dev->errors[READ]));
}

static ssize_t write_errors_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%ld\n", atomic_long_read(&dev->errors[WRITE]));
}

/* What it is now, which is not told by what the log was told last. */
static ssize_t state_show(struct aobj_swapdev *dev, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  READ_ONCE(dev->draining) ? "draining" :
			  READ_ONCE(dev->failed)   ? "failed" :
			  aobj_swap_stalled(dev)   ? "stalled" :
						     "active");
}

#define SWAPDEV_ATTR(_name)                               \
	static struct swapdev_attr _name##_attr = {       \
		.attr = { .name = #_name, .mode = 0444 }, \
		.show = _name##_show,                     \
	}

SWAPDEV_ATTR(name);
SWAPDEV_ATTR(priority);
SWAPDEV_ATTR(class);
SWAPDEV_ATTR(exclusive);
SWAPDEV_ATTR(discard);
SWAPDEV_ATTR(size);
SWAPDEV_ATTR(used);
SWAPDEV_ATTR(bad);
SWAPDEV_ATTR(read_errors);
SWAPDEV_ATTR(write_errors);
SWAPDEV_ATTR(state);

static struct attribute *swapdev_attrs[] = {
	&name_attr.attr,	 &priority_attr.attr, &class_attr.attr,
	&exclusive_attr.attr,	 &discard_attr.attr,  &size_attr.attr,
	&used_attr.attr,	 &bad_attr.attr,      &read_errors_attr.attr,
	&write_errors_attr.attr, &state_attr.attr,    NULL,
};
ATTRIBUTE_GROUPS(swapdev);

static ssize_t swapdev_show(struct kobject *kobj, struct attribute *attr,
			    char *buf)
{
	return container_of(attr, struct swapdev_attr, attr)
		->show(container_of(kobj, struct aobj_swapdev, kobj), buf);
}

static void swapdev_release(struct kobject *kobj)
{
	complete(&container_of(kobj, struct aobj_swapdev, kobj)->released);
}

static const struct sysfs_ops swapdev_sysfs_ops = { .show = swapdev_show };

const struct kobj_type aobj_swapdev_ktype = {
	.release = swapdev_release,
	.sysfs_ops = &swapdev_sysfs_ops,
	.default_groups = swapdev_groups,
};
