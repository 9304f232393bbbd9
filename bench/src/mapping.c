// SPDX-License-Identifier: GPL-2.0-only
/* Workloads that fit into memory: what faults cost, and nothing else. */
#include <stdlib.h>

#include "bench.h"

#define ROUNDS 4

/* Half of the budget: nobody's reclaim has anything to do. */
static size_t resident(const struct bench *bench)
{
	return bench->budget / 2;
}

static struct result run_touch(const struct bench *bench)
{
	struct order order = order_forward(resident(bench));
	struct memory m;
	struct contents c = bench_contents(bench, &m, order.count);

	for (int round = 0; round < ROUNDS; round++) {
		if (round)
			memory_new(&m, bench->peer, order.count);
		for (size_t i = 0; i < m.pages; i++)
			c.version[i] = 0;
		measure_begin();
		contents_write(&c, &order);
		measure_end();
		contents_verify(&c);
		memory_free(&m);
	}
	return (struct result){ .pages = ROUNDS * order.count, .clears = 1 };
}

typedef void (*touch_fn)(struct contents *c, const struct order *order);

static void map_again(struct memory *m)
{
	memory_unmap(m);
	memory_map(m);
}

/* With @whole, the unmapping of what the last round has mapped is measured, too. */
static struct result remap(const struct bench *bench, struct order order,
			   touch_fn touch, bool whole)
{
	struct memory m;
	struct contents c = bench_contents(bench, &m, order.count);

	if (!memory_outlives_mapping(&m))
		exit(EXIT_NOT_APPLICABLE);
	contents_fill(&c);
	for (int round = 0; round < ROUNDS; round++) {
		if (!whole || !round)
			map_again(&m);
		measure_begin();
		touch(&c, &order);
		if (whole)
			map_again(&m);
		measure_end();
	}
	contents_verify(&c);
	memory_free(&m);
	return (struct result){ .pages = ROUNDS * order.count };
}

static struct order in_order(const struct bench *bench)
{
	return order_forward(resident(bench));
}

static struct order shuffled(const struct bench *bench)
{
	return order_shuffled(resident(bench), 1);
}

static struct result run_remap_seq(const struct bench *bench)
{
	return remap(bench, in_order(bench), contents_read, false);
}

static struct result run_remap_rand(const struct bench *bench)
{
	return remap(bench, shuffled(bench), contents_read, false);
}

static struct result run_remap_seq_write(const struct bench *bench)
{
	return remap(bench, in_order(bench), contents_write, false);
}

static struct result run_remap_rand_write(const struct bench *bench)
{
	return remap(bench, shuffled(bench), contents_write, false);
}

static struct result run_cycle_seq(const struct bench *bench)
{
	return remap(bench, in_order(bench), contents_read, true);
}

static struct result run_cycle_rand(const struct bench *bench)
{
	return remap(bench, shuffled(bench), contents_read, true);
}

const struct workload mapping_workloads[] = {
	{ "touch", run_touch },
	{ "remap_seq", run_remap_seq },
	{ "remap_rand", run_remap_rand },
	{ "remap_seq_write", run_remap_seq_write },
	{ "remap_rand_write", run_remap_rand_write },
	{ "cycle_seq", run_cycle_seq },
	{ "cycle_rand", run_cycle_rand },
	{},
};
