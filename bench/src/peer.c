// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of memory that do the same job, each as a program would ask for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/aobj.h>

#include "bench.h"

#define HUGE_PAGE ((size_t)2 << 20)

/**
 * struct peer - a kind of memory
 * @name: on the command line, and in the results
 * @open: returns a descriptor of that many bytes; NULL: there is none, and the
 *	memory is private and anonymous
 * @advice: for madvise(2), or 0
 */
struct peer {
	const char *name;
	int (*open)(size_t bytes);
	int advice;
};

static int open_aobj(size_t bytes)
{
	struct aobj_resize resize = { .size = bytes };
	int fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, AOBJ_IOC_RESIZE, &resize))
		die("/dev/aobj");
	return fd;
}

static int open_memfd(size_t bytes)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		die("memfd_create");
	return fd;
}

/* In the directory where a file system on the same kind of device is. */
static int open_file(size_t bytes)
{
	const char *directory = getenv("AOBJ_BENCH_DIR");
	int fd;

	if (!directory)
		exit(EXIT_NOT_APPLICABLE);
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)bytes))
		die("%s", directory);
	return fd;
}

static const struct peer peers[] = {
	{ "aobj", open_aobj, 0 },	   { "memfd", open_memfd, 0 },
	{ "anon", NULL, MADV_NOHUGEPAGE }, { "thp", NULL, MADV_HUGEPAGE },
	{ "file", open_file, 0 },
};

const struct peer *peer_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		if (!strcmp(peers[i].name, name))
			return &peers[i];
	errno = 0;
	die("no peer %s", name);
}

bool peer_is_aobj(const struct peer *peer)
{
	return peer->open == open_aobj;
}

bool peer_swaps(const struct peer *peer)
{
	return peer->open != open_file;
}

static void *map(int fd, size_t bytes)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		die("mmap of %zu bytes", bytes);
	return memory;
}

void memory_map(struct memory *m)
{
	size_t bytes = m->pages * PAGE;

	m->area = NULL;
	if (m->peer->advice == MADV_HUGEPAGE) {
		m->area_size = bytes + HUGE_PAGE;
		m->area = map(-1, m->area_size);
		m->map = (uint8_t *)(((uintptr_t)m->area + HUGE_PAGE - 1) &
				     ~(HUGE_PAGE - 1));
	} else {
		m->map = map(m->fd, bytes);
	}
	if (m->peer->advice && madvise(m->map, bytes, m->peer->advice))
		die("madvise");
}

void memory_unmap(struct memory *m)
{
	if (m->area)
		munmap(m->area, m->area_size);
	else
		munmap(m->map, m->pages * PAGE);
	m->map = NULL;
}

void memory_new(struct memory *m, const struct peer *peer, size_t pages)
{
	*m = (struct memory){ .peer = peer, .fd = -1, .pages = pages };
	if (peer->open)
		m->fd = peer->open(pages * PAGE);
	memory_map(m);
}

void memory_free(struct memory *m)
{
	if (m->map)
		memory_unmap(m);
	if (m->fd >= 0)
		close(m->fd);
}

bool memory_outlives_mapping(const struct memory *m)
{
	return m->fd >= 0;
}

void memory_punch(struct memory *m, size_t page)
{
	struct aobj_range range = { .offset = page * PAGE, .length = PAGE };
	int err;

	if (peer_is_aobj(m->peer))
		err = ioctl(m->fd, AOBJ_IOC_DROP, &range);
	else if (m->fd < 0)
		err = madvise(m->map + page * PAGE, PAGE, MADV_DONTNEED);
	else
		err = fallocate(m->fd,
				FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				(off_t)(page * PAGE), (off_t)PAGE);
	if (err)
		die("cannot punch a hole");
}
