// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other programs, run through the shell.
 */
#include <stdarg.h>
#include <sys/wait.h>

#include "guest.h"

static int run(char *output, size_t size, const char *line)
{
	size_t length = 0;
	FILE *pipe;
	int status;

	fflush(stdout);
	pipe = popen(line, "re");
	if (!pipe)
		die("popen of '%s'", line);
	while (length < size - 1) {
		size_t got = fread(output + length, 1, size - 1 - length, pipe);

		if (!got)
			break;
		length += got;
	}
	output[length] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs a command line; returns its exit status and the first of its output. */
int command_output(char *output, size_t size, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return run(output, size, line);
}

/* The same for commands whose output matters only when they fail. */
int command(const char *format, ...)
{
	char line[512], output[2048];
	va_list args;
	int length, status;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	snprintf(line + length, sizeof(line) - (size_t)length, " 2>&1");
	status = run(output, sizeof(output), line);
	if (status)
		note("'%s' ended with %d: %s", line, status, output);
	return status;
}
