// SPDX-License-Identifier: GPL-2.0-only
/*
 * swapoff of a device that cannot be read in a part: it says so, but not
 * before it has brought in all that can be read.
 */
#include "guest.h"

#define SEED 0x50ef
#define NAME "aobj-weak"
#define DISK "/dev/ram0"
#define DISK_SECTORS ((uint64_t)65536)
#define PAGE_SECTORS (page_size / 512)

/* Two regions, so that it must go on behind the first. */
#define FIRST_SLOT ((size_t)300)
#define SECOND_SLOT(pages) ((pages) / 2 - 100)
#define SLOTS ((size_t)8) /* in each */

static struct dm_part whole = { DISK_SECTORS, "linear", DISK " 0" };
static char weak[DM_PATH_SIZE];

static void break_slots(size_t pages)
{
	uint64_t length = SLOTS * PAGE_SECTORS;
	uint64_t first = FIRST_SLOT * PAGE_SECTORS;
	uint64_t second = SECOND_SLOT(pages) * PAGE_SECTORS;
	struct dm_part parts[] = {
		{ first, "linear", DISK " 0" },
		{ length, "error", "" },
		{ second - first - length, "linear",
		  text(DISK " %llu", (unsigned long long)(first + length)) },
		{ length, "error", "" },
		{ DISK_SECTORS - second - length, "linear",
		  text(DISK " %llu", (unsigned long long)(second + length)) },
	};

	dm_replace(NAME, parts, ARRAY_SIZE(parts));
}

static void check_swapoff(const struct object *o)
{
	dev_t dev = device_number(weak);

	check_errno(control_swapoff(dev), EIO,
		    "swapoff with slots that cannot be read is EIO");
	check(device_state_is(dev, "active"), "the device is active after it",
	      "another state");
	check_equal(device_get(dev, "used"), 2 * SLOTS * page_size,
		    "only what cannot be read is left on it");
	check_equal(object_info(o->fd).swapped, 2 * SLOTS * page_size,
		    "all else has been brought in");
	check_equal(object_info(o->fd).resident,
		    (o->pages - 2 * SLOTS) * page_size, "and is in memory");
	check_equal(object_count(o->fd, 0, o->pages,
				 AOBJ_PAGE_RESIDENT | AOBJ_PAGE_SWAPPED,
				 AOBJ_PAGE_RESIDENT | AOBJ_PAGE_SWAPPED),
		    0, "resident pages have given up their slots");
}

static void check_pages(const struct object *o)
{
	size_t refused = 0, wrong = 0;

	for (size_t i = 0; i < o->pages; i++) {
		int result =
			page_differs_or_signal(object_page(o, i), SEED, i, 1);

		refused += result > 0;
		wrong += result == PAGE_WRONG;
	}
	check_equal(refused, 2 * SLOTS, "pages on broken slots are refused");
	check_equal(wrong, 0, "every other page is right");
}

int main(void)
{
	struct object o;
	uint64_t budget;

	test_begin("swapoff_error: swapoff of a device with holes", 40);
	budget = stat_get("budget");
	main_swap_off();
	dm_create(NAME, &whole, 1, weak);
	header_make(weak);
	swap_start(weak);
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_ok(control_budget(8 * budget), "the budget is raised");
	break_slots(o.pages);
	check_swapoff(&o);
	check_pages(&o);
	dm_replace(NAME, &whole, 1);
	check_ok(control_swapoff(device_number(weak)),
		 "swapoff goes through once it can be read");
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	object_free(&o);
	dm_remove(NAME);
	main_swap_on();
	check_ok(control_budget(budget), "the budget is put back");
	return test_end();
}
