// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several devices: priorities, turns, classes, and objects that are bound to
 * some of them, while devices come and go.
 */
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0xb1d
#define FIRST "/dev/ram1"
#define SECOND "/dev/ram2"

static uint64_t used_pages(const char *path)
{
	return device_get(device_number(path), "used") / page_size;
}

static uint64_t slots_of(const struct object *o)
{
	return object_info(o->fd).slots / page_size;
}

static void start(const char *path, uint32_t flags, uint32_t priority,
		  const char *class_name)
{
	if (control_swapon_as(path, flags, priority, class_name))
		die("swapon of %s", path);
}

/* Each page is written, and none is in memory. */
static void write_out(const struct object *o, uint32_t version)
{
	range_fill(o->map, SEED, 0, o->pages, version);
	check(evict_pages(o->fd, 0, o->pages), "the pages go out",
	      "some are still in memory");
}

struct place {
	const struct object *object;
	const char *path;
};

static bool all_there(void *argument)
{
	const struct place *p = argument;

	return used_pages(p->path) == slots_of(p->object);
}

/*
 * The filler of evict_pages() has given its slots back when this is called. What
 * the page daemon has set aside for its next bio is in use, and nobody's yet.
 */
static void check_places(const struct object *o, const char *path,
			 const char *what)
{
	struct place p = { o, path };

	wait_until(all_there, &p, 2000 * time_scale());
	check_equal(used_pages(path), slots_of(o), what);
}

/* Of two objects each goes where it belongs, whatever the priorities say. */
static void test_class(void)
{
	struct object bound = object_new(2 * budget_pages());
	struct object other = object_new(2 * budget_pages());

	start(FIRST, AOBJ_SWAPON_PRIORITY | AOBJ_SWAPON_EXCLUSIVE, 5, "own");
	check_ok(object_bind_class(bound.fd, "own"),
		 "an object is bound to a class");
	write_out(&bound, 1);
	write_out(&other, 2);
	check_at_least(slots_of(&bound), bound.pages, "all of it is in swap");
	check_places(&bound, FIRST, "the class holds the object that is bound");
	check_places(&other, main_swap(), "and nothing of the other one");
	check_range(bound.map, SEED, 0, bound.pages, 1, "it comes back");
	check_range(other.map, SEED, 0, other.pages, 2, "so does the other");
	object_free(&other);

	check_ok(object_bind_device(bound.fd, device_number(main_swap())),
		 "it is bound to another device, by its number");
	check_range(bound.map, SEED, 0, bound.pages, 1,
		    "what is elsewhere is read from there");
	check_equal(used_pages(main_swap()), 0, "and stays there");
	write_out(&bound, 3);
	check_equal(used_pages(FIRST), 0, "until it is written again");
	check_places(&bound, main_swap(), "and then it moves");
	check_range(bound.map, SEED, 0, bound.pages, 3, "nothing is lost");
	check_ok(object_bind_none(bound.fd), "it is bound no more");
	object_free(&bound);
	swap_stop(FIRST);
}

/* Both kinds in one page daemon, whose batches they may not share. */
static void test_together(void)
{
	struct object bound = object_new(working_set());
	struct object other = object_new(working_set());
	uint64_t random = 7;

	start(FIRST, AOBJ_SWAPON_EXCLUSIVE, 0, "own");
	if (object_bind_class(bound.fd, "own"))
		die("binding");
	range_fill(bound.map, SEED, 0, bound.pages, 1);
	range_fill(other.map, SEED + 1, 0, other.pages, 1);
	for (size_t i = 0; i < working_set() / time_scale(); i++) {
		size_t page = random_next(&random) % working_set();

		page_fill(object_page(&bound, page), SEED, page, 1);
		page = random_next(&random) % working_set();
		page_fill(object_page(&other, page), SEED + 1, page, 1);
	}
	check_places(&bound, FIRST, "a mixture is kept apart, too");
	check_range(bound.map, SEED, 0, bound.pages, 1, "the one is right");
	check_range(other.map, SEED + 1, 0, other.pages, 1,
		    "the other is right");
	object_free(&other);
	object_free(&bound);
	swap_stop(FIRST);
}

/* Its own devices come and go; those of others are of no use to it. */
static void test_come_and_go(void)
{
	struct object o = object_new(2 * budget_pages());

	start(FIRST, 0, 0, "pair");
	if (object_bind_class(o.fd, "pair"))
		die("binding");
	write_out(&o, 1);
	check_errno(control_swapoff(device_number(FIRST)), ENOMEM,
		    "its only device cannot go, with room on others");
	start(SECOND, 0, 0, "pair");
	check_ok(control_swapoff(device_number(FIRST)),
		 "with another one of the class it can");
	check(evict_pages(o.fd, 0, o.pages), "the pages go out again",
	      "some are still in memory");
	check_places(&o, SECOND, "to the other device of the class");
	check_range(o.map, SEED, 0, o.pages, 1, "nothing is lost");
	object_free(&o);

	o = object_new(budget_pages() / 4);
	if (object_bind_class(o.fd, "pair"))
		die("binding");
	write_out(&o, 2);
	check_ok(control_swapoff(device_number(SECOND)),
		 "the last device goes when what it holds fits into memory");
	check(!evict_pages(o.fd, 0, o.pages), "without one its pages stay",
	      "they are gone");
	check_equal(slots_of(&o), 0, "and are on no other device");
	start(FIRST, 0, 0, "pair");
	check(evict_pages(o.fd, 0, o.pages), "a new one of the class has them",
	      "they stay in memory");
	check_places(&o, FIRST, "all of them");
	check_range(o.map, SEED, 0, o.pages, 2, "nothing is lost");
	object_free(&o);
	swap_stop(FIRST);
}

static void test_priorities(void)
{
	struct object o = object_new(2 * budget_pages()), more;
	uint64_t first, second;

	start(FIRST, AOBJ_SWAPON_PRIORITY, 7, "");
	start(SECOND, AOBJ_SWAPON_PRIORITY, 7, "");
	write_out(&o, 1);
	first = used_pages(FIRST);
	second = used_pages(SECOND);
	check_equal(first + second, slots_of(&o),
		    "devices of a high priority have it all");
	check(first < 2 * second && second < 2 * first,
	      "two of the same priority about half each", "%llu and %llu pages",
	      (unsigned long long)first, (unsigned long long)second);
	check_range(o.map, SEED, 0, o.pages, 1, "it comes back");
	swap_stop(SECOND);
	more = object_new(device_bytes(FIRST) / page_size);
	range_fill(more.map, SEED, 0, more.pages, 5);
	check_at_least(used_pages(main_swap()), CLUSTER,
		       "what does not fit goes to the next");
	check_range(more.map, SEED, 0, more.pages, 5, "and is right there");
	check_range(o.map, SEED, 0, o.pages, 1, "so is the first object");
	object_free(&more);
	object_free(&o);
	swap_stop(FIRST);
}

/* What is rewritten in place moves up when there is room above. */
static void test_moves_up(void)
{
	struct object o = object_new(2 * budget_pages());

	write_out(&o, 1);
	check_places(&o, main_swap(), "at first the slow device has it all");
	start(FIRST, AOBJ_SWAPON_PRIORITY, 7, "");
	write_out(&o, 2);
	check_places(&o, FIRST, "rewritten, it is all on a faster one");
	check_range(o.map, SEED, 0, o.pages, 2, "and right");
	object_free(&o);
	swap_stop(FIRST);
}

static int reserve(int fd, size_t pages)
{
	struct aobj_resize resize = {
		.size = pages * page_size,
		.flags = AOBJ_RESIZE_RESERVE,
	};

	return ioctl(fd, AOBJ_IOC_RESIZE, &resize);
}

/* Nobody can promise room on one device of several. */
static void test_reservation(void)
{
	int bound = object_open(), reserved = object_open();

	start(FIRST, AOBJ_SWAPON_EXCLUSIVE, 0, "own");
	check_ok(object_bind_class(bound, "own"), "an object is bound");
	check_errno(reserve(bound, CLUSTER), EBUSY,
		    "and can have no reservation");
	check_ok(reserve(reserved, CLUSTER), "another one has one");
	check_errno(object_bind_class(reserved, "own"), EBUSY,
		    "and cannot be bound");
	check_ok(object_bind_none(reserved), "but to nothing");
	check_errno(reserve(reserved,
			    (device_bytes(main_swap()) + stat_get("budget")) /
				    page_size),
		    ENOSPC, "an exclusive device is no room for it");
	close(bound);
	close(reserved);
	swap_stop(FIRST);
}

int main(void)
{
	test_begin("bind: pages go to the devices that they are meant for", 90);
	header_make(FIRST);
	header_make(SECOND);
	test_class();
	test_together();
	test_come_and_go();
	test_priorities();
	test_moves_up();
	test_reservation();
	return test_end();
}
