// SPDX-License-Identifier: GPL-2.0-only
/*
 * O_DIRECT between a file on ext4 and an object, both ways, while another
 * process evicts: the disk reads and writes the object's own pages.
 */
#include <fcntl.h>

#include "guest.h"

#define SEED 0xd10
#define CHUNK_PAGES ((size_t)48) /* not a divisor of a cluster */

static size_t file_pages;

static int open_file(int flags)
{
	const char *directory = getenv("AOBJ_TEST_DIR");
	char path[256];
	int fd;

	if (!directory)
		die("AOBJ_TEST_DIR names no directory on ext4");
	snprintf(path, sizeof(path), "%s/direct", directory);
	fd = open(path, flags | O_DIRECT | O_CLOEXEC, 0600);
	if (fd < 0)
		die("open %s", path);
	return fd;
}

/* Moves the whole file from or to @memory in chunks. */
static size_t move(int fd, uint8_t *memory, bool writing)
{
	size_t failed = 0;

	for (size_t page = 0; page < file_pages; page += CHUNK_PAGES) {
		size_t left = file_pages - page;
		size_t length =
			(left < CHUNK_PAGES ? left : CHUNK_PAGES) * page_size;
		off_t at = (off_t)(page * page_size);
		uint8_t *bytes = memory + page * page_size;
		ssize_t moved = writing ? pwrite(fd, bytes, length, at) :
					  pread(fd, bytes, length, at);

		failed += moved != (ssize_t)length;
	}
	return failed;
}

static uint8_t *ordinary_memory(void)
{
	return object_map(-1, 0, file_pages, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS);
}

static void test_into_object(const struct object *o, uint32_t version)
{
	uint8_t *bytes = ordinary_memory();
	int fd = open_file(O_RDWR | O_CREAT);

	range_fill(bytes, SEED, 0, file_pages, version);
	if (move(fd, bytes, true))
		die("write of the file");
	check_result((long)move(fd, o->map, false), 0,
		     "O_DIRECT reads into an object succeed");
	check_range(o->map, SEED, 0, file_pages, version,
		    "what the disk read is in the object");
	check(evict_pages(o->fd, 0, file_pages),
	      "pages that a disk read into can be evicted",
	      "some stay resident");
	check_range(o->map, SEED, 0, file_pages, version,
		    "what the disk read survives eviction");
	object_unmap(bytes, file_pages);
	close(fd);
}

static void test_from_object(const struct object *o, uint32_t version)
{
	uint8_t *bytes = ordinary_memory();
	int fd = open_file(O_RDWR | O_CREAT);

	range_fill(o->map, SEED, 0, file_pages, version);
	check_result((long)move(fd, o->map, true), 0,
		     "O_DIRECT writes from an object succeed");
	if (move(fd, bytes, false))
		die("read of the file");
	check_range(bytes, SEED, 0, file_pages, version,
		    "the file holds what was in the object");
	check_range(o->map, SEED, 0, file_pages, version,
		    "the object is unchanged by being written from");
	object_unmap(bytes, file_pages);
	close(fd);
}

/* The target is a private mapping: the disk must write to the copy. */
static void test_into_private(const struct object *o)
{
	uint8_t *copy = object_map(o->fd, 0, file_pages, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE);
	int fd = open_file(O_RDONLY);

	range_fill(o->map, SEED, 0, file_pages, 20);
	check_result((long)move(fd, copy, false), 0,
		     "O_DIRECT reads into a private mapping succeed");
	check_range(copy, SEED, 0, file_pages, 4,
		    "what the disk read is in the private copies");
	check_range(o->map, SEED, 0, file_pages, 20, "and not in the object");
	object_unmap(copy, file_pages);
	close(fd);
}

int main(void)
{
	struct pressure pressure;
	struct paging before;
	struct object o;

	test_begin("direct_io: O_DIRECT moves the right bytes", 60);
	file_pages = 2 * budget_pages();
	o = object_new(file_pages);
	before = paging_now();
	test_into_object(&o, 1);
	test_from_object(&o, 2);
	check_paging(before, 2 * budget_pages(), budget_pages(), "alone");
	before = paging_now();
	pressure = pressure_start();
	test_into_object(&o, 3);
	test_from_object(&o, 4);
	test_into_private(&o);
	pressure_stop(&pressure);
	check_paging(before, 4 * budget_pages(), 2 * budget_pages(),
		     "with another process that evicts");
	object_free(&o);
	return test_end();
}
