// SPDX-License-Identifier: GPL-2.0-only
/*
 * read, write, lseek, fsync and msync see the same bytes as mappings do.
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "guest.h"

#define SEED 0x4ead
#define CHUNK ((size_t)25000) /* neither a page nor a divisor of one */

static uint64_t size_of(int fd)
{
	return object_info(fd).size;
}

/* The whole pattern of @pages pages in ordinary memory. */
static uint8_t *pattern(size_t pages)
{
	uint8_t *bytes = malloc(pages * page_size);

	if (!bytes)
		die("malloc");
	range_fill(bytes, SEED, 0, pages, 1);
	return bytes;
}

static size_t short_writes(int fd, const uint8_t *bytes, size_t size)
{
	size_t bad = 0;

	for (size_t at = 0; at < size; at += CHUNK) {
		size_t length = size - at < CHUNK ? size - at : CHUNK;

		bad += write(fd, bytes + at, length) != (ssize_t)length;
	}
	return bad;
}

static size_t wrong_reads(int fd, const uint8_t *bytes, size_t size)
{
	uint8_t buffer[CHUNK];
	size_t bad = 0;

	for (size_t at = 0; at < size; at += CHUNK) {
		size_t length = size - at < CHUNK ? size - at : CHUNK;

		bad += read(fd, buffer, length) != (ssize_t)length ||
		       memcmp(buffer, bytes + at, length);
	}
	return bad;
}

static void test_stream(void)
{
	size_t pages = working_set();
	uint8_t *bytes = pattern(pages), *map;
	struct paging before = paging_now();
	int fd = object_open();

	check_equal(short_writes(fd, bytes, pages * page_size), 0,
		    "every write past the end is taken whole");
	check_equal(size_of(fd), pages * page_size, "writes extend the object");
	check_paging(before, pages - budget_pages(), 0, "write()");
	before = paging_now();
	check_ok(lseek(fd, 0, SEEK_SET), "lseek to the beginning");
	check_equal(wrong_reads(fd, bytes, pages * page_size), 0,
		    "every read gives what was written");
	check_paging(before, 0, pages - budget_pages(), "read()");
	check_result(read(fd, bytes, 1), 0, "read at the end gives 0");
	map = object_map(fd, 0, pages, PROT_READ | PROT_WRITE, MAP_SHARED);
	check_range(map, SEED, 0, pages, 1, "a mapping sees what was written");
	range_fill(map, SEED, 0, pages, 1);
	map[10 * page_size] ^= 0xff;
	check_result(pread(fd, bytes, 1, (off_t)(10 * page_size)), 1,
		     "pread of one byte");
	check_equal(bytes[0], map[10 * page_size],
		    "read sees what the mapping wrote");
	object_unmap(map, pages);
	close(fd);
	free(bytes);
}

static void test_seek(void)
{
	int fd = object_open();
	off_t size = (off_t)(3 * page_size);

	object_resize_pages(fd, 3);
	check_result(lseek(fd, 0, SEEK_END), size, "SEEK_END is the size");
	check_result(lseek(fd, -5, SEEK_CUR), size - 5, "SEEK_CUR is relative");
	check_result(lseek(fd, 100, SEEK_SET), 100, "SEEK_SET is set");
	check_errno(lseek(fd, -1, SEEK_SET), EINVAL,
		    "a negative position is refused");
	check_errno(lseek(fd, 0, 77), EINVAL, "an unknown whence is refused");
	check_result(lseek(fd, 0, SEEK_CUR), 100,
		     "refused seeks leave the position");
	close(fd);
}

static void test_end_of_object(void)
{
	int fd = object_open();
	uint8_t bytes[100], zero[100] = { 0 };
	off_t end = (off_t)(2 * page_size);

	object_resize_pages(fd, 2);
	check_result(pread(fd, bytes, 100, end - 30), 30,
		     "a read across the end is short");
	check(!memcmp(bytes, zero, 30), "untouched bytes are read as zeros",
	      "other bytes");
	check_result(pread(fd, bytes, 100, end), 0,
		     "a read at the end gives 0");
	check_result(pread(fd, bytes, 100, end + 5000), 0,
		     "a read past the end gives 0");
	check_result(pwrite(fd, "xy", 2, end - 1), 2,
		     "a write across the end is taken whole");
	check_equal(size_of(fd), 3 * page_size,
		    "it extends the object by a whole page");
	check_result(pwrite(fd, "z", 1, (off_t)(100 * page_size)), 1,
		     "a write far past the end is taken");
	check_equal(size_of(fd), 101 * page_size, "and leaves a hole");
	check_result(pread(fd, bytes, 100, (off_t)(50 * page_size)), 100,
		     "the hole can be read");
	check(!memcmp(bytes, zero, 100), "the hole is zeros", "other bytes");
	check_result(pwrite(fd, bytes, 0, (off_t)(300 * page_size)), 0,
		     "a write of nothing gives 0");
	check_equal(size_of(fd), 101 * page_size,
		    "a write of nothing extends nothing");
	check_errno(pwrite(fd, "z", 1, INT64_MAX - 1), EFBIG,
		    "a write at the end of what can be addressed is refused");
	close(fd);
}

/* A few bytes changed in pages that are in swap: the rest must come in. */
static void test_partial_write(void)
{
	struct object o = object_new(4 * CLUSTER);
	uint8_t *expected = malloc(page_size);
	size_t wrong = 0;

	range_fill(o.map, SEED, 0, o.pages, 1);
	evict_pages(o.fd, 0, o.pages);
	for (size_t i = 0; i < o.pages; i++) {
		off_t at = (off_t)(i * page_size + i);

		wrong += pwrite(o.fd, "\0\1\2", 3, at) != 3;
	}
	check_equal(wrong, 0, "writes into swapped pages are taken");
	evict_pages(o.fd, 0, o.pages);
	for (size_t i = 0; i < o.pages; i++) {
		uint8_t *byte = object_page(&o, i) + i;

		wrong += memcmp(byte, "\0\1\2", 3) != 0;
	}
	check_equal(wrong, 0, "written bytes survive eviction");
	wrong = 0;
	for (size_t i = 0; i < o.pages; i++) {
		page_fill(expected, SEED, i, 1);
		memcpy(expected + i, "\0\1\2", 3);
		wrong += memcmp(expected, object_page(&o, i), page_size) != 0;
	}
	free(expected);
	check_equal(wrong, 0, "the bytes around a write stay");
	object_free(&o);
}

static void test_bad_buffers(void)
{
	struct object o = object_new(CLUSTER);
	uint8_t *hole = object_map(-1, 0, 2, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS);
	ssize_t moved;

	range_fill(o.map, SEED, 0, o.pages, 1);
	munmap(hole + page_size, page_size);
	check_errno(pread(o.fd, hole + page_size, page_size, 0), EFAULT,
		    "a read to nowhere is EFAULT");
	check_errno(pwrite(o.fd, hole + page_size, page_size, 0), EFAULT,
		    "a write from nowhere is EFAULT");
	moved = pread(o.fd, hole + page_size - 10, 100, 0);
	check(moved == 10 || (moved < 0 && errno == EFAULT),
	      "a read to half a buffer is short or EFAULT", "%zd", moved);
	memcpy(hole, o.map + page_size, page_size);
	moved = pwrite(o.fd, hole + page_size - 10, 100,
		       (off_t)(2 * page_size - 10));
	check(moved == 10 || (moved < 0 && errno == EFAULT),
	      "a write from half a buffer is short or EFAULT", "%zd", moved);
	check_range(o.map, SEED, 0, o.pages, 1,
		    "no page is changed by a write that failed");
	check_errno(pwrite(o.fd, hole + page_size, page_size,
			   (off_t)(o.pages * page_size)),
		    EFAULT, "a write from nowhere past the end is EFAULT");
	check_equal(size_of(o.fd), o.pages * page_size,
		    "a write that failed does not extend the object");
	object_unmap(hole, 1);
	object_free(&o);
}

/* Source and target are pages of one cluster, and both are in swap. */
static void test_own_buffer(void)
{
	struct object o = object_new(2 * CLUSTER);
	ssize_t half = (ssize_t)(CLUSTER / 2 * page_size);

	range_fill(o.map, SEED, 0, o.pages, 1);
	evict_pages(o.fd, 0, o.pages);
	check_result(pread(o.fd, o.map + half, (size_t)half, 0), half,
		     "a read into a mapping of the object itself is served");
	check_range(o.map + half, SEED, 0, CLUSTER / 2, 1,
		    "it moves the right bytes");
	range_fill(o.map, SEED, 0, o.pages, 1);
	evict_pages(o.fd, 0, o.pages);
	check_result(pwrite(o.fd, o.map, (size_t)half, half), half,
		     "a write from a mapping of the object itself is served");
	check_range(o.map + half, SEED, 0, CLUSTER / 2, 1,
		    "it moves the right bytes too");
	evict_pages(o.fd, 0, o.pages);
	check_result(pread(o.fd, o.map + 100, (size_t)half, 100), half,
		     "a read of bytes onto themselves is served");
	check_range(o.map, SEED, 0, CLUSTER / 2, 1, "and changes nothing");
	object_free(&o);
}

static void test_vectors(void)
{
	int fd = object_open();
	char a[3000], b[6000], c[9000];
	struct iovec out[2] = { { a, 3000 }, { b, 6000 } };
	struct iovec in = { c, 9000 };

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	check_result(writev(fd, out, 2), 9000, "writev is taken whole");
	check_result(preadv(fd, &in, 1, 0), 9000, "preadv gives it all");
	check(!memcmp(a, c, 3000) && !memcmp(b, c + 3000, 6000),
	      "vectors keep their order", "other bytes");
	close(fd);
}

static void test_sync(void)
{
	struct object o = object_new(CLUSTER);

	o.map[0] = 1;
	check_ok(msync(o.map, page_size, MS_SYNC), "msync MS_SYNC succeeds");
	check_ok(msync(o.map, o.pages * page_size, MS_ASYNC),
		 "msync MS_ASYNC succeeds");
	check_ok(fsync(o.fd), "fsync succeeds");
	check_ok(fdatasync(o.fd), "fdatasync succeeds");
	check_result(posix_fadvise(o.fd, 0, 0, POSIX_FADV_SEQUENTIAL), 0,
		     "fadvise succeeds");
	object_free(&o);
}

int main(void)
{
	test_begin("rw: system calls and mappings agree", 30);
	test_stream();
	test_seek();
	test_end_of_object();
	test_partial_write();
	test_bad_buffers();
	test_own_buffer();
	test_vectors();
	test_sync();
	return test_end();
}
