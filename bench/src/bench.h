/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of aobj-bench share.  The program runs one workload on one
 * kind of memory ("peer") and prints, as CSV, what that took.  Everything that
 * is not the workload, checking contents included, is done before or after the
 * measured stretches, but for one word of each page that is touched: that one
 * is checked, or written, in the same way for all peers.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAGE ((size_t)4096)
#define WORDS (PAGE / sizeof(uint64_t))

/* Exit status: the peer has no such thing, so there is nothing to compare. */
#define EXIT_NOT_APPLICABLE 77

/* die.c */
void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
void *allocate(size_t count, size_t size); /* zeroed, in memory for good */

/* peer.c: kinds of memory */
struct memory {
	const struct peer *peer;
	int fd; /* -1: there is none */
	size_t pages;
	uint8_t *map;
	void *area; /* what was mapped to get an aligned map, or NULL */
	size_t area_size; /* in bytes */
};

const struct peer *peer_find(const char *name);
bool peer_is_aobj(const struct peer *peer);
bool peer_swaps(const struct peer *peer); /* to a swap device, not to a file */
void memory_new(struct memory *m, const struct peer *peer, size_t pages);
void memory_free(struct memory *m);
/* The memory stays without a mapping; not all peers can do that. */
bool memory_outlives_mapping(const struct memory *m);
void memory_map(struct memory *m);
void memory_unmap(struct memory *m);
void memory_punch(struct memory *m, size_t page); /* gives the page back */

/* order.c: which pages are touched, one after the other */
struct order {
	size_t count;
	uint32_t *page;
};

uint64_t random_next(uint64_t *state);
struct order order_forward(size_t pages);
struct order order_backward(size_t pages);
struct order order_strided(size_t pages, size_t stride);
struct order order_random(size_t pages, size_t count, uint64_t seed);
struct order order_shuffled(size_t pages, uint64_t seed);
struct order order_zipf(size_t pages, size_t count, double theta,
			uint64_t seed);
struct order order_scan_and_hot(size_t pages, size_t hot, uint64_t seed);
struct order order_streams(size_t pages, size_t streams);
/* The share of the touches that a cache of @cached pages cannot serve. */
double order_misses(const struct order *order, size_t pages, size_t cached);

/* contents.c: what each page must hold */
struct contents {
	struct memory *memory;
	uint32_t *version; /* of each page's own word; 0 is never written */
	bool whole; /* pages were filled, not just touched */
};

struct contents contents_new(struct memory *m);
void contents_fill(struct contents *c); /* all pages, in order */
void contents_write(struct contents *c, const struct order *order);
void contents_read(struct contents *c, const struct order *order);
void contents_read_write(struct contents *c, const struct order *order);
void contents_verify(struct contents *c); /* every word of every page */

/* measure.c: clocks and counters over the measured stretches */
void measure_begin(void);
void measure_end(void);

/* Of single touches: how many, and how long they took, in nanoseconds. */
struct latency {
	size_t count;
	uint64_t p50;
	uint64_t p99;
	uint64_t max;
};

uint64_t measure_now_ns(void);
struct latency latency_of(uint64_t *ns, size_t count); /* sorts them */

/*
 * @pages: that were touched
 * @copies: pages that any pager would have had to move, per page touched
 * @clears: pages that any pager would have had to clear, per page touched
 * @answer: what came out, the same for all peers
 * @latency: of what was timed one by one, if anything was
 */
struct result {
	size_t pages;
	double copies;
	double clears;
	uint64_t answer;
	struct latency latency;
};

void measure_print(const char *prefix, const struct result *result);

/* workload.c and its like */
struct bench {
	const struct peer *peer;
	const char *cgroup; /* a directory, or NULL */
	size_t pages; /* of the object */
	size_t budget; /* in pages */
	size_t device; /* pages that the swap device has */
	size_t objects; /* for the workload of many */
	unsigned int threads;
	const char *data; /* a file */
};

struct workload {
	const char *name;
	struct result (*run)(const struct bench *bench);
};

/* Enters the cgroup: what is allocated before is not charged to it. */
void bench_enter(const struct bench *bench);
struct contents bench_contents(const struct bench *bench, struct memory *m,
			       size_t pages);

extern const struct workload paging_workloads[]; /* end with no name */
extern const struct workload mapping_workloads[];
extern const struct workload process_workloads[];
extern const struct workload thread_workloads[];
extern const struct workload fairness_workloads[];
extern const struct workload swapoff_workloads[];
extern const struct workload sqlite_workloads[];

#endif /* BENCH_H */
