// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unloading: refused while objects live, else it gives devices back, and the
 * module can be loaded again.
 */
#include <fcntl.h>

#include "guest.h"

#define SEED 0x4e4

static bool can_claim(const char *path)
{
	int fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void test_refused(void)
{
	struct object o = object_new(working_set());
	int control = control_open();
	char words[256];

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_errno(module_unload(), EAGAIN,
		    "unloading is refused with an object");
	check(command_output(words, sizeof(words), "rmmod aobj 2>&1") &&
		      strstr(words, "in use"),
	      "rmmod is refused and says why", "'%s'", words);
	close(o.fd);
	check_errno(module_unload(), EAGAIN,
		    "unloading is refused with a mapping");
	check_range(o.map, SEED, 0, o.pages, 1, "refusal changes nothing");
	object_unmap(o.map, o.pages);
	check_errno(module_unload(), EAGAIN,
		    "unloading is refused with the control node open");
	close(control);
}

/* What is open with O_PATH has no file operations, and so no module. */
static void test_path(void)
{
	int fd = object_create("path", page_size, 0), path;
	uint8_t byte = 0;

	check(write(fd, "x", 1) == 1, "writing to a regular object", "%s",
	      strerror(errno));
	path = open(text("/proc/self/fd/%d", fd), O_PATH | O_CLOEXEC);
	close(fd);
	check_errno(module_unload(), EAGAIN,
		    "unloading is refused with an O_PATH descriptor");
	fd = open(text("/proc/self/fd/%d", path), O_RDONLY | O_CLOEXEC);
	check(read(fd, &byte, 1) == 1 && byte == 'x',
	      "by which the object can be opened again", "%s", strerror(errno));
	close(fd);
	close(path);
}

static void test_unload(void)
{
	header_make("/dev/ram1");
	swap_start("/dev/ram1");
	check(!can_claim(main_swap()), "a device in use cannot be claimed",
	      "it can");
	check_result(module_unload(), 0, "unloading works with devices in use");
	check(can_claim(main_swap()) && can_claim("/dev/ram1"),
	      "the devices can be claimed by others then", "they cannot");
	check(access("/dev/aobj", F_OK) && access("/sys/module/aobj", F_OK),
	      "the nodes are gone", "they are there");
}

static void test_again(int round)
{
	struct object o;

	module_load();
	main_swap_on();
	o = object_new(working_set());
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_range(o.map, SEED, 0, o.pages, 1,
		    text("the module works when loaded again (%d)", round));
	check_at_least(stat_event("pages_out"), o.pages - budget_pages(),
		       text("it pages (%d)", round));
	object_free(&o);
}

int main(void)
{
	test_begin("unload: the module goes and comes", 60);
	test_refused();
	test_path();
	test_unload();
	test_again(1);
	check_result(module_unload(), 0, "unloading right after use works");
	test_again(2);
	return test_end();
}
