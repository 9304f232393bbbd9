// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at the figures all the time, see the header.
 *
 * Nothing is held up for that, so one look proves nothing: pages are taken out
 * of an object, and from what the budget was charged a moment later.  What is
 * right at rest is not looked at again until it has changed; what is wrong has
 * to stay so, to the page, for three seconds in which every call could go on.
 */
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "aobj_check.h"
#include "aobj_object.h"
#include "aobj_watch.h"

#ifdef CONFIG_DEBUG_VM
#define INTERVAL_MS 200
#define LOOKS_WRONG 15 /* in a row */
#define REST 20 /* times as long as it took to look */

struct aobj_watch aobj_watch_all;

/* => what is said of it, or of all, in short */
static u32 figures_of(const struct aobj *obj)
{
	struct aobj_figures says;

	aobj_check_says(obj, &says);
	return jhash(&says, sizeof(says), 0);
}

static bool at_rest(const struct aobj_watch *w, u32 figures)
{
	return w->figures == figures && !atomic_read(&w->busy);
}

/* => its figures are wrong, and have been for long */
static bool look_at(struct aobj *obj, struct aobj_watch *w)
{
	u32 figures = figures_of(obj);
	unsigned int wrong;

	if (!at_rest(w, figures)) {
		w->figures = figures;
		w->right = false;
		w->looks = 0;
		return false;
	}
	if (w->right)
		return false;
	wrong = aobj_check_once(obj, false);
	if (!at_rest(w, figures_of(obj)))
		return false;
	if (!wrong) {
		w->right = true;
		return false;
	}
	return ++w->looks == LOOKS_WRONG && aobj_check_once(obj, true);
}

unsigned int aobj_watch_look(void)
{
	struct aobj *obj = NULL;
	unsigned int wrong = 0;

	while ((obj = aobj_object_next(obj)))
		wrong += look_at(obj, &obj->watch);
	return wrong + look_at(NULL, &aobj_watch_all);
}

static void look_fn(struct work_struct *work)
{
	ktime_t begin = ktime_get();
	s64 took;

	if (aobj_watch_look())
		WARN_ONCE(true, "figures are wrong, and nothing is under way");
	took = ktime_ms_delta(ktime_get(), begin);
	queue_delayed_work(system_unbound_wq, to_delayed_work(work),
			   msecs_to_jiffies(INTERVAL_MS + REST * took));
}

static DECLARE_DELAYED_WORK(look_work, look_fn);

void aobj_watch_start(void)
{
	queue_delayed_work(system_unbound_wq, &look_work, 0);
}

void aobj_watch_stop(void)
{
	cancel_delayed_work_sync(&look_work);
}
#endif
