// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl budget: how much RAM all objects together may hold. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/aobj.h>
#include <stdio.h>
#include <string.h>

#include "aobjctl.h"

static const struct error_text texts[] = {
	{ EINVAL, "outside the limits: at least 1M (or 64 pages, if that is "
		  "more), at most the machine's RAM" },
	{ 0, NULL },
};

static int show(bool bytes)
{
	uint64_t budget;
	char text[32];
	int error;

	if (!sysfs_present())
		return EXIT_FAILED;
	error = sysfs_number("budget", &budget);
	if (error) {
		fail("%s/budget: %s", sysfs_root(), strerror(-error));
		return EXIT_FAILED;
	}
	size_format(budget, text, sizeof(text));
	if (bytes)
		printf("%" PRIu64 "\n", budget);
	else
		puts(text);
	return 0;
}

static int set(const char *size)
{
	struct aobj_budget argument = { 0 };
	uint64_t bytes;

	switch (size_parse(size, size_of_ram(), &bytes)) {
	case 0:
		argument.bytes = bytes;
		return control_call(AOBJ_CTL_BUDGET, &argument, size, texts);
	case -ERANGE:
		return usage_error("%s: too large a size", size);
	default:
		return usage_error("%s: no size: bytes, or a number with "
				   "K, M, G, T or %% at its end",
				   size);
	}
}

int cmd_budget(int argc, char **argv)
{
	static const struct option options[] = {
		{ "bytes", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool bytes = false;
	int option;

	while ((option = getopt_long(argc, argv, "bh", options, NULL)) != -1) {
		switch (option) {
		case 'b':
			bytes = true;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			return bad_option();
		}
	}
	if (argc - optind > 1)
		return usage_error("budget takes one size at most");
	if (argc - optind == 1)
		return set(argv[optind]);
	return show(bytes);
}
