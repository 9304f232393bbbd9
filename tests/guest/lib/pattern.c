// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page contents that follow from (seed, page, version), so that any page can
 * be checked whole without a copy of it, and a page that turns up in the
 * wrong place, or in an old version, is seen as such.
 */
#include "guest.h"

static uint64_t page_key(uint64_t seed, size_t index, uint32_t version)
{
	uint64_t key = seed * 0x9e3779b97f4a7c15u + index;

	key = (key ^ (key >> 29)) * 0xbf58476d1ce4e5b9u + version;
	key = (key ^ (key >> 32)) * 0x94d049bb133111ebu;
	return key ^ (key >> 29);
}

static size_t page_words(void)
{
	return page_size / sizeof(uint64_t);
}

void page_fill(void *page, uint64_t seed, size_t index, uint32_t version)
{
	uint64_t key = page_key(seed, index, version);
	uint64_t *words = page;

	for (size_t i = 0; i < page_words(); i++)
		words[i] = key + i * 0xd6e8feb86659fd93u;
}

bool page_matches(const void *page, uint64_t seed, size_t index,
		  uint32_t version)
{
	uint64_t key = page_key(seed, index, version);
	const uint64_t *words = page;
	uint64_t wrong = 0;

	for (size_t i = 0; i < page_words(); i++)
		wrong |= words[i] ^ (key + i * 0xd6e8feb86659fd93u);
	return !wrong;
}

bool page_is_zero(const void *page)
{
	const uint64_t *words = page;
	uint64_t any = 0;

	for (size_t i = 0; i < page_words(); i++)
		any |= words[i];
	return !any;
}

/* @base is where page @first of the pattern is mapped. */
void range_fill(uint8_t *base, uint64_t seed, size_t first, size_t pages,
		uint32_t version)
{
	for (size_t i = 0; i < pages; i++)
		page_fill(base + i * page_size, seed, first + i, version);
}

/* Returns how many pages differ. */
size_t range_differs(const uint8_t *base, uint64_t seed, size_t first,
		     size_t pages, uint32_t version)
{
	size_t wrong = 0;

	for (size_t i = 0; i < pages; i++)
		wrong += !page_matches(base + i * page_size, seed, first + i,
				       version);
	return wrong;
}

/* Touches that end in a signal may each take their time: enough is enough. */
#define REFUSED_MAX 20

struct tally {
	size_t wrong;
	size_t zero;
	size_t refused;
	size_t first; /* that is not as it should be */
};

static void tally_page(struct tally *tally, const uint8_t *page, size_t index,
		       int result)
{
	if (result == PAGE_GOOD)
		return;
	if (!tally->wrong && !tally->refused)
		tally->first = index;
	if (result != PAGE_WRONG) {
		tally->refused++;
		return;
	}
	tally->wrong++;
	tally->zero += page_is_zero(page);
}

bool check_range(const uint8_t *base, uint64_t seed, size_t first, size_t pages,
		 uint32_t version, const char *what)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < pages && tally.refused < REFUSED_MAX; i++) {
		const uint8_t *page = base + i * page_size;

		tally_page(&tally, page, first + i,
			   page_differs_or_signal(page, seed, first + i,
						  version));
	}
	return check(!tally.wrong && !tally.refused, what,
		     "%zu of %zu pages differ (%zu are zero), %zu end in a "
		     "signal, first page %zu",
		     tally.wrong, pages, tally.zero, tally.refused,
		     tally.first);
}

bool check_zero(const uint8_t *base, size_t pages, const char *what)
{
	size_t wrong = 0, where = 0;

	for (size_t i = pages; i-- > 0;) {
		if (page_is_zero(base + i * page_size))
			continue;
		wrong++;
		where = i;
	}
	return check(!wrong, what, "%zu of %zu pages are not zero, first %zu",
		     wrong, pages, where);
}
