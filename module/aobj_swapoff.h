/* SPDX-License-Identifier: GPL-2.0-only */
/* Empties a swap device and gives it back: uao_swap_off of the BSD pager. */
#ifndef AOBJ_SWAPOFF_H
#define AOBJ_SWAPOFF_H

#include <linux/types.h>

/*
 * aobj_swapoff: brings what is on a device back into memory, then lets go
 *
 * => may sleep long; interruptible; objects stay in use meanwhile
 * => walks the device's own list of clusters: linear in what is on it
 * => errors as in struct aobj_swapoff; the device stays in use then
 */
int aobj_swapoff(dev_t devt);

/*
 * aobj_swapoff_check: whether there would be room, as far as the totals tell
 * => changes nothing, but drops clean pages that never were written
 * => 0, -ENOMEM, -ENOENT; may sleep
 */
int aobj_swapoff_check(dev_t devt);

#endif /* AOBJ_SWAPOFF_H */
