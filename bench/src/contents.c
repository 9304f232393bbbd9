// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each page must hold.  One word of a page, its own word, is the product
 * of a number that belongs to the page and the version last written, so that
 * another page's contents, or an older version, or zeros, are seen as such.
 * Its place differs from page to page.  The other words hold what
 * contents_fill() wrote, or zeros.
 */
#include <errno.h>

#include "bench.h"

#define STEP 0x9e3779b97f4a7c15u

static size_t own_word(size_t page)
{
	return page % WORDS;
}

static uint64_t stamp(size_t page, uint32_t version)
{
	return (page * 2 + 1) * version;
}

static uint64_t *word(const struct contents *c, size_t page)
{
	return (uint64_t *)(c->memory->map + page * PAGE) + own_word(page);
}

static void right(uint64_t wrong)
{
	errno = 0;
	if (wrong)
		die("a page does not hold what was written to it");
}

struct contents contents_new(struct memory *m)
{
	return (struct contents){
		.memory = m,
		.version = allocate(m->pages, sizeof(uint32_t)),
	};
}

void contents_fill(struct contents *c)
{
	for (size_t page = 0; page < c->memory->pages; page++) {
		uint64_t *words = (uint64_t *)(c->memory->map + page * PAGE);

		c->version[page] = 1;
		for (size_t i = 0; i < WORDS; i++)
			words[i] = stamp(page, 1) + i * STEP;
		words[own_word(page)] = stamp(page, 1);
	}
	c->whole = true;
}

void contents_write(struct contents *c, const struct order *order)
{
	for (size_t i = 0; i < order->count; i++) {
		size_t page = order->page[i];

		*word(c, page) = stamp(page, ++c->version[page]);
	}
}

void contents_read(struct contents *c, const struct order *order)
{
	uint64_t wrong = 0;

	for (size_t i = 0; i < order->count; i++) {
		size_t page = order->page[i];

		wrong |= *word(c, page) ^ stamp(page, c->version[page]);
	}
	right(wrong);
}

void contents_read_write(struct contents *c, const struct order *order)
{
	uint64_t wrong = 0;

	for (size_t i = 0; i < order->count; i++) {
		size_t page = order->page[i];
		uint64_t *own = word(c, page);

		wrong |= *own ^ stamp(page, c->version[page]);
		*own = stamp(page, ++c->version[page]);
	}
	right(wrong);
}

static uint64_t page_differs(const struct contents *c, size_t page)
{
	const uint64_t *words =
		(const uint64_t *)(c->memory->map + page * PAGE);
	uint64_t base = c->whole ? stamp(page, 1) : 0;
	uint64_t step = c->whole ? STEP : 0;
	uint64_t wrong = words[own_word(page)] ^ stamp(page, c->version[page]);

	for (size_t i = 0; i < WORDS; i++)
		if (i != own_word(page))
			wrong |= words[i] ^ (base + i * step);
	return wrong;
}

void contents_verify(struct contents *c)
{
	uint64_t wrong = 0;

	for (size_t page = 0; page < c->memory->pages; page++)
		wrong |= page_differs(c, page);
	right(wrong);
}
