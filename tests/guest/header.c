// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap headers: which are taken, which are refused, and that bad pages and
 * what lies past the last page are left alone.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/swap.h>

#include "guest.h"

#define SEED 0x4ead
#define DISK "/dev/ram2"
#define SMALL "aobj-small"

static void check_refused(const struct header *header, const char *what)
{
	header_write(DISK, header);
	check_errno(control_swapon(DISK), EINVAL, what);
	if (device_in_use(device_number(DISK)))
		swap_stop(DISK);
}

static void test_bad_headers(void)
{
	struct header good = header_for(DISK), bad;
	uint32_t page = good.last_page + 1;

	bad = good;
	bad.magic = "\0\0\0\0\0\0\0\0\0\0";
	check_refused(&bad, "a device without a header is refused");
	bad.magic = "SWAP-SPACE";
	check_refused(&bad, "the magic of old swap is refused");
	bad = good;
	bad.version = 2;
	check_refused(&bad, "an unknown version is refused");
	bad.version = 0;
	check_refused(&bad, "version 0 is refused");
	bad = good;
	bad.last_page = 0;
	check_refused(&bad, "a header without pages is refused");
	bad.last_page = good.last_page + 1;
	check_refused(&bad, "a header larger than its device is refused");
	bad = good;
	bad.nr_bad = (uint32_t)page_size;
	check_refused(&bad, "more bad pages than a header holds are refused");
	bad.nr_bad = UINT32_MAX;
	check_refused(&bad, "an absurd count of bad pages is refused");
	bad.nr_bad = 1;
	bad.bad = &page;
	check_refused(&bad, "a bad page past the last page is refused");
	page = 0;
	check_refused(&bad, "a bad page 0, the header, is refused");
}

static void test_truncated(void)
{
	struct dm_part part = { 2048, "linear", DISK " 0" };
	char path[DM_PATH_SIZE];

	header_make(DISK);
	dm_create(SMALL, &part, 1, path);
	check_errno(control_swapon(path), EINVAL,
		    "a device cut off behind its header is refused");
	part.sectors = 8;
	dm_replace(SMALL, &part, 1);
	check_errno(control_swapon(path), EINVAL,
		    "a device of a header alone is refused");
	dm_remove(SMALL);
}

static void set_read_only(int read_only)
{
	int fd = open(DISK, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, BLKROSET, &read_only))
		die("BLKROSET of " DISK);
	close(fd);
}

static void test_read_only(void)
{
	struct aobj_swapon request = { 0 };
	int control = control_open();

	header_make(DISK);
	set_read_only(1);
	request.fd = open(DISK, O_RDONLY | O_CLOEXEC);
	check_errno(ioctl(control, AOBJ_CTL_SWAPON, &request), EROFS,
		    "a read-only device is refused");
	close(request.fd);
	close(control);
	set_read_only(0);
}

static void test_busy(void)
{
	int fd;

	check_errno(control_swapon(main_swap()), EBUSY,
		    "a device already in use here is refused");
	check_errno(control_swapon(second_disk()), EBUSY,
		    "a mounted device is refused");
	header_make(DISK);
	if (swapon(DISK, 0))
		die("the system's swapon of " DISK);
	check_errno(control_swapon(DISK), EBUSY,
		    "a device that the system swaps to is refused");
	if (swapoff(DISK))
		die("the system's swapoff of " DISK);
	check_ok(control_swapon(DISK), "it is taken when the system let it go");
	check(swapon(DISK, 0) && errno == EBUSY,
	      "the system cannot swap to a device in use here", "%s",
	      strerror(errno));
	fd = open(DISK, O_RDWR | O_EXCL | O_CLOEXEC);
	check_errno(fd, EBUSY, "nobody else can claim it");
	swap_stop(DISK);
	fd = open(DISK, O_RDWR | O_EXCL | O_CLOEXEC);
	check_ok(fd, "it can be claimed after swapoff");
	close(fd);
}

static void check_size(const struct header *header, const char *what)
{
	uint64_t pages = header->last_page - header->nr_bad;

	header_write(DISK, header);
	if (!check_ok(control_swapon(DISK), what))
		return;
	check_equal(device_get(device_number(DISK), "size"), pages * page_size,
		    "its size is all but the header and bad pages");
	check_equal(device_get(device_number(DISK), "used"), 0,
		    "nothing of it is in use");
	swap_stop(DISK);
}

static void test_mkswap(void)
{
	struct header header = header_for(DISK);

	if (command("mkswap -L aobj-tst " DISK))
		die("mkswap");
	check_ok(control_swapon(DISK), "a header by mkswap is taken");
	check_equal(device_get(device_number(DISK), "size"),
		    header.last_page * page_size,
		    "with every page but its own");
	swap_stop(DISK);
	header.other_endian = true;
	check_size(&header, "a header of the other byte order is taken");
	header.last_page = 100;
	check_size(&header, "a header smaller than its device is taken");
}

static const uint32_t bad_pages[] = { 1, 2, 64, 65, 1000, 1500 };

#define LAST_PAGE 1500u

static bool is_bad(size_t page)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_pages); i++)
		if (page == bad_pages[i])
			return true;
	return false;
}

/* The pages that swap must not write to, the header (page 0) included. */
static size_t spoilt_pages(int fd, size_t end)
{
	uint8_t *bytes = aligned_alloc(page_size, page_size);
	size_t spoilt = 0;

	for (size_t i = 1; i < end; i++) {
		if (i <= LAST_PAGE && !is_bad(i))
			continue;
		if (pread(fd, bytes, page_size, (off_t)(i * page_size)) !=
		    (ssize_t)page_size)
			die("read of " DISK);
		spoilt += !page_matches(bytes, SEED, i, 1);
	}
	free(bytes);
	return spoilt;
}

static void mark_pages(int fd, size_t end)
{
	uint8_t *bytes = aligned_alloc(page_size, page_size);

	for (size_t i = 1; i < end; i++) {
		page_fill(bytes, SEED, i, 1);
		if (pwrite(fd, bytes, page_size, (off_t)(i * page_size)) !=
		    (ssize_t)page_size)
			die("write of " DISK);
	}
	free(bytes);
}

/* Fills such a device to the brim and looks at the pages around. */
static void use_device(size_t pages)
{
	struct object o = object_new(pages);
	struct paging before = paging_now();

	range_fill(o.map, SEED, 0, pages, 2);
	check_range(o.map, SEED, 0, pages, 2, "it keeps what is stored");
	check_paging(before, LAST_PAGE / 2, LAST_PAGE / 2, "bad pages");
	object_free(&o);
}

static void test_bad_pages(void)
{
	struct header header = header_for(DISK);
	size_t end = LAST_PAGE + 300;
	int fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		die("open " DISK);
	mark_pages(fd, end);
	header.last_page = LAST_PAGE;
	header.nr_bad = ARRAY_SIZE(bad_pages);
	header.bad = bad_pages;
	check_size(&header, "a header with bad pages is taken");
	main_swap_off();
	swap_start(DISK);
	use_device(budget_pages() + LAST_PAGE - 100);
	swap_stop(DISK);
	main_swap_on();
	check_equal(spoilt_pages(fd, end), 0,
		    "bad pages and those past the last are never written");
	check_ok(control_swapon(DISK), "the header is as it was");
	swap_stop(DISK);
	close(fd);
}

int main(void)
{
	test_begin("header: swap headers are checked and obeyed", 40);
	test_bad_headers();
	test_truncated();
	test_read_only();
	test_busy();
	test_mkswap();
	test_bad_pages();
	return test_end();
}
