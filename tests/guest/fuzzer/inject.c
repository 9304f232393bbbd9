// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that the kernel injects on purpose: of allocations made by this
 * program (failslab, fail_page_alloc), or of I/O to the swap devices
 * (fail_make_request).  A call that fails then is excused, once: it is made
 * again, without injection where that can be had, and must succeed.
 */
#include <fcntl.h>

#include "fuzz.h"

#define KNOBS "/sys/kernel/debug/"
#define IO_TRIES 300

static const char *kind_active;
static bool active, of_io, armed;
static unsigned int excuses;
static int switch_fd = -1; /* of /proc/self/make-it-fail */

static bool write_knob(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, value, strlen(value)) > 0;
	close(fd);
	return written;
}

static void set(const char *kind, const char *knob, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), KNOBS "%s/%s", kind, knob);
	if (!write_knob(path, value))
		die("write of '%s' to %s", value, path);
}

static void arm(bool on)
{
	if (armed == on)
		return;
	if (pwrite(switch_fd, on ? "1" : "0", 1, 0) != 1)
		die("write to make-it-fail");
	armed = on;
}

static void fail_disk(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char knob[128];

	snprintf(knob, sizeof(knob), "/sys/block/%s/make-it-fail", name);
	if (!write_knob(knob, "1"))
		die("write to %s", knob);
}

static void init_io(const char *kind)
{
	fail_disk(main_swap());
	fail_disk("/dev/ram1");
	set(kind, "task-filter", "N");
	set(kind, "probability", "2");
}

/* This program alone is to suffer, and must not lose its own code over it. */
static void init_memory(const char *kind)
{
	if (mlockall(MCL_CURRENT))
		die("mlockall");
	switch_fd = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (switch_fd < 0)
		die("open /proc/self/make-it-fail");
	set(kind, "task-filter", "Y");
	set(kind, "ignore-gfp-wait", "N");
	if (!strcmp(kind, "fail_page_alloc"))
		set(kind, "min-order", "0");
	set(kind, "probability", "10");
}

void inject_init(const char *kind)
{
	of_io = !strcmp(kind, "fail_make_request");
	set(kind, "verbose", "0");
	set(kind, "interval", "1");
	set(kind, "times", "-1");
	if (of_io)
		init_io(kind);
	else
		init_memory(kind);
	active = true;
	kind_active = kind;
	note("faults are injected by %s", kind);
}

void inject_begin(void)
{
	excuses = 0;
	if (active && !of_io)
		arm(true);
}

bool injected(bool failed)
{
	if (!failed || !active)
		return false;
	if (of_io)
		return excuses++ < IO_TRIES;
	if (!armed)
		return false;
	arm(false);
	return true;
}

/* For the rest of an operation: what it does then must not fail. */
void inject_end(void)
{
	int error = errno;

	if (active && !of_io)
		arm(false);
	errno = error;
}

/* Nothing that comes after this program is to fail. */
void inject_stop(void)
{
	if (!active)
		return;
	inject_end();
	set(kind_active, "probability", "0");
	active = false;
}
