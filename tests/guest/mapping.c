// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs do to mappings: protect, move, resize, drop, alias, unmap.
 */
#include <fcntl.h>
#include <signal.h>

#include "guest.h"

#define SEED 0x3a9

/* Of the pattern in the object: each test leaves it whole, and may renew it. */
static uint32_t version = 1;

static void protect(const struct object *o, int prot)
{
	if (mprotect(o->map, o->pages * page_size, prot))
		die("mprotect");
}

static void test_mprotect(const struct object *o)
{
	struct paging before = paging_now();

	protect(o, PROT_READ);
	check_range(o->map, SEED, 0, o->pages, version,
		    "a read-only mapping reads");
	check_result(touch_write(o->map, 1), SIGSEGV,
		     "writing to a resident read-only page is SIGSEGV");
	check_result(touch_write(object_page(o, o->pages / 2), 1), SIGSEGV,
		     "writing to an evicted read-only page is SIGSEGV");
	protect(o, PROT_NONE);
	check_result(touch_read(o->map), SIGSEGV,
		     "reading without permission is SIGSEGV");
	protect(o, PROT_READ | PROT_WRITE);
	check_range(o->map, SEED, 0, o->pages, version,
		    "refused touches change nothing");
	range_fill(o->map, SEED, 0, o->pages, ++version);
	check_range(o->map, SEED, 0, o->pages, version,
		    "a page unprotected is written");
	check_paging(before, o->pages, o->pages, "mprotect");
}

/*
 * Something lies behind the mapping, so that growing has to move it.  (To grow
 * one in place is more than the kernel can do for a device's mapping: it
 * merges no mapping of this kind with another, and says ENOMEM.)
 */
static void grow_mapping(struct object *o, size_t from, size_t to)
{
	uint8_t *behind = mmap(o->map + from, page_size, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	uint8_t *before = o->map;

	if (behind != o->map + from)
		die("mmap behind a mapping");
	o->map = mremap(o->map, from, to, MREMAP_MAYMOVE);
	if (o->map == MAP_FAILED)
		die("mremap to grow");
	check(o->map != before, "mremap moves what it grows",
	      "the same address");
	object_unmap(behind, 1);
}

static void test_mremap(struct object *o)
{
	size_t size = o->pages * page_size, half = size / 2;
	uint8_t *target = object_map(-1, 0, o->pages, PROT_NONE,
				     MAP_PRIVATE | MAP_ANONYMOUS);
	struct paging before = paging_now();

	o->map = mremap(o->map, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
			target);
	if (o->map == MAP_FAILED)
		die("mremap to a new place");
	check(o->map == target, "mremap moves a mapping", "another address");
	check_range(o->map, SEED, 0, o->pages, version,
		    "a moved mapping reads");
	check_result(mremap(o->map, size, half, 0) != o->map, 0,
		     "mremap shrinks in place");
	check_range(o->map, SEED, 0, o->pages / 2, version,
		    "the half that stays reads");
	check_result(touch_read(o->map + half), SIGSEGV,
		     "the half that went is unmapped");
	check_equal(object_info(o->fd).size, size,
		    "mremap does not resize the object");
	grow_mapping(o, half, size);
	check_range(o->map, SEED, 0, o->pages, version,
		    "a grown mapping reads it all");
	check_paging(before, 0, o->pages, "mremap");
}

static void test_dontneed(const struct object *o)
{
	uint8_t *copy = object_map(o->fd, 0, o->pages, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE);
	size_t size = o->pages * page_size;

	range_fill(o->map, SEED, 0, o->pages, ++version);
	check_ok(madvise(o->map, size, MADV_DONTNEED),
		 "MADV_DONTNEED succeeds");
	check_range(o->map, SEED, 0, o->pages, version,
		    "data of a shared mapping survive MADV_DONTNEED");
	range_fill(copy, SEED, 0, CLUSTER, 99);
	check_ok(madvise(copy, size, MADV_DONTNEED),
		 "MADV_DONTNEED of a private mapping succeeds");
	check_range(copy, SEED, 0, CLUSTER, version,
		    "a private mapping goes back to the object's pages");
	/* Written, dropped and evicted: the dirty bit must not get lost. */
	range_fill(o->map, SEED, 0, CLUSTER, 98);
	madvise(o->map, CLUSTER * page_size, MADV_DONTNEED);
	check(evict_pages(o->fd, 0, CLUSTER), "dropped pages can be evicted",
	      "some stay resident");
	check_range(o->map, SEED, 0, CLUSTER, 98,
		    "a page dropped while dirty is written out");
	object_unmap(copy, o->pages);
	range_fill(o->map, SEED, 0, CLUSTER, version);
}

/* Two mappings, the second one shifted: one page has two addresses. */
static void test_alias(const struct object *o)
{
	size_t shift = 5, wrong = 0;
	uint8_t *alias = object_map(o->fd, shift, o->pages - shift,
				    PROT_READ | PROT_WRITE, MAP_SHARED);
	struct paging before = paging_now();

	range_fill(alias, SEED, shift, o->pages - shift, 97);
	check_range(object_page(o, shift), SEED, shift, o->pages - shift, 97,
		    "one mapping sees what the other wrote");
	for (size_t i = shift; i < o->pages; i++) {
		volatile uint8_t *here = object_page(o, i);
		volatile uint8_t *there = alias + (i - shift) * page_size;

		*here = (uint8_t)(i + 1);
		wrong += *there != (uint8_t)(i + 1);
		*there = (uint8_t)(i + 2);
		wrong += *here != (uint8_t)(i + 2);
	}
	check_equal(wrong, 0, "writes by turns are seen at once");
	for (size_t i = shift; i < o->pages; i++)
		wrong += alias[(i - shift) * page_size] != (uint8_t)(i + 2);
	check_equal(wrong, 0, "and after eviction");
	check_paging(before, o->pages, o->pages, "alias mappings");
	object_unmap(alias, o->pages - shift);
	range_fill(o->map, SEED, 0, o->pages, ++version);
}

/* Unmapping a part must leave the parts around it. */
static void test_holes(struct object *o)
{
	uint8_t *again;

	if (munmap(object_page(o, 30), 80 * page_size))
		die("munmap of a part");
	check_result(touch_read(object_page(o, 30)), SIGSEGV,
		     "a hole is a hole");
	check_range(o->map, SEED, 0, 30, version, "pages before a hole read");
	check_range(object_page(o, 110), SEED, 110, o->pages - 110, version,
		    "pages after a hole read");
	again = mmap(object_page(o, 30), 80 * page_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, o->fd, (off_t)(30 * page_size));
	check(again == object_page(o, 30), "the hole is mapped again", "%s",
	      strerror(errno));
	check_range(again, SEED, 30, 80, version, "the hole's pages were kept");
}

/* Of the device alone: a regular file has a size, if only 0. */
static void test_first_mmap(void)
{
	int fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	uint8_t *map =
		object_map(fd, 0, 10, PROT_READ | PROT_WRITE, MAP_SHARED);
	uint8_t *wide;

	check_equal(object_info(fd).size, 10 * page_size,
		    "the first mmap sizes an object never sized");
	map[9 * page_size] = 1;
	wide = object_map(fd, 0, 20, PROT_READ | PROT_WRITE, MAP_SHARED);
	check_equal(object_info(fd).size, 10 * page_size,
		    "a second mmap leaves the size");
	check_result(touch_read(wide + 9 * page_size), 0, "inside is served");
	check_result(touch_read(wide + 10 * page_size), SIGBUS,
		     "a read past the end is SIGBUS");
	check_result(touch_write(wide + 19 * page_size, 1), SIGBUS,
		     "a write past the end is SIGBUS");
	object_resize_pages(fd, 20);
	check_result(touch_write(wide + 19 * page_size, 1), 0,
		     "it is served once the object has grown");
	object_unmap(map, 10);
	object_unmap(wide, 20);
	close(fd);
}

static void test_modes(void)
{
	int fd = open("/dev/aobj", O_RDONLY | O_CLOEXEC);
	void *map = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);

	check(map == MAP_FAILED && errno == EACCES,
	      "a descriptor for reading cannot be mapped for writing", "%p %s",
	      map, strerror(errno));
	check_errno(write(fd, "x", 1), EBADF,
		    "a descriptor for reading cannot be written to");
	close(fd);
}

static void test_populate(void)
{
	size_t pages = budget_pages() / 2;
	int fd = object_open();
	uint8_t *map;

	object_resize_pages(fd, pages);
	map = object_map(fd, 0, pages, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE);
	check_equal(object_count(fd, 0, pages, AOBJ_PAGE_RESIDENT,
				 AOBJ_PAGE_RESIDENT),
		    pages, "MAP_POPULATE brings the pages in");
	object_unmap(map, pages);
	close(fd);
}

int main(void)
{
	struct object o;

	test_begin("mapping: system calls on mappings lose nothing", 40);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, version);
	test_mprotect(&o);
	test_mremap(&o);
	test_dontneed(&o);
	test_alias(&o);
	test_holes(&o);
	object_free(&o);
	test_first_mmap();
	test_modes();
	test_populate();
	return test_end();
}
