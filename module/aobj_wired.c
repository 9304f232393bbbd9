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
	if (atomic_long_read(&obj->wired))
		return -EPERM;
	if (obj->user)
		free_uid(obj->user);
	obj->user = get_uid(user);
	return 0;
}

static bool user_may(unsigned long locked)
{
	return locked <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ||
	       capable(CAP_IPC_LOCK);
}

int aobj_wired_charge(struct aobj *obj, unsigned long nr)
{
	unsigned long total;
	int err;

	if (!can_do_mlock())
		return -EPERM;
	err = set_user(obj);
	if (err)
		return err;
	total = atomic_long_add_return(nr, &aobj_totals.wired);
	atomic_long_add(nr, &obj->wired);
	if (user_may(atomic_long_add_return(nr, &obj->user->locked_vm)) &&
	    total <= aobj_wired_share(READ_ONCE(aobj_budget)))
		return 0;
	aobj_wired_uncharge(obj, nr);
	return -ENOMEM;
}

void aobj_wired_uncharge(struct aobj *obj, unsigned long nr)
{
	if (!nr)
		return;
	atomic_long_sub(nr, &obj->user->locked_vm);
	atomic_long_sub(nr, &aobj_totals.wired);
	/* Last: from zero on another user may take over. */
	atomic_long_sub(nr, &obj->wired);
}

void aobj_wired_forget_user(struct aobj *obj)
{
	if (obj->user)
		free_uid(obj->user);
}
