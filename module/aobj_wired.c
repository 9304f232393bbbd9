// SPDX-License-Identifier: GPL-2.0-only
/* Who pays for memory that never leaves, see the header. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>

#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_wired.h"

#define WIRED_SHARE 2 /* half of the budget: the rest must be able to page */

unsigned long aobj_wired_share(unsigned long budget)
{
	return budget / WIRED_SHARE;
}

/* => @obj's payer is the calling user from here on, if nobody is yet */
static int set_user(struct aobj *obj)
{
	struct user_struct *user = current_user();

	lockdep_assert_held(&obj->resize_lock);
	if (obj->user == user)
		return 0;
	if (atomic_long_read_acquire(&obj->wired))
		return -EPERM;
	if (obj->user)
		free_uid(obj->user);
	obj->user = get_uid(user);
	return 0;
}

/*
 * => @count is @nr higher, unless it would pass @limit
 * It never is for a moment what it may not be: others would be refused for that.
 */
static bool charge_below(atomic_long_t *count, unsigned long nr,
			 unsigned long limit)
{
	long now = atomic_long_read(count);

	do {
		if (nr > limit || now > (long)(limit - nr))
			return false;
	} while (!atomic_long_try_cmpxchg(count, &now, now + (long)nr));
	return true;
}

static bool charge_user(struct user_struct *user, unsigned long nr)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	return charge_below(&user->locked_vm, nr, limit) ||
	       (capable(CAP_IPC_LOCK) &&
		charge_below(&user->locked_vm, nr, LONG_MAX));
}

int aobj_wired_charge(struct aobj *obj, unsigned long nr)
{
	int err;

	if (!can_do_mlock())
		return -EPERM;
	err = set_user(obj);
	if (err)
		return err;
	if (!charge_below(&aobj_totals.wired, nr,
			  aobj_wired_share(READ_ONCE(aobj_budget))))
		return -ENOMEM;
	if (!charge_user(obj->user, nr)) {
		atomic_long_sub(nr, &aobj_totals.wired);
		return -ENOMEM;
	}
	atomic_long_add(nr, &obj->wired);
	return 0;
}

void aobj_wired_uncharge(struct aobj *obj, unsigned long nr)
{
	if (!nr)
		return;
	atomic_long_sub(nr, &obj->user->locked_vm);
	atomic_long_sub(nr, &aobj_totals.wired);
	/* Last, and seen last: from zero on another user may take over. */
	smp_mb__before_atomic();
	atomic_long_sub(nr, &obj->wired);
}

void aobj_wired_forget_user(struct aobj *obj)
{
	if (obj->user)
		free_uid(obj->user);
}
