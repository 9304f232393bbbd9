// SPDX-License-Identifier: GPL-2.0-only
/* Sizes as people write them: 64M, 25%, 1.5G. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "aobjctl.h"

static const char units[] = "BKMGT";

static int multiply(uint64_t number, uint64_t factor, uint64_t *product)
{
	if (__builtin_mul_overflow(number, factor, product))
		return -ERANGE;
	return 0;
}

/* Divides first what divides, so that no RAM size overflows. */
static int percent_of(uint64_t number, uint64_t ram, uint64_t *bytes)
{
	if (number > 100)
		return -ERANGE;
	*bytes = ram / 100 * number + ram % 100 * number / 100;
	return 0;
}

static int apply_unit(uint64_t number, const char *unit, uint64_t ram,
		      uint64_t *bytes)
{
	const char *found;

	if (*unit == '\0')
		return multiply(number, 1, bytes);
	if (unit[1] != '\0')
		return -EINVAL;
	if (*unit == '%')
		return percent_of(number, ram, bytes);
	found = strchr(units, toupper((unsigned char)*unit));
	if (!found)
		return -EINVAL;
	return multiply(number, UINT64_C(1) << (10 * (found - units)), bytes);
}

/**
 * size_parse() - read a size
 * @text: digits and at most one of B K M G T (in either case) or %
 * @ram: bytes that 100% stands for
 * @bytes: filled on success only
 *
 * Return: 0, -EINVAL if @text is no size, -ERANGE if it is too large for
 * 64 bits or more than 100%.
 */
int size_parse(const char *text, uint64_t ram, uint64_t *bytes)
{
	uint64_t number, result;
	char *end;
	int error;

	/* strtoull(3) would take blanks and signs. */
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno == ERANGE)
		return -ERANGE;
	error = apply_unit(number, end, ram, &result);
	if (!error)
		*bytes = result;
	return error;
}

/**
 * size_format() - write a size with at most one decimal, cut off, not rounded
 * @bytes: what to write
 * @text: where to
 * @length: of @text
 *
 * Cut off, so that a size never reads as more than it is: a budget that is
 * almost used up does not read as full.
 */
void size_format(uint64_t bytes, char *text, size_t length)
{
	uint64_t whole = bytes, rest = 0;
	size_t unit = 0;

	while (whole >= 1024 && unit < strlen(units) - 1) {
		rest = whole % 1024;
		whole /= 1024;
		unit++;
	}
	if (rest * 10 / 1024)
		snprintf(text, length, "%" PRIu64 ".%" PRIu64 "%c", whole,
			 rest * 10 / 1024, units[unit]);
	else
		snprintf(text, length, "%" PRIu64 "%c", whole, units[unit]);
}

uint64_t size_of_ram(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		return 0;
	return (uint64_t)info.totalram * info.mem_unit;
}
