/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the work that is done on each stack. */
#ifndef WORK_H
#define WORK_H

#include "guest.h"

#define WORKERS 3

/**
 * struct tally - what a worker has met; in memory that is shared
 * @rounds: pages looked at
 * @wrong: of them not what they should be
 * @refused: touches that were SIGBUS
 * @lost: pages that could not be had in the end
 */
struct tally {
	volatile uint64_t rounds;
	volatile uint64_t wrong;
	volatile uint64_t refused;
	volatile uint64_t lost;
};

/**
 * struct worker - what one is told
 * @number: tells its pages from those of others
 * @tally: what it has met
 * @stop: set when it is to look at each page once more, and to end
 * @bound: the only device that it may use, or 0
 * @may_lose: pages may be lost for good
 */
struct worker {
	size_t number;
	struct tally *tally;
	const volatile uint32_t *stop;
	dev_t bound;
	bool may_lose;
};

/* worker.c: a process that changes pages of its object, and looks at them */

int worker_run(void *argument);

/* hog.c: a process that leaves the machine little memory until it is killed */
pid_t hog_start(void);
bool hog_stop(pid_t hog); /* => it was there all the time */
uint64_t pages_reclaimed(void);

#endif /* WORK_H */
