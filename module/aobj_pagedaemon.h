/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page daemon: a thread that keeps some of the budget free; and the
 * shrinker, by which the kernel asks for memory back.
 */
#ifndef AOBJ_PAGEDAEMON_H
#define AOBJ_PAGEDAEMON_H

int aobj_pagedaemon_init(void);
/* => no object is left; may sleep */
void aobj_pagedaemon_exit(void);

#endif /* AOBJ_PAGEDAEMON_H */
