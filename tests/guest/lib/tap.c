// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test points in TAP, and the time limit that turns a hang into a failure.
 */
#include <signal.h>
#include <stdarg.h>

#include "guest.h"

size_t page_size;

static unsigned int points;
static unsigned int failures;
static char last_point[160] = "the beginning";

/* Says where the program hung; only async-signal-safe calls. */
static void time_is_up(int signal)
{
	static const char head[] = "not ok 9999 - ends in time\n# last point: ";
	ssize_t ignored;

	(void)signal;
	ignored = write(STDOUT_FILENO, head, sizeof(head) - 1);
	ignored = write(STDOUT_FILENO, last_point, strlen(last_point));
	ignored = write(STDOUT_FILENO, "\n", 1);
	(void)ignored;
	_exit(1);
}

void test_begin(const char *name, unsigned int limit_s)
{
	struct sigaction action = { .sa_handler = time_is_up };

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	printf("# %s\n", name);
	sigaction(SIGALRM, &action, NULL);
	alarm(limit_s * time_scale());
	catch_faults();
}

int test_end(void)
{
	printf("1..%u\n", points);
	return failures ? 1 : 0;
}

/* A formatted name for a test point; good until eight calls later. */
const char *text(const char *format, ...)
{
	static char buffers[8][160];
	static unsigned int next;
	char *buffer = buffers[next++ % ARRAY_SIZE(buffers)];
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, sizeof(buffers[0]), format, args);
	va_end(args);
	return buffer;
}

static bool point(bool holds, const char *what)
{
	points++;
	failures += !holds;
	printf("%sok %u - %s\n", holds ? "" : "not ", points, what);
	snprintf(last_point, sizeof(last_point), "%s", what);
	return holds;
}

bool check(bool holds, const char *what, const char *found, ...)
{
	va_list args;

	point(holds, what);
	if (holds)
		return true;
	printf("# found: ");
	va_start(args, found);
	vprintf(found, args);
	va_end(args);
	printf("\n");
	return false;
}

bool check_equal(uint64_t found, uint64_t expected, const char *what)
{
	return check(found == expected, what, "%llu, expected %llu",
		     (unsigned long long)found, (unsigned long long)expected);
}

bool check_at_least(uint64_t found, uint64_t least, const char *what)
{
	return check(found >= least, what, "%llu, expected %llu or more",
		     (unsigned long long)found, (unsigned long long)least);
}

bool check_at_most(uint64_t found, uint64_t most, const char *what)
{
	return check(found <= most, what, "%llu, expected %llu or less",
		     (unsigned long long)found, (unsigned long long)most);
}

/* For calls that return a count, a position or a signal, or -1 and errno. */
bool check_result(long found, long expected, const char *what)
{
	int error = errno;

	if (found == -1)
		return check(expected == -1, what, "-1 (%s), expected %ld",
			     strerror(error), expected);
	return check(found == expected, what, "%ld, expected %ld", found,
		     expected);
}

bool check_ok(long result, const char *what)
{
	int error = errno;

	return check(result >= 0, what, "%ld (%s)", result, strerror(error));
}

/* The call must have failed, and with this error. */
bool check_errno(long result, int expected, const char *what)
{
	int error = errno;

	if (result >= 0)
		return check(false, what, "success (%ld), expected %s", result,
			     strerrorname_np(expected));
	return check(error == expected, what, "%s, expected %s",
		     strerrorname_np(error), strerrorname_np(expected));
}

void skip(const char *what, const char *why)
{
	points++;
	printf("ok %u - %s # SKIP %s\n", points, what, why);
}

void note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* For set-up that did not work: a failed test point, and the end. */
void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	point(false, "the test can be set up");
	printf("# found: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (%s)\n1..%u\n", strerror(error), points);
	fflush(stdout);
	_exit(1);
}
