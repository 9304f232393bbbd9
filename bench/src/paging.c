// SPDX-License-Identifier: GPL-2.0-only
/* Workloads of an object that is larger than its memory. */
#include <stdlib.h>

#include "bench.h"

#define STRIDE 4
#define THETA 0.99

/* What of the object stays out of memory, however it is paged. */
static double share_out(const struct bench *bench)
{
	return 1 - (double)bench->budget / (double)bench->pages;
}

static struct result run_seqwrite(const struct bench *bench)
{
	struct order order = order_forward(bench->pages);
	struct memory m;
	struct contents c = bench_contents(bench, &m, bench->pages);

	measure_begin();
	contents_write(&c, &order);
	measure_end();
	contents_verify(&c);
	memory_free(&m);
	return (struct result){ .pages = order.count,
				.copies = share_out(bench),
				.clears = 1 };
}

typedef void (*touch_fn)(struct contents *c, const struct order *order);

/* => fills the object, touches it as in @warm_up, and measures @order */
static void run_order(const struct bench *bench, const struct order *warm_up,
		      const struct order *order, touch_fn touch)
{
	struct memory m;
	struct contents c = bench_contents(bench, &m, bench->pages);

	contents_fill(&c);
	if (warm_up)
		touch(&c, warm_up);
	measure_begin();
	touch(&c, order);
	measure_end();
	contents_verify(&c);
	memory_free(&m);
}

/* Pages that were written once: the pass before leaves them clean. */
static struct result read_in_order(const struct bench *bench,
				   struct order order)
{
	run_order(bench, &order, &order, contents_read);
	return (struct result){ .pages = order.count, .copies = 1 };
}

static struct result run_seqread(const struct bench *bench)
{
	return read_in_order(bench, order_forward(bench->pages));
}

static struct result run_backread(const struct bench *bench)
{
	return read_in_order(bench, order_backward(bench->pages));
}

static struct result run_strideread(const struct bench *bench)
{
	return read_in_order(bench, order_strided(bench->pages, STRIDE));
}

static struct result run_streams2(const struct bench *bench)
{
	return read_in_order(bench, order_streams(bench->pages, 2));
}

static struct result run_streams4(const struct bench *bench)
{
	return read_in_order(bench, order_streams(bench->pages, 4));
}

static struct result run_randread(const struct bench *bench)
{
	struct order warm_up = order_random(bench->pages, bench->pages, 1);
	struct order order = order_random(bench->pages, bench->pages, 2);

	run_order(bench, &warm_up, &order, contents_read);
	return (struct result){ .pages = order.count,
				.copies = share_out(bench) };
}

/* Each page that comes in is written, and goes out again. */
static struct result run_randrmw(const struct bench *bench)
{
	struct order warm_up = order_random(bench->pages, bench->pages, 1);
	struct order order = order_random(bench->pages, bench->pages, 2);

	run_order(bench, &warm_up, &order, contents_read_write);
	return (struct result){ .pages = order.count,
				.copies = 2 * share_out(bench) };
}

static struct result run_zipf(const struct bench *bench)
{
	/* One seed, so that both have the same popular pages. */
	struct order both =
		order_zipf(bench->pages, 3 * bench->pages, THETA, 1);
	struct order warm_up = { bench->pages, both.page };
	struct order order = { 2 * bench->pages, both.page + bench->pages };

	run_order(bench, &warm_up, &order, contents_read);
	return (struct result){
		.pages = order.count,
		.copies = order_misses(&order, bench->pages, bench->budget),
	};
}

static struct result run_scanhot(const struct bench *bench)
{
	size_t hot = bench->budget / 4;
	struct order warm_up = order_scan_and_hot(bench->pages, hot, 1);
	struct order order = order_scan_and_hot(bench->pages, hot, 2);

	run_order(bench, &warm_up, &order, contents_read);
	return (struct result){ .pages = order.count, .copies = 0.5 };
}

/*
 * Fills the swap device from another memory, gives every other page of that
 * back, at random, and so leaves the free space in splinters.
 */
static void splinter(const struct bench *bench, struct memory *m)
{
	size_t pages = bench->device - bench->device / 8;
	uint64_t seed = 3;

	if (!peer_swaps(bench->peer))
		exit(EXIT_NOT_APPLICABLE);
	memory_new(m, bench->peer, pages);
	for (size_t page = 0; page < pages; page++)
		*(uint64_t *)(m->map + page * PAGE) = page;
	for (size_t page = 0; page < pages; page++)
		if (random_next(&seed) >> 63)
			memory_punch(m, page);
}

static struct result run_fragwrite(const struct bench *bench)
{
	struct order order = order_forward(bench->pages);
	struct memory m, other;
	struct contents c;

	c = bench_contents(bench, &m, bench->pages);
	splinter(bench, &other);
	measure_begin();
	contents_write(&c, &order);
	measure_end();
	contents_verify(&c);
	memory_free(&m);
	memory_free(&other);
	return (struct result){ .pages = order.count,
				.copies = 1,
				.clears = 1 };
}

static struct result run_fragread(const struct bench *bench)
{
	struct order order = order_forward(bench->pages);
	struct memory m, other;
	struct contents c;

	c = bench_contents(bench, &m, bench->pages);
	splinter(bench, &other);
	contents_fill(&c);
	contents_read(&c, &order);
	measure_begin();
	contents_read(&c, &order);
	measure_end();
	contents_verify(&c);
	memory_free(&m);
	memory_free(&other);
	return (struct result){ .pages = order.count, .copies = 1 };
}

const struct workload paging_workloads[] = {
	{ "seqwrite", run_seqwrite },
	{ "seqread", run_seqread },
	{ "backread", run_backread },
	{ "strideread", run_strideread },
	{ "streams2", run_streams2 },
	{ "streams4", run_streams4 },
	{ "randread", run_randread },
	{ "randrmw", run_randrmw },
	{ "zipf", run_zipf },
	{ "scanhot", run_scanhot },
	{ "fragwrite", run_fragwrite },
	{ "fragread", run_fragread },
	{},
};
