// SPDX-License-Identifier: GPL-2.0-only
/*
 * References, by many processes on several processors at once: descriptors are
 * duplicated, passed, opened anew and closed, mappings come and go, and so do
 * the pages in them.  In the end the counts are what they were; a count that
 * is not changed atomically loses its way within a few thousand rounds.
 */
#include <fcntl.h>
#include <sys/socket.h>

#include "guest.h"

#define PROCESSES 4
#define ROUNDS 600 /* of everything */
#define FAULTS 20000 /* on one page */
#define OPENS 4000 /* of one object */
#define PAGES (2 * CLUSTER)

struct worker {
	int device; /* an object that is a device */
	int file; /* one that is a regular file */
	uint64_t random;
	size_t failures;
};

/* => through a socket and back: another descriptor of the same file */
static int passed(int fd)
{
	int pair[2], got = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	if (!descriptor_send(pair[0], fd))
		got = descriptor_receive(pair[1]);
	close(pair[0]);
	close(pair[1]);
	return got;
}

/* => another open file of the same object */
static int opened_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int map_and_touch(int fd, uint64_t random)
{
	uint8_t *map = mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);
	int signals;

	if (map == MAP_FAILED)
		return -1;
	signals = touch_write(map + random % PAGES * page_size, 1);
	object_unmap(map, PAGES);
	return signals ? -1 : 0;
}

static int close_new(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int do_something(struct worker *w)
{
	uint64_t random = random_next(&w->random);
	int fd = random & 1 ? w->device : w->file;
	int another;

	switch (random / 2 % 6) {
	case 0:
		return close_new(dup(fd));
	case 1:
		return close_new(passed(fd));
	case 2:
		return close_new(opened_anew(w->file));
	case 3:
		return map_and_touch(fd, random >> 8);
	case 4:
		/* Clusters go when they are empty, and come again. */
		return object_drop(fd, 0, PAGES);
	default:
		another = object_open();
		object_resize_pages(another, 1);
		return close_new(another);
	}
}

static int work(void *argument)
{
	struct worker *w = argument;

	for (int round = 0; round < ROUNDS; round++)
		w->failures += do_something(w) != 0;
	return w->failures != 0;
}

/* One reference to the page's cluster each, and nothing that takes long. */
static int fault(void *argument)
{
	struct worker *w = argument;
	uint8_t *map =
		object_map(w->file, 0, 1, PROT_READ | PROT_WRITE, MAP_SHARED);

	for (int round = 0; round < FAULTS; round++) {
		w->failures += touch_write(map, 1) != 0;
		w->failures += madvise(map, page_size, MADV_DONTNEED) != 0;
	}
	object_unmap(map, 1);
	return w->failures != 0;
}

static int open_and_close(void *argument)
{
	struct worker *w = argument;

	for (int round = 0; round < OPENS; round++)
		w->failures += close_new(opened_anew(w->file)) != 0;
	return w->failures != 0;
}

static void run(int (*fn)(void *), int device, int file, const char *what)
{
	pid_t pids[PROCESSES];
	int failures = 0;

	for (size_t i = 0; i < PROCESSES; i++) {
		struct worker w = { device, file, i + 1, 0 };

		pids[i] = task_start(fn, &w);
	}
	for (size_t i = 0; i < PROCESSES; i++)
		failures += task_wait(pids[i]);
	check_result(failures, 0,
		     text("%s: each call does what it should", what));
}

/* FREE frees for who is alone, and only then. */
static void check_holders(int fd)
{
	int another = opened_anew(fd);
	uint8_t byte;

	if (another < 0 || pwrite(fd, "x", 1, 0) != 1)
		die("a second holder");
	check_ok(object_flush(fd, 0, 0, AOBJ_FLUSH_FREE, NULL, NULL),
		 "it is flushed while there are two");
	check(pread(fd, &byte, 1, 0) == 1 && byte == 'x',
	      "which frees nothing: two are counted", "it was freed");
	close(another);
	check_ok(object_flush(fd, 0, 0, AOBJ_FLUSH_FREE, NULL, NULL),
		 "it is flushed again");
	check(pread(fd, &byte, 1, 0) == 1 && !byte,
	      "which frees: one is counted", "it was not freed");
}

int main(void)
{
	int device, file;

	test_begin("references: counted right, however many count", 100);
	device = object_open();
	object_resize_pages(device, PAGES);
	file = object_create("references", PAGES * page_size,
			     AOBJ_CREATE_CLOEXEC);
	run(fault, device, file, "faults");
	run(open_and_close, device, file, "opens");
	run(work, device, file, "all together");
	check_equal(stat_get("objects"), 2, "the objects that are left");
	check_holders(file);
	object_drop(device, 0, PAGES);
	object_drop(file, 0, PAGES);
	check(stat_wait("clusters", 0, 5000), "no cluster is left", "%llu",
	      (unsigned long long)stat_get("clusters"));
	close(device);
	close(file);
	check(stat_wait("objects", 0, 5000), "and no object", "%llu",
	      (unsigned long long)stat_get("objects"));
	return test_end();
}
