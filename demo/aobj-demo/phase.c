// SPDX-License-Identifier: GPL-2.0-only
/* Runs a phase: workers take its items, the main thread draws meanwhile. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "demo.h"

#define WORKERS_MAX 16

/* What a worker is given; lives as long as the phase. */
struct job {
	struct demo *demo;
	const struct phase *phase;
};

double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *work(void *argument)
{
	const struct job *job = argument;
	struct progress *progress = &job->demo->progress;
	size_t index;

	while ((index = atomic_fetch_add(&progress->next, 1)) <
	       job->phase->items)
		if (!job->phase->item(job->demo, index))
			atomic_fetch_add(&progress->failures, 1);
	atomic_fetch_sub(&progress->working, 1);
	return NULL;
}

static void pause_drawing(void)
{
	const struct timespec pause = { .tv_nsec = 200000000 };

	nanosleep(&pause, NULL);
}

static void watch(struct demo *demo, const struct phase *phase, double start)
{
	while (atomic_load(&demo->progress.working)) {
		screen_update(demo, phase, seconds_now() - start);
		pause_drawing();
	}
}

static void run_workers(struct demo *demo, const struct phase *phase,
			double start)
{
	struct job job = { demo, phase };
	pthread_t threads[WORKERS_MAX];
	unsigned int count = demo->workers;

	if (count > WORKERS_MAX)
		count = WORKERS_MAX;
	atomic_store(&demo->progress.next, 0);
	atomic_store(&demo->progress.done, 0);
	atomic_store(&demo->progress.working, count);
	for (unsigned int i = 0; i < count; i++) {
		errno = pthread_create(&threads[i], NULL, work, &job);
		if (errno)
			err(1, "starting a worker");
	}
	watch(demo, phase, start);
	for (unsigned int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* => phase->seconds and phase->events are set */
void phase_run(struct demo *demo, struct phase *phase)
{
	struct events before;
	double start;

	screen_begin(&demo->screen);
	events_read(&before);
	start = seconds_now();
	run_workers(demo, phase, start);
	phase->seconds = seconds_now() - start;
	events_read(&phase->events);
	for (int i = 0; i < EVENT_COUNT; i++)
		phase->events.value[i] -= before.value[i];
	screen_end(demo, phase);
	notes_print();
}
