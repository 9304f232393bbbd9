/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which devices an object's pages go to.
 *
 * A device in use has a tag that is its number, and one more if it was given a
 * class.  An object may be bound to one tag: its pages go to devices that have
 * it and to no others.  A tag is there while a device has it or an object is
 * bound to it, so that devices may go and come back, and the object need not be
 * told: whoever allocates compares two numbers.
 */
#ifndef AOBJ_BIND_H
#define AOBJ_BIND_H

#include "aobj_internal.h"

#define AOBJ_TAG_NONE 0u

/* => fit to be the name of a class: letters, digits and "._-", at least one */
bool aobj_class_valid(const char *name);

/*
 * aobj_tag_add_device: one more device has the tag of that name
 * => calls are serialised by the caller; may sleep; -ENOMEM
 */
int aobj_tag_add_device(const char *name, u32 *tag);
/* => one device less has it; AOBJ_TAG_NONE is no tag; never sleeps */
void aobj_tag_del_device(u32 tag);

/* => the tag's name, or "" for AOBJ_TAG_NONE and one that has just gone */
void aobj_tag_name(u32 tag, char name[AOBJ_CLASS_MAX]);

/*
 * aobj_bind_object: binds an object to a tag, or with "" to none
 * => -ENODEV if no device in use has the tag; never sleeps; calls for the same
 *    object are serialised by the caller
 * => what has a slot elsewhere keeps it until it is written again
 */
int aobj_bind_object(struct aobj *obj, const char *name);
/* => nobody knows the object any more; never sleeps */
void aobj_bind_forget(struct aobj *obj);

#endif /* AOBJ_BIND_H */
