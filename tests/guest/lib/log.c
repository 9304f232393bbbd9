// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the kernel's log: that a device's errors are there by its name, and that
 * many errors make few lines.
 */
#include "guest.h"

/* What the kernel's rate limit lets pass, of each place that prints. */
#define BURST 10
#define INTERVAL_MS 5000

static size_t lines(const struct log *log)
{
	char words[32];

	command_output(words, sizeof(words), "dmesg | grep -c 'aobj: %s: %s'",
		       strrchr(log->device, '/') + 1, log->what);
	return strtoul(words, NULL, 10);
}

struct log log_begin(const char *device, const char *what)
{
	struct log log = { .device = device,
			   .what = what,
			   .since_ms = now_ms() };

	log.before = lines(&log);
	return log;
}

/* @errors: that there were since, each of which may have said something */
void check_log_lines(const struct log *log, uint64_t errors)
{
	/* The kernel's clock, not that of a test on a slow machine. */
	uint64_t passed_ms = (now_ms() - log->since_ms) * time_scale();
	uint64_t intervals = passed_ms / INTERVAL_MS + 2;
	size_t found = lines(log) - log->before;

	check_at_least(found, 1,
		       text("the log has '%s', with the device", log->what));
	check_at_least(errors, 300, "there are many errors");
	check_at_most(found, BURST * intervals,
		      text("they make few lines of '%s'", log->what));
}
