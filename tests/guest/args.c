// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments that must be refused, one test point each, and those of other
 * sizes that must be taken.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "guest.h"

static int control_fd, object_fd;

static long resize(uint64_t size, uint32_t flags, uint32_t reserved)
{
	struct aobj_resize request = { size, flags, reserved };

	return ioctl(object_fd, AOBJ_IOC_RESIZE, &request);
}

static void test_resize(void)
{
	object_resize_pages(object_fd, 10);
	check_errno(resize(page_size, 3, 0), EINVAL,
		    "resize: to reserve, and not to");
	check_errno(resize(page_size, 4, 0), EINVAL, "resize: flag 4");
	check_errno(resize(page_size, 0x80000000u, 0), EINVAL,
		    "resize: the last flag");
	check_errno(resize(page_size, 0, 1), EINVAL, "resize: reserved set");
	check_errno(resize(UINT64_MAX, 0, 0), EFBIG, "resize: 2^64 - 1 bytes");
	check_errno(resize((uint64_t)1 << 63, 0, 0), EFBIG,
		    "resize: 2^63 bytes");
	check_errno(resize(INT64_MAX, 0, 0), EFBIG,
		    "resize: 2^63 - 1 bytes, rounded up");
	check_errno(ioctl(object_fd, AOBJ_IOC_RESIZE, (void *)8), EFAULT,
		    "resize: a bad address");
	check_equal(object_info(object_fd).size, 10 * page_size,
		    "refused calls leave the size");
}

static long query(uint64_t offset, uint64_t length, uint32_t flags,
		  uint32_t reserved)
{
	static uint8_t states[64];
	struct aobj_pages request = {
		.offset = offset,
		.length = length,
		.vec = (uint64_t)(uintptr_t)states,
		.flags = flags,
		.reserved = reserved,
	};

	return ioctl(object_fd, AOBJ_IOC_PAGES, &request);
}

static void test_pages(void)
{
	struct aobj_pages request = { .length = page_size, .vec = 8 };
	uint64_t last = ~(uint64_t)0 - page_size + 1;

	check_result(query(0, 10 * page_size, 0, 0), 0,
		     "pages: a whole object");
	check_errno(query(0, page_size, 1, 0), EINVAL, "pages: flag 1");
	check_errno(query(0, page_size, 0, 1), EINVAL, "pages: reserved set");
	check_errno(query(1, page_size, 0, 0), EINVAL,
		    "pages: offset misaligned");
	check_errno(query(0, page_size - 1, 0, 0), EINVAL,
		    "pages: length misaligned");
	check_errno(query(0, 11 * page_size, 0, 0), EINVAL,
		    "pages: past the end");
	check_errno(query(10 * page_size, page_size, 0, 0), EINVAL,
		    "pages: from the end");
	check_errno(query(last, 2 * page_size, 0, 0), EINVAL,
		    "pages: a range that overflows");
	check_errno(query(page_size, last, 0, 0), EINVAL,
		    "pages: a length that overflows");
	check_errno(ioctl(object_fd, AOBJ_IOC_PAGES, &request), EFAULT,
		    "pages: a vector at a bad address");
	check_errno(ioctl(object_fd, AOBJ_IOC_PAGES, (void *)8), EFAULT,
		    "pages: a bad address");
}

static void test_numbers(void)
{
	struct aobj_info info;
	struct aobj_budget budget = { .bytes = stat_get("budget") };

	check_errno(ioctl(object_fd, _IO(AOBJ_IOC_MAGIC, 0x3f), 0), ENOTTY,
		    "an unknown call on an object");
	check_errno(ioctl(object_fd, _IOR('x', 2, struct aobj_info), &info),
		    ENOTTY, "a call of another magic on an object");
	check_errno(ioctl(object_fd, AOBJ_CTL_BUDGET, &budget), ENOTTY,
		    "a control call on an object");
	check_errno(ioctl(control_fd, _IO(AOBJ_IOC_MAGIC, 0x7f), 0), ENOTTY,
		    "an unknown call on the control node");
	check_errno(ioctl(control_fd, AOBJ_IOC_INFO, &info), ENOTTY,
		    "an object's call on the control node");
	check_errno(ioctl(object_fd, AOBJ_IOC_INFO, (void *)8), EFAULT,
		    "info: a bad address");
}

/* Calls by programs built against an older or a newer header. */
static void test_sizes(void)
{
	uint64_t words[8] = { 5 * page_size };
	unsigned long shorter = _IOC(_IOC_WRITE, AOBJ_IOC_MAGIC, 1, 8);
	unsigned long longer = _IOC(_IOC_WRITE, AOBJ_IOC_MAGIC, 1, 64);

	check_ok(ioctl(object_fd, shorter, words),
		 "resize: a shorter structure is taken");
	check_equal(object_info(object_fd).size, 5 * page_size,
		    "and acted upon");
	words[0] = 6 * page_size;
	check_ok(ioctl(object_fd, longer, words),
		 "resize: a longer structure that ends in zeros is taken");
	check_equal(object_info(object_fd).size, 6 * page_size,
		    "that too is acted upon");
	words[7] = 1;
	words[0] = 7 * page_size;
	check_errno(ioctl(object_fd, longer, words), E2BIG,
		    "resize: a longer structure with an unknown field set");
	check_equal(object_info(object_fd).size, 6 * page_size,
		    "that is not acted upon");
}

static void test_info_sizes(void)
{
	uint64_t words[16];
	size_t known = sizeof(struct aobj_info) / sizeof(words[0]);

	memset(words, 0x55, sizeof(words));
	check_ok(ioctl(object_fd, _IOC(_IOC_READ, AOBJ_IOC_MAGIC, 2, 16),
		       words),
		 "info: a shorter structure is taken");
	check_equal(words[0], 6 * page_size, "it is filled");
	check_equal(words[2], 0x5555555555555555u,
		    "nothing is written past a shorter structure");
	memset(words, 0, sizeof(words));
	check_ok(ioctl(object_fd,
		       _IOC(_IOC_READ, AOBJ_IOC_MAGIC, 2, sizeof(words)),
		       words),
		 "info: a longer structure is taken");
	check_equal(words[0], 6 * page_size, "that too is filled");
	check_equal(words[known], 0, "unknown fields read as 0");
}

static long swap_on(int fd, uint32_t flags, uint32_t reserved)
{
	struct aobj_swapon request = {
		.fd = fd,
		.flags = flags,
		.reserved = reserved,
	};

	return ioctl(control_fd, AOBJ_CTL_SWAPON, &request);
}

static long swap_on_as(int fd, uint32_t flags, uint32_t priority,
		       const char *class_name)
{
	struct aobj_swapon request = {
		.fd = fd,
		.flags = flags,
		.priority = priority,
	};

	memcpy(request.class_name, class_name,
	       strnlen(class_name, AOBJ_CLASS_MAX));
	return ioctl(control_fd, AOBJ_CTL_SWAPON, &request);
}

static void test_priority_and_class(void)
{
	int disk = open("/dev/ram0", O_RDWR | O_CLOEXEC);

	check_errno(swap_on_as(disk, 0, 1, ""), EINVAL,
		    "swapon: a priority without its flag");
	check_errno(swap_on_as(disk, AOBJ_SWAPON_PRIORITY, 32768, ""), EINVAL,
		    "swapon: a priority beyond 32767");
	check_errno(swap_on_as(disk, AOBJ_SWAPON_PRIORITY, UINT32_MAX, ""),
		    EINVAL, "swapon: a negative priority");
	check_errno(swap_on_as(disk, 0, 0, "1:0"), EINVAL,
		    "swapon: a class that looks like a number");
	check_errno(swap_on_as(disk, 0, 0, "a class"), EINVAL,
		    "swapon: a class with a blank");
	check_errno(swap_on_as(disk, 0, 0, "0123456789abcdef0123456789abcdef"),
		    EINVAL, "swapon: a class without an end");
	close(disk);
}

static long bind_to(uint32_t flags, uint32_t number, const char *class_name,
		    uint32_t reserved)
{
	struct aobj_bind request = {
		.flags = flags,
		.reserved = reserved,
		.minor = number,
	};

	memcpy(request.class_name, class_name,
	       strnlen(class_name, AOBJ_CLASS_MAX));
	return ioctl(object_fd, AOBJ_IOC_BIND, &request);
}

static void test_bind(void)
{
	const uint32_t both = AOBJ_BIND_CLASS | AOBJ_BIND_DEVICE;

	check_errno(bind_to(4, 0, "", 0), EINVAL, "bind: flag 4");
	check_errno(bind_to(both, 0, "a", 0), EINVAL,
		    "bind: to a class and a device");
	check_errno(bind_to(0, 0, "", 1), EINVAL, "bind: reserved set");
	check_errno(bind_to(0, 0, "a", 0), EINVAL, "bind: a class, no flag");
	check_errno(bind_to(0, 1, "", 0), EINVAL, "bind: a device, no flag");
	check_errno(bind_to(AOBJ_BIND_CLASS, 0, "", 0), EINVAL,
		    "bind: no class");
	check_errno(bind_to(AOBJ_BIND_CLASS, 1, "a", 0), EINVAL,
		    "bind: a class with a number");
	check_errno(bind_to(AOBJ_BIND_DEVICE, 1, "a", 0), EINVAL,
		    "bind: a device with a class");
	check_errno(bind_to(AOBJ_BIND_CLASS, 0, "nobody", 0), ENODEV,
		    "bind: a class that no device has");
	check_errno(bind_to(AOBJ_BIND_DEVICE, 9999, "", 0), ENODEV,
		    "bind: a device that is not in use");
	check_ok(bind_to(0, 0, "", 0), "bind: to nothing");
}

static long swap_off(uint32_t number, uint32_t flags, uint32_t reserved)
{
	struct aobj_swapoff request = { 1, number, flags, reserved };

	return ioctl(control_fd, AOBJ_CTL_SWAPOFF, &request);
}

static void test_swap(void)
{
	int disk = open("/dev/ram0", O_RDWR | O_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	header_make("/dev/ram0");
	check_errno(swap_on(disk, 0x80000000u, 0), EINVAL,
		    "swapon: the last flag");
	check_errno(swap_on(disk, 0, 1), EINVAL, "swapon: reserved set");
	check_errno(swap_on(-1, 0, 0), EBADF, "swapon: no descriptor");
	check_errno(swap_on(9999, 0, 0), EBADF, "swapon: a closed descriptor");
	check_errno(swap_on(file, 0, 0), ENOTBLK, "swapon: a regular file");
	check_errno(swap_on(null, 0, 0), ENOTBLK, "swapon: a character device");
	check_errno(swap_on(object_fd, 0, 0), ENOTBLK, "swapon: an object");
	check_errno(ioctl(control_fd, AOBJ_CTL_SWAPON, (void *)8), EFAULT,
		    "swapon: a bad address");
	check(!device_in_use(device_number("/dev/ram0")),
	      "refused calls take no device", "it is in use");
	check_errno(swap_off(0, 0, 0), ENOENT, "swapoff: a device not in use");
	check_errno(swap_off(0xfffff, 0, 0), ENOENT, "swapoff: no device");
	check_errno(swap_off(0, 2, 0), EINVAL, "swapoff: flag 2");
	check_errno(swap_off(0, 0, 1), EINVAL, "swapoff: reserved set");
	check_errno(ioctl(control_fd, AOBJ_CTL_SWAPOFF, (void *)8), EFAULT,
		    "swapoff: a bad address");
	close(disk);
	close(file);
	close(null);
}

/* Half a page of a disk. */
static void test_tiny_device(void)
{
	struct dm_part part = { page_size / 1024, "linear", "/dev/ram0 0" };
	char path[DM_PATH_SIZE];

	dm_create("aobj-tiny", &part, 1, path);
	check_errno(control_swapon(path), EINVAL,
		    "swapon: a device smaller than a page");
	dm_remove("aobj-tiny");
}

/* Memory behind it and a first zone that takes a header: it would do else. */
static void test_zoned_device(void)
{
	const char *path = "/dev/nullb0";

	if (command("modprobe null_blk nr_devices=1 gb=1 memory_backed=1 "
		    "zoned=1 zone_size=64 zone_nr_conv=1") ||
	    access("/sys/block/nullb0/queue/nr_zones", F_OK)) {
		skip("swapon: a zoned device", "the kernel has none to offer");
		return;
	}
	header_make(path);
	check_errno(control_swapon(path), EOPNOTSUPP, "swapon: a zoned device");
	check(!device_in_use(device_number(path)),
	      "a zoned device is not taken", "it is in use");
	if (command("rmmod null_blk"))
		die("rmmod null_blk");
}

/* A descriptor that stands for the name only, not for the device. */
static void test_path_descriptor(void)
{
	int fd = open("/dev/ram0", O_PATH | O_CLOEXEC);

	check_errno(swap_on(fd, 0, 0), EBADF,
		    "swapon: a descriptor made by O_PATH");
	close(fd);
}

static long set_budget(uint64_t bytes, uint32_t flags, uint32_t reserved)
{
	struct aobj_budget request = { bytes, flags, reserved };

	return ioctl(control_fd, AOBJ_CTL_BUDGET, &request);
}

static void test_budget(void)
{
	uint64_t budget = stat_get("budget");
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size;
	uint64_t least = 64 * page_size > MIB ? 64 * page_size : MIB;

	check_errno(set_budget(0, 0, 0), EINVAL, "budget: nothing");
	check_errno(set_budget(least - page_size, 0, 0), EINVAL,
		    "budget: a page less than the minimum");
	check_errno(set_budget(memory + (memory / 4), 0, 0), EINVAL,
		    "budget: more than the machine's memory");
	check_errno(set_budget(UINT64_MAX, 0, 0), EINVAL,
		    "budget: 2^64 - 1 bytes");
	check_errno(set_budget(budget, 1, 0), EINVAL, "budget: flag 1");
	check_errno(set_budget(budget, 0, 1), EINVAL, "budget: reserved set");
	check_errno(ioctl(control_fd, AOBJ_CTL_BUDGET, (void *)8), EFAULT,
		    "budget: a bad address");
	check_equal(stat_get("budget"), budget,
		    "refused calls leave the budget");
	check_ok(set_budget(least, 0, 0), "budget: the minimum is taken");
	check_equal(stat_get("budget"), least, "and shown");
	check_ok(set_budget(budget, 0, 0), "budget: put back");
}

/* Exits with the errno that a user other than root gets. */
static int as_nobody(void *argument)
{
	struct aobj_swapoff request = { 1, 0, 0, 0 };
	const char *what = argument;

	if (setgid(65534) || setuid(65534))
		return 99;
	if (*what == '/')
		return open(what, O_RDWR) < 0 ? errno : 0;
	if (*what == 'b')
		return set_budget(8 * MIB, 0, 0) ? errno : 0;
	if (*what == 'f')
		return ioctl(control_fd, AOBJ_CTL_SWAPOFF, &request) ? errno :
								       0;
	return swap_on(-1, 0, 0) ? errno : 0;
}

static void check_nobody(const char *what, int expected, const char *name)
{
	check_result(task_wait(task_start(as_nobody, (void *)(uintptr_t)what)),
		     expected, name);
}

static void test_permission(void)
{
	check_nobody("/dev/aobj", EACCES, "nobody cannot open /dev/aobj");
	check_nobody("/dev/aobj-control", EACCES,
		     "nobody cannot open /dev/aobj-control");
	check_nobody("budget", EPERM, "nobody cannot set the budget");
	check_nobody("on", EPERM, "nobody cannot take a device");
	check_nobody("f", EPERM, "nobody cannot give a device back");
}

int main(void)
{
	test_begin("args: bad arguments are refused", 30);
	control_fd = control_open();
	object_fd = object_open();
	test_resize();
	test_pages();
	test_numbers();
	test_sizes();
	test_info_sizes();
	test_swap();
	test_priority_and_class();
	test_bind();
	test_path_descriptor();
	test_tiny_device();
	test_zoned_device();
	test_budget();
	test_permission();
	close(object_fd);
	close(control_fd);
	return test_end();
}
