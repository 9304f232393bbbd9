// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel handles faults under the lock of their vma, those of an object
 * stay there: none is done again under the mmap lock, which all threads of the
 * process share.  Counted by the kernel's trace event of that lock; a kernel
 * without locks of vmas shows that the event tells.
 */
#include <fcntl.h>

#include "guest.h"

#define TRACEFS "/sys/kernel/tracing"
#define EVENT "mmap_lock_start_locking"
#define PAGES (4 * CLUSTER)

static void trace_write(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), TRACEFS "/%s", file);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("%s to %s", value, path);
	close(fd);
}

static void trace_begin(void)
{
	if (access(TRACEFS "/trace", F_OK) &&
	    command("mount -t tracefs none " TRACEFS))
		die("mount of tracefs");
	trace_write("set_event_pid", text("%d", getpid()));
}

/* How often this process goes for its mmap lock meanwhile. */
static uint64_t times_locked(void (*touch)(uint8_t *map), uint8_t *map)
{
	uint64_t times = 0;
	char line[512];
	FILE *trace;

	trace_write("trace", "");
	trace_write("events/mmap_lock/" EVENT "/enable", "1");
	touch(map);
	trace_write("events/mmap_lock/" EVENT "/enable", "0");
	trace = fopen(TRACEFS "/trace", "re");
	if (!trace)
		die("open of the trace");
	while (fgets(line, sizeof(line), trace))
		times += line[0] != '#' && strstr(line, EVENT ":");
	fclose(trace);
	return times;
}

static void write_all(uint8_t *map)
{
	for (size_t page = 0; page < PAGES; page++)
		*(volatile uint8_t *)(map + page * page_size) = (uint8_t)page;
}

static void read_all(uint8_t *map)
{
	for (size_t page = 0; page < PAGES; page++)
		(void)*(volatile uint8_t *)(map + page * page_size);
}

static bool kernel_has_vma_locks(void)
{
	return !command("grep -q ' lock_vma_under_rcu$' /proc/kallsyms");
}

static void test_faults(struct object *o, void (*touch)(uint8_t *map),
			const char *what)
{
	uint64_t before = stat_event("faults");
	uint64_t times = times_locked(touch, o->map);
	uint64_t faults = stat_event("faults") - before;

	note("%s: %lu faults, mmap lock taken %lu times", what,
	     (unsigned long)faults, (unsigned long)times);
	check_at_least(faults, PAGES / CLUSTER,
		       text("%s: there are faults", what));
	if (kernel_has_vma_locks())
		check_equal(times, 0,
			    text("%s: no fault takes the mmap lock", what));
	else
		check_at_least(times, faults,
			       text("%s: without locks of vmas each does",
				    what));
}

int main(void)
{
	struct object o;

	test_begin("vma_lock: faults stay under the lock of their vma", 30);
	trace_begin();
	o = object_new(PAGES);
	test_faults(&o, write_all, "writing what is new");
	object_unmap(o.map, o.pages);
	o.map = object_map(o.fd, 0, o.pages, PROT_READ | PROT_WRITE,
			   MAP_SHARED);
	test_faults(&o, read_all, "reading what is resident");
	object_unmap(o.map, o.pages);
	o.map = object_map(o.fd, 0, o.pages, PROT_READ | PROT_WRITE,
			   MAP_SHARED);
	test_faults(&o, write_all, "writing what is resident");
	object_free(&o);
	return test_end();
}
