// SPDX-License-Identifier: GPL-2.0-only
/*
 * fallocate of objects that are regular files: what it gives takes its space at
 * once, in memory or on swap, as in a memfd, and nothing that is there changes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "guest.h"

#define SEED 0xa110
#define PAGES (2 * CLUSTER)
#define ROUNDS 1500

static int file_new(size_t pages)
{
	int fd = object_create("space", pages * page_size, AOBJ_CREATE_CLOEXEC);

	if (fd < 0)
		die("AOBJ_IOC_CREATE");
	return fd;
}

static int allocate(int fd, int mode, size_t first, size_t pages)
{
	return fallocate(fd, mode, (off_t)(first * page_size),
			 (off_t)(pages * page_size));
}

/* Pages that take space, wherever they are. */
static size_t taken(int fd)
{
	struct aobj_info info = object_info(fd);

	return (info.resident + info.swapped) / page_size;
}

static size_t size_in_pages(int fd)
{
	return object_info(fd).size / page_size;
}

static size_t blocks_in_pages(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	return (size_t)st.st_blocks * 512 / page_size;
}

/* A page that was written, one that was only read, and holes. */
static void test_part(void)
{
	int fd = file_new(PAGES);
	struct object o = { .fd = fd, .pages = PAGES };

	o.map = object_map(fd, 0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED);
	page_fill(object_page(&o, 63), SEED, 63, 1);
	if (touch_read(object_page(&o, 65)))
		die("a page cannot be read");
	check_ok(allocate(fd, 0, 10, 100), "fallocate of a part");
	check_equal(taken(fd), 100, "takes what that needs");
	check_equal(blocks_in_pages(fd), 100, "as fstat says");
	check_equal(size_in_pages(fd), PAGES, "and leaves the size");
	check_equal(object_info(fd).reserved, 0, "it is no reservation");
	check(evict_pages(fd, 0, PAGES), "it can be paged out", "some stays");
	check_equal(object_info(fd).swapped, 100 * page_size,
		    "and takes as much on swap, what was only read, too");
	check_range(object_page(&o, 63), SEED, 63, 1, 1,
		    "what was there stays");
	check_zero(object_page(&o, 10), 53, "what was not is zeros");
	check_zero(object_page(&o, 64), 46, "behind it, too");
	object_unmap(o.map, PAGES);
	close(fd);
}

static void test_swapped(void)
{
	int fd = file_new(PAGES);
	struct object o = { .fd = fd, .pages = PAGES };
	uint64_t in;

	o.map = object_map(fd, 0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED);
	range_fill(o.map, SEED, 0, CLUSTER, 1);
	if (!evict_pages(fd, 0, CLUSTER))
		die("the pages stay in memory");
	in = stat_event("pages_in");
	check_ok(allocate(fd, 0, 1, PAGES - 1),
		 "fallocate over what is on swap");
	check_equal(stat_event("pages_in"), in, "leaves that there");
	check_equal(taken(fd), PAGES, "and makes the rest");
	check_range(o.map, SEED, 0, CLUSTER, 1, "all of it is right");
	check_zero(object_page(&o, CLUSTER), CLUSTER, "the rest is zeros");
	object_unmap(o.map, PAGES);
	close(fd);
}

static void test_size(void)
{
	int fd = file_new(10);
	off_t page = (off_t)page_size;

	check_ok(allocate(fd, 0, 8, 5), "past the end");
	check_equal(size_in_pages(fd), 13, "it makes the file larger");
	check_equal(taken(fd), 5, "by pages that are there");
	check_ok(fallocate(fd, 0, 13 * page + 100, 50), "a part of a page");
	check_equal(object_info(fd).size, 13 * page_size + 150,
		    "makes the file that much larger");
	check_equal(taken(fd), 6, "and takes the page");
	check_ok(fallocate(fd, 0, 13 * page + 100, 60), "ten bytes more");
	check_equal(object_info(fd).size, 13 * page_size + 160,
		    "of a page that is there are a larger file");
	check_ok(allocate(fd, FALLOC_FL_KEEP_SIZE, 1, 2),
		 "FALLOC_FL_KEEP_SIZE inside");
	check_equal(taken(fd), 8, "takes its pages");
	check_ok(allocate(fd, FALLOC_FL_KEEP_SIZE, 13, 1),
		 "as far as the end of the last page");
	check_errno(allocate(fd, FALLOC_FL_KEEP_SIZE, 13, 2), EOPNOTSUPP,
		    "past that there is nothing to be had");
	check_equal(object_info(fd).size, 13 * page_size + 160,
		    "none of it changes the size");
	check_result(posix_fallocate(fd, 20 * page, page), 0,
		     "posix_fallocate does the same");
	check_equal(size_in_pages(fd), 21, "and makes the file larger");
	check_equal(taken(fd), 9, "with one page more");
	close(fd);
}

static void test_refused(void)
{
	int fd = file_new(10), reader;
	struct rlimit limit, small;
	uint64_t start = now_ms();

	check_errno(allocate(fd, 0, 1, (size_t)1 << 30), ENOSPC,
		    "more than there is room for");
	check_at_most(now_ms() - start, 400 * time_scale(),
		      "is refused at once");
	check_equal(size_in_pages(fd), 10, "leaves the size");
	check_equal(taken(fd), 0, "and takes nothing");
	check_errno(fallocate(fd, 0, -1, 1), EINVAL, "a negative offset");
	check_errno(fallocate(fd, 0, 0, 0), EINVAL, "no length");
	check_errno(fallocate(fd, 0, INT64_MAX, 1), EFBIG, "past all files");
	check_errno(allocate(fd, FALLOC_FL_UNSHARE_RANGE, 0, 1), EOPNOTSUPP,
		    "a mode that is not known");

	reader = open(text("/proc/self/fd/%d", fd), O_RDONLY | O_CLOEXEC);
	check_errno(allocate(reader, 0, 1, 1), EBADF, "who may only read");
	close(reader);

	if (getrlimit(RLIMIT_FSIZE, &limit))
		die("getrlimit");
	small = (struct rlimit){ 10 * page_size, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_errno(allocate(fd, 0, 9, 2), EFBIG, "beyond RLIMIT_FSIZE");
	check_errno(allocate(fd, 0, 0, 11), EFBIG, "all of it likewise");
	check_ok(allocate(fd, 0, 9, 1), "but not within");
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_DFL);
	close(fd);
}

/* What is reserved is there already; what is bound cannot be reserved. */
static void test_reserved_and_bound(void)
{
	int fd = file_new(10);

	check_ok(allocate(fd, 0, 0, 10), "all of it is reserved");
	check_ok(allocate(fd, 0, 5, 10), "and so is a part of that and more");
	check_equal(object_info(fd).reserved, 15 * page_size, "all of it is");
	check_equal(blocks_in_pages(fd), 15, "fstat counts that");
	check_equal(size_in_pages(fd), 15, "the file is larger");
	check_equal(taken(fd), 0, "no page had to be made");
	close(fd);

	fd = file_new(10);
	check_ok(object_bind_device(fd, device_number(main_swap())),
		 "an object is bound to a device");
	check_ok(allocate(fd, 0, 0, 12), "then fallocate of all of it");
	check_equal(object_info(fd).reserved, 0, "does not reserve");
	check_equal(taken(fd), 12, "but makes its pages");
	check_equal(size_in_pages(fd), 12, "and the file larger");
	check_errno(allocate(fd, 0, 1, (size_t)1 << 30), ENOSPC,
		    "it has no more room than that device");
	close(fd);
}

/* One writes page after page; another has all that he sees allocated. */
struct racer {
	int fd;
	volatile bool over;
	size_t failed;
};

static void *write_pages(void *argument)
{
	struct racer *racer = argument;
	uint8_t *bytes = malloc(page_size);

	if (!bytes)
		die("malloc");
	for (size_t i = 0; i < ROUNDS; i++) {
		page_fill(bytes, SEED, i, 1);
		racer->failed += pwrite(racer->fd, bytes, page_size,
					(off_t)(i * page_size)) !=
				 (ssize_t)page_size;
	}
	free(bytes);
	racer->over = true;
	return NULL;
}

static void test_race(void)
{
	struct racer racer = { .fd = file_new(1) };
	uint8_t *map;
	pthread_t writer;
	size_t failed = 0;

	if (pthread_create(&writer, NULL, write_pages, &racer))
		die("pthread_create");
	while (!racer.over)
		failed += allocate(racer.fd, 0, 0, size_in_pages(racer.fd)) &&
			  errno != EOPNOTSUPP;
	pthread_join(writer, NULL);
	check_equal(failed, 0, "while a file grows all of it is allocated");
	check_equal(racer.failed, 0, "all that is written is taken");
	check_equal(size_in_pages(racer.fd), ROUNDS,
		    "and the file is never made smaller");
	map = object_map(racer.fd, 0, ROUNDS, PROT_READ, MAP_SHARED);
	check_range(map, SEED, 0, ROUNDS, 1, "nothing is lost");
	object_unmap(map, ROUNDS);
	close(racer.fd);
}

int main(void)
{
	test_begin("allocate: fallocate gives what it says", 60);
	test_part();
	test_swapped();
	test_size();
	test_refused();
	test_reserved_and_bound();
	test_race();
	return test_end();
}
