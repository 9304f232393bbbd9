// SPDX-License-Identifier: GPL-2.0-only
/* Options, the phases in their order, and the verdict. */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"

#define PAGE_CHECKS 4096
#define SEED 1 /* the same order in every run */

enum { PHASE_LOAD, PHASE_IN_ORDER, PHASE_FILES, PHASE_PAGES, PHASE_COUNT };

static void usage(void)
{
	fputs("usage: aobj-demo [--ansi] DISK MANIFEST\n"
	      "DISK holds the files that MANIFEST lists (see make-corpus).\n",
	      stderr);
	exit(2);
}

static size_t random_below(size_t limit)
{
	return (((size_t)random() << 31) ^ (size_t)random()) % limit;
}

static size_t *make_order(size_t count)
{
	size_t *order = calloc(count, sizeof(*order));

	if (!order)
		err(1, "random order");
	return order;
}

static size_t *shuffled(size_t count)
{
	size_t *order = make_order(count);

	for (size_t i = 0; i < count; i++) {
		size_t other = random_below(i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	return order;
}

static size_t *random_pages(size_t count, size_t pages)
{
	size_t *order = make_order(count);

	for (size_t i = 0; i < count; i++)
		order[i] = random_below(pages);
	return order;
}

static void set_up(struct demo *demo, const char *disk, const char *manifest)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	corpus_open(&demo->corpus, disk, manifest);
	object_open(&demo->object, demo->corpus.bytes);
	srandom(SEED);
	demo->file_order = shuffled(demo->corpus.count);
	demo->page_checks = PAGE_CHECKS;
	demo->page_order = random_pages(PAGE_CHECKS, demo->object.pages);
	demo->workers = processors > 0 ? (unsigned int)processors : 1;
}

static void tear_down(struct demo *demo)
{
	object_close(&demo->object);
	for (size_t i = 0; i < demo->corpus.count; i++)
		free(demo->corpus.files[i].name);
	free(demo->corpus.files);
	close(demo->corpus.fd);
	free(demo->file_order);
	free(demo->page_order);
}

static void announce(const struct demo *demo)
{
	double ram =
		(double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);

	printf("%zu files, %.1f MiB, into an object of this size; "
	       "budget %.1f MiB, this machine's RAM %.1f MiB\n",
	       demo->corpus.count, (double)demo->corpus.bytes / MIB,
	       (double)module_value("budget") / MIB, ram / MIB);
}

/* A run in which all stayed in memory would prove nothing. */
static bool swapped_both_ways(const struct phase phases[PHASE_COUNT])
{
	uint64_t in = 0, out = 0;

	for (int i = 0; i < PHASE_COUNT; i++) {
		in += phases[i].events.value[EVENT_PAGES_IN];
		out += phases[i].events.value[EVENT_PAGES_OUT];
	}
	return in && out;
}

static int verdict(struct demo *demo, const struct phase phases[PHASE_COUNT])
{
	unsigned int failures = atomic_load(&demo->progress.failures);

	if (failures) {
		printf("FAILED: %u checks found other bytes than the originals'\n",
		       failures);
		return 1;
	}
	if (!swapped_both_ways(phases)) {
		printf("FAILED: nothing went through swap; is the budget too large?\n");
		return 1;
	}
	printf("verified: %zu files (%" PRIu64
	       " bytes) in order and at random, "
	       "and %zu random pages\n",
	       demo->corpus.count, demo->corpus.bytes, demo->page_checks);
	return 0;
}

static int run(struct demo *demo)
{
	struct phase phases[PHASE_COUNT] = {
		[PHASE_LOAD] = { "load", load_chunk, chunk_count(demo),
				 demo->corpus.bytes },
		[PHASE_IN_ORDER] = { "in order", check_file_in_order,
				     demo->corpus.count, demo->corpus.bytes },
		[PHASE_FILES] = { "random files", check_file_at_random,
				  demo->corpus.count, demo->corpus.bytes },
		[PHASE_PAGES] = { "random pages", check_random_page,
				  demo->page_checks,
				  demo->page_checks * demo->object.page_bytes },
	};

	announce(demo);
	for (int i = 0; i < PHASE_COUNT; i++)
		phase_run(demo, &phases[i]);
	report_print(demo, phases, PHASE_COUNT);
	return verdict(demo, phases);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ansi", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	static struct demo demo;
	int option, status;

	while ((option = getopt_long(argc, argv, "a", options, NULL)) != -1) {
		if (option != 'a')
			usage();
		demo.screen.ansi = true;
	}
	if (argc - optind != 2)
		usage();
	set_up(&demo, argv[optind], argv[optind + 1]);
	status = run(&demo);
	tear_down(&demo);
	if (fflush(stdout) || ferror(stdout))
		err(1, "output");
	return status;
}
