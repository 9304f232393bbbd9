// SPDX-License-Identifier: GPL-2.0-only
/* The table of what each page must hold. */
#include <stdarg.h>

#include "endure.h"

#define REPORTED 40

struct shared *shared;
struct object objects[OBJECTS];

static void *shared_memory(size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		die("shared memory");
	return map;
}

void pages_init(void)
{
	shared = shared_memory(sizeof(*shared));
	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = object_new(budget_pages() * 3 / 2);
		shared->pages[i] = objects[i].pages;
		shared->states[i] = shared_memory(objects[i].pages *
						  sizeof(struct page_state));
	}
}

void count(enum count what)
{
	shared->counts[what]++;
}

/* A line of its own from whichever process, if there are not too many. */
void complain(const char *format, ...)
{
	char line[300];
	va_list args;
	int length;
	ssize_t ignored;

	if (shared->wrong++ >= REPORTED)
		return;
	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length > (int)sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	line[length] = '\n';
	ignored = write(STDOUT_FILENO, line, (size_t)length + 1);
	(void)ignored;
}

struct page_state *page_state(size_t object, size_t page)
{
	return &shared->states[object][page];
}

uint64_t object_seed(size_t object)
{
	return endure_seed * OBJECTS + object + 1;
}

bool page_lock(size_t object, size_t page, uint32_t owner)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&page_state(object, page)->owner,
					      &nobody, owner);
}

void page_unlock(size_t object, size_t page)
{
	page_state(object, page)->owner = 0;
}

uint32_t page_begin(size_t object, size_t page)
{
	struct page_state *state = page_state(object, page);

	state->next = state->version + 1;
	atomic_signal_fence(memory_order_seq_cst);
	return state->next;
}

void page_done(size_t object, size_t page)
{
	struct page_state *state = page_state(object, page);

	atomic_signal_fence(memory_order_seq_cst);
	state->version = state->next;
}

static bool holds(size_t object, size_t page, const void *bytes,
		  uint32_t version)
{
	if (!version)
		return page_is_zero(bytes);
	return page_matches(bytes, object_seed(object), page, version);
}

/* An old version of the page says more than that it is wrong. */
static void explain(char *text, size_t size, size_t object, size_t page,
		    const void *bytes)
{
	uint32_t version = page_state(object, page)->version;

	if (page_is_zero(bytes)) {
		snprintf(text, size, "it is zero");
		return;
	}
	for (uint32_t age = 1; age < 100 && age < version; age++)
		if (holds(object, page, bytes, version - age)) {
			snprintf(text, size, "it is as it was %u versions ago",
				 age);
			return;
		}
	for (size_t o = 0; o < OBJECTS; o++)
		for (size_t i = 0; i < objects[o].pages; i++)
			if (holds(o, i, bytes, page_state(o, i)->version) &&
			    page_state(o, i)->version) {
				snprintf(text, size,
					 "it is page %zu of object %zu", i, o);
				return;
			}
	snprintf(text, size, "it is neither an old version nor another page");
}

/* The page is locked by the caller. */
void page_check(size_t object, size_t page, const void *bytes, const char *when)
{
	uint32_t version = page_state(object, page)->version;
	char why[100];

	count(COUNT_CHECKS);
	if (holds(object, page, bytes, version))
		return;
	explain(why, sizeof(why), object, page, bytes);
	complain("# wrong: object %zu, page %zu, version %u, %s: %s", object,
		 page, version, when, why);
}

/* Of each word: it is of the one version or of the other. */
static bool is_torn(size_t object, size_t page, const uint64_t *words)
{
	const struct page_state *state = page_state(object, page);
	static uint64_t *before, *after;
	bool good = true;

	if (!before) {
		before = aligned_alloc(page_size, page_size);
		after = aligned_alloc(page_size, page_size);
	}
	memset(before, 0, page_size);
	if (state->version)
		page_fill(before, object_seed(object), page, state->version);
	page_fill(after, object_seed(object), page, state->next);
	for (size_t i = 0; i < page_size / sizeof(*words); i++)
		good = good && (words[i] == before[i] || words[i] == after[i]);
	return good;
}

static void repair(size_t object, size_t page)
{
	struct page_state *state = page_state(object, page);
	uint8_t *bytes = object_page(&objects[object], page);

	if (page >= shared->pages[object])
		return;
	if (state->next == state->version) {
		page_check(object, page, bytes, "after its user was killed");
		return;
	}
	if (!is_torn(object, page, (const uint64_t *)bytes))
		complain("# wrong: object %zu, page %zu, between versions %u "
			 "and %u when its user was killed",
			 object, page, state->version, state->next);
	count(COUNT_REPAIRS);
	state->next++;
	page_fill(bytes, object_seed(object), page, state->next);
	state->version = state->next;
}

/* The process with that number is dead: nobody else touches its pages. */
void pages_repair(uint32_t owner)
{
	for (size_t o = 0; o < OBJECTS; o++)
		for (size_t i = 0; i < objects[o].pages; i++) {
			if (page_state(o, i)->owner != owner)
				continue;
			repair(o, i);
			page_unlock(o, i);
		}
}
