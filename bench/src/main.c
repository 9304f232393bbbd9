// SPDX-License-Identifier: GPL-2.0-only
/* aobj-bench: one workload on one kind of memory, see the header. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static const struct workload *const all_workloads[] = {
	mapping_workloads, paging_workloads, process_workloads,
	thread_workloads,  sqlite_workloads, fairness_workloads,
	swapoff_workloads,
};

static const char usage_text[] =
	"usage: aobj-bench [OPTION]... WORKLOAD PEER\n"
	"  --pages N       of the object (default 16384)\n"
	"  --budget N      pages that may be in memory (default a quarter)\n"
	"  --device N      pages of the swap device (default 2.25 times the object)\n"
	"  --objects N     for the workload of many objects (default 10000)\n"
	"  --threads N     for the workloads of threads (default 1)\n"
	"  --data FILE     for the workload of SQLite\n"
	"  --cgroup DIR    to enter before the memory is made\n"
	"  --prefix TEXT   that begins each line of output\n";

static const struct option options[] = {
	{ "pages", required_argument, NULL, 'p' },
	{ "budget", required_argument, NULL, 'b' },
	{ "device", required_argument, NULL, 'd' },
	{ "objects", required_argument, NULL, 'o' },
	{ "threads", required_argument, NULL, 't' },
	{ "data", required_argument, NULL, 'f' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "prefix", required_argument, NULL, 'x' },
	{},
};

static void usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

static size_t number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || !value)
		usage();
	return value;
}

void bench_enter(const struct bench *bench)
{
	char path[4096];
	int fd;

	if (!bench->cgroup)
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", bench->cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die("%s", path);
	close(fd);
}

struct contents bench_contents(const struct bench *bench, struct memory *m,
			       size_t pages)
{
	struct contents c;

	m->pages = pages;
	c = contents_new(m);
	bench_enter(bench);
	memory_new(m, bench->peer, pages);
	return c;
}

static const struct workload *find_workload(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_workloads); i++)
		for (const struct workload *w = all_workloads[i]; w->name; w++)
			if (!strcmp(w->name, name))
				return w;
	errno = 0;
	die("no workload %s", name);
}

static void parse(struct bench *bench, const char **prefix, int argc,
		  char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			bench->pages = number(optarg);
			break;
		case 'b':
			bench->budget = number(optarg);
			break;
		case 'd':
			bench->device = number(optarg);
			break;
		case 'o':
			bench->objects = number(optarg);
			break;
		case 't':
			bench->threads = (unsigned int)number(optarg);
			break;
		case 'f':
			bench->data = optarg;
			break;
		case 'c':
			bench->cgroup = optarg;
			break;
		case 'x':
			*prefix = optarg;
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 2)
		usage();
}

int main(int argc, char **argv)
{
	struct bench bench = { .pages = 16384, .objects = 10000, .threads = 1 };
	const struct workload *workload;
	const char *prefix = "";
	struct result result;

	parse(&bench, &prefix, argc, argv);
	if (!bench.budget)
		bench.budget = bench.pages / 4;
	if (!bench.device)
		bench.device = bench.pages / 4 * 9;
	workload = find_workload(argv[optind]);
	bench.peer = peer_find(argv[optind + 1]);
	result = workload->run(&bench);
	measure_print(prefix, &result);
	return EXIT_SUCCESS;
}
