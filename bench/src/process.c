// SPDX-License-Identifier: GPL-2.0-only
/* Workloads of several processes, and of many objects. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PROCESSES 4
#define FORKS 16
#define SMALL_PAGES 4 /* of one of many objects */

/*
 * Several processes at a time, each on memory of its own: writes all of it,
 * reads all of it, and reads at random.
 */

struct worker {
	struct order forward;
	struct order random;
	struct memory memory;
	struct contents contents;
};

static void work(const struct bench *bench, struct worker *w)
{
	memory_new(&w->memory, bench->peer, w->memory.pages);
	contents_write(&w->contents, &w->forward);
	contents_read(&w->contents, &w->forward);
	contents_read(&w->contents, &w->random);
}

static pid_t start(void (*run)(const struct bench *, struct worker *),
		   const struct bench *bench, struct worker *w)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		run(bench, w);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

static void finish(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	errno = 0;
	if (status)
		die("a process failed");
}

static struct result run_multi(const struct bench *bench)
{
	size_t pages = bench->pages / PROCESSES;
	double out = 1 - (double)bench->budget / (double)bench->pages;
	struct worker w[PROCESSES];
	pid_t pid[PROCESSES];

	for (uint64_t i = 0; i < PROCESSES; i++) {
		w[i].forward = order_forward(pages);
		w[i].random = order_random(pages, pages, i + 1);
		w[i].memory.pages = pages;
		w[i].contents = contents_new(&w[i].memory);
	}
	bench_enter(bench);
	measure_begin();
	for (size_t i = 0; i < PROCESSES; i++)
		pid[i] = start(work, bench, &w[i]);
	for (size_t i = 0; i < PROCESSES; i++)
		finish(pid[i]);
	measure_end();
	return (struct result){
		.pages = 3 * PROCESSES * pages,
		.copies = (out + 1 + out) / 3,
		.clears = 1.0 / 3,
	};
}

/* fork(2) of a process that has memory mapped and resident */

static void do_nothing(const struct bench *bench, struct worker *w)
{
	(void)bench;
	(void)w;
}

static void read_all(const struct bench *bench, struct worker *w)
{
	(void)bench;
	contents_read(&w->contents, &w->forward);
}

static struct result forks(const struct bench *bench,
			   void (*child)(const struct bench *, struct worker *))
{
	size_t pages = bench->budget / 2;
	struct worker w = { .forward = order_forward(pages) };

	w.contents = bench_contents(bench, &w.memory, pages);
	contents_fill(&w.contents);
	measure_begin();
	for (int i = 0; i < FORKS; i++)
		finish(start(child, bench, &w));
	measure_end();
	contents_verify(&w.contents);
	memory_free(&w.memory);
	return (struct result){ .pages = FORKS * pages };
}

static struct result run_fork(const struct bench *bench)
{
	return forks(bench, do_nothing);
}

static struct result run_fork_read(const struct bench *bench)
{
	return forks(bench, read_all);
}

/*
 * Many small objects at a time, more than memory holds: creates, writes, and
 * unmaps each; then maps, reads and closes each.
 */

static uint64_t *small_word(const struct memory *m, size_t page)
{
	return (uint64_t *)(m->map + page * PAGE) + page;
}

static void small_write(struct memory *m, const struct peer *peer, size_t id)
{
	memory_new(m, peer, SMALL_PAGES);
	for (size_t page = 0; page < SMALL_PAGES; page++)
		*small_word(m, page) = id * SMALL_PAGES + page + 1;
	if (memory_outlives_mapping(m))
		memory_unmap(m);
}

static uint64_t small_read(struct memory *m, size_t id)
{
	uint64_t wrong = 0;

	if (memory_outlives_mapping(m))
		memory_map(m);
	for (size_t page = 0; page < SMALL_PAGES; page++)
		wrong |= *small_word(m, page) ^ (id * SMALL_PAGES + page + 1);
	memory_free(m);
	return wrong;
}

static struct result run_small(const struct bench *bench)
{
	struct memory *m = allocate(bench->objects, sizeof(*m));
	size_t pages = bench->objects * SMALL_PAGES;
	double out = 1 - (double)bench->budget / (double)pages;
	uint64_t wrong = 0;

	bench_enter(bench);
	measure_begin();
	for (size_t i = 0; i < bench->objects; i++)
		small_write(&m[i], bench->peer, i);
	for (size_t i = 0; i < bench->objects; i++)
		wrong |= small_read(&m[i], i);
	measure_end();
	errno = 0;
	if (wrong)
		die("a small object does not hold what was written to it");
	return (struct result){ .pages = pages,
				.copies = 2 * (out > 0 ? out : 0),
				.clears = 1 };
}

const struct workload process_workloads[] = {
	{ "multi", run_multi },
	{ "fork", run_fork },
	{ "fork_read", run_fork_read },
	{ "small", run_small },
	{},
};
