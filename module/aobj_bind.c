// SPDX-License-Identifier: GPL-2.0-only
/* Tags of devices, and objects bound to them; see the header. */
#include <linux/ctype.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "aobj_bind.h"

/*
 * Lock legend: T: under the lock of @tags   I: set once
 */
struct tag {
	unsigned int devices; /* T: that have it */
	unsigned long objects; /* T: bound to it */
	char name[AOBJ_CLASS_MAX]; /* I */
};

/*
 * By tag.  A spinlock, and nothing is allocated under it: an object may lose
 * its last reference where memory is being reclaimed.
 */
static DEFINE_XARRAY_ALLOC1(tags);

bool aobj_class_valid(const char *name)
{
	size_t length = strnlen(name, AOBJ_CLASS_MAX);

	if (!length || length == AOBJ_CLASS_MAX)
		return false;
	for (; *name; name++)
		if (!isascii(*name) ||
		    (!isalnum(*name) && !strchr("._-", *name)))
			return false;
	return true;
}

/* => the tag of that name, with its number; T */
static struct tag *find(const char *name, unsigned long *number)
{
	struct tag *tag;

	xa_for_each(&tags, *number, tag)
		if (!strcmp(tag->name, name))
			return tag;
	return NULL;
}

/* => false if there is no such tag yet */
static bool join(const char *name, u32 *number)
{
	unsigned long index;
	struct tag *tag;

	xa_lock(&tags);
	tag = find(name, &index);
	if (tag) {
		tag->devices++;
		*number = index;
	}
	xa_unlock(&tags);
	return tag;
}

int aobj_tag_add_device(const char *name, u32 *number)
{
	struct tag *tag;
	int err;

	if (join(name, number))
		return 0;
	tag = kzalloc(sizeof(*tag), GFP_KERNEL);
	if (!tag)
		return -ENOMEM;
	tag->devices = 1;
	strscpy(tag->name, name, sizeof(tag->name));
	err = xa_alloc(&tags, number, tag, xa_limit_32b, GFP_KERNEL);
	if (err)
		kfree(tag);
	return err;
}

/* T */
static void forget_unused(struct tag *tag, u32 number)
{
	if (tag->devices || tag->objects)
		return;
	__xa_erase(&tags, number);
	kfree(tag);
}

void aobj_tag_del_device(u32 number)
{
	struct tag *tag;

	if (number == AOBJ_TAG_NONE)
		return;
	xa_lock(&tags);
	tag = xa_load(&tags, number);
	tag->devices--;
	forget_unused(tag, number);
	xa_unlock(&tags);
}

void aobj_tag_name(u32 number, char name[AOBJ_CLASS_MAX])
{
	struct tag *tag;

	name[0] = '\0';
	xa_lock(&tags);
	tag = number == AOBJ_TAG_NONE ? NULL : xa_load(&tags, number);
	if (tag)
		strscpy(name, tag->name, AOBJ_CLASS_MAX);
	xa_unlock(&tags);
}

/* T */
static void unbind(struct aobj *obj)
{
	u32 number = obj->bound;
	struct tag *tag;

	if (number == AOBJ_TAG_NONE)
		return;
	tag = xa_load(&tags, number);
	WRITE_ONCE(obj->bound, AOBJ_TAG_NONE);
	tag->objects--;
	forget_unused(tag, number);
}

int aobj_bind_object(struct aobj *obj, const char *name)
{
	unsigned long number = AOBJ_TAG_NONE;
	struct tag *tag = NULL;
	int err = 0;

	xa_lock(&tags);
	if (*name)
		tag = find(name, &number);
	if (*name && (!tag || !tag->devices)) {
		err = -ENODEV;
	} else {
		/* The new one first: it may be the old one. */
		if (tag)
			tag->objects++;
		unbind(obj);
		WRITE_ONCE(obj->bound, number);
	}
	xa_unlock(&tags);
	return err;
}

void aobj_bind_forget(struct aobj *obj)
{
	xa_lock(&tags);
	unbind(obj);
	xa_unlock(&tags);
}
