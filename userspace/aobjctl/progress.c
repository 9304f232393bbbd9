// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a swapoff has come, told by a thread of its own while the call is under
 * way: sysfs says how much is still on the device.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aobjctl.h"

#define BAR 24 /* characters */
#define STEP_MS 200

struct progress {
	enum progress_style style;
	const char *number; /* MAJOR:MINOR */
	char name[SYSFS_TEXT];
	uint64_t total; /* bytes that were on it at first */
	double start;
};

static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended;
static bool over; /* under the lock */
static struct progress shown;
static bool running;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool read_used(const struct progress *p, uint64_t *used)
{
	char path[NAME_MAX + 16];

	snprintf(path, sizeof(path), "swap/%s/used", p->number);
	return !sysfs_number(path, used);
}

static void print_bar(const struct progress *p, uint64_t left, double seconds)
{
	uint64_t done = p->total > left ? p->total - left : 0;
	double share = p->total ? (double)done / (double)p->total : 1;
	int filled = (int)(share * BAR);
	double rate = seconds > 0 ? (double)done / seconds : 0;
	char bar[BAR + 1], text[32];

	for (int i = 0; i < BAR; i++)
		bar[i] = i < filled ? '#' : '-';
	bar[BAR] = '\0';
	size_format(left, text, sizeof(text));
	fprintf(stderr, "\r%s [%s] %3.0f%%  %s left", p->name, bar, 100 * share,
		text);
	if (rate > 0)
		fprintf(stderr, ", %.1f MiB/s, %.0f s", rate / (1 << 20),
			(double)left / rate);
	fputs("\033[K", stderr);
}

static void print_line(const struct progress *p, uint64_t left, double seconds)
{
	const char *format = p->style == PROGRESS_JSON ?
				     "{\"device\": \"%s\", \"total\": %" PRIu64
				     ", \"left\": %" PRIu64
				     ", \"seconds\": %.1f}\n" :
				     "%s %" PRIu64 " %" PRIu64 " %.1f\n";

	printf(format, p->number, p->total, left, seconds);
	fflush(stdout);
}

static void print(const struct progress *p, uint64_t left)
{
	double seconds = now() - p->start;

	if (p->style == PROGRESS_BAR)
		print_bar(p, left, seconds);
	else
		print_line(p, left, seconds);
}

/* => false when it is over */
static bool wait_step(void)
{
	struct timespec until;
	bool result;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STEP_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&lock);
	if (!over)
		pthread_cond_timedwait(&ended, &lock, &until);
	result = !over;
	pthread_mutex_unlock(&lock);
	return result;
}

static void *follow(void *argument)
{
	uint64_t left;

	(void)argument;
	while (wait_step() && read_used(&shown, &left))
		print(&shown, left);
	return NULL;
}

/* Signals are for the thread that makes the call: they end it. */
static int start_thread(void)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int error;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&ended, &attributes);
	pthread_condattr_destroy(&attributes);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&thread, NULL, follow, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

/**
 * progress_begin() - show how a swapoff goes on from here
 * @style: PROGRESS_NONE shows nothing
 * @number: the device's, MAJOR:MINOR; valid until progress_end()
 */
void progress_begin(enum progress_style style, const char *number)
{
	char path[NAME_MAX + 16];

	running = false;
	if (style == PROGRESS_NONE)
		return;
	shown = (struct progress){ .style = style, .number = number };
	shown.start = now();
	snprintf(path, sizeof(path), "swap/%s/name", number);
	if (sysfs_text(path, shown.name) || !read_used(&shown, &shown.total))
		return;
	over = false;
	running = !start_thread();
}

/* => the last line says how it ended: nothing is left, or what is */
void progress_end(void)
{
	uint64_t left = 0;

	if (!running)
		return;
	pthread_mutex_lock(&lock);
	over = true;
	pthread_cond_signal(&ended);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	if (!read_used(&shown, &left))
		left = 0;
	print(&shown, left);
	if (shown.style == PROGRESS_BAR)
		fputc('\n', stderr);
	running = false;
}
