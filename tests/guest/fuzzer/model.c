// SPDX-License-Identifier: GPL-2.0-only
/* The model of objects: contents and sizes. */
#include "fuzz.h"

struct model models[OBJECTS];

void models_init(void)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		models[i].fd = -1;
		models[i].window = calloc(WINDOW_PAGES, page_size);
		if (!models[i].window)
			die("memory for the model");
	}
}

struct model *model_pick(void)
{
	struct model *o = &models[any(OBJECTS)];

	return o->fd >= 0 ? o : NULL;
}

/* Where the model keeps a page; NULL for one that is never written. */
static uint8_t *window_page(const struct model *o, uint64_t page)
{
	if (page < LOW_PAGES)
		return o->window + page * page_size;
	if (page >= HIGH_FIRST && page - HIGH_FIRST < HIGH_PAGES)
		return o->window + (LOW_PAGES + page - HIGH_FIRST) * page_size;
	return NULL;
}

uint64_t model_next_written(const struct model *o, uint64_t page)
{
	for (; page < o->pages; page++) {
		if (page >= LOW_PAGES && page < HIGH_FIRST)
			page = HIGH_FIRST;
		if (page >= o->pages || !window_page(o, page))
			break;
		if (!page_is_zero(window_page(o, page)))
			return page;
	}
	return o->pages;
}

static size_t part(uint64_t at, size_t length)
{
	size_t left = page_size - at % page_size;

	return left < length ? left : length;
}

void model_read(const struct model *o, uint64_t at, void *to, size_t length)
{
	uint8_t *bytes = to;

	while (length) {
		const uint8_t *page = window_page(o, at / page_size);
		size_t n = part(at, length);

		if (page)
			memcpy(bytes, page + at % page_size, n);
		else
			memset(bytes, 0, n);
		at += n;
		bytes += n;
		length -= n;
	}
}

void model_write(struct model *o, uint64_t at, const void *from, size_t length)
{
	const uint8_t *bytes = from;

	while (length) {
		uint8_t *page = window_page(o, at / page_size);
		size_t n = part(at, length);

		if (!page)
			die("a write outside the model's windows");
		memcpy(page + at % page_size, bytes, n);
		at += n;
		bytes += n;
		length -= n;
	}
}

bool model_writable(uint64_t at, size_t length)
{
	uint64_t end = at + length;

	return end <= LOW_PAGES * page_size ||
	       (at >= HIGH_FIRST * page_size &&
		end <= (HIGH_FIRST + HIGH_PAGES) * page_size);
}

/* What is cut off reads as zeros if it ever comes back. */
static void cut(struct model *o)
{
	for (size_t i = 0; i < WINDOW_PAGES; i++) {
		uint64_t page = i < LOW_PAGES ? i : HIGH_FIRST + i - LOW_PAGES;

		if (page >= o->pages)
			memset(o->window + i * page_size, 0, page_size);
	}
	for (struct fuzz_map *m = maps; m < maps + MAPS; m++) {
		if (m->object != o || o->pages >= m->first + m->pages)
			continue;
		map_forget_copies(m,
				  o->pages > m->first ? o->pages - m->first : 0,
				  m->pages);
	}
}

void model_resize(struct model *o, uint64_t pages)
{
	bool shrinks = pages < o->pages;

	o->pages = pages;
	o->sized = true;
	if (shrinks)
		cut(o);
}

/* Private copies stay, as in a file. */
void model_drop(struct model *o, uint64_t first, uint64_t pages)
{
	for (size_t i = 0; i < WINDOW_PAGES; i++) {
		uint64_t page = i < LOW_PAGES ? i : HIGH_FIRST + i - LOW_PAGES;

		if (page >= first && page - first < pages)
			memset(o->window + i * page_size, 0, page_size);
	}
}

void model_extend(struct model *o, uint64_t pages)
{
	if (pages > o->pages)
		model_resize(o, pages);
}

void model_release(struct model *o)
{
	if (o->fd >= 0)
		return;
	for (const struct fuzz_map *m = maps; m < maps + MAPS; m++)
		if (m->object == o)
			return;
	o->pages = 0;
	cut(o);
	o->alive = false;
}

/* Near an end of something, or anywhere. */
uint64_t model_place(const struct model *o)
{
	uint64_t end = o->pages * page_size;
	uint64_t at;

	switch (any(8)) {
	case 0:
		at = end;
		break;
	case 1:
		at = HIGH_FIRST * page_size + any(HIGH_PAGES * page_size);
		break;
	case 2:
		at = any(LOW_PAGES / CLUSTER) * CLUSTER * page_size;
		break;
	case 3:
		return any(LOW_PAGES) * page_size;
	default:
		return any(LOW_PAGES * page_size);
	}
	switch (any(4)) {
	case 0:
		return at + any(2 * page_size);
	case 1:
		return at - any(at < page_size ? at + 1 : page_size);
	default:
		return at;
	}
}

/* Bytes that differ from call to call, and from place to place. */
void fill_random(uint8_t *bytes, size_t length)
{
	uint64_t word = any(UINT64_MAX) | 1;

	for (size_t i = 0; i < length; i += sizeof(word)) {
		size_t left = length - i;

		word = word * 0x9e3779b97f4a7c15u + i + 1;
		memcpy(bytes + i, &word,
		       left < sizeof(word) ? left : sizeof(word));
	}
}
