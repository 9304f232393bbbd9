// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap that cannot be read for a while (dm-error under a part of it): SIGBUS
 * for the touch, and the data when the device is back.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>

#include "guest.h"

#define SEED 0x4ee
#define NAME "aobj-weak"
#define DISK "/dev/ram0"
#define DISK_SECTORS ((uint64_t)65536)
#define PAGE_SECTORS (page_size / 512)

/* The slots that fail; a first large object is sure to use them. */
#define FIRST_SLOT ((size_t)300)
#define SLOTS ((size_t)8)
#define MANY_SLOTS ((size_t)400)

static struct dm_part whole = { DISK_SECTORS, "linear", DISK " 0" };

static void break_slots(size_t slots)
{
	uint64_t start = FIRST_SLOT * PAGE_SECTORS;
	uint64_t length = slots * PAGE_SECTORS;
	struct dm_part parts[] = {
		{ start, "linear", DISK " 0" },
		{ length, "error", "" },
		{ DISK_SECTORS - start - length, "linear",
		  text(DISK " %llu", (unsigned long long)(start + length)) },
	};

	dm_replace(NAME, parts, ARRAY_SIZE(parts));
}

static void check_system_calls(const struct object *o, size_t page)
{
	struct iovec vector = { object_page(o, page), page_size };
	int ends[2];
	char byte;

	if (pipe(ends))
		die("pipe");
	check_errno(pread(o->fd, &byte, 1, (off_t)(page * page_size)), EIO,
		    "read() of a page that cannot be read in is EIO");
	check_errno(pwrite(o->fd, "x", 1, (off_t)(page * page_size)), EIO,
		    "write() into a page that cannot be read in is EIO");
	check_errno(vmsplice(ends[1], &vector, 1, 0), EFAULT,
		    "pinning a page that cannot be read in is EFAULT");
	check_result(touch_write(object_page(o, page), 1), SIGBUS,
		     "writing to a page that cannot be read in is SIGBUS");
	close(ends[0]);
	close(ends[1]);
}

static void test_broken(const struct object *o)
{
	uint64_t errors = stat_event("read_errors");
	size_t refused, wrong, first = 0;

	break_slots(SLOTS);
	refused = refused_pages(o, SEED, &wrong, &first);
	check_equal(refused, SLOTS, "each page on a broken slot is SIGBUS");
	check_equal(wrong, 0, "every other page is served, and right");
	check_at_least(stat_event("read_errors") - errors, 1,
		       "read errors are counted");
	check_system_calls(o, first);
	check_equal(object_count(o->fd, 0, o->pages, AOBJ_PAGE_BAD,
				 AOBJ_PAGE_BAD),
		    0, "no page is given up for a passing error");
	check_equal(stat_get("bad"), 0, "nothing is counted as bad");
	check(object_state(o->fd, first) == AOBJ_PAGE_SWAPPED,
	      "a refused page keeps its slot", "state 0x%02x",
	      object_state(o->fd, first));
	check_at_least(refused_pages(o, SEED, &wrong, &first), SLOTS,
		       "touched again while broken, it is SIGBUS again");
}

/* Pages that could not be read may be dropped all the same. */
static void test_free_broken(void)
{
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	break_slots(SLOTS);
	check_ok(object_resize(o.fd, 0), "unreadable pages can be freed");
	object_resize_pages(o.fd, o.pages);
	check_zero(o.map, o.pages, "they are zero when they come back");
	dm_replace(NAME, &whole, 1);
	object_free(&o);
}

/* As when a cable is pulled: the log is not flooded. */
static void test_many(const char *path, const struct log *log,
		      uint64_t errors_before)
{
	size_t wrong, first;
	struct object o;

	swap_stop(path);
	swap_start(path);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	break_slots(MANY_SLOTS);
	check_equal(refused_pages(&o, SEED, &wrong, &first), MANY_SLOTS,
		    "each page on many broken slots is SIGBUS");
	check_log_lines(log, stat_event("read_errors") - errors_before);
	dm_replace(NAME, &whole, 1);
	check_range(o.map, SEED, 0, o.pages, 1, "and there again afterwards");
	object_free(&o);
}

int main(void)
{
	char path[DM_PATH_SIZE];
	uint64_t read_errors, write_errors;
	struct paging before;
	struct object o;
	struct log log;

	test_begin("read_error: a passing read error loses nothing", 40);
	main_swap_off();
	dm_create(NAME, &whole, 1, path);
	header_make(path);
	swap_start(path);
	log = log_begin(path, "read error -5 at slot");
	read_errors = stat_event("read_errors");
	write_errors = stat_event("write_errors");
	o = object_new(working_set());
	before = paging_now();
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_paging(before, o.pages - budget_pages(), 0, "filling");
	test_broken(&o);
	dm_replace(NAME, &whole, 1);
	check_range(o.map, SEED, 0, o.pages, 1,
		    "every page is there when the device is back");
	object_free(&o);
	test_free_broken();
	check_device_errors(device_number(path), "read_errors", read_errors);
	check_device_errors(device_number(path), "write_errors", write_errors);
	test_many(path, &log, read_errors);
	swap_stop(path);
	dm_remove(NAME);
	main_swap_on();
	return test_end();
}
