// SPDX-License-Identifier: GPL-2.0-only
/* Sizes: what is read, what is refused, what is printed.  TAP on stdout. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aobjctl.h"

#define RAM UINT64_C(8000000001) /* no multiple of 100 */
#define UNTOUCHED UINT64_C(0xdead)

static const struct {
	const char *text;
	int result;
	uint64_t bytes;
} parsed[] = {
	{ "0", 0, 0 },
	{ "1", 0, 1 },
	{ "4096", 0, 4096 },
	{ "7b", 0, 7 },
	{ "64K", 0, 65536 },
	{ "64k", 0, 65536 },
	{ "3M", 0, 3145728 },
	{ "2g", 0, UINT64_C(2147483648) },
	{ "1T", 0, UINT64_C(1099511627776) },
	{ "16777215T", 0, UINT64_C(18446742974197923840) },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "0%", 0, 0 },
	{ "1%", 0, 80000000 },
	{ "50%", 0, 4000000000 },
	{ "100%", 0, RAM },
	{ "101%", -ERANGE, 0 },
	{ "16777216T", -ERANGE, 0 },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "M", -EINVAL, 0 },
	{ "%", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "1 M", -EINVAL, 0 },
	{ "1MM", -EINVAL, 0 },
	{ "1M%", -EINVAL, 0 },
	{ "1.5G", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
	{ "1P", -EINVAL, 0 },
	{ "lots", -EINVAL, 0 },
};

static const struct {
	uint64_t bytes;
	const char *text;
} formatted[] = {
	{ 0, "0B" },
	{ 1023, "1023B" },
	{ 1024, "1K" },
	{ 1536, "1.5K" },
	{ 1048575, "1023.9K" },
	{ 67108864, "64M" },
	{ 67108863, "63.9M" },
	{ UINT64_C(1099511627776), "1T" },
	{ UINT64_MAX, "16777215.9T" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool check_parsed(size_t i)
{
	uint64_t expected = parsed[i].result ? UNTOUCHED : parsed[i].bytes;
	uint64_t bytes = UNTOUCHED;
	int result = size_parse(parsed[i].text, RAM, &bytes);

	if (result == parsed[i].result && bytes == expected)
		return true;
	printf("# '%s': found %d, %" PRIu64 "; expected %d, %" PRIu64 "\n",
	       parsed[i].text, result, bytes, parsed[i].result, expected);
	return false;
}

static bool check_formatted(size_t i)
{
	char text[32];

	size_format(formatted[i].bytes, text, sizeof(text));
	if (!strcmp(text, formatted[i].text))
		return true;
	printf("# %" PRIu64 ": found %s, expected %s\n", formatted[i].bytes,
	       text, formatted[i].text);
	return false;
}

static bool all_parsed(bool refused)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(parsed); i++)
		if (!!parsed[i].result == refused && !check_parsed(i))
			good = false;
	return good;
}

static bool all_formatted(void)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(formatted); i++)
		if (!check_formatted(i))
			good = false;
	return good;
}

static void report(bool good, const char *name)
{
	printf("%sok - %s\n", good ? "" : "not ", name);
}

int main(void)
{
	report(all_parsed(false), "sizes are read, with every unit");
	report(all_parsed(true), "what is no size, or too large, is refused");
	report(all_formatted(),
	       "sizes are printed, never as more than they are");
	return 0;
}
