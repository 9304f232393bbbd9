// SPDX-License-Identifier: GPL-2.0-only
/*
 * aobjctl: the administrator's side of aobj.
 *
 * Chooses the command; each lives in a file of its own.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aobjctl.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "swapon", cmd_swapon },
	{ "swapoff", cmd_swapoff },
	{ "status", cmd_status },
	{ "budget", cmd_budget },
};

/* What getopt_long(3) begins its messages with, whatever the path was. */
static char program[] = "aobjctl";

static void report(const char *format, va_list arguments)
{
	fputs("aobjctl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

/* Says why a command failed, in one line. */
void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments);
	va_end(arguments);
}

/* The same for a command line that makes no sense.  => returns the status */
int usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments);
	va_end(arguments);
	return EXIT_USAGE;
}

/* After getopt_long(3) has said what is wrong.  => returns the status */
int bad_option(void)
{
	fputs("Try 'aobjctl --help'.\n", stderr);
	return EXIT_USAGE;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Output that could not be written (a full disk) is a failure too. */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fail("cannot write the output");
	return EXIT_FAILED;
}

static int run_command(int argc, char **argv)
{
	const struct command *command;

	if (argc < 1)
		return usage_error("no command given; try 'aobjctl --help'");
	command = find_command(argv[0]);
	if (!command)
		return usage_error("%s: no such command; try 'aobjctl --help'",
				   argv[0]);
	optind = 0; /* begin anew behind the command */
	argv[0] = program;
	return flush_output(command->run(argc, argv));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	if (argc > 0)
		argv[0] = program;
	while ((option = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			print_help();
			return flush_output(EXIT_SUCCESS);
		case 'V':
			puts("aobjctl " AOBJCTL_VERSION);
			return flush_output(EXIT_SUCCESS);
		default:
			return bad_option();
		}
	}
	return run_command(argc - optind, argv + optind);
}
