// SPDX-License-Identifier: GPL-2.0-only
/* What a benchmark does about errors: it ends. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

void die(const char *format, ...)
{
	va_list args;
	int error = errno;

	va_start(args, format);
	fputs("aobj-bench: ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
	exit(EXIT_FAILURE);
}

void *allocate(size_t count, size_t size)
{
	void *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mlock(memory, count * size))
		die("cannot have %zu bytes", count * size);
	return memory;
}
