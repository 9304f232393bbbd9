// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap that cannot be written to (dm-error under a part, dm-flakey under all
 * of it): nothing is lost, and a device that only fails is given up.
 */
#include <signal.h>

#include "guest.h"

#define SEED 0x3e4
#define NAME "aobj-weak"
#define DISK "/dev/ram0"
#define OTHER "/dev/ram1"
#define DISK_SECTORS ((uint64_t)65536)
#define PAGE_SECTORS (page_size / 512)
#define FIRST_SLOT ((size_t)300)
#define SLOTS ((size_t)8)

/* A smaller swap area with room to spare, gone through many times. */
#define SLOTS_APART ((size_t)500)
#define SMALL_LAST 5000
#define ROUNDS 9
#define FAILURES 33 /* in a row, one would make the device failed */

static struct dm_part whole = { DISK_SECTORS, "linear", DISK " 0" };
static struct dm_part no_writes = { DISK_SECTORS, "flakey",
				    DISK " 0 0 3600 1 error_writes" };

static char weak[DM_PATH_SIZE];

static void break_slots(void)
{
	uint64_t start = FIRST_SLOT * PAGE_SECTORS;
	uint64_t length = SLOTS * PAGE_SECTORS;
	struct dm_part parts[] = {
		{ start, "linear", DISK " 0" },
		{ length, "error", "" },
		{ DISK_SECTORS - start - length, "linear",
		  text(DISK " %llu", (unsigned long long)(start + length)) },
	};

	dm_replace(NAME, parts, ARRAY_SIZE(parts));
}

/* A small part of the device fails: other slots take the pages. */
static void test_part(void)
{
	struct object o = object_new(working_set());
	uint64_t errors = stat_event("write_errors");
	dev_t dev = device_number(weak);
	struct paging before = paging_now();

	break_slots();
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_at_least(stat_event("write_errors") - errors, 1,
		       "write errors are counted");
	check_paging(before, o.pages - budget_pages(), 0, "with broken slots");
	check_range(o.map, SEED, 0, o.pages, 1,
		    "pages that could not be written go elsewhere");
	check(device_state_is(dev, "active"),
	      "a device that fails in a part stays in use", "another state");
	check_device_errors(dev, "write_errors", errors);
	check_equal(device_get(dev, "read_errors"), 0, "and no read errors");
	dm_replace(NAME, &whole, 1);
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_range(o.map, SEED, 0, o.pages, 2, "it goes on once repaired");
	object_free(&o);
}

/* It may be for a moment only, so the state is not enough to go by. */
static uint64_t failures_logged(void)
{
	char words[32];

	command_output(words, sizeof(words),
		       "dmesg | grep -c 'aobj:.*writes in a row failed'");
	return strtoull(words, NULL, 10);
}

static size_t refused_fills(const struct object *o, uint32_t version)
{
	size_t refused = 0;

	for (size_t i = 0; i < o->pages; i++)
		refused += fill_or_signal(object_page(o, i), SEED, i,
					  version) != 0;
	return refused;
}

/* Single slots all over the device, so that each fails a request. */
static void break_single_slots(void)
{
	struct dm_part parts[2 * SLOTS + 1];
	char params[SLOTS + 1][DM_PATH_SIZE];
	uint64_t at = 0;

	for (size_t i = 0; i <= SLOTS; i++) {
		uint64_t end = (FIRST_SLOT + i * SLOTS_APART) * PAGE_SECTORS;

		if (i == SLOTS)
			end = DISK_SECTORS;
		snprintf(params[i], sizeof(params[i]), DISK " %llu",
			 (unsigned long long)at);
		parts[2 * i] =
			(struct dm_part){ end - at, "linear", params[i] };
		if (i < SLOTS)
			parts[2 * i + 1] =
				(struct dm_part){ PAGE_SECTORS, "error", "" };
		at = end + PAGE_SECTORS;
	}
	dm_replace(NAME, parts, ARRAY_SIZE(parts));
}

static void restart_with(uint32_t last_page)
{
	struct header header = header_for(weak);

	header.last_page = last_page;
	swap_stop(weak);
	header_write(weak, &header);
	swap_start(weak);
}

/*
 * Slots that fail are met again and again as new objects are written: more
 * requests fail in all than would make a device failed, but none in a row,
 * and all the other slots are free.
 */
static void test_part_for_long(void)
{
	uint64_t errors = stat_event("write_errors");
	uint64_t failures = failures_logged();
	size_t refused = 0, wrong = 0;

	restart_with(SMALL_LAST);
	break_single_slots();
	for (uint32_t version = 1; version <= ROUNDS; version++) {
		struct object o = object_new(working_set());

		refused += refused_fills(&o, version);
		wrong += range_differs(o.map, SEED, 0, o.pages, version);
		object_free(&o);
	}
	check_at_least(stat_event("write_errors") - errors, FAILURES,
		       "slots that fail are tried again");
	check_equal(refused, 0, "no touch is refused for a few broken slots");
	check_at_most(failures_logged(), failures,
		      "the device is never said to have failed");
	check_equal(wrong, 0, "every page is right in each round");
	dm_replace(NAME, &whole, 1);
	restart_with(header_for(weak).last_page);
}

/* Pages below the result hold version 2, those from it on version 1. */
static size_t change_until_refused(const struct object *o)
{
	uint64_t start = now_ms();
	int signal = 0;
	size_t page;

	for (page = 0; page < o->pages; page++) {
		start = now_ms();
		signal = fill_or_signal(object_page(o, page), SEED, page, 2);
		if (signal)
			break;
	}
	check_result(signal, SIGBUS, "a touch that finds no room is SIGBUS");
	check_at_most(now_ms() - start, nospace_wait_ms() + 3000,
		      "the wait before it is bounded");
	return page;
}

static bool is_failed(void *argument)
{
	(void)argument;
	return device_state_is(device_number(weak), "failed");
}

/* The other device takes what this one cannot. */
static void test_second_device(const struct object *o, size_t changed)
{
	header_make(OTHER);
	swap_start(OTHER);
	check_range(o->map, SEED, 0, changed, 2,
		    "with another device, pages changed last are there");
	check_range(object_page(o, changed), SEED, changed, o->pages - changed,
		    1, "and so are those on the failed device");
	range_fill(o->map, SEED, 0, o->pages, 3);
	check_range(o->map, SEED, 0, o->pages, 3, "and work goes on");
	check_equal(device_get(device_number(OTHER), "write_errors"), 0,
		    "errors of one device are not another's");
	check_ok(control_swapoff(device_number(weak)),
		 "the failed device can be emptied");
	check_range(o->map, SEED, 0, o->pages, 3, "without loss");
}

static void test_repaired(const struct object *o)
{
	dm_replace(NAME, &whole, 1);
	check_ok(control_swapon(weak), "a repaired device is taken again");
	check(device_state_is(device_number(weak), "active"),
	      "it is active again", "another state");
	swap_stop(OTHER);
	range_fill(o->map, SEED, 0, o->pages, 4);
	check_range(o->map, SEED, 0, o->pages, 4, "it keeps pages again");
}

static void test_all(const struct log *log, uint64_t errors_before)
{
	struct object o = object_new(working_set());
	uint64_t failures = failures_logged();
	size_t changed;

	range_fill(o.map, SEED, 0, o.pages, 1);
	dm_replace(NAME, &no_writes, 1);
	changed = change_until_refused(&o);
	check_at_most(changed, budget_pages(),
		      "no more pages are changed than stay in memory");
	check(wait_until(is_failed, NULL, 1000),
	      "a device that fails all the time is said to have failed",
	      "another state");
	check_at_least(failures_logged(), failures + 1, "and the log says so");
	check_log_lines(log, stat_event("write_errors") - errors_before);
	test_second_device(&o, changed);
	test_repaired(&o);
	object_free(&o);
}

int main(void)
{
	uint64_t errors;
	struct log log;

	test_begin("write_error: nothing is lost by a write error", 60);
	main_swap_off();
	dm_create(NAME, &whole, 1, weak);
	header_make(weak);
	swap_start(weak);
	log = log_begin(weak, "write error -5 at slot");
	errors = stat_event("write_errors");
	test_part();
	test_part_for_long();
	test_all(&log, errors);
	swap_stop(weak);
	dm_remove(NAME);
	main_swap_on();
	return test_end();
}
