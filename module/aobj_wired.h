/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who pays for memory that never leaves: wired pages, and objects that are not
 * swapped.  It counts as the user's locked memory, as mlock(2)'s does, but the
 * object holds the charge: a process that passes the object on and exits does
 * not shed it.
 */
#ifndef AOBJ_WIRED_H
#define AOBJ_WIRED_H

#include "aobj_internal.h"

/*
 * aobj_wired_charge: charges @nr pages to the calling user
 * => @obj's resize_lock is held; never sleeps
 * => -EPERM: the user may lock no memory at all, or another user pays for the
 *    object already
 * => -ENOMEM: beyond RLIMIT_MEMLOCK, or beyond what of the budget may be wired
 */
int aobj_wired_charge(struct aobj *obj, unsigned long nr);
/* => any context that may take no lock of ours */
void aobj_wired_uncharge(struct aobj *obj, unsigned long nr);
/* => nothing is charged any more, and the object is about to go */
void aobj_wired_forget_user(struct aobj *obj);

/* => pages of the budget that may be wired */
unsigned long aobj_wired_share(unsigned long budget);

#endif /* AOBJ_WIRED_H */
