// SPDX-License-Identifier: GPL-2.0-only
/* Tests of what a benchmark touches, and that wrong contents are seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/bench.h"

#define PAGES 2048

static unsigned int points;
static unsigned int failures;

static void check(bool holds, const char *what)
{
	points++;
	failures += !holds;
	printf("%sok %u - %s\n", holds ? "" : "not ", points, what);
}

static bool visits_all_once(const struct order *order)
{
	bool seen[PAGES] = {};

	if (order->count != PAGES)
		return false;
	for (size_t i = 0; i < order->count; i++) {
		if (order->page[i] >= PAGES || seen[order->page[i]])
			return false;
		seen[order->page[i]] = true;
	}
	return true;
}

static void test_orders(void)
{
	struct order forward = order_forward(PAGES);
	struct order backward = order_backward(PAGES);
	struct order strided = order_strided(PAGES, 4);
	struct order shuffled = order_shuffled(PAGES, 1);
	struct order streams = order_streams(PAGES, 4);

	check(visits_all_once(&forward) && visits_all_once(&backward) &&
		      visits_all_once(&strided) && visits_all_once(&shuffled) &&
		      visits_all_once(&streams),
	      "all pages are visited once");
	check(forward.page[1] == 1 && backward.page[0] == PAGES - 1 &&
		      strided.page[1] == 4 && streams.page[1] == PAGES / 4 &&
		      streams.page[4] == 1,
	      "in their order");
	check(memcmp(shuffled.page, forward.page, PAGES * sizeof(uint32_t)),
	      "which is another one when shuffled");
}

static void test_misses(void)
{
	struct order forward = order_forward(PAGES);
	struct order random = order_random(PAGES, 64 * PAGES, 1);
	struct order zipf = order_zipf(PAGES, 64 * PAGES, 0.99, 1);
	struct order hot = order_scan_and_hot(PAGES, PAGES / 16, 1);
	double misses = order_misses(&forward, PAGES, PAGES / 4);

	check(misses > 0.749 && misses < 0.751,
	      "a quarter of a pass is served by a quarter of memory");
	misses = order_misses(&random, PAGES, PAGES / 4);
	check(misses > 0.6 && misses < 0.75, "so is one of random touches");
	/* The sum over n of 1/n^0.99: 512 of 2048 pages have 83 % of it. */
	misses = order_misses(&zipf, PAGES, PAGES / 4);
	check(misses > 0.14 && misses < 0.2, "popular pages are popular");
	misses = order_misses(&hot, PAGES, PAGES / 8);
	check(misses > 0.4 && misses < 0.5, "a hot set can be kept");
}

/* => the status of a process that corrupts a word and then looks */
static int status_of(size_t word, void (*look)(struct contents *c))
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		struct memory m;
		struct contents c;

		memory_new(&m, peer_find("anon"), PAGES);
		c = contents_new(&m);
		contents_fill(&c);
		((uint64_t *)m.map)[word] ^= 1u << 20;
		if (!freopen("/dev/null", "w", stderr))
			_exit(EXIT_SUCCESS);
		look(&c);
		_exit(EXIT_SUCCESS);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void look_at_one_word(struct contents *c)
{
	struct order order = order_forward(PAGES);

	contents_read(c, &order);
}

static void test_wrong_contents(void)
{
	/* Page 2's own word is its third. */
	check(status_of(2 * WORDS + 2, look_at_one_word) == EXIT_FAILURE,
	      "a wrong word is seen by who reads it");
	check(status_of(2 * WORDS + 3, look_at_one_word) == EXIT_SUCCESS,
	      "but not another one of its page");
	check(status_of(2 * WORDS + 3, contents_verify) == EXIT_FAILURE,
	      "which the look at all words sees");
}

static void test_versions(void)
{
	struct order order = order_random(PAGES, PAGES, 1);
	struct memory m;
	struct contents c;

	memory_new(&m, peer_find("memfd"), PAGES);
	c = contents_new(&m);
	contents_write(&c, &order);
	contents_read_write(&c, &order);
	memory_unmap(&m);
	memory_map(&m);
	contents_read(&c, &order);
	contents_verify(&c);
	check(true, "what was written in part, and never, is right");
	memory_free(&m);
}

int main(void)
{
	test_orders();
	test_misses();
	test_wrong_contents();
	test_versions();
	printf("1..%u\n", points);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
