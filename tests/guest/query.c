// SPDX-License-Identifier: GPL-2.0-only
/*
 * AOBJ_IOC_PAGES and AOBJ_IOC_INFO say what is true of each page, and agree.
 */
#include "guest.h"

#define SEED 0x9e4

#define RESIDENT AOBJ_PAGE_RESIDENT
#define DIRTY AOBJ_PAGE_DIRTY
#define SWAPPED AOBJ_PAGE_SWAPPED
#define BAD AOBJ_PAGE_BAD
#define ALL (RESIDENT | DIRTY | SWAPPED | BAD)

static void check_state(int fd, size_t page, uint8_t mask, uint8_t value,
			const char *what)
{
	uint8_t state = object_state(fd, page);

	check((state & mask) == value, what, "state 0x%02x, expected 0x%02x",
	      state, value);
}

static void test_new(void)
{
	int fd = object_open();
	struct aobj_info info = object_info(fd);

	check_equal(info.size, 0, "an object never sized has size 0");
	check_equal(info.page_size, page_size,
		    "the page size is the machine's");
	check_equal(info.flags, 0, "no flag is set");
	check_equal(info.wired, 0, "nothing is wired");
	object_resize_pages(fd, 1000);
	info = object_info(fd);
	check_equal(info.size, 1000 * page_size, "the size is what was asked");
	check_equal(info.resident + info.swapped + info.slots + info.bad, 0,
		    "an object never touched holds nothing");
	check_equal(object_count(fd, 0, 1000, 0xff, 0), 1000,
		    "every page never touched is absent");
	check_ok(object_resize(fd, 1000 * page_size + 1), "any size is taken");
	check_equal(object_info(fd).size, 1001 * page_size,
		    "a size is rounded up to whole pages");
	close(fd);
}

static void test_touch(void)
{
	struct object o = object_new(10 * CLUSTER);
	size_t page = 5 * CLUSTER + 3;

	check_result(touch_read(object_page(&o, page)), 0, "a read is served");
	check_state(o.fd, page, ALL, RESIDENT,
		    "a page only read is resident and clean");
	object_page(&o, page)[5] = 1;
	check_state(o.fd, page, ALL, RESIDENT | DIRTY,
		    "a write to a page mapped for reading makes it dirty");
	object_page(&o, 9 * CLUSTER)[0] = 1;
	check_state(o.fd, 9 * CLUSTER, ALL, RESIDENT | DIRTY,
		    "a page first written is resident and dirty");
	check_state(o.fd, CLUSTER, ALL, 0, "a page far away stays absent");
	check(evict_page(o.fd, page), "a touched page can be evicted",
	      "state 0x%02x", object_state(o.fd, page));
	check_state(o.fd, page, ALL, SWAPPED,
		    "a dirty page that was evicted is in swap only");
	check_state(o.fd, 3 * CLUSTER, ALL, 0,
		    "a page never touched is absent after eviction");
	check_equal(object_page(&o, page)[5], 1, "its byte comes back");
	check_state(o.fd, page, RESIDENT | DIRTY | BAD, RESIDENT,
		    "a page read in is resident and clean");
	check_state(o.fd, page, SWAPPED, SWAPPED,
		    "a page read in keeps its slot");
	object_page(&o, page)[6] = 2;
	check_state(o.fd, page, RESIDENT | DIRTY, RESIDENT | DIRTY,
		    "a page read in and written is dirty");
	object_free(&o);
}

static bool info_same(const struct aobj_info *a, const struct aobj_info *b)
{
	return a->resident == b->resident && a->swapped == b->swapped &&
	       a->slots == b->slots;
}

/* The daemon may still be at work: waits for two equal answers around one. */
static struct aobj_info query_at_rest(const struct object *o, uint8_t *states)
{
	struct aobj_info before, after;

	for (int i = 0; i < 200; i++) {
		before = object_info(o->fd);
		if (object_query(o->fd, 0, o->pages, states))
			die("AOBJ_IOC_PAGES");
		sleep_ms(10);
		after = object_info(o->fd);
		if (info_same(&before, &after) && !stat_get("writing"))
			return after;
	}
	die("the object does not come to rest");
}

static size_t count(const uint8_t *states, size_t pages, uint8_t mask,
		    uint8_t value)
{
	size_t found = 0;

	for (size_t i = 0; i < pages; i++)
		found += (states[i] & mask) == value;
	return found;
}

static void check_agreement(const struct object *o)
{
	uint8_t *states = malloc(o->pages);
	struct aobj_info info = query_at_rest(o, states);
	size_t resident = count(states, o->pages, RESIDENT, RESIDENT);

	check_equal(count(states, o->pages, 0xff, 0), 0,
		    "no page that was written is absent");
	check_equal(count(states, o->pages, (uint8_t)~ALL, 0), o->pages,
		    "no unknown bit is set");
	check_equal(count(states, o->pages, BAD, BAD), 0, "no page is bad");
	check_equal(count(states, o->pages, RESIDENT | DIRTY, DIRTY), 0,
		    "only resident pages are dirty");
	check_equal(info.resident, resident * page_size,
		    "info counts the pages that are resident");
	check_equal(info.swapped,
		    count(states, o->pages, RESIDENT | SWAPPED, SWAPPED) *
			    page_size,
		    "info counts the pages that are in swap only");
	check_equal(info.slots,
		    count(states, o->pages, SWAPPED, SWAPPED) * page_size,
		    "info counts the pages that hold a slot");
	check_at_most(resident, budget_pages(), "residency is in the budget");
	check_at_least(resident, budget_pages() / 4,
		       "the budget is made use of");
	check_equal(stat_get("resident"), info.resident,
		    "sysfs agrees about resident bytes");
	check_equal(stat_get("swapped"), info.swapped,
		    "sysfs agrees about bytes in swap only");
	check_equal(device_get(device_number(main_swap()), "used"), info.slots,
		    "the device's use is the slots held");
	check_equal(stat_get("clusters"), o->pages / CLUSTER,
		    "there is one cluster for each 64 pages");
	free(states);
}

static void test_agreement(void)
{
	struct object o = object_new(working_set());
	struct paging before = paging_now();

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_paging(before, o.pages - budget_pages(), 0, "filling");
	check_agreement(&o);
	before = paging_now();
	object_count(o.fd, 0, o.pages, 0xff, 0);
	check_equal(stat_event("pages_in") - before.in, 0,
		    "a query reads nothing in");
	check_equal(stat_get("objects"), 1, "sysfs counts one object");
	check_range(o.map, SEED, 0, o.pages, 1,
		    "no page differs after queries");
	object_free(&o);
}

int main(void)
{
	test_begin("query: page states and counts are true", 30);
	test_new();
	test_touch();
	test_agreement();
	return test_end();
}
