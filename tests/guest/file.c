// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object as a regular file: what memfd_create() makes works here, too.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "guest.h"

#define SEED 0xf11e

static struct stat stat_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	return st;
}

static int file_new(uint64_t bytes)
{
	int fd = object_create("a file", bytes, AOBJ_CREATE_CLOEXEC);

	if (fd < 0)
		die("AOBJ_IOC_CREATE");
	return fd;
}

/* True if the @size bytes from @at on are all @value. */
static bool bytes_are(int fd, off_t at, size_t size, uint8_t value)
{
	uint8_t buffer[4096];

	while (size) {
		size_t part = size < sizeof(buffer) ? size : sizeof(buffer);

		if (pread(fd, buffer, part, at) != (ssize_t)part)
			return false;
		for (size_t i = 0; i < part; i++)
			if (buffer[i] != value)
				return false;
		at += (off_t)part;
		size -= part;
	}
	return true;
}

/* The path of the mapping that begins at @address, with a line's end. */
static void path_in_maps(const void *address, char *path, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	path[0] = '\0';
	while (maps && fgets(line, sizeof(line), maps)) {
		const char *at = strchr(line, '/');

		if (at && strtoull(line, NULL, 16) == (uintptr_t)address)
			snprintf(path, size, "%s", at);
	}
	if (!maps)
		die("/proc/self/maps");
	fclose(maps);
}

/* As a memfd, which has "/memfd:" there. */
static void check_shown(int fd, const char *expected)
{
	char path[128] = "";
	uint8_t *map = object_map(fd, 0, 1, PROT_READ, MAP_SHARED);

	if (readlink(text("/proc/self/fd/%d", fd), path, sizeof(path) - 1) < 0)
		die("readlink");
	check(!strcmp(path, expected), text("/proc/self/fd has %s", expected),
	      "%s", path);
	path_in_maps(map, path, sizeof(path));
	check(!strcmp(path, text("%s\n", expected)), "and so has maps", "%s",
	      path);
	object_unmap(map, 1);
}

static void test_create(void)
{
	int fd = file_new(12345), open_fd;
	struct stat st = stat_of(fd);

	check(S_ISREG(st.st_mode), "it is a regular file", "mode %o",
	      st.st_mode);
	check_equal((uint64_t)st.st_size, 12345, "of the size that was asked");
	check_equal((uint64_t)st.st_blocks, 0, "that takes no blocks");
	check_equal(object_info(fd).size, 12345, "AOBJ_IOC_INFO says the same");
	check_shown(fd, "/aobj:a file (deleted)");
	check_result(fcntl(fd, F_GETFD), FD_CLOEXEC, "it is closed on exec");
	open_fd = object_create("", page_size, 0);
	check_result(fcntl(open_fd, F_GETFD), 0, "or not, as asked");
	check_shown(open_fd, "/aobj: (deleted)");
	close(open_fd);
	close(fd);
}

static int create_raw(const struct aobj_create *create)
{
	int device = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	int fd = ioctl(device, AOBJ_IOC_CREATE, create), error = errno;

	close(device);
	errno = error;
	return fd;
}

static int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void test_refused(void)
{
	struct aobj_create create = { .flags = 2 };
	struct rlimit limit, none;

	check_errno(create_raw(&create), EINVAL, "an unknown flag");
	create = (struct aobj_create){ .reserved = 1 };
	check_errno(create_raw(&create), EINVAL,
		    "a reserved field that is set");
	create = (struct aobj_create){ 0 };
	memset(create.name, 'x', sizeof(create.name));
	check_errno(create_raw(&create), EINVAL, "a name without an end");
	create = (struct aobj_create){ .size = UINT64_MAX };
	check_errno(create_raw(&create), EFBIG, "a size beyond all files");
	check_errno(create_raw(NULL), EFAULT, "a bad address");

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit");
	/* One more for the device, none for the object. */
	none = (struct rlimit){ (rlim_t)next_fd() + 1, limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	create = (struct aobj_create){ 0 };
	check_errno(create_raw(&create), EMFILE, "a descriptor too many");
	setrlimit(RLIMIT_NOFILE, &limit);
	check_equal(stat_get("objects"), 0, "nothing is left of those");
}

/* Sizes that are no multiple of the page size, with eyes on the last page. */
static void test_truncate(void)
{
	int fd = file_new(0);
	uint8_t *map;

	check_result(pwrite(fd, "0123456789", 10, 0), 10, "ten bytes");
	check_equal((uint64_t)stat_of(fd).st_size, 10, "make ten bytes");
	check_ok(ftruncate(fd, 4), "a shrink within a page");
	check_equal((uint64_t)lseek(fd, 0, SEEK_END), 4, "is seen by lseek");
	check_ok(ftruncate(fd, 10000), "growing again");
	check(bytes_are(fd, 4, 9996, 0), "shows zeros after the four",
	      "others");
	map = object_map(fd, 0, 3, PROT_READ | PROT_WRITE, MAP_SHARED);
	memset(map, 7, 3 * page_size);
	check_equal((uint64_t)stat_of(fd).st_size, 10000,
		    "writing to the mapping does not change the size");
	check_ok(ftruncate(fd, 20000), "growing over what was written there");
	check(bytes_are(fd, 0, 10000, 7), "keeps what was inside", "others");
	check(bytes_are(fd, 10000, 10000, 0), "and zeros what was not",
	      "others");
	check_ok(ftruncate(fd, (off_t)page_size), "a shrink while mapped");
	check_result(touch_read(map + page_size), SIGBUS,
		     "past the end is SIGBUS");
	check_result(touch_read(map), 0, "before it is not");
	check_errno(ftruncate(fd, INT64_MAX), EFBIG, "a size beyond all");
	object_unmap(map, 3);
	close(fd);
}

static void test_blocks(void)
{
	size_t pages = working_set();
	int fd = file_new(pages * page_size);
	uint8_t *map =
		object_map(fd, 0, pages, PROT_READ | PROT_WRITE, MAP_SHARED);

	range_fill(map, SEED, 0, pages, 1);
	check_equal((uint64_t)stat_of(fd).st_blocks, pages * page_size / 512,
		    "blocks count what is in memory and on swap");
	check_range(map, SEED, 0, pages, 1,
		    "larger than the budget, it is paged");
	object_unmap(map, pages);
	close(fd);
}

/* The file goes on when the descriptor that made it has gone. */
static void test_reopen(void)
{
	int fd = file_new(4 * page_size), again;
	struct object o = { .pages = 4 };

	check_result(pwrite(fd, "x", 1, 0), 1, "a byte is written");
	again = open(text("/proc/self/fd/%d", fd), O_RDWR | O_CLOEXEC);
	check(again >= 0, "it can be opened again by /proc", "%s",
	      strerror(errno));
	close(fd);
	check(bytes_are(again, 0, 1, 'x'), "and is the same object", "another");
	o.map = object_map(again, 0, 4, PROT_READ | PROT_WRITE, MAP_SHARED);
	close(again);
	check_result(o.map[0], 'x', "so it is by a mapping alone");
	check_errno(module_unload(), EWOULDBLOCK,
		    "the module cannot go while it is there");
	object_unmap(o.map, 4);
	check_equal(stat_get("objects"), 0, "with the mapping it goes");
}

#define RECORDS 500
#define RECORD 37

static int append_records(void *argument)
{
	int fd = open(text("/proc/self/fd/%d", *(int *)argument),
		      O_WRONLY | O_APPEND);
	char record[RECORD];

	memset(record, 'r', sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		if (write(fd, record, RECORD) != RECORD)
			return 1;
	return 0;
}

static void test_append(void)
{
	int fd = file_new(0);
	pid_t pids[3];
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = task_start(append_records, &fd);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		failed += task_wait(pids[i]) != 0;
	check_equal((uint64_t)failed, 0, "three processes append");
	check_equal((uint64_t)stat_of(fd).st_size, 3 * RECORDS * RECORD,
		    "no record overwrote another");
	check(bytes_are(fd, 0, 3 * RECORDS * RECORD, 'r'), "none is torn",
	      "holes");
	close(fd);
}

static void test_advice(void)
{
	int fd = file_new(page_size);

	check_result(posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM), 0,
		     "posix_fadvise is taken");
	check_result(posix_fallocate(fd, 0, (off_t)(3 * page_size)), 0,
		     "posix_fallocate reserves");
	check_equal((uint64_t)stat_of(fd).st_size, 3 * page_size,
		    "and makes the file larger");
	check_ok(fsync(fd), "fsync");
	check_ok(fchmod(fd, 0640), "fchmod");
	check_equal(stat_of(fd).st_mode & 0777, 0640, "is seen by fstat");
	close(fd);
}

static int range_call(int fd, unsigned long call)
{
	struct aobj_range range = { .length = page_size };

	return ioctl(fd, call, &range);
}

/* Who is given a descriptor for reading can change nothing. */
static void test_read_only(void)
{
	int fd = object_create("shared", 2 * page_size, 0);
	int other = open(text("/proc/self/fd/%d", fd), O_RDONLY | O_CLOEXEC);
	struct aobj_noswap noswap = {};
	struct aobj_name name = { "other" };
	struct aobj_limit limit = {};
	uint8_t *map;

	check(write(fd, "x", 1) == 1, "a byte is written", "%s",
	      strerror(errno));
	check_errno(object_resize(other, page_size), EBADF,
		    "for reading only: no RESIZE");
	check_errno(object_drop(other, 0, 1), EBADF, "no DROP");
	check_errno(object_flush(other, 0, 1, AOBJ_FLUSH_FREE, NULL, NULL),
		    EBADF, "no FLUSH that frees");
	check_errno(ioctl(other, AOBJ_IOC_NOSWAP, &noswap), EBADF, "no NOSWAP");
	check_errno(ioctl(other, AOBJ_IOC_NAME, &name), EBADF, "no NAME");
	check_errno(ioctl(other, AOBJ_IOC_LIMIT, &limit), EBADF, "no LIMIT");
	check_errno(object_bind_none(other), EBADF, "no BIND");
	check_errno(range_call(other, AOBJ_IOC_UNWIRE), EBADF, "no UNWIRE");
	check_ok(range_call(other, AOBJ_IOC_WIRE), "but WIRE");
	check_ok(object_flush(other, 0, 1, AOBJ_FLUSH_DEACTIVATE, NULL, NULL),
		 "and a FLUSH that changes nothing");
	check_errno(write(other, "y", 1), EBADF, "it cannot be written");
	check_errno(ftruncate(other, 0), EINVAL, "nor cut");
	check_errno(fallocate(other, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      0, (off_t)page_size),
		    EBADF, "nor have holes");
	map = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, other,
		   0);
	check_errno(map == MAP_FAILED ? -1 : 0, EACCES,
		    "nor be mapped for writing");
	map = object_map(other, 0, 1, PROT_READ, MAP_SHARED);
	check_errno(mprotect(map, page_size, PROT_READ | PROT_WRITE), EACCES,
		    "not even later");
	check_errno(madvise(map, page_size, MADV_REMOVE), EACCES,
		    "nor have holes that way");
	check_result(map[0], 'x', "the byte is as it was");
	check_equal(object_info(other).size, 2 * page_size,
		    "the size is as before");
	object_unmap(map, 1);
	close(other);
	close(fd);
}

static void test_cut_by_open(void)
{
	int fd = file_new(3 * page_size), again;

	check_result(pwrite(fd, "x", 1, (off_t)page_size), 1, "a byte");
	again = open(text("/proc/self/fd/%d", fd),
		     O_RDWR | O_TRUNC | O_CLOEXEC);
	check(again >= 0, "it is opened again with O_TRUNC", "%s",
	      strerror(errno));
	check_equal((uint64_t)stat_of(fd).st_size, 0, "and is empty");
	check_equal(stat_get("resident"), 0, "nothing of it is left");
	check_ok(ftruncate(again, (off_t)(3 * page_size)), "made larger");
	check(bytes_are(fd, 0, 3 * page_size, 0), "it is zeros", "others");
	close(again);
	close(fd);
}

static int lock_bytes(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &lock);
}

/* Each file has locks of its own, shared by all that are the same object. */
static void test_locks(void)
{
	int fd = file_new(page_size), other = file_new(page_size);
	int again = open(text("/proc/self/fd/%d", fd), O_RDWR | O_CLOEXEC);

	check_ok(flock(fd, LOCK_EX), "flock");
	check_errno(flock(again, LOCK_EX | LOCK_NB), EWOULDBLOCK,
		    "keeps out who has opened the same object");
	check_ok(flock(other, LOCK_EX | LOCK_NB), "and nobody else");
	check_ok(flock(fd, LOCK_UN), "until it is given up");
	check_ok(flock(again, LOCK_EX | LOCK_NB), "then it is free");
	check_ok(lock_bytes(fd, F_WRLCK), "a lock of bytes");
	check_errno(lock_bytes(again, F_WRLCK), EAGAIN, "keeps out as well");
	check_ok(lock_bytes(other, F_WRLCK), "the same and nobody else");
	close(again);
	close(other);
	close(fd);
}

/* As with a memfd: code is written by one mapping, and run by another. */
static void test_code(void)
{
	int fd = file_new(page_size);
	uint8_t *writable =
		object_map(fd, 0, 1, PROT_READ | PROT_WRITE, MAP_SHARED);
	void *code =
		mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);

	check(code != MAP_FAILED, "it can be mapped to be run", "%s",
	      strerror(errno));
	if (code != MAP_FAILED)
		munmap(code, page_size);
	object_unmap(writable, 1);
	close(fd);
}

/* What a file of this kind is not, and is. */
static void test_of_a_file_system(void)
{
	int fd = file_new(page_size), other = file_new(0);
	const char *name = text("%s/link", getenv("AOBJ_TEST_DIR"));
	struct statfs fs;
	char byte = 0;

	check_errno(linkat(AT_FDCWD, text("/proc/self/fd/%d", fd), AT_FDCWD,
			   name, AT_SYMLINK_FOLLOW),
		    EXDEV, "it can be given no name");
	check_errno(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), EINVAL,
		    "it cannot be sealed");
	check_errno(fcntl(fd, F_GET_SEALS), EINVAL, "and has no seals");
	check_ok(fstatfs(fd, &fs), "fstatfs");
	check_equal((uint64_t)fs.f_type, 0x616f626a, "says whose it is");
	check_ok(fchown(fd, 65534, 65534), "fchown");
	check(stat_of(fd).st_uid == 65534 && stat_of(fd).st_gid == 65534,
	      "is seen by fstat", "%u", stat_of(fd).st_uid);
	check_result(pwrite(fd, "x", 1, 100), 1, "a byte is written");
	check_result(copy_file_range(fd, NULL, other, NULL, page_size, 0),
		     (long)page_size, "copy_file_range copies");
	check(pread(other, &byte, 1, 100) == 1 && byte == 'x', "what is there",
	      "'%c'", byte);
	close(other);
	close(fd);
}

static void test_limit(void)
{
	struct rlimit limit, small;
	int fd = file_new(0);

	if (getrlimit(RLIMIT_FSIZE, &limit))
		die("getrlimit");
	small = (struct rlimit){ page_size, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_result(pwrite(fd, "xy", 2, (off_t)page_size - 1), 1,
		     "RLIMIT_FSIZE cuts a write");
	check_errno(pwrite(fd, "x", 1, (off_t)page_size), EFBIG,
		    "and refuses one behind it");
	check_errno(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0,
			      (off_t)page_size + 1),
		    EFBIG, "and what makes the file larger");
	check_errno(ftruncate(fd, (off_t)page_size + 1), EFBIG,
		    "as ftruncate does");
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_DFL);
	check_equal((uint64_t)stat_of(fd).st_size, page_size,
		    "the size is what was allowed");
	close(fd);
}

/* A name cannot look like another line of fdinfo. */
static void test_name(void)
{
	int fd = object_create("a\naobj-size:\t1 B", 0, 0);
	char words[512] = "";

	command_output(words, sizeof(words),
		       "grep ^aobj-size /proc/%d/fdinfo/%d", getpid(), fd);
	check(!strncmp(words, "aobj-size:\t0 B", 14), "a name is one line",
	      "'%s'", words);
	close(fd);
}

int main(void)
{
	test_begin("file: an object as a regular file", 40);
	test_create();
	test_refused();
	test_truncate();
	test_blocks();
	test_reopen();
	test_read_only();
	test_cut_by_open();
	test_locks();
	test_code();
	test_of_a_file_system();
	test_limit();
	test_name();
	test_append();
	test_advice();
	return test_end();
}
