// SPDX-License-Identifier: GPL-2.0-only
/* The model of mappings: what each of their pages must show. */
#include <signal.h>

#include "fuzz.h"

#define STRIDE (MAP_PAGES + 8) /* no two mappings are ever neighbours */

struct fuzz_map maps[MAPS];
static uint8_t *expected, *found; /* a page each */

/* Each mapping has a place of its own, so that a hole stays one. */
static void reserve(uint8_t *at, size_t pages)
{
	inject_end();
	void *map = mmap(at, pages * page_size, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
				 (at ? MAP_FIXED : 0),
			 -1, 0);

	if (map == MAP_FAILED)
		die("mmap of %zu pages of address space", pages);
	if (!at)
		for (size_t i = 0; i < MAPS; i++)
			maps[i].base = (uint8_t *)map + i * STRIDE * page_size;
}

void maps_init(void)
{
	reserve(NULL, MAPS * STRIDE);
	expected = malloc(page_size);
	found = malloc(page_size);
	for (size_t i = 0; i < MAPS; i++) {
		maps[i].copies = malloc(MAP_PAGES * page_size);
		if (!maps[i].copies || !expected || !found)
			die("memory for the model");
		memset(maps[i].copies, 0, MAP_PAGES * page_size);
	}
}

/* The mapping is gone; its place is reserved again. */
void map_clear(struct fuzz_map *m)
{
	struct model *o = m->object;

	reserve(m->base, MAP_PAGES);
	map_forget_copies(m, 0, MAP_PAGES);
	m->object = NULL;
	m->split = false;
	model_release(o);
}

void map_forget_copies(struct fuzz_map *m, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		m->copied[i] = false;
}

uint8_t *map_page(const struct fuzz_map *m, size_t page)
{
	return m->base + page * page_size;
}

/* The signal that a touch of a page must end in, or 0. */
int map_touch_signal(const struct fuzz_map *m, size_t page, int prot)
{
	if (m->prot[page] < 0 || (m->prot[page] & prot) != prot)
		return SIGSEGV;
	return m->first + page < m->object->pages ? 0 : SIGBUS;
}

void map_read(const struct fuzz_map *m, size_t page, uint8_t *to)
{
	if (m->copied[page])
		memcpy(to, m->copies + page * page_size, page_size);
	else
		model_read(m->object, (m->first + page) * page_size, to,
			   page_size);
}

void map_write(struct fuzz_map *m, size_t page, size_t from, const void *bytes,
	       size_t length)
{
	if (m->shared) {
		model_write(m->object, (m->first + page) * page_size + from,
			    bytes, length);
		return;
	}
	if (!m->copied[page]) {
		map_read(m, page, m->copies + page * page_size);
		m->copied[page] = true;
	}
	memcpy(m->copies + page * page_size + from, bytes, length);
}

struct fuzz_map *map_pick(void)
{
	struct fuzz_map *m = &maps[any(MAPS)];

	return m->object ? m : NULL;
}

struct fuzz_map *map_pick_free(void)
{
	struct fuzz_map *m = &maps[any(MAPS)];

	return m->object ? NULL : m;
}

static void page_differs(const struct fuzz_map *m, size_t page,
			 const char *when)
{
	size_t at = 0;

	while (found[at] == expected[at])
		at++;
	mismatch("%s: mapping %zu, page %zu (object %zu, page %llu, %s): byte "
		 "%zu is %02x, expected %02x; the page is%s zero",
		 when, (size_t)(m - maps), page, (size_t)(m->object - models),
		 (unsigned long long)(m->first + page),
		 m->shared	 ? "shared" :
		 m->copied[page] ? "a private copy" :
				   "private",
		 at, found[at], expected[at],
		 page_is_zero(found) ? "" : " not");
}

void map_check_page(const struct fuzz_map *m, size_t page, const char *when)
{
	int must = map_touch_signal(m, page, PROT_READ), signal;

	do {
		signal = copy_or_signal(found, map_page(m, page), page_size);
	} while (injected(signal && !must));
	if (signal != must)
		mismatch("%s: reading page %zu of mapping %zu gave signal %d, "
			 "expected %d",
			 when, page, (size_t)(m - maps), signal, must);
	if (signal)
		return;
	map_read(m, page, expected);
	if (memcmp(found, expected, page_size))
		page_differs(m, page, when);
}

void map_check(const struct fuzz_map *m, const char *when)
{
	for (size_t i = 0; i < m->pages; i++)
		map_check_page(m, i, when);
}
