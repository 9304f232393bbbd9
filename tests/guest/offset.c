// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offset of an object is one for all who share its descriptor, and moves
 * with each read and write as in a regular file; O_APPEND goes to the end.
 */
#include <fcntl.h>

#include "guest.h"

#define WORKERS ((size_t)3)
#define RECORDS ((uint32_t)800) /* of each worker */
#define RECORD ((size_t)1000) /* bytes: some lie across two pages */
#define TOTAL (WORKERS * RECORDS)

struct record {
	uint32_t worker;
	uint32_t number;
	uint8_t rest[RECORD - 8];
};

static int fd;

static void record_fill(struct record *record, uint32_t worker, uint32_t number)
{
	record->worker = worker;
	record->number = number;
	memset(record->rest, (int)(worker * 7 + number) & 0xff,
	       sizeof(record->rest));
}

static bool record_whole(const struct record *record)
{
	struct record expected;

	record_fill(&expected, record->worker, record->number);
	return record->worker < WORKERS && record->number < RECORDS &&
	       !memcmp(&expected, record, sizeof(expected));
}

static int write_records(void *argument)
{
	uint32_t worker = (uint32_t)(uintptr_t)argument;
	struct record record;

	for (uint32_t i = 0; i < RECORDS; i++) {
		record_fill(&record, worker, i);
		if (write(fd, &record, RECORD) != (ssize_t)RECORD)
			return 1;
	}
	return 0;
}

static int read_records(void *argument)
{
	struct record record;

	(void)argument;
	for (uint32_t i = 0; i < RECORDS; i++)
		if (read(fd, &record, RECORD) != (ssize_t)RECORD ||
		    !record_whole(&record))
			return 1;
	return 0;
}

/* Processes that run at the same time; how many of them failed. */
static size_t run_workers(int (*run)(void *))
{
	pid_t pids[WORKERS];
	size_t failed = 0;

	for (size_t i = 0; i < WORKERS; i++)
		pids[i] = task_start(run, (void *)i);
	for (size_t i = 0; i < WORKERS; i++)
		failed += task_wait(pids[i]) != 0;
	return failed;
}

/* Each record must be there once; within a worker's, in order. */
static void check_records(const char *what)
{
	uint32_t next[WORKERS] = { 0 };
	size_t torn = 0, disorder = 0;
	struct record record;

	for (size_t i = 0; i < TOTAL; i++) {
		if (pread(fd, &record, RECORD, (off_t)(i * RECORD)) !=
			    (ssize_t)RECORD ||
		    !record_whole(&record))
			torn++;
		else if (record.number != next[record.worker]++)
			disorder++;
	}
	check_equal(torn, 0, text("%s: no record is torn or missing", what));
	check_equal(disorder, 0, text("%s: none is overwritten", what));
}

static void test_shared(void)
{
	fd = object_open();
	check_equal(run_workers(write_records), 0,
		    "processes write through one descriptor");
	check_result(lseek(fd, 0, SEEK_CUR), (long)(TOTAL * RECORD),
		     "the offset has moved by all they wrote");
	check_records("shared offset");
	lseek(fd, 0, SEEK_SET);
	check_equal(run_workers(read_records), 0,
		    "processes that read share whole records");
	check_result(lseek(fd, 0, SEEK_CUR), (long)(TOTAL * RECORD),
		     "the offset has moved by all they read");
	close(fd);
}

static void test_append(void)
{
	char bytes[4];

	fd = object_open();
	object_resize_pages(fd, 2);
	if (fcntl(fd, F_SETFL, O_APPEND))
		die("F_SETFL");
	check_result(lseek(fd, 5, SEEK_SET), 5, "a seek under O_APPEND");
	check_result(write(fd, "abc", 3), 3, "a write under O_APPEND");
	check_result(lseek(fd, 0, SEEK_CUR), (long)(2 * page_size + 3),
		     "the offset is behind what was appended");
	check_result(pread(fd, bytes, 3, (off_t)(2 * page_size)), 3,
		     "it is at the old end");
	check(!memcmp(bytes, "abc", 3), "the bytes are right", "other bytes");
	check_result(pread(fd, bytes, 3, 5), 3, "where the offset was");
	check(!memcmp(bytes, "\0\0\0", 3), "nothing is written", "other bytes");
	check_result(write(fd, "de", 2), 2, "a second write under O_APPEND");
	check_equal(object_info(fd).size, 4 * page_size,
		    "goes to the end, which is a page's");
	check_result(pread(fd, bytes, 2, (off_t)(3 * page_size)), 2,
		     "its bytes are there");
	check(!memcmp(bytes, "de", 2), "they are right", "other bytes");
	close(fd);
}

int main(void)
{
	test_begin("offset: one offset for all who share an object", 30);
	test_shared();
	test_append();
	return test_end();
}
