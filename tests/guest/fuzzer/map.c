// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing mappings: mmap(2) and its relatives, touches, fork(2). */
#include <signal.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "fuzz.h"

static int any_prot(void)
{
	static const int prots[] = { PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_READ,
				     PROT_NONE };

	return prots[any(ARRAY_SIZE(prots))];
}

/* A run of pages of a mapping. */
static void any_run(const struct fuzz_map *m, size_t *first, size_t *end)
{
	*first = any(m->pages);
	*end = *first + 1 + any(chance(50) ? 4 : m->pages);
	if (*end > m->pages)
		*end = m->pages;
}

static bool has_hole(const struct fuzz_map *m, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (m->prot[i] < 0)
			return true;
	return false;
}

static bool all_can(const struct fuzz_map *m, size_t first, size_t end,
		    int prot)
{
	for (size_t i = first; i < end; i++)
		if (map_touch_signal(m, i, prot))
			return false;
	return true;
}

static void map_enter(struct fuzz_map *m, struct model *o, uint64_t first,
		      size_t pages, int prot)
{
	m->object = o;
	m->first = first;
	m->pages = pages;
	m->split = false;
	for (size_t i = 0; i < MAP_PAGES; i++)
		m->prot[i] = i < pages ? prot : -1;
	map_forget_copies(m, 0, MAP_PAGES);
}

static void op_map(void)
{
	struct model *o = model_pick();
	struct fuzz_map *m = map_pick_free();
	size_t pages = 1 + any(chance(50) ? 8 : MAP_PAGES);
	uint64_t first;
	int prot = any_prot();
	/* Of a private mapping it would copy as many pages as it likes. */
	int populate = chance(10) ? MAP_POPULATE : 0;
	void *map;

	if (!o || !m)
		return;
	/* Shared pages must lie where the model can hold what is stored. */
	first = model_place(o) / page_size;
	if (!model_writable(first * page_size, pages * page_size))
		return;
	m->shared = chance(65);
	op_log("mmap %zu: %zu pages of object %zu from %llu, %s, prot %d",
	       (size_t)(m - maps), pages, (size_t)(o - models),
	       (unsigned long long)first, m->shared ? "shared" : "private",
	       prot);
	do {
		map = mmap(m->base, pages * page_size, prot,
			   MAP_FIXED | (m->shared ? MAP_SHARED : MAP_PRIVATE) |
				   (m->shared ? populate : 0),
			   o->fd, (off_t)(first * page_size));
	} while (injected(map == MAP_FAILED));
	if (map == MAP_FAILED)
		mismatch("mmap: %s", strerror(errno));
	map_enter(m, o, first, pages, prot);
	if (!o->sized)
		model_resize(o, first + pages);
}

/* Anywhere in the range of offsets; nothing is ever there. */
static void op_map_far(void)
{
	struct model *o = model_pick();
	uint64_t first = odd_number() / page_size;
	size_t pages = 1 + any(4);
	bool refused;
	void *map;

	if (!o || (first < HIGH_FIRST + HIGH_PAGES))
		return;
	op_log("mmap of object %zu from %llu", (size_t)(o - models),
	       (unsigned long long)first);
	refused = first > (UINT64_MAX - pages * page_size) / page_size ||
		  (!o->sized && first + pages > OBJECT_PAGES_MAX);
	do {
		map = mmap(NULL, pages * page_size, PROT_READ, MAP_SHARED,
			   o->fd, (off_t)(first * page_size));
	} while (injected(map == MAP_FAILED && !refused));
	if ((map == MAP_FAILED) != refused)
		mismatch("mmap gave %p (%s)", map, strerror(errno));
	if (refused)
		return;
	if (!o->sized)
		model_resize(o, first + pages);
	if (first >= o->pages && touch_read(map) != SIGBUS)
		mismatch("a touch past the end is no SIGBUS");
	inject_end();
	object_unmap(map, pages);
}

static void op_unmap(void)
{
	struct fuzz_map *m = map_pick();

	if (!m)
		return;
	op_log("munmap %zu", (size_t)(m - maps));
	map_clear(m);
}

/* A part: nothing but a reserved place is left there. */
static void op_unmap_part(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;
	void *map;

	if (!m)
		return;
	any_run(m, &first, &end);
	op_log("munmap %zu, pages %zu to %zu", (size_t)(m - maps), first, end);
	do {
		map = mmap(map_page(m, first), (end - first) * page_size,
			   PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
				   MAP_NORESERVE,
			   -1, 0);
	} while (injected(map == MAP_FAILED));
	if (map == MAP_FAILED)
		mismatch("munmap: %s", strerror(errno));
	for (size_t i = first; i < end; i++)
		m->prot[i] = -1;
	map_forget_copies(m, first, end);
	m->split = true;
}

static void op_protect(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;
	int prot = any_prot(), result;

	if (!m)
		return;
	any_run(m, &first, &end);
	if (has_hole(m, first, end))
		return;
	op_log("mprotect %zu, pages %zu to %zu: %d", (size_t)(m - maps), first,
	       end, prot);
	do {
		result = mprotect(map_page(m, first), (end - first) * page_size,
				  prot);
	} while (injected(result));
	expect(result, 0, "mprotect");
	for (size_t i = first; i < end; i++)
		m->prot[i] = prot;
	m->split = m->split || end - first < m->pages;
}

static void op_store(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;

	if (!m)
		return;
	any_run(m, &first, &end);
	op_log("store to mapping %zu, pages %zu to %zu", (size_t)(m - maps),
	       first, end);
	fill_random(io_buffer, page_size);
	for (size_t i = first; i < end; i++) {
		size_t from = chance(50) ? 0 : any(page_size);
		size_t length = from ? page_size - from : page_size;
		int must = map_touch_signal(m, i, PROT_WRITE), signal;

		io_buffer[from]++;
		do {
			signal = copy_or_signal(map_page(m, i) + from,
						io_buffer + from, length);
		} while (injected(signal && !must));
		if (signal != must)
			mismatch("a store gave signal %d, expected %d", signal,
				 must);
		if (!signal)
			map_write(m, i, from, io_buffer + from, length);
	}
}

static void op_load(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;

	if (!m)
		return;
	any_run(m, &first, &end);
	op_log("load from mapping %zu, pages %zu to %zu", (size_t)(m - maps),
	       first, end);
	for (size_t i = first; i < end; i++)
		map_check_page(m, i, "load");
}

/* To and from this very program, by way of get_user_pages(). */
static void op_remote(void)
{
	struct fuzz_map *m = map_pick();
	bool write = chance(50);
	size_t page, must;
	struct iovec local = { io_buffer, page_size }, remote;
	ssize_t result;

	if (!m)
		return;
	page = any(m->pages);
	op_log("process_vm_%sv, mapping %zu, page %zu",
	       write ? "write" : "read", (size_t)(m - maps), page);
	remote = (struct iovec){ map_page(m, page), page_size };
	must = map_touch_signal(m, page, write ? PROT_WRITE : PROT_READ) ?
		       (size_t)-1 :
		       page_size;
	fill_random(io_buffer, page_size);
	do {
		result = write ? process_vm_writev(getpid(), &local, 1, &remote,
						   1, 0) :
				 process_vm_readv(getpid(), &local, 1, &remote,
						  1, 0);
	} while (injected(result != (ssize_t)must));
	if (result != (ssize_t)must)
		mismatch("it gave %zd (%s), expected %zd", result,
			 strerror(errno), (ssize_t)must);
	if (result < 0)
		return;
	if (write)
		map_write(m, page, 0, io_buffer, page_size);
	map_read(m, page, io_expected);
	if (memcmp(io_buffer, io_expected, page_size))
		mismatch("it gave other bytes than were written");
}

/* A system call whose buffer lies in an object, the same one maybe. */
static void op_io_mapped(void)
{
	struct model *o = model_pick();
	struct fuzz_map *m = map_pick();
	size_t page, must;
	ssize_t result;
	uint64_t at;

	if (!o || !m)
		return;
	page = any(m->pages);
	at = any(LOW_PAGES) * page_size;
	if (map_touch_signal(m, page, PROT_READ | PROT_WRITE) ||
	    (m->object == o && at / page_size == m->first + page))
		return;
	op_log("pwrite to object %zu at %llx from mapping %zu, page %zu",
	       (size_t)(o - models), (unsigned long long)at, (size_t)(m - maps),
	       page);
	do {
		result = pwrite(o->fd, map_page(m, page), page_size, (off_t)at);
	} while (injected(result != (ssize_t)page_size));
	expect(result == (ssize_t)page_size ? 0 : -1, 0, "pwrite of a page");
	map_read(m, page, io_buffer);
	model_extend(o, at / page_size + 1);
	model_write(o, at, io_buffer, page_size);

	at = any(LOW_PAGES) * page_size;
	must = at < o->pages * page_size ? page_size : 0;
	if (m->object == o && at / page_size == m->first + page)
		return;
	op_log("pread of object %zu at %llx to mapping %zu, page %zu",
	       (size_t)(o - models), (unsigned long long)at, (size_t)(m - maps),
	       page);
	do {
		result = pread(o->fd, map_page(m, page), page_size, (off_t)at);
	} while (injected(result != (ssize_t)must));
	expect(result == (ssize_t)must ? 0 : -1, 0, "pread of a page");
	model_read(o, at, io_buffer, must);
	if (must)
		map_write(m, page, 0, io_buffer, must);
}

struct advice {
	int advice;
	int result; /* 0, or -1 for a call that must fail; 1: whatever */
};

static const struct advice advices[] = {
	{ MADV_DONTNEED, 0 },	   { MADV_DONTNEED, 0 },   { MADV_COLD, 0 },
	{ MADV_PAGEOUT, 0 },	   { MADV_PAGEOUT, 0 },	   { MADV_WILLNEED, 0 },
	{ MADV_RANDOM, 0 },	   { MADV_SEQUENTIAL, 0 }, { MADV_NORMAL, 0 },
	{ MADV_FREE, -1 },	   { MADV_REMOVE, -1 },	   { MADV_HUGEPAGE, 1 },
	{ MADV_MERGEABLE, 1 },	   { MADV_DONTDUMP, 1 },   { 77, -1 },
	{ MADV_POPULATE_READ, 1 },
};

static void op_advise(void)
{
	const struct advice *a = &advices[any(ARRAY_SIZE(advices))];
	struct fuzz_map *m = map_pick();
	size_t first, end;
	int result;

	if (!m)
		return;
	any_run(m, &first, &end);
	if (has_hole(m, first, end))
		return;
	op_log("madvise %d of mapping %zu, pages %zu to %zu", a->advice,
	       (size_t)(m - maps), first, end);
	do {
		result = madvise(map_page(m, first), (end - first) * page_size,
				 a->advice);
	} while (injected(result && !a->result));
	if (a->result <= 0 && result != a->result)
		mismatch("madvise gave %d (%s)", result, strerror(errno));
	if (a->advice == MADV_DONTNEED)
		map_forget_copies(m, first, end);
	m->split = m->split || end - first < m->pages;
}

/* All copies of a private mapping at once, by the kernel's own hand. */
static void op_populate(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;
	int result;

	if (!m)
		return;
	any_run(m, &first, &end);
	if (!all_can(m, first, end, PROT_WRITE))
		return;
	op_log("populate mapping %zu, pages %zu to %zu, for writing",
	       (size_t)(m - maps), first, end);
	do {
		result = madvise(map_page(m, first), (end - first) * page_size,
				 MADV_POPULATE_WRITE);
	} while (injected(result));
	expect(result, 0, "MADV_POPULATE_WRITE");
	for (size_t i = first; i < end && !m->shared; i++)
		map_write(m, i, 0, NULL, 0);
}

static void op_sync(void)
{
	struct fuzz_map *m = map_pick();
	size_t first, end;
	int result;

	if (!m)
		return;
	any_run(m, &first, &end);
	op_log("msync and mlock of mapping %zu, pages %zu to %zu",
	       (size_t)(m - maps), first, end);
	do {
		result = msync(map_page(m, first), (end - first) * page_size,
			       chance(50) ? MS_SYNC : MS_ASYNC);
	} while (injected(result));
	expect(result, 0, "msync");
	if (all_can(m, first, end, PROT_READ | PROT_WRITE) && m->shared) {
		do {
			result = mlock(map_page(m, first),
				       (end - first) * page_size);
		} while (injected(result));
		expect(result, 0, "mlock");
		munlock(map_page(m, first), (end - first) * page_size);
		m->split = true;
	}
}

static void move_model(struct fuzz_map *from, struct fuzz_map *to, size_t pages)
{
	size_t kept = pages < from->pages ? pages : from->pages;

	to->shared = from->shared;
	map_enter(to, from->object, from->first, pages, from->prot[0]);
	memcpy(to->copied, from->copied, kept * sizeof(to->copied[0]));
	memcpy(to->copies, from->copies, kept * page_size);
}

/* To another place, larger or smaller; or the page tables only. */
static void op_remap(void)
{
	struct fuzz_map *from = map_pick(), *to = map_pick_free();
	bool keep = chance(25);
	size_t pages = 1 + any(MAP_PAGES);
	void *map;

	if (!from || !to || from->split)
		return;
	if (keep || !model_writable((from->first + pages) * page_size, 0))
		pages = from->pages;
	op_log("mremap %zu to %zu, %zu pages to %zu%s", (size_t)(from - maps),
	       (size_t)(to - maps), from->pages, pages, keep ? ", kept" : "");
	do {
		map = mremap(from->base, from->pages * page_size,
			     pages * page_size,
			     MREMAP_MAYMOVE | MREMAP_FIXED |
				     (keep ? MREMAP_DONTUNMAP : 0),
			     to->base);
	} while (injected(map == MAP_FAILED));
	if (map == MAP_FAILED)
		mismatch("mremap: %s", strerror(errno));
	move_model(from, to, pages);
	if (keep)
		map_forget_copies(from, 0, MAP_PAGES);
	else
		map_clear(from);
}

/* The child sees all, and what it stores shows where it must, and only there. */
static void child(struct fuzz_map *m, size_t page)
{
	size_t offset = any(page_size);

	for (size_t i = 0; i < MAPS; i++)
		if (maps[i].object && chance(40))
			map_check(&maps[i], "in a child");
	if (!map_touch_signal(m, page, PROT_WRITE)) {
		if (touch_write(map_page(m, page) + offset, 0xc5))
			mismatch("a child's store ends in a signal");
		map_write(m, page, offset, "\xc5", 1);
		map_check_page(m, page, "in a child after a store");
	}
	_exit(0);
}

static void op_fork(void)
{
	struct fuzz_map *m = map_pick();
	size_t page, offset;
	pid_t pid;
	int status;

	if (!m)
		return;
	page = any(m->pages);
	op_log("fork; the child stores to mapping %zu, page %zu",
	       (size_t)(m - maps), page);
	do {
		pid = fork();
	} while (injected(pid < 0));
	if (pid < 0)
		mismatch("fork: %s", strerror(errno));
	if (!pid) {
		inject_end();
		child(m, page);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		mismatch("the child ended with status %#x", status);
	offset = any(page_size);
	if (m->shared && !map_touch_signal(m, page, PROT_WRITE))
		map_write(m, page, offset, "\xc5", 1);
	map_check_page(m, page, "after a child");
}

const struct fuzz_op map_ops[] = {
	{ 8, op_map },	   { 1, op_map_far },	 { 1, op_unmap },
	{ 2, op_protect }, { 2, op_unmap_part }, { 14, op_store },
	{ 10, op_load },   { 4, op_remote },	 { 5, op_io_mapped },
	{ 4, op_advise },  { 2, op_populate },	 { 1, op_sync },
	{ 3, op_remap },   { 1, op_fork },
};

const size_t map_ops_count = ARRAY_SIZE(map_ops);
