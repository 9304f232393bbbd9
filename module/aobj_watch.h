/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In kernels that are built for debugging somebody looks all the time whether
 * the figures are right: those of an object that is at rest, and the totals
 * when all is.  In others there is nothing of this.
 *
 * At rest is what has had the same figures for some looks, and is not in the
 * middle of a call that may sleep while figures are at odds (a place that has
 * been taken for a page that there is no memory for yet): whoever makes such
 * calls says so.
 */
#ifndef AOBJ_WATCH_H
#define AOBJ_WATCH_H

#include "aobj_internal.h"

#ifdef CONFIG_DEBUG_VM
extern struct aobj_watch aobj_watch_all;

/* => between these figures may be at odds: the totals, and @obj's but if it is NULL */
static inline void aobj_watch_begin(struct aobj *obj)
{
	atomic_inc(&aobj_watch_all.busy);
	if (obj)
		atomic_inc(&obj->watch.busy);
}

static inline void aobj_watch_end(struct aobj *obj)
{
	if (obj)
		atomic_dec(&obj->watch.busy);
	atomic_dec(&aobj_watch_all.busy);
}

void aobj_watch_start(void);
void aobj_watch_stop(void);

/*
 * aobj_watch_look: one look, as is taken at each interval
 * => how many objects, or all together, have had figures that are wrong for so
 *    many looks at rest that it is no accident; the log says which; each once
 * => nothing locked; sleeps
 */
unsigned int aobj_watch_look(void);
#else
static inline void aobj_watch_begin(struct aobj *obj)
{
}

static inline void aobj_watch_end(struct aobj *obj)
{
}

static inline void aobj_watch_start(void)
{
}

static inline void aobj_watch_stop(void)
{
}
#endif

#endif /* AOBJ_WATCH_H */
