// SPDX-License-Identifier: GPL-2.0-only
/* Whether a swap device is ready for more, see aobj_swap.h. */
#include "aobj_page.h"
#include "aobj_swap.h"

#define WRITING_SHARE 4 /* a quarter of the budget may be under write-out */

unsigned long aobj_swap_most_writing(void)
{
	return max_t(unsigned long, AOBJ_CLUSTER_PAGES,
		     READ_ONCE(aobj_budget) / WRITING_SHARE);
}

/*
 * Of several devices one that hangs must leave something to the others.  To a slow one
 * that somebody reads from only half as much is written as else: they wait for it.
 */
static bool busy(struct aobj_swapdev *dev)
{
	struct aobj_pace *pace = &dev->pace[WRITE];
	unsigned long most = aobj_swap_most_writing();

	if (READ_ONCE(aobj_nr_swapdevs) > 1)
		most = max_t(unsigned long, AOBJ_CLUSTER_PAGES, most / 2);
	if (aobj_pace_slow(pace) && aobj_pace_owes(&dev->pace[READ]))
		most = min(most, READ_ONCE(pace->limit) / 2);
	return aobj_pace_reached(pace, most);
}

/* => the log has it once, each time that it stops answering */
static void set_silent(struct aobj_swapdev *dev, bool silent)
{
	if (READ_ONCE(dev->silent) == silent ||
	    xchg(&dev->silent, silent) == silent)
		return;
	if (silent)
		pr_warn_ratelimited(
			"%pg: it does not answer; pages go to other devices, if there are any\n",
			dev->bdev);
	else
		pr_info_ratelimited("%pg: it answers again\n", dev->bdev);
}

bool aobj_swap_stalled(const struct aobj_swapdev *dev)
{
	return aobj_pace_stalled(&dev->pace[WRITE]) ||
	       aobj_pace_stalled(&dev->pace[READ]);
}

enum aobj_swap_state aobj_swap_state(struct aobj_swapdev *dev)
{
	enum aobj_swap_state state = AOBJ_SWAP_READY;

	if (aobj_swap_stalled(dev))
		state = AOBJ_SWAP_STALLED;
	else if (busy(dev))
		state = AOBJ_SWAP_BUSY;
	set_silent(dev, state == AOBJ_SWAP_STALLED);
	return state;
}
