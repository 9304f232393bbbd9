// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing read(2), write(2), lseek(2), and the life of descriptors. */
#include <fcntl.h>
#include <sys/uio.h>

#include "fuzz.h"

uint8_t *io_buffer, *io_expected;

static size_t any_length(void)
{
	switch (any(8)) {
	case 0:
		return any(16);
	case 1:
		return page_size * any(IO_PAGES);
	case 2:
		return any(IO_PAGES * page_size);
	case 3:
		return page_size * any(8);
	default:
		return any(3 * page_size);
	}
}

/* Whole or in part; what was taken is in the model. */
static void write_at(struct model *o, uint64_t at, const uint8_t *from,
		     size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = pwrite(o->fd, from + done, length - done,
				   (off_t)(at + done));

		if (n > 0)
			done += (size_t)n;
		if (done < length && !injected(true))
			mismatch("pwrite gave %zd (%s), %zu of %zu written", n,
				 strerror(errno), done, length);
	}
}

/* So that there is something to evict. */
static void fill_object(struct model *o)
{
	for (size_t i = 0; i < LOW_PAGES; i += CLUSTER) {
		fill_random(io_buffer, CLUSTER * page_size);
		write_at(o, i * page_size, io_buffer, CLUSTER * page_size);
		model_extend(o, i + CLUSTER);
		model_write(o, i * page_size, io_buffer, CLUSTER * page_size);
	}
}

static void op_open(void)
{
	struct model *o = &models[any(OBJECTS)];

	if (o->alive)
		return;
	op_log("open object %zu", (size_t)(o - models));
	do {
		o->fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	} while (injected(o->fd < 0));
	if (o->fd < 0)
		mismatch("open of /dev/aobj: %s", strerror(errno));
	o->alive = true;
	o->device = NULL;
	o->class = 0;
	o->sized = false;
	o->pages = 0;
	o->offset = 0;
	if (chance(60))
		fill_object(o);
}

/* What is mapped lives on, and shows the same. */
static void op_close(void)
{
	struct model *o = model_pick();

	if (!o || !chance(15))
		return;
	op_log("close object %zu", (size_t)(o - models));
	expect(close(o->fd), 0, "close");
	o->fd = -1;
	model_release(o);
}

static size_t must_read(const struct model *o, uint64_t at, size_t length)
{
	uint64_t end = o->pages * page_size;

	if (at >= end)
		return 0;
	return end - at < length ? (size_t)(end - at) : length;
}

static void check_read(const struct model *o, uint64_t at, size_t length,
		       ssize_t result)
{
	size_t must = must_read(o, at, length);

	if (result != (ssize_t)must)
		mismatch("read gave %zd (%s), expected %zu", result,
			 strerror(errno), must);
	model_read(o, at, io_expected, must);
	if (memcmp(io_buffer, io_expected, must))
		mismatch("read gave other bytes than were written, of %zu",
			 must);
}

static void op_pread(void)
{
	struct model *o = model_pick();
	size_t length = any_length();
	ssize_t result;
	uint64_t at;

	if (!o)
		return;
	at = model_place(o);
	if (at > INT64_MAX - length)
		return;
	op_log("pread of object %zu: %zu bytes at %llx", (size_t)(o - models),
	       length, (unsigned long long)at);
	do {
		result = pread(o->fd, io_buffer, length, (off_t)at);
	} while (injected(result != (ssize_t)must_read(o, at, length)));
	check_read(o, at, length, result);
}

static void op_pwrite(void)
{
	struct model *o = model_pick();
	size_t length = any_length();
	uint64_t at;

	if (!o)
		return;
	at = model_place(o);
	if (!model_writable(at, length))
		return;
	op_log("pwrite to object %zu: %zu bytes at %llx", (size_t)(o - models),
	       length, (unsigned long long)at);
	fill_random(io_buffer, length);
	write_at(o, at, io_buffer, length);
	if (!length)
		return;
	model_extend(o, (at + length + page_size - 1) / page_size);
	model_write(o, at, io_buffer, length);
}

/* At the file's own offset, in pieces; it must move along. */
static void op_read(void)
{
	struct model *o = model_pick();
	size_t length = any_length();
	struct iovec pieces[2];
	ssize_t result;
	uint64_t at;

	if (!o)
		return;
	at = o->offset;
	if (at > INT64_MAX - length)
		return;
	op_log("readv of object %zu: %zu bytes at %llx", (size_t)(o - models),
	       length, (unsigned long long)at);
	pieces[0] = (struct iovec){ io_buffer, length / 3 };
	pieces[1] =
		(struct iovec){ io_buffer + length / 3, length - length / 3 };
	do {
		lseek(o->fd, (off_t)at, SEEK_SET);
		result = readv(o->fd, pieces, 2);
	} while (injected(result != (ssize_t)must_read(o, at, length)));
	check_read(o, at, length, result);
	o->offset += (uint64_t)result;
	expect(lseek(o->fd, 0, SEEK_CUR) == (off_t)o->offset ? 0 : -1, 0,
	       "the offset after read");
}

static void op_write(void)
{
	struct model *o = model_pick();
	size_t length = any_length();
	ssize_t result;

	if (!o || !model_writable(o->offset, length))
		return;
	op_log("write to object %zu: %zu bytes at %llx", (size_t)(o - models),
	       length, (unsigned long long)o->offset);
	fill_random(io_buffer, length);
	do {
		lseek(o->fd, (off_t)o->offset, SEEK_SET);
		result = write(o->fd, io_buffer, length);
	} while (injected(result != (ssize_t)length));
	if (result != (ssize_t)length)
		mismatch("write gave %zd (%s)", result, strerror(errno));
	if (!length)
		return;
	model_extend(o, (o->offset + length + page_size - 1) / page_size);
	model_write(o, o->offset, io_buffer, length);
	o->offset += length;
}

static int64_t seek_offset(void)
{
	int64_t by = (int64_t)(chance(80) ? any(4 * LOW_PAGES * page_size) :
					    odd_number());

	return chance(30) && by != INT64_MIN ? -by : by;
}

static void op_seek(void)
{
	static const int origins[] = { SEEK_SET, SEEK_CUR, SEEK_END };
	struct model *o = model_pick();
	int whence = origins[any(ARRAY_SIZE(origins))];
	int64_t by = seek_offset();
	int64_t from, result, must;

	if (!o)
		return;
	op_log("lseek of object %zu by %llx from %d", (size_t)(o - models),
	       (unsigned long long)by, whence);
	from = whence == SEEK_END ? (int64_t)(o->pages * page_size) :
	       whence == SEEK_CUR ? (int64_t)o->offset :
				    0;
	if (__builtin_add_overflow(from, by, &must) || must < 0)
		must = by > 0 ? -EOVERFLOW : -EINVAL;
	result = lseek(o->fd, by, whence);
	if (must < 0 ? result >= 0 : result != must)
		mismatch("lseek gave %lld (%s), expected %lld",
			 (long long)result, strerror(errno), (long long)must);
	if (result >= 0)
		o->offset = (uint64_t)result;
}

/*
 * What was written is data.  Of the rest the model does not know: pages that
 * are zeros may be there all the same.
 */
static bool may_be_found(const struct model *o, int64_t from, int whence,
			 int64_t found)
{
	int64_t end = (int64_t)(o->pages * page_size), written;

	if (from < 0 || from >= end)
		return found == -ENXIO;
	written = (int64_t)(model_next_written(o, (uint64_t)from / page_size) *
			    page_size);
	if (whence == SEEK_DATA && found == -ENXIO)
		return written == end;
	if (found < from || (found > from && found % (int64_t)page_size))
		return false;
	if (whence == SEEK_DATA)
		return found < end && (found == from || found <= written);
	return found == end ||
	       (found < end &&
		model_next_written(o, (uint64_t)found / page_size) !=
			(uint64_t)found / page_size);
}

static void op_seek_data(void)
{
	struct model *o = model_pick();
	int whence = chance(50) ? SEEK_DATA : SEEK_HOLE;
	int64_t from = seek_offset(), found;

	if (!o)
		return;
	op_log("lseek of object %zu to %s from %llx", (size_t)(o - models),
	       whence == SEEK_DATA ? "data" : "a hole",
	       (unsigned long long)from);
	found = lseek(o->fd, from, whence);
	if (found < 0)
		found = -errno;
	if (!may_be_found(o, from, whence, found))
		mismatch("lseek gave %lld", (long long)found);
	if (found >= 0)
		o->offset = (uint64_t)found;
}

/* Where no page can be, and from and to where no memory is. */
static void op_io_refused(void)
{
	static const int64_t ends[] = { INT64_MAX, INT64_MAX - 4095,
					INT64_MAX - 4096, INT64_MIN, -1 };
	struct model *o = model_pick();
	int64_t at = ends[any(ARRAY_SIZE(ends))];
	uint8_t *nowhere = map_page(&maps[0], MAP_PAGES); /* a gap */
	bool beyond = at < 0 || (uint64_t)at / page_size >= OBJECT_PAGES_MAX;
	ssize_t result;

	if (!o)
		return;
	op_log("refused I/O on object %zu at %llx", (size_t)(o - models),
	       (unsigned long long)at);
	if (beyond) {
		result = pwrite(o->fd, io_buffer, 1, at);
		if (result != -1)
			mismatch("pwrite past every end gave %zd", result);
	}
	result = pwrite(o->fd, nowhere, 100, (off_t)(o->pages * page_size));
	if (result != -1)
		mismatch("pwrite from nowhere gave %zd", result);
	if (!o->pages)
		return;
	result = pread(o->fd, nowhere, 100, 0);
	if (result != -1)
		mismatch("pread to nowhere gave %zd", result);
}

const struct fuzz_op io_ops[] = {
	{ 6, op_open },	   { 2, op_close },	{ 8, op_pread },
	{ 10, op_pwrite }, { 5, op_read },	{ 6, op_write },
	{ 3, op_seek },	   { 3, op_seek_data }, { 1, op_io_refused },
};

const size_t io_ops_count = ARRAY_SIZE(io_ops);
