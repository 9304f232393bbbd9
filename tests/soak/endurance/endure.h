/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the endurance test share.  Many processes of several
 * threads work on the same objects; what each page must hold is known from a
 * table in shared memory, where a page is locked by who works on it.  Locks of
 * a process that is killed are given back by the one that killed it.
 */
#ifndef ENDURE_H
#define ENDURE_H

#include <stdatomic.h>

#include "guest.h"

#define OBJECTS 3
#define RESIZED 2 /* this one changes its size all the time */
#define PROCESSES 6
#define THREADS 3
#define RUN_PAGES ((size_t)16) /* that one operation works on */
#define PRIVATE_VERSION 0xfffffff0u

struct page_state {
	_Atomic uint32_t owner; /* 0: nobody; a process's number + 1 */
	uint32_t version; /* what it holds; 0: zeros */
	uint32_t next; /* what it is being changed to, or @version */
};

enum count {
	COUNT_STORES,
	COUNT_CHECKS,
	COUNT_CALLS, /* read and write */
	COUNT_PINS_OUT, /* O_DIRECT from a page */
	COUNT_PINS_IN, /* O_DIRECT to a page */
	COUNT_PRIVATE,
	COUNT_FORKS,
	COUNT_ADVICES,
	COUNT_REFUSED, /* touches past the end */
	COUNT_RESIZES,
	COUNT_SWAPONS,
	COUNT_SWAPOFFS,
	COUNT_BUDGETS,
	COUNT_KILLS,
	COUNT_REPAIRS, /* pages that a killed process was working on */
	COUNT_HOGS, /* rounds of memory pressure */
	COUNT_NR,
};

struct shared {
	atomic_bool over;
	_Atomic uint64_t wrong;
	_Atomic uint64_t counts[COUNT_NR];
	_Atomic size_t pages[OBJECTS]; /* changes under the pages' own locks */
	struct page_state *states[OBJECTS];
};

extern struct shared *shared;
extern struct object objects[OBJECTS];
extern uint64_t endure_seed;

/* pages.c: the table */
void pages_init(void);
bool page_lock(size_t object, size_t page, uint32_t owner);
void page_unlock(size_t object, size_t page);
struct page_state *page_state(size_t object, size_t page);
uint64_t object_seed(size_t object);
uint32_t page_begin(size_t object, size_t page); /* => the next version */
void page_done(size_t object, size_t page);
void page_check(size_t object, size_t page, const void *bytes,
		const char *when);
void pages_repair(uint32_t owner);
void complain(const char *format, ...) PRINTF(1, 2);
void count(enum count what);

/* work.c: what each process does; resize.c, around.c: what is done to them */
int work(void *number);
int resize_forever(void *unused);
int administer(void *unused);
int hog(void *unused);

#endif /* ENDURE_H */
