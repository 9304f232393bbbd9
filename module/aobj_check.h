/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The invariants: counts each page and slot of every object anew, and compares
 * what the objects and the totals say.
 */
#ifndef AOBJ_CHECK_H
#define AOBJ_CHECK_H

/*
 * aobj_check: => 0, or -EUCLEAN, and the log says what is wrong
 * @tries: how often to look, 10 ms apart: the daemon may be about something
 *
 * => nothing locked; sleeps
 * => for tests: while programs work it finds differences that are none
 */
int aobj_check(unsigned int tries);

#endif /* AOBJ_CHECK_H */
