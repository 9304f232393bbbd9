// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap that is lost (a medium error, by scsi_debug): SIGBUS on the pages that
 * were there, now and later, until they are freed; their slots are not used
 * again.
 */
#include <fcntl.h>
#include <signal.h>

#include "guest.h"

#define SEED 0x3ed
#define PAGE_SECTORS (page_size / 512)
#define FIRST_SLOT ((size_t)500)
#define SLOTS ((size_t)4)
#define MANY_SLOTS ((size_t)400)
#define COUNT "/sys/module/scsi_debug/parameters/medium_error_count"
#define OPTIONS "/sys/bus/pseudo/drivers/scsi_debug/opts"

static char disk[SCSI_PATH_SIZE];

static void write_file(const char *path, const char *words)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, words, strlen(words)) < 0)
		die("write to %s", path);
	close(fd);
}

/* 2: the sectors named at load fail to be read. */
static void set_broken(bool broken)
{
	write_file(OPTIONS, broken ? "2" : "0");
}

static void check_bad_page(const struct object *o, size_t page)
{
	uint8_t state = object_state(o->fd, page);
	char byte;

	check(state == AOBJ_PAGE_BAD, "a lost page is bad, and nothing else",
	      "state 0x%02x", state);
	check_result(touch_write(object_page(o, page), 1), SIGBUS,
		     "writing to a lost page is SIGBUS");
	check_errno(pread(o->fd, &byte, 1, (off_t)(page * page_size)), EIO,
		    "read() of a lost page is EIO");
	check_errno(pwrite(o->fd, "x", 1, (off_t)(page * page_size)), EIO,
		    "write() into a lost page is EIO");
	check_result(lseek(o->fd, (off_t)(page * page_size), SEEK_DATA),
		     (long)(page * page_size), "a lost page is no hole");
}

static size_t test_loss(const struct object *o)
{
	size_t refused, wrong, first = 0;

	set_broken(true);
	refused = refused_pages(o, SEED, &wrong, &first);
	check_equal(refused, SLOTS, "each page on a lost slot is SIGBUS");
	check_equal(wrong, 0, "every other page is served, and right");
	check_equal(object_count(o->fd, 0, o->pages, AOBJ_PAGE_BAD,
				 AOBJ_PAGE_BAD),
		    refused, "the query shows the lost pages");
	check_equal(object_info(o->fd).bad, refused * page_size,
		    "info counts the lost pages");
	check_equal(stat_get("bad"), refused * page_size,
		    "sysfs counts the lost pages");
	check_equal(device_get(device_number(disk), "bad"), refused * page_size,
		    "the device counts its bad slots");
	check_bad_page(o, first);
	set_broken(false);
	check_equal(refused_pages(o, SEED, &wrong, &first), refused,
		    "a lost page stays lost, whatever the device does later");
	check_bad_page(o, first);
	return refused;
}

/* A part of the object goes: what was lost there is zero when it is back. */
static void test_free(struct object *o, size_t lost)
{
	dev_t dev = device_number(disk);

	object_resize_pages(o->fd, 0);
	check_equal(object_info(o->fd).bad, 0, "freed pages are bad no more");
	check_equal(stat_get("bad"), 0, "sysfs counts none either");
	check_equal(device_get(dev, "bad"), lost * page_size,
		    "the device's bad slots stay bad");
	check_equal(device_get(dev, "used"), 0, "they do not count as used");
	object_resize_pages(o->fd, o->pages);
	check_zero(o->map, o->pages, "lost pages are zero after being freed");
}

static void test_not_reused(const struct object *o)
{
	size_t wrong, first;

	set_broken(true);
	range_fill(o->map, SEED, 0, o->pages, 1);
	check_equal(refused_pages(o, SEED, &wrong, &first), 0,
		    "no page is put on a bad slot again");
	check_equal(wrong, 0, "and every page is right");
	set_broken(false);
}

/* A disk that dies: all of it is said to be lost, but the log is not flooded. */
static void test_many(const struct log *bad, const struct log *error)
{
	size_t refused, wrong, first;
	struct object o;

	swap_stop(disk);
	swap_start(disk);
	write_file(COUNT, text("%zu", MANY_SLOTS * PAGE_SECTORS));
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	set_broken(true);
	refused = refused_pages(&o, SEED, &wrong, &first);
	check_equal(refused, MANY_SLOTS,
		    "each page on many lost slots is SIGBUS");
	check_equal(wrong, 0, "every other page is right");
	check_log_lines(bad, refused);
	check_log_lines(error, refused);
	set_broken(false);
	object_free(&o);
}

int main(void)
{
	struct paging before;
	struct log bad, error;
	struct object o;
	size_t lost;

	test_begin("medium_error: what is lost is said to be lost", 60);
	main_swap_off();
	/* One command at a time: what waits behind it may be merged. */
	scsi_disk_make(text("ndelay=100000 max_queue=1 "
			    "medium_error_start=%zu medium_error_count=%zu",
			    FIRST_SLOT * PAGE_SECTORS, SLOTS * PAGE_SECTORS),
		       disk);
	bad = log_begin(disk, "slot [0-9]* is bad");
	error = log_begin(disk, "read error -61 at slot");
	header_make(disk);
	swap_start(disk);
	o = object_new(working_set());
	before = paging_now();
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_paging(before, o.pages - budget_pages(), 0, "filling");
	lost = test_loss(&o);
	test_free(&o, lost);
	test_not_reused(&o);
	check_equal(device_get(device_number(disk), "read_errors"), lost,
		    "the device counts its read errors");
	object_free(&o);
	test_many(&bad, &error);
	swap_stop(disk);
	scsi_disk_remove();
	main_swap_on();
	return test_end();
}
