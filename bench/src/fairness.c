// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small reader beside a heavy writer.  The writer, a process of its own,
 * stores to each page of its memory in order, round and round, as fast as it can:
 * to new memory each time, so that all it does to the disk is to write, or to the
 * same memory again, which has to be read first.
 * The reader has a quarter of the memory that both may have together, all of which
 * the writer's first round has driven out; it touches its pages in a random order,
 * each once in a round, with a pause between any two.  Of a touch that had to wait
 * for the disk (a major fault) the time is taken.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define SAMPLES 1500
#define LONGEST_NS (90 * UINT64_C(1000000000))
#define PAUSE_US 2000

/* What the two processes tell each other. */
struct signs {
	atomic_bool begin;
	atomic_bool end;
	atomic_uint rounds; /* that the writer has finished */
};

struct writer {
	bool anew; /* each round to new memory */
	struct order forward;
	struct memory memory;
	struct contents contents;
};

static struct signs *signs_new(void)
{
	struct signs *signs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1,
				   0);

	if (signs == MAP_FAILED)
		die("mmap");
	return signs;
}

/* => what has been written is gone, and with it what must be there */
static void renew(const struct bench *bench, struct writer *w)
{
	size_t pages = w->memory.pages;

	memory_free(&w->memory);
	memset(w->contents.version, 0, pages * sizeof(*w->contents.version));
	memory_new(&w->memory, bench->peer, pages);
}

static void write_on(const struct bench *bench, struct writer *w,
		     struct signs *signs)
{
	memory_new(&w->memory, bench->peer, w->memory.pages);
	while (!signs->begin)
		usleep(1000);
	while (!signs->end) {
		/* A part at a time, to see the sign soon. */
		for (size_t at = 0; at < w->forward.count && !signs->end;
		     at += bench->budget / 4) {
			size_t left = w->forward.count - at;
			size_t count = bench->budget / 4;
			struct order part = { left < count ? left : count,
					      w->forward.page + at };

			contents_write(&w->contents, &part);
		}
		signs->rounds++;
		if (w->anew && !signs->end)
			renew(bench, w);
	}
}

static pid_t start_writer(const struct bench *bench, struct writer *w,
			  struct signs *signs)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_on(bench, w, signs);
	contents_verify(&w->contents);
	_exit(EXIT_SUCCESS);
}

static void await_round(const struct signs *signs, pid_t writer)
{
	errno = 0;
	while (!signs->rounds) {
		if (waitpid(writer, NULL, WNOHANG))
			die("the writer has gone");
		usleep(1000);
	}
}

static long major_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_majflt;
}

/* => how many of the touches waited for the disk; *@ns of each */
static size_t sample(struct contents *c, const struct order *order,
		     uint64_t *ns)
{
	uint64_t began = measure_now_ns();
	size_t count = 0;

	for (size_t i = 0; count < SAMPLES; i++) {
		struct order one = { 1, &order->page[i % order->count] };
		long before = major_faults();
		uint64_t at = measure_now_ns();

		contents_read(c, &one);
		ns[count] = measure_now_ns() - at;
		if (major_faults() != before)
			count++;
		if (measure_now_ns() - began > LONGEST_NS)
			break;
		usleep(PAUSE_US);
	}
	return count;
}

static struct result beside(const struct bench *bench, bool anew)
{
	size_t small = bench->budget / 4, count;
	struct order order = order_shuffled(small, 1);
	uint64_t *ns = allocate(SAMPLES + 1, sizeof(*ns));
	struct signs *signs = signs_new();
	struct writer w = { .anew = anew,
			    .forward = order_forward(bench->pages - small) };
	struct memory m = { .pages = small };
	struct contents c = contents_new(&m);
	int status;
	pid_t pid;

	w.memory.pages = bench->pages - small;
	w.contents = contents_new(&w.memory);
	bench_enter(bench);
	pid = start_writer(bench, &w, signs);
	memory_new(&m, bench->peer, small);
	contents_fill(&c);
	signs->begin = true;
	await_round(signs, pid);

	measure_begin();
	count = sample(&c, &order, ns);
	measure_end();
	signs->end = true;
	if (waitpid(pid, &status, 0) != pid || status)
		die("the writer failed");
	contents_verify(&c);
	memory_free(&m);
	return (struct result){ .pages = count ?: 1,
				.latency = latency_of(ns, count) };
}

static struct result run_beside_writer(const struct bench *bench)
{
	return beside(bench, true);
}

static struct result run_beside_rewriter(const struct bench *bench)
{
	return beside(bench, false);
}

const struct workload fairness_workloads[] = {
	{ "beside_writer", run_beside_writer },
	{ "beside_rewriter", run_beside_rewriter },
	{},
};
