// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads of several threads, for what more processors cost: each thread
 * writes its own part in order, then reads at random, in an object of its own
 * or in one that all share.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "bench.h"

struct thread {
	pthread_t id;
	struct contents *contents;
	struct order write;
	struct order read;
};

static pthread_barrier_t written;

static void *run_thread(void *argument)
{
	struct thread *t = argument;

	contents_write(t->contents, &t->write);
	pthread_barrier_wait(&written);
	contents_read(t->contents, &t->read);
	return NULL;
}

static void run_all(struct thread *threads, unsigned int count)
{
	pthread_barrier_init(&written, NULL, count);
	measure_begin();
	for (unsigned int i = 0; i < count; i++) {
		errno = pthread_create(&threads[i].id, NULL, run_thread,
				       &threads[i]);
		if (errno)
			die("pthread_create");
	}
	for (unsigned int i = 0; i < count; i++)
		pthread_join(threads[i].id, NULL);
	measure_end();
}

static struct result result_of(const struct bench *bench, size_t part)
{
	double out = 1 - (double)bench->budget / (double)bench->pages;

	return (struct result){ .pages = 2 * part * bench->threads,
				.copies = out,
				.clears = 0.5 };
}

static struct result run_threads_own(const struct bench *bench)
{
	unsigned int count = bench->threads;
	struct thread *threads = allocate(count, sizeof(*threads));
	struct contents *c = allocate(count, sizeof(*c));
	struct memory *m = allocate(count, sizeof(*m));
	size_t part = bench->pages / count;

	for (unsigned int i = 0; i < count; i++) {
		m[i].pages = part;
		c[i] = contents_new(&m[i]);
		threads[i].contents = &c[i];
		threads[i].write = order_forward(part);
		threads[i].read = order_random(part, part, i + 1);
	}
	bench_enter(bench);
	for (unsigned int i = 0; i < count; i++)
		memory_new(&m[i], bench->peer, part);
	run_all(threads, count);
	for (unsigned int i = 0; i < count; i++) {
		contents_verify(&c[i]);
		memory_free(&m[i]);
	}
	return result_of(bench, part);
}

static struct result run_threads_one(const struct bench *bench)
{
	unsigned int count = bench->threads;
	struct thread *threads = allocate(count, sizeof(*threads));
	size_t part = bench->pages / count;
	struct order forward = order_forward(part * count);
	struct memory m = { .pages = part * count };
	struct contents c = contents_new(&m);

	for (unsigned int i = 0; i < count; i++) {
		threads[i].contents = &c;
		threads[i].write =
			(struct order){ part, forward.page + i * part };
		threads[i].read = order_random(m.pages, part, i + 1);
	}
	bench_enter(bench);
	memory_new(&m, bench->peer, m.pages);
	run_all(threads, count);
	contents_verify(&c);
	memory_free(&m);
	return result_of(bench, part);
}

const struct workload thread_workloads[] = {
	{ "threads_own", run_threads_own },
	{ "threads_one", run_threads_one },
	{},
};
