/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The invariants: counts each page and slot of every object anew, and compares
 * what the objects and the totals say.
 */
#ifndef AOBJ_CHECK_H
#define AOBJ_CHECK_H

#include <linux/types.h>

struct aobj;

/* In pages but for the first two. */
enum aobj_figure {
	AOBJ_FIG_OBJECTS,
	AOBJ_FIG_CLUSTERS,
	AOBJ_FIG_RESIDENT, /* of all: what is charged to the budget */
	AOBJ_FIG_INACTIVE,
	AOBJ_FIG_SWAPPED,
	AOBJ_FIG_SLOTS,
	AOBJ_FIG_BAD,
	AOBJ_FIG_WRITING,
	AOBJ_FIG_WIRED,
	AOBJ_FIG_DIRTY,
	AOBJ_FIG_HELD,
	AOBJ_FIG_RESERVED,
	AOBJ_FIG_PROMISED,
	AOBJ_FIG_USED, /* slots, as the devices count them */
	AOBJ_FIGURES,
};

struct aobj_figures {
	long nr[AOBJ_FIGURES];
};

/* => what is said of @obj, or of all if it is NULL; other figures are 0 */
void aobj_check_says(const struct aobj *obj, struct aobj_figures *says);

/*
 * aobj_check_once: => how many figures of @obj are wrong, or, if it is NULL, of all
 * objects and of the totals
 * @loud: the log says which
 *
 * => as aobj_check()
 */
unsigned int aobj_check_once(struct aobj *obj, bool loud);

/*
 * aobj_check: => 0, or -EUCLEAN, and the log says what is wrong
 * @tries: how often to look, 10 ms apart: the daemon may be about something
 *
 * => nothing locked; sleeps
 * => for tests: while programs work it finds differences that are none
 */
int aobj_check(unsigned int tries);

#endif /* AOBJ_CHECK_H */
