/* SPDX-License-Identifier: GPL-2.0-only */
/* Binding an object that may have pages already to devices; see aobj_bind.h. */
#ifndef AOBJ_REBIND_H
#define AOBJ_REBIND_H

struct aobj;

/*
 * aobj_object_bind: as aobj_bind_object(), of an object that is in use
 * => may sleep; -EINTR; -EBUSY if it has a reservation, or if others have, and count
 *    on it to stay where it is
 */
int aobj_object_bind(struct aobj *obj, const char *to);

#endif /* AOBJ_REBIND_H */
