// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the measured stretches took.  In a guest whose clock counts
 * instructions the clock's nanoseconds are instructions, whoever executes
 * them: the program, the fault handler, the page daemon.  When there is nothing
 * to execute such a clock jumps to the next timer: those jumps are idle time,
 * and are taken off.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define EVENTS "/sys/class/misc/aobj/events"
#define COUNTERS_MAX 32
#define NAME_SIZE 32

struct counter {
	char name[NAME_SIZE];
	uint64_t value;
};

struct counters {
	size_t count;
	struct counter counter[COUNTERS_MAX];
};

static const char *const vmstat_names[] = { "pswpin", "pswpout", "pgfault" };

static uint64_t elapsed_ns;
static uint64_t idle_ns;
static uint64_t began_ns;
static uint64_t began_idle_ns;
static struct counters before;
static struct counters sums;

/*
 * The profiler's plugin sees these instructions, which do nothing, and takes
 * note of what is executed between them.
 */
static void mark_begin(void)
{
	asm volatile("nopl 0x0a0b1001(%rax)");
}

static void mark_end(void)
{
	asm volatile("nopl 0x0a0b1002(%rax)");
}

static void mark_over(void)
{
	asm volatile("nopl 0x0a0b1003(%rax)");
}

uint64_t measure_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Exact, unlike /proc/stat.  Where there are several CPUs, that one of them has
 * nothing to do does not mean that the clock jumps.
 */
static uint64_t idle_so_far(void)
{
	unsigned long long value;
	uint64_t sum = 0;
	char line[256];
	FILE *file;

	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		return 0;
	file = fopen("/proc/timer_list", "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " .idle_sleeptime : %llu", &value) == 1 ||
		    sscanf(line, " .iowait_sleeptime : %llu", &value) == 1)
			sum += value;
	fclose(file);
	return sum;
}

static void add(struct counters *c, const char *name, uint64_t value)
{
	struct counter *counter = &c->counter[c->count];

	if (c->count == COUNTERS_MAX || strlen(name) >= NAME_SIZE)
		die("too many counters");
	strcpy(counter->name, name);
	counter->value = value;
	c->count++;
}

static void add_vmstat(struct counters *c)
{
	FILE *file = fopen("/proc/vmstat", "re");
	unsigned long long value;
	char name[64];

	if (!file)
		die("/proc/vmstat");
	while (fscanf(file, "%63s %llu", name, &value) == 2)
		for (size_t i = 0; i < ARRAY_SIZE(vmstat_names); i++)
			if (!strcmp(name, vmstat_names[i]))
				add(c, name, value);
	fclose(file);
}

static void add_event(struct counters *c, const char *name)
{
	char path[sizeof(EVENTS) + 256], full[NAME_SIZE];
	unsigned long long value;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", EVENTS, name);
	snprintf(full, sizeof(full), "aobj_%s", name);
	file = fopen(path, "re");
	if (!file)
		die("%s", path);
	if (fscanf(file, "%llu", &value) != 1)
		die("%s", path);
	add(c, full, value);
	fclose(file);
}

/* Of /sys/block/NAME/stat, by place; NULL for what is of no interest. */
static const char *const disk_names[] = {
	"disk_reads",  NULL,	       "disk_read_sectors",  NULL,
	"disk_writes", NULL,	       "disk_write_sectors", NULL,
	NULL,	       "disk_busy_ms", "disk_queue_ms",
};

static void add_disk(struct counters *c)
{
	const char *path = getenv("AOBJ_BENCH_DISK_STAT");
	unsigned long long value;
	FILE *file;

	if (!path)
		return;
	file = fopen(path, "re");
	if (!file)
		die("%s", path);
	for (size_t i = 0; i < ARRAY_SIZE(disk_names); i++) {
		if (fscanf(file, "%llu", &value) != 1)
			die("%s", path);
		if (disk_names[i])
			add(c, disk_names[i], value);
	}
	fclose(file);
}

static void read_counters(struct counters *c)
{
	DIR *directory = opendir(EVENTS);
	const struct dirent *entry;

	c->count = 0;
	add_vmstat(c);
	add_disk(c);
	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			add_event(c, entry->d_name);
	if (directory)
		closedir(directory);
}

void measure_begin(void)
{
	read_counters(&before);
	began_idle_ns = idle_so_far();
	began_ns = measure_now_ns();
	mark_begin();
}

void measure_end(void)
{
	struct counters after;

	mark_end();
	elapsed_ns += measure_now_ns() - began_ns;
	idle_ns += idle_so_far() - began_idle_ns;
	read_counters(&after);
	if (after.count != before.count)
		die("counters came or went");
	for (size_t i = 0; i < after.count; i++)
		after.counter[i].value +=
			sums.counter[i].value - before.counter[i].value;
	sums = after;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct latency latency_of(uint64_t *ns, size_t count)
{
	struct latency l = { .count = count };

	if (!count)
		return l;
	qsort(ns, count, sizeof(*ns), compare_ns);
	l.p50 = ns[(count - 1) / 2];
	l.p99 = ns[(count - 1) - (count - 1) / 100];
	l.max = ns[count - 1];
	return l;
}

static void print_latency(const char *prefix, const struct latency *l)
{
	if (!l->count)
		return;
	printf("%s,latency_count,%zu\n", prefix, l->count);
	printf("%s,latency_p50_ns,%llu\n", prefix, (unsigned long long)l->p50);
	printf("%s,latency_p99_ns,%llu\n", prefix, (unsigned long long)l->p99);
	printf("%s,latency_max_ns,%llu\n", prefix, (unsigned long long)l->max);
}

void measure_print(const char *prefix, const struct result *result)
{
	mark_over();
	printf("%s,pages,%zu\n", prefix, result->pages);
	printf("%s,elapsed_ns,%llu\n", prefix, (unsigned long long)elapsed_ns);
	printf("%s,idle_ns,%llu\n", prefix, (unsigned long long)idle_ns);
	printf("%s,needed_copies,%.6f\n", prefix, result->copies);
	printf("%s,needed_clears,%.6f\n", prefix, result->clears);
	printf("%s,answer,%llu\n", prefix,
	       (unsigned long long)(result->answer >> 12));
	print_latency(prefix, &result->latency);
	for (size_t i = 0; i < sums.count; i++)
		printf("%s,%s,%llu\n", prefix, sums.counter[i].name,
		       (unsigned long long)sums.counter[i].value);
}
