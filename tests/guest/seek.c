// SPDX-License-Identifier: GPL-2.0-only
/*
 * lseek to data and holes: wherever one asks, an object answers as a file in
 * memory (memfd) of the same size with the same pages, in memory and on swap;
 * and a sparse one of 16 TiB answers at once.
 */
#include <fcntl.h>
#include <linux/falloc.h>

#include "guest.h"

#define SEED 0x5eec
#define TIB ((uint64_t)1 << 40)

/* Singles, neighbours, and a run across the border of two clusters, all full. */
static const size_t islands[][2] = {
	{ 1, 2 },     { 5, 9 },	    { 63, 64 },
	{ 100, 101 }, { 120, 320 }, { 400, 401 },
};

/* At random, or neighbours would come along. */
static void touch_islands(int fd)
{
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		die("posix_fadvise");
	for (size_t i = 0; i < ARRAY_SIZE(islands); i++)
		for (size_t page = islands[i][0]; page < islands[i][1]; page++)
			if (pwrite(fd, "data", 4, (off_t)(page * page_size)) !=
			    4)
				die("pwrite to page %zu", page);
}

static int memfd_new(uint64_t size)
{
	int fd = memfd_create("seek", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		die("a memfd of %llu bytes", (unsigned long long)size);
	return fd;
}

/* => the offset, or the error as a negative number; the position shows it */
static off_t seek(int fd, off_t from, int whence)
{
	off_t to = lseek(fd, from, whence);

	if (to < 0)
		return -errno;
	return lseek(fd, 0, SEEK_CUR) == to ? to : INT64_MIN;
}

static size_t differences_at(int fd, int memfd, off_t from)
{
	static const int whences[] = { SEEK_DATA, SEEK_HOLE };
	size_t different = 0;

	for (size_t i = 0; i < ARRAY_SIZE(whences); i++) {
		off_t found = seek(fd, from, whences[i]);
		off_t expected = seek(memfd, from, whences[i]);

		different += found != expected;
		if (found != expected)
			note("%s from %lld: %lld, not %lld",
			     i ? "SEEK_HOLE" : "SEEK_DATA", (long long)from,
			     (long long)found, (long long)expected);
	}
	return different;
}

static void check_same(int fd, int memfd, const char *what)
{
	static const off_t beside[] = { -1, 0, 1, 17 };
	off_t end = lseek(memfd, 0, SEEK_END) + 2 * (off_t)page_size;
	size_t different = 0;

	for (off_t at = 0; at <= end && different < 8; at += (off_t)page_size)
		for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
			if (at + beside[i] >= 0)
				different += differences_at(fd, memfd,
							    at + beside[i]);
	check_equal(different, 0, what);
}

static void make_holes(int fd, int memfd)
{
	const size_t holes[][2] = { { 6, 7 }, { 128, 192 }, { 200, 202 } };

	for (size_t i = 0; i < ARRAY_SIZE(holes); i++) {
		size_t pages = holes[i][1] - holes[i][0];

		if (object_drop(fd, holes[i][0], pages))
			die("AOBJ_IOC_DROP");
		if (fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      (off_t)(holes[i][0] * page_size),
			      (off_t)(pages * page_size)))
			die("a hole in a memfd");
	}
}

static void compare(int fd, uint64_t size, const char *kind)
{
	int memfd = memfd_new(size);

	check_same(fd, memfd, text("%s: all of it a hole", kind));
	touch_islands(fd);
	touch_islands(memfd);
	check_same(fd, memfd, text("%s: pages in memory are data", kind));
	make_holes(fd, memfd);
	check_same(fd, memfd, text("%s: what is dropped is a hole", kind));
	if (!evict_pages(fd, 0, (size + page_size - 1) / page_size))
		die("the pages stay in memory");
	check_same(fd, memfd, text("%s: pages on swap are data", kind));
	check_equal(object_info(fd).resident, 0,
		    "and asking brings none of them in");
	close(memfd);
	close(fd);
}

static void compare_bytes(uint64_t size, const char *kind)
{
	compare(object_create("seek", size, AOBJ_CREATE_CLOEXEC), size, kind);
}

static void test_as_memfd(void)
{
	int empty = object_create("empty", 0, AOBJ_CREATE_CLOEXEC);
	int memfd = memfd_new(0), fd = object_open();

	check_same(empty, memfd, "an empty object has neither");
	close(memfd);
	close(empty);
	object_resize_pages(fd, 402);
	compare(fd, 402 * page_size, "whole pages");
	compare_bytes(400 * page_size + 100, "a part of a page at the end");
	compare_bytes(405 * page_size + 1, "a hole at the end");
}

static void test_sparse(void)
{
	const uint64_t size = 16 * TIB, page = page_size;
	const uint64_t far = 11 * TIB + 77 * page;
	int fd = object_open();
	uint64_t clusters;

	if (object_resize(fd, size) || pwrite(fd, "x", 1, 0) != 1 ||
	    pwrite(fd, "x", 1, (off_t)far) != 1)
		die("an object of 16 TiB");
	clusters = stat_get("clusters");
	check_equal((uint64_t)seek(fd, (off_t)page, SEEK_DATA), far,
		    "data is found TiB away");
	check_equal((uint64_t)seek(fd, (off_t)far, SEEK_HOLE), far + page,
		    "and the hole behind it");
	check_result(seek(fd, (off_t)(far + page), SEEK_DATA), -ENXIO,
		     "no data follows, as far as the end");
	check_equal((uint64_t)seek(fd, (off_t)(size - 1), SEEK_HOLE), size - 1,
		    "the last byte is in a hole");
	check_result(seek(fd, (off_t)size, SEEK_HOLE), -ENXIO,
		     "none begins at the end");
	check_equal(stat_get("clusters"), clusters,
		    "asking makes no account of anything");
	close(fd);
}

static void test_refused(void)
{
	int fd = object_open();

	object_resize_pages(fd, 4);
	check_errno(lseek(fd, -1, SEEK_DATA), ENXIO, "data before the start");
	check_errno(lseek(fd, -1, SEEK_HOLE), ENXIO, "a hole before the start");
	check_errno(lseek(fd, 0, SEEK_HOLE + 1), EINVAL, "what is not known");
	close(fd);
}

int main(void)
{
	test_begin("seek: lseek to data and to holes", 60);
	test_as_memfd();
	test_sparse();
	test_refused();
	return test_end();
}
