/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wiring: pages that are brought in and stay.  mlock(2) does nothing on
 * mappings of objects, so this is a call on the object.
 */
#ifndef AOBJ_WIRE_H
#define AOBJ_WIRE_H

#include "aobj_internal.h"

/*
 * aobj_wire: brings pages [@first, @end) in and wires them
 * => may sleep; killable; holds the object's resize_lock
 * => errors of aobj_pager_get() and aobj_wired_charge(); after one, a part of
 *    the range may be wired, as with mlock(2)
 * => wiring what is wired costs nothing, and does not nest
 */
int aobj_wire(struct aobj *obj, pgoff_t first, pgoff_t end);
/* => -EINTR; costs the clusters that are there */
int aobj_unwire(struct aobj *obj, pgoff_t first, pgoff_t end);

/*
 * aobj_set_noswap: the object's pages never leave memory
 * => its size, now and later, is charged as wired memory is
 * => -EBUSY: pages have been used; errors of aobj_wired_charge(); -EINTR
 */
int aobj_set_noswap(struct aobj *obj);

/* => from here on they may; the resize_lock is held; may sleep */
void aobj_set_swappable(struct aobj *obj);

#endif /* AOBJ_WIRE_H */
