// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flush: what the page daemon may do some day, done now and to this range.
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "guest.h"

#define SEED 0xf1a5
#define PAGES (3 * CLUSTER + 7)
#define PAGE_OUT (AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT)

/* Pages that were done; those that were skipped go to *skipped if it is set. */
static uint64_t flush(const struct object *o, size_t first, size_t pages,
		      uint32_t flags, uint64_t *skipped)
{
	uint64_t done = 0;

	if (object_flush(o->fd, first, pages, flags, &done, skipped))
		die("AOBJ_IOC_FLUSH, flags %u", flags);
	return done;
}

static size_t resident(const struct object *o, size_t first, size_t pages)
{
	return object_count(o->fd, first, pages, AOBJ_PAGE_RESIDENT,
			    AOBJ_PAGE_RESIDENT);
}

static void test_page_out(void)
{
	struct object o = object_new(PAGES);

	range_fill(o.map, SEED, 0, PAGES, 1);
	check_equal(flush(&o, 5, CLUSTER + 60, PAGE_OUT, NULL), CLUSTER + 60,
		    "a range is paged out");
	stat_wait("writing", 0, 2000);
	check_equal(resident(&o, 5, CLUSTER + 60), 0, "none of it stays");
	check_equal(resident(&o, 0, PAGES), PAGES - CLUSTER - 60,
		    "the rest does");
	check_range(o.map, SEED, 0, PAGES, 1, "all of it is right");
	check_equal(flush(&o, 0, 0, PAGE_OUT, NULL), PAGES,
		    "length 0 is all of it");
	stat_wait("writing", 0, 2000);
	check_equal(stat_get("resident"), 0, "no memory is left in use");
	check_range(o.map, SEED, 0, PAGES, 1, "it is still right");
	object_free(&o);
}

static void test_clean(void)
{
	struct object o = object_new(PAGES);
	uint64_t out;

	range_fill(o.map, SEED, 0, PAGES, 1);
	flush(&o, 0, 0, AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT, NULL);
	check_equal(object_count(o.fd, 0, PAGES,
				 AOBJ_PAGE_RESIDENT | AOBJ_PAGE_DIRTY |
					 AOBJ_PAGE_SWAPPED,
				 AOBJ_PAGE_RESIDENT | AOBJ_PAGE_SWAPPED),
		    PAGES, "cleaned pages stay, clean and with a slot");
	out = stat_event("pages_out");
	check(evict_pages(o.fd, 0, PAGES), "they can be evicted", "they stay");
	check_equal(flush(&o, 0, 0, AOBJ_FLUSH_CLEAN, NULL), 0,
		    "then there is nothing to clean");
	object_page(&o, 70)[0] ^= 1;
	check_equal(flush(&o, 64, 64, AOBJ_FLUSH_CLEAN | AOBJ_FLUSH_WAIT, NULL),
		    1, "one changed page is one page to write");
	object_page(&o, 70)[0] ^= 1;
	check_range(o.map, SEED, 0, PAGES, 1, "every page is right");
	note("%llu pages were written meanwhile, other objects' among them",
	     (unsigned long long)(stat_event("pages_out") - out));
	object_free(&o);
}

static void test_deactivate(void)
{
	struct object o = object_new(PAGES);
	uint64_t soft = stat_event("soft_faults"),
		 out = stat_event("pages_out");

	range_fill(o.map, SEED, 0, PAGES, 1);
	check_equal(flush(&o, 1, 100, AOBJ_FLUSH_DEACTIVATE, NULL), 100,
		    "pages are deactivated");
	check_equal(stat_get("inactive"), 100 * page_size,
		    "they are what is inactive");
	check_equal(stat_event("pages_out"), out, "nothing is written");
	check_range(o.map, SEED, 0, PAGES, 1, "they are right");
	check(stat_event("soft_faults") > soft, "and used again",
	      "without a fault");
	check_equal(stat_get("inactive"), 0, "which makes them active");
	object_free(&o);
}

static void test_free(void)
{
	struct object o = object_new(PAGES);

	range_fill(o.map, SEED, 0, PAGES, 1);
	flush(&o, 0, 64, PAGE_OUT, NULL);
	check_equal(flush(&o, 10, 100, AOBJ_FLUSH_FREE, NULL), 46,
		    "of a range 46 pages are in memory");
	check_zero(object_page(&o, 10), 100, "freed, it is zeros");
	check_range(o.map, SEED, 0, 10, 1, "what is before it stays");
	check_range(object_page(&o, 110), SEED, 110, PAGES - 110, 1,
		    "and what is behind it");
	object_free(&o);
}

/* Another file that is the object keeps contents from being thrown away. */
static void test_free_shared(void)
{
	struct object o = { .pages = PAGES };
	int other;

	o.fd = object_create("shared", PAGES * page_size, AOBJ_CREATE_CLOEXEC);
	o.map = object_map(o.fd, 0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED);
	range_fill(o.map, SEED, 0, PAGES, 1);
	other = open(text("/proc/self/fd/%d", o.fd), O_RDWR | O_CLOEXEC);
	check_equal(flush(&o, 0, 0, AOBJ_FLUSH_FREE, NULL), PAGES,
		    "while another holds the object");
	check_equal(stat_get("inactive"), PAGES * page_size,
		    "pages are deactivated only");
	check_range(o.map, SEED, 0, PAGES, 1, "nothing is lost");
	close(other);
	flush(&o, 0, 0, AOBJ_FLUSH_FREE, NULL);
	check_zero(o.map, PAGES, "alone, it is free to throw all away");
	object_free(&o);
}

static void test_pinned(void)
{
	struct object o = object_new(PAGES);
	struct iovec vec = { object_page(&o, 3), page_size };
	uint64_t skipped = 0;
	uint8_t *copy = malloc(page_size);
	int pipes[2];

	range_fill(o.map, SEED, 0, PAGES, 1);
	if (!copy || pipe(pipes) || vmsplice(pipes[1], &vec, 1, 0) < 0)
		die("vmsplice");
	check_equal(flush(&o, 0, 0, PAGE_OUT, &skipped), PAGES - 1,
		    "all but a pinned page are paged out");
	check_equal(skipped, 1, "that is said to be skipped");
	stat_wait("writing", 0, 2000);
	check_equal(resident(&o, 0, PAGES), 1, "it stays");
	check_equal(flush(&o, 0, 0, AOBJ_FLUSH_FREE, &skipped), 0,
		    "nor is it freed");
	check_equal(skipped, 1, "as is said");
	check(read(pipes[0], copy, page_size) == (ssize_t)page_size &&
		      page_matches(copy, SEED, 3, 1),
	      "who pinned it sees what was there", "something else");
	check_range(object_page(&o, 3), SEED, 3, 1, 1, "so does the mapping");
	close(pipes[0]);
	close(pipes[1]);
	free(copy);
	object_free(&o);
}

static void test_refused(void)
{
	struct object o = object_new(4);
	struct aobj_flush f = { .offset = 1, .flags = AOBJ_FLUSH_CLEAN };

	check_errno(object_flush(o.fd, 0, 0, 0, NULL, NULL), EINVAL,
		    "no flag at all");
	check_errno(object_flush(o.fd, 0, 0, 0x10, NULL, NULL), EINVAL,
		    "an unknown flag");
	check_errno(object_flush_raw(o.fd, &f), EINVAL, "an odd offset");
	f = (struct aobj_flush){ .length = 1, .flags = AOBJ_FLUSH_CLEAN };
	check_errno(object_flush_raw(o.fd, &f), EINVAL, "an odd length");
	f = (struct aobj_flush){ .reserved = 1, .flags = AOBJ_FLUSH_CLEAN };
	check_errno(object_flush_raw(o.fd, &f), EINVAL, "a reserved field");
	f = (struct aobj_flush){ .offset = page_size,
				 .length = -page_size,
				 .flags = AOBJ_FLUSH_CLEAN };
	check_ok(object_flush_raw(o.fd, &f) && errno == EINVAL ? 0 : -1,
		 "round the end of numbers");
	check_errno(object_flush_raw(o.fd, NULL), EFAULT, "a bad address");
	check_ok(object_flush(o.fd, 100, 5, AOBJ_FLUSH_CLEAN, NULL, NULL),
		 "what is past the end is ignored");
	object_free(&o);
}

static void test_no_room(void)
{
	struct object o;

	main_swap_off();
	o = object_new(PAGES);
	range_fill(o.map, SEED, 0, PAGES, 1);
	check_errno(object_flush(o.fd, 0, 0, PAGE_OUT, NULL, NULL), ENOSPC,
		    "without swap nothing can be paged out");
	check_range(o.map, SEED, 0, PAGES, 1, "and nothing is lost");
	object_free(&o);
	main_swap_on();
}

/* Only the header can be written and read: every write to a slot fails. */
static void test_write_error(void)
{
	const uint64_t page_sectors = page_size / 512;
	const struct dm_part good = { 65536, "linear", "/dev/ram0 0" };
	const struct dm_part bad[] = {
		{ page_sectors, "linear", "/dev/ram0 0" },
		{ 65536 - page_sectors, "error", "" },
	};
	char path[DM_PATH_SIZE];
	struct object o;

	main_swap_off();
	dm_create("aobj-flush", &good, 1, path);
	header_make(path);
	dm_replace("aobj-flush", bad, ARRAY_SIZE(bad));
	swap_start(path);
	o = object_new(CLUSTER);
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_errno(object_flush(o.fd, 0, 0, PAGE_OUT, NULL, NULL), EIO,
		    "a write that fails is an error to who waits for it");
	dm_replace("aobj-flush", &good, 1);
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	check_ok(object_flush(o.fd, 0, 0, PAGE_OUT, NULL, NULL),
		 "the next try works");
	check_range(o.map, SEED, 0, o.pages, 1, "and the pages are right");
	object_free(&o);
	swap_stop(path);
	dm_remove("aobj-flush");
	main_swap_on();
}

/* Nothing is there but three clusters: the rest costs nothing. */
static void test_huge(void)
{
	struct object o = { .pages = CLUSTER, .fd = object_open() };
	const uint64_t huge = (uint64_t)1 << 50;
	uint64_t start;

	if (object_resize(o.fd, huge))
		die("resize");
	for (size_t i = 0; i < 3; i++)
		if (pwrite(o.fd, "x", 1, (off_t)(i * (huge / 3))) != 1)
			die("pwrite");
	start = now_ms();
	check_equal(flush(&o, 0, 0, PAGE_OUT, NULL), 3,
		    "of a huge object the pages that are there are flushed");
	check_at_most(now_ms() - start, 2000, "in no time");
	close(o.fd);
}

int main(void)
{
	test_begin("flush: pages are cleaned, paged out and freed on demand",
		   60);
	test_page_out();
	test_clean();
	test_deactivate();
	test_free();
	test_free_shared();
	test_pinned();
	test_refused();
	test_no_room();
	test_write_error();
	test_huge();
	return test_end();
}
