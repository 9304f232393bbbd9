/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Discards: telling a device which of its slots hold nothing.
 *
 * All of it once when it is taken into use, and groups of 64 slots when the last
 * slot of one becomes free.  Such a group is given out again when the device
 * has answered; both only if asked for, and if the device can.
 */
#ifndef AOBJ_DISCARD_H
#define AOBJ_DISCARD_H

#include "aobj_swap.h"

int aobj_discard_start(void);
/* => no device is left */
void aobj_discard_stop(void);

/*
 * aobj_discard_init: => nobody knows the device yet, and its slots are set up
 * @flags: AOBJ_SWAPON_DISCARD_ONCE, _PAGES, and others
 *
 * => may sleep for long; -EINTR, -ENOMEM; no error if the device cannot
 */
int aobj_discard_init(struct aobj_swapdev *dev, u32 flags);
/* => nobody knows the device any more; waits for discards under way */
void aobj_discard_exit(struct aobj_swapdev *dev);

/* => what waits for it is under way; under RCU, or with a slot; never sleeps */
void aobj_discard_some(struct aobj_swapdev *dev);

#endif /* AOBJ_DISCARD_H */
