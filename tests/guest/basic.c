// SPDX-License-Identifier: GPL-2.0-only
/*
 * Four times the budget written, evicted and read back, whatever the order.
 */
#include "guest.h"

#define SEED 0xba51c

/* Where the @i-th touch of a round goes. */
typedef size_t (*order_t)(size_t i, size_t pages);

static size_t forwards(size_t i, size_t pages)
{
	(void)pages;
	return i;
}

static size_t backwards(size_t i, size_t pages)
{
	return pages - 1 - i;
}

/* 97 shares no factor with a power of two: every page once. */
static size_t strided(size_t i, size_t pages)
{
	return i * 97 % pages;
}

/* A full-period generator modulo a power of two: every page once. */
static size_t scattered(size_t i, size_t pages)
{
	static size_t state;

	if (!i)
		state = 12345;
	state = (state * 1664525 + 1013904223) % pages;
	return state;
}

static void write_all(const struct object *o, order_t order, uint32_t version)
{
	for (size_t i = 0; i < o->pages; i++) {
		size_t page = order(i, o->pages);

		page_fill(object_page(o, page), SEED, page, version);
	}
}

static size_t wrong_pages(const struct object *o, order_t order,
			  uint32_t version)
{
	size_t wrong = 0;

	for (size_t i = 0; i < o->pages; i++) {
		size_t page = order(i, o->pages);

		wrong += !page_matches(object_page(o, page), SEED, page,
				       version);
	}
	return wrong;
}

/* What cannot be in the budget at the end of a round must have moved in it. */
static void test_orders(const struct object *o, order_t writing,
			order_t reading, const char *name, uint32_t version)
{
	size_t excess = o->pages - budget_pages();
	struct paging before = paging_now();

	write_all(o, writing, version);
	check_paging(before, excess, 0, text("%s: writing", name));
	before = paging_now();
	check_equal(wrong_pages(o, reading, version), 0,
		    text("%s: no page differs", name));
	check_paging(before, 0, excess, text("%s: reading", name));
}

/*
 * In order, a fault brings its neighbours, and pages move many to a request:
 * an eighth of a cluster is far from what should be, and far above one.
 */
static void test_clustering(void)
{
	struct object o = object_new(working_set());
	uint64_t out = stat_event("pages_out"), in = stat_event("pages_in");
	uint64_t writes = stat_event("write_bios");
	uint64_t reads = stat_event("read_bios"), faults;

	range_fill(o.map, SEED, 0, o.pages, 1);
	writes = stat_event("write_bios") - writes;
	check_at_most(writes, (stat_event("pages_out") - out) / (CLUSTER / 8),
		      "pages are written many to a request");
	faults = stat_event("faults");
	check_range(o.map, SEED, 0, o.pages, 1, "no page differs after that");
	reads = stat_event("read_bios") - reads;
	check_at_most(reads, (stat_event("pages_in") - in) / (CLUSTER / 8),
		      "pages are read many to a request");
	check_at_most(stat_event("faults") - faults, o.pages / 4,
		      "a fault maps its neighbours");
	object_free(&o);
}

/* Pages that were never written are zero, and cost no swap. */
static void test_untouched(void)
{
	struct object o = object_new(working_set());
	struct paging before = paging_now();

	check_zero(o.map, o.pages, "pages never written read as zeros");
	check_at_least(stat_event("faults") - before.faults, 1,
		       "reading them faults");
	check_zero(o.map, o.pages, "they are zeros when read again");
	check_equal(stat_event("pages_out") - before.out, 0,
		    "pages only read are dropped without a write");
	check_equal(object_info(o.fd).slots, 0, "pages only read take no slot");
	object_free(&o);
}

/* One byte changed in a page that went out and came in must go out again. */
static void test_small_change(void)
{
	struct object o = object_new(working_set());
	size_t wrong = 0;

	range_fill(o.map, SEED, 0, o.pages, 1);
	for (size_t i = 0; i < o.pages; i += 7)
		object_page(&o, i)[i % page_size] ^= 0xff;
	check(evict_pages(o.fd, 0, o.pages), "changed pages can be evicted",
	      "some stay resident");
	for (size_t i = 0; i < o.pages; i += 7)
		object_page(&o, i)[i % page_size] ^= 0xff;
	evict_pages(o.fd, 0, o.pages);
	wrong = range_differs(o.map, SEED, 0, o.pages, 1);
	check_equal(wrong, 0, "one changed byte makes a page be written again");
	object_free(&o);
}

int main(void)
{
	struct object o;

	test_begin("basic: pages survive eviction", 30);
	o = object_new(working_set());
	test_orders(&o, forwards, forwards, "forwards and forwards", 1);
	test_orders(&o, forwards, backwards, "forwards and backwards", 2);
	test_orders(&o, backwards, strided, "backwards and with a stride", 3);
	test_orders(&o, scattered, forwards, "at random and forwards", 4);
	object_free(&o);
	test_clustering();
	test_untouched();
	test_small_change();
	return test_end();
}
