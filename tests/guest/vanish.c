// SPDX-License-Identifier: GPL-2.0-only
/*
 * A swap device is pulled out: what was only there is SIGBUS, at once, and all
 * else goes on.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0x7a15
#define OTHER "/dev/ram1"
#define TOUCH_MS 3000 /* of the slowest touch, on an emulated machine */

static char disk[SCSI_PATH_SIZE];

static void disk_start(void)
{
	scsi_disk_make("", disk);
	header_make(disk);
	swap_start(disk);
}

/*
 * A device that holds nearly everything of six budgets, so that few pages go to
 * the next: each that is lost costs time to be refused.
 */
static void other_start(void)
{
	struct header header = header_for(OTHER);

	header.last_page = (uint32_t)(6 * budget_pages() - CLUSTER / 4);
	header_write(OTHER, &header);
	swap_start(OTHER);
}

struct outcome {
	size_t refused;
	size_t wrong;
	uint64_t slowest_ms;
};

/* Touches the pages whose state has @value in the bits of @mask. */
static struct outcome touch_pages(const struct object *o, uint8_t mask,
				  uint8_t value)
{
	uint8_t *states = malloc(o->pages);
	struct outcome outcome = { 0 };

	if (!states || object_query(o->fd, 0, o->pages, states))
		die("AOBJ_IOC_PAGES");
	for (size_t i = 0; i < o->pages; i++) {
		uint64_t start = now_ms(), took;
		int result;

		if ((states[i] & mask) != value)
			continue;
		result = page_differs_or_signal(object_page(o, i), SEED, i, 1);
		took = now_ms() - start;
		outcome.refused += result == SIGBUS;
		outcome.wrong += result != SIGBUS && result != PAGE_GOOD;
		if (took > outcome.slowest_ms)
			outcome.slowest_ms = took;
	}
	free(states);
	return outcome;
}

static void check_resident(const struct object *o)
{
	struct outcome outcome =
		touch_pages(o, AOBJ_PAGE_RESIDENT, AOBJ_PAGE_RESIDENT);

	check_equal(outcome.refused + outcome.wrong, 0,
		    "resident pages stay readable, and right");
}

static void check_others(const struct object *o, size_t on_disk)
{
	struct outcome outcome = touch_pages(o, 0, 0);

	check_at_least(outcome.refused, 1, "pages that are gone are SIGBUS");
	check_at_most(outcome.refused, on_disk,
		      "no more pages are SIGBUS than were on the device");
	check_equal(outcome.wrong, 0, "every other page is right");
	check_at_most(outcome.slowest_ms, TOUCH_MS,
		      "no touch of a page takes long");
}

/* A program that opened the device before it went cannot offer it again. */
static void check_swapon(int fd)
{
	struct aobj_swapon request = { .fd = fd };
	int control = control_open();

	check_errno(ioctl(control, AOBJ_CTL_SWAPON, &request), ENXIO,
		    "a device that is gone is not taken again");
	close(control);
	close(fd);
}

static bool is_used(void *argument)
{
	(void)argument;
	return device_get(device_number(disk), "used") >= CLUSTER * page_size &&
	       !stat_get("writing");
}

static void test_lost_pages(void)
{
	struct object safe, spread;
	size_t on_disk;
	dev_t dev;

	other_start();
	safe = object_new(3 * budget_pages());
	range_fill(safe.map, SEED, 0, safe.pages, 1);
	evict_pages(safe.fd, 0, safe.pages);
	disk_start();
	dev = device_number(disk);
	spread = object_new(working_set());
	range_fill(spread.map, SEED, 0, spread.pages, 1);
	main_swap_on();
	check(wait_until(is_used, NULL, 3000), "pages are on the device",
	      "few, or the page daemon has no rest");
	on_disk = device_get(dev, "used") / page_size;
	scsi_disk_pull(disk);
	check_resident(&spread);
	check_others(&spread, on_disk);
	check_range(safe.map, SEED, 0, safe.pages, 1,
		    "an object on another device is not affected");
	range_fill(safe.map, SEED, 0, safe.pages, 2);
	check_range(safe.map, SEED, 0, safe.pages, 2, "nor are writes to it");
	check_errno(control_swapoff(dev), EIO,
		    "swapoff with pages that are gone is EIO");
	check(device_in_use(dev), "the device stays in use", "it does not");
	object_free(&spread);
	check_ok(control_swapoff(dev),
		 "with the object gone swapoff takes the device's number");
	check(!device_in_use(dev), "the device is in use no more", "it is");
	object_free(&safe);
	swap_stop(OTHER);
	main_swap_off();
	scsi_disk_remove();
}

/* All that is on the device is in memory too, and clean: nothing is lost. */
static void test_resident_pages(void)
{
	struct object o = object_new(budget_pages() / 2);
	dev_t dev;
	int fd;

	disk_start();
	dev = device_number(disk);
	fd = open(disk, O_RDWR | O_CLOEXEC);
	range_fill(o.map, SEED, 0, o.pages, 1);
	evict_pages(o.fd, 0, o.pages);
	check_range(o.map, SEED, 0, o.pages, 1, "pages come in");
	check_equal(device_get(dev, "used"), o.pages * page_size,
		    "and keep their slots");
	scsi_disk_pull(disk);
	check_ok(control_swapoff(dev),
		 "swapoff of what is resident works without the device");
	check_swapon(fd);
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	main_swap_on();
	check(evict_pages(o.fd, 0, o.pages), "the pages go elsewhere",
	      "some stay");
	check_range(o.map, SEED, 0, o.pages, 1, "and come back");
	object_free(&o);
	main_swap_off();
	scsi_disk_remove();
}

static void test_unload(void)
{
	struct object o = object_new(2 * budget_pages());

	disk_start();
	range_fill(o.map, SEED, 0, o.pages, 1);
	scsi_disk_pull(disk);
	object_free(&o);
	check_result(module_unload(), 0,
		     "the module can be unloaded with a device that is gone");
	scsi_disk_remove();
	module_load();
	main_swap_on();
}

int main(void)
{
	test_begin("vanish: a swap device is pulled out", 60);
	main_swap_off();
	test_lost_pages();
	test_resident_pages();
	test_unload();
	return test_end();
}
