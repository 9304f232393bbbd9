// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing the ioctls of an object, good and bad. */
#include <sys/ioctl.h>

#include "fuzz.h"

#define REQUEST_MAX 256

static uint64_t any_pages(void)
{
	switch (any(8)) {
	case 0:
		return any(8);
	case 1:
		return any(LOW_PAGES / CLUSTER + 1) * CLUSTER + any(3);
	case 2:
		return HIGH_FIRST + any(HIGH_PAGES + 1);
	case 3:
		return any(OBJECT_PAGES_MAX + 1);
	case 4:
	case 5:
		return LOW_PAGES;
	default:
		return any(LOW_PAGES + 1);
	}
}

static void op_resize(void)
{
	struct model *o = model_pick();
	uint64_t pages = any_pages();
	uint64_t bytes = pages * page_size;
	int result;

	if (!o)
		return;
	if (bytes && chance(30))
		bytes -= any(page_size);
	op_log("resize object %zu from %llu to %llu pages",
	       (size_t)(o - models), (unsigned long long)o->pages,
	       (unsigned long long)pages);
	do {
		result = object_resize(o->fd, bytes);
	} while (injected(result));
	expect(result, 0, "resize");
	model_resize(o, pages);
}

static void op_info(void)
{
	struct model *o = model_pick();
	struct aobj_info info;

	if (!o)
		return;
	op_log("info of object %zu", (size_t)(o - models));
	info = object_info(o->fd);
	if (info.size != o->pages * page_size)
		mismatch("the size is %llu, expected %llu",
			 (unsigned long long)info.size,
			 (unsigned long long)(o->pages * page_size));
	if (info.bad || info.page_size != page_size || info.flags || info.wired)
		mismatch("bad %llu, page size %u, flags %u, wired %llu",
			 (unsigned long long)info.bad, info.page_size,
			 info.flags, (unsigned long long)info.wired);
	if (info.resident + info.swapped >
	    WINDOW_PAGES * page_size + 64 * page_size)
		mismatch("it holds more than was ever touched: %llu + %llu",
			 (unsigned long long)info.resident,
			 (unsigned long long)info.swapped);
}

/* A page that holds something is somewhere; none is lost. */
static void op_query(void)
{
	struct model *o = model_pick();
	uint8_t states[LOW_PAGES];
	size_t first = any(LOW_PAGES), pages = any(LOW_PAGES - first + 1);
	int result;

	if (!o)
		return;
	op_log("query of object %zu, %zu pages from %zu", (size_t)(o - models),
	       pages, first);
	do {
		result = object_query(o->fd, first, pages, states);
	} while (injected(result && first + pages <= o->pages));
	if (first + pages > o->pages) {
		expect(result, EINVAL, "a query past the end");
		return;
	}
	expect(result, 0, "query");
	for (size_t i = 0; i < pages; i++) {
		if (states[i] &
		    ~(AOBJ_PAGE_RESIDENT | AOBJ_PAGE_DIRTY | AOBJ_PAGE_SWAPPED))
			mismatch("page %zu has state %x", first + i, states[i]);
		model_read(o, (first + i) * page_size, io_expected, page_size);
		if (!states[i] && !page_is_zero(io_expected))
			mismatch("page %zu is nowhere", first + i);
	}
}

/* The kernel's rules for structures of any size: 0, or the error. */
static int struct_error(size_t size, size_t known, const uint8_t *bytes)
{
	if (!size)
		return EINVAL;
	for (size_t i = known; i < size; i++)
		if (bytes[i])
			return E2BIG;
	return 0;
}

static int resize_error(size_t size, const uint8_t *bytes,
			struct aobj_resize *r)
{
	int error = struct_error(size, sizeof(*r), bytes);

	if (error)
		return error;
	memset(r, 0, sizeof(*r));
	memcpy(r, bytes, size < sizeof(*r) ? size : sizeof(*r));
	if (r->flags & ~(uint32_t)AOBJ_RESIZE_RELEASE || r->reserved)
		return EINVAL;
	return r->size > OBJECT_PAGES_MAX * page_size ? EFBIG : 0;
}

/* Mostly zero, so that some of it is valid. */
static size_t any_request(uint8_t *bytes)
{
	uint64_t word;

	memset(bytes, 0, REQUEST_MAX);
	for (size_t i = 0; i < 4; i++) {
		if (!chance(30))
			continue;
		word = odd_number();
		memcpy(bytes + any(REQUEST_MAX / 8) * (chance(50) ? 1 : 8) %
				       (REQUEST_MAX - 8),
		       &word, sizeof(word));
	}
	return chance(60) ? 8 * any(9) : any(REQUEST_MAX);
}

/* What else would be refused while something is reserved nobody knows here. */
static void forget_reservation(uint8_t *bytes)
{
	struct aobj_resize r;

	memcpy(&r, bytes, sizeof(r));
	if (r.flags == AOBJ_RESIZE_RESERVE)
		r.flags = 0;
	memcpy(bytes, &r, sizeof(r));
}

static void op_resize_odd(void)
{
	struct model *o = model_pick();
	struct aobj_resize r;
	uint8_t bytes[REQUEST_MAX];
	size_t size = any_request(bytes);
	uint64_t length = chance(50) ? any_pages() * page_size : odd_number();
	int error, result;

	if (!o)
		return;
	memcpy(bytes, &length, sizeof(length));
	forget_reservation(bytes);
	error = resize_error(size, bytes, &r);
	op_log("resize of object %zu by %zu bytes of structure: %s",
	       (size_t)(o - models), size, error ? strerror(error) : "valid");
	do {
		result = ioctl(o->fd,
			       _IOC(_IOC_WRITE, AOBJ_IOC_MAGIC, 1,
				    (unsigned int)size),
			       bytes);
	} while (injected(result && !error));
	expect(result, error, "resize");
	if (!error)
		model_resize(o, (r.size + page_size - 1) / page_size);
}

static int query_error(const struct model *o, size_t size, const uint8_t *bytes)
{
	struct aobj_pages p = { 0 };
	uint64_t end;

	if (struct_error(size, sizeof(p), bytes))
		return struct_error(size, sizeof(p), bytes);
	memcpy(&p, bytes, size < sizeof(p) ? size : sizeof(p));
	if (p.flags || p.reserved || p.offset % page_size ||
	    p.length % page_size ||
	    __builtin_add_overflow(p.offset, p.length, &end) ||
	    end > o->pages * page_size)
		return EINVAL;
	/* Whatever it says there, nothing is mapped at so low an address. */
	return p.length ? EFAULT : 0;
}

static void op_query_odd(void)
{
	struct model *o = model_pick();
	uint8_t bytes[REQUEST_MAX];
	size_t size = any_request(bytes);
	uint64_t head[3] = { any(2) * page_size, any(3) * page_size, 8 };
	int error, result;

	if (!o)
		return;
	for (size_t i = 0; i < 2; i++)
		if (chance(30))
			head[i] = odd_number();
	memcpy(bytes, head, sizeof(head));
	error = query_error(o, size, bytes);
	op_log("query of object %zu by %zu bytes of structure: %s",
	       (size_t)(o - models), size, error ? strerror(error) : "valid");
	result = ioctl(o->fd,
		       _IOC(_IOC_WRITE, AOBJ_IOC_MAGIC, 3, (unsigned int)size),
		       bytes);
	expect(result, error, "query");
}

/* A range that may begin or end outside of the object. */
static struct aobj_range any_range(void)
{
	struct aobj_range range = {
		.offset = any(LOW_PAGES + 10) * page_size,
		.length = any(2 * CLUSTER) * page_size,
	};

	if (chance(20))
		range.offset = any(OBJECT_PAGES_MAX) * page_size;
	if (chance(10))
		range.length = any(OBJECT_PAGES_MAX) * page_size;
	if (chance(5))
		range.offset += any(page_size);
	return range;
}

static int range_error(const struct model *o, const struct aobj_range *range)
{
	uint64_t end;

	if (range->offset % page_size ||
	    __builtin_add_overflow(range->offset, range->length, &end) ||
	    end > o->pages * page_size)
		return EINVAL;
	return 0;
}

static void op_drop(void)
{
	struct model *o = model_pick();
	struct aobj_range range = any_range();
	int error, result;

	if (!o)
		return;
	error = range_error(o, &range);
	op_log("drop of object %zu, offset %#llx, length %#llx",
	       (size_t)(o - models), (unsigned long long)range.offset,
	       (unsigned long long)range.length);
	do {
		result = ioctl(o->fd, AOBJ_IOC_DROP, &range);
	} while (injected(result && !error));
	expect(result, error, "drop");
	if (!error)
		model_drop(o, range.offset / page_size,
			   range.length / page_size);
}

/* Contents stay as they are, whatever is written out or not. */
static void op_flush(void)
{
	struct model *o = model_pick();
	struct aobj_range range = any_range();
	struct aobj_flush f = {
		.offset = range.offset,
		.length = range.length,
		.flags = (uint32_t)any(16) & ~(uint32_t)AOBJ_FLUSH_FREE,
	};
	int error = 0, result;
	uint64_t end;

	if (!o)
		return;
	if (!f.flags || f.offset % page_size ||
	    __builtin_add_overflow(f.offset, f.length, &end))
		error = EINVAL;
	op_log("flush of object %zu, offset %#llx, length %#llx, flags %u",
	       (size_t)(o - models), (unsigned long long)f.offset,
	       (unsigned long long)f.length, f.flags);
	do {
		result = ioctl(o->fd, AOBJ_IOC_FLUSH, &f);
		/* Swap comes and goes, and may be full. */
		if (result && (errno == ENOSPC || errno == EIO) && !error)
			return;
	} while (injected(result && !error));
	expect(result, error, "flush");
}

static bool is_known(unsigned int call)
{
	static const unsigned long known[] = {
		AOBJ_IOC_RESIZE, AOBJ_IOC_INFO,	    AOBJ_IOC_PAGES,
		AOBJ_IOC_DROP,	 AOBJ_IOC_CREATE,   AOBJ_IOC_FLUSH,
		AOBJ_IOC_WIRE,	 AOBJ_IOC_UNWIRE,   AOBJ_IOC_NOSWAP,
		AOBJ_IOC_NAME,	 AOBJ_IOC_FEATURES, AOBJ_IOC_LIMIT,
		AOBJ_IOC_BIND,
	};
	const unsigned int no_size =
		~(unsigned int)(_IOC_SIZEMASK << _IOC_SIZESHIFT);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if ((call & no_size) == ((unsigned int)known[i] & no_size))
			return true;
	return false;
}

/* Every number but those that exist. */
static void op_unknown(void)
{
	struct model *o = model_pick();
	uint8_t bytes[1 << 14] = { 0 };
	unsigned int call = (unsigned int)any((uint64_t)1 << 32);

	if (!o)
		return;
	if (chance(50))
		call = (call & ~0xff00u) | AOBJ_IOC_MAGIC << 8;
	if (is_known(call) || (call >> 8 & 0xff) != AOBJ_IOC_MAGIC)
		return;
	op_log("ioctl %#x of object %zu", call, (size_t)(o - models));
	expect(ioctl(o->fd, call, bytes), ENOTTY, "an unknown call");
}

const struct fuzz_op ioctl_ops[] = {
	{ 3, op_resize },     { 2, op_info },	   { 4, op_query },
	{ 1, op_resize_odd }, { 2, op_query_odd }, { 1, op_unknown },
	{ 3, op_drop },	      { 4, op_flush },
};

const size_t ioctl_ops_count = ARRAY_SIZE(ioctl_ops);
