// SPDX-License-Identifier: GPL-2.0-only
/* Which pages are touched, all worked out before anything is measured. */
#include <math.h>
#include <stdlib.h>

#include "bench.h"

/* xorshift64* */
uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

static size_t random_below(uint64_t *state, size_t limit)
{
	return (size_t)((random_next(state) >> 32) * limit >> 32);
}

static struct order order_new(size_t count)
{
	return (struct order){ count, allocate(count, sizeof(uint32_t)) };
}

struct order order_forward(size_t pages)
{
	struct order order = order_new(pages);

	for (size_t i = 0; i < pages; i++)
		order.page[i] = (uint32_t)i;
	return order;
}

struct order order_backward(size_t pages)
{
	struct order order = order_new(pages);

	for (size_t i = 0; i < pages; i++)
		order.page[i] = (uint32_t)(pages - 1 - i);
	return order;
}

/* All pages: every @stride-th from the first on, then from the second on, ... */
struct order order_strided(size_t pages, size_t stride)
{
	struct order order = order_new(pages);
	size_t at = 0;

	for (size_t first = 0; first < stride; first++)
		for (size_t i = first; i < pages; i += stride)
			order.page[at++] = (uint32_t)i;
	return order;
}

struct order order_random(size_t pages, size_t count, uint64_t seed)
{
	struct order order = order_new(count);

	for (size_t i = 0; i < count; i++)
		order.page[i] = (uint32_t)random_below(&seed, pages);
	return order;
}

struct order order_shuffled(size_t pages, uint64_t seed)
{
	struct order order = order_forward(pages);

	for (size_t i = pages - 1; i > 0; i--) {
		size_t other = random_below(&seed, i + 1);
		uint32_t page = order.page[i];

		order.page[i] = order.page[other];
		order.page[other] = page;
	}
	return order;
}

/* => the first rank whose cumulated share is above @share */
static size_t rank_at(const double *share_below, size_t pages, double share)
{
	size_t low = 0, high = pages - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (share_below[middle] > share)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Page popularity falls with rank to the power of @theta; ranks are scattered. */
struct order order_zipf(size_t pages, size_t count, double theta, uint64_t seed)
{
	struct order order = order_new(count);
	struct order place = order_shuffled(pages, seed);
	double *share_below = calloc(pages, sizeof(double));
	double sum = 0;

	if (!share_below)
		die("calloc");
	for (size_t i = 0; i < pages; i++) {
		sum += pow((double)(i + 1), -theta);
		share_below[i] = sum;
	}
	for (size_t i = 0; i < count; i++) {
		double share =
			sum * (double)(random_next(&seed) >> 32) / UINT32_MAX;

		order.page[i] = place.page[rank_at(share_below, pages, share)];
	}
	free(share_below);
	return order;
}

/* Touches of the scan, in order, and of the hot set, at random, alternate. */
struct order order_scan_and_hot(size_t pages, size_t hot, uint64_t seed)
{
	struct order order = order_new(2 * (pages - hot));

	for (size_t i = 0; i < pages - hot; i++) {
		order.page[2 * i] = (uint32_t)(hot + i);
		order.page[2 * i + 1] = (uint32_t)random_below(&seed, hot);
	}
	return order;
}

/* The streams take turns, each through its own part in order. */
struct order order_streams(size_t pages, size_t streams)
{
	size_t part = pages / streams;
	struct order order = order_new(part * streams);

	for (size_t i = 0; i < order.count; i++)
		order.page[i] = (uint32_t)(i % streams * part + i / streams);
	return order;
}

static int compare_falling(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x < y) - (x > y);
}

/* With the best choice that does not change: the most popular pages. */
double order_misses(const struct order *order, size_t pages, size_t cached)
{
	uint32_t *touches = calloc(pages, sizeof(uint32_t));
	size_t hits = 0;

	if (!touches)
		die("calloc");
	for (size_t i = 0; i < order->count; i++)
		touches[order->page[i]]++;
	qsort(touches, pages, sizeof(*touches), compare_falling);
	for (size_t i = 0; i < cached && i < pages; i++)
		hits += touches[i];
	free(touches);
	return 1 - (double)hits / (double)order->count;
}
