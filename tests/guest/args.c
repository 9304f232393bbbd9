// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments that must be refused, one test point each, and those of other
 * sizes that must be taken.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "guest.h"

static int control_fd, object_fd, device_fd;

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
	memset(words, 0x55, sizeof(words));
	check_ok(ioctl(object_fd,
		       _IOC(_IOC_READ, AOBJ_IOC_MAGIC, 2, sizeof(words)),
		       words),
		 "info: a longer structure is taken");
	check_equal(words[0], 6 * page_size, "that too is filled");
	check_equal(words[known], 0, "unknown fields read as 0");
}

/* Any call's structure with nothing in it but what is at @at. */
static long call_with(unsigned long call, size_t at, uint32_t value)
{
	uint32_t words[64] = { 0 };

	words[at / sizeof(words[0])] = value;
	return ioctl(device_fd, call, words);
}

static void test_unknown_fields(void)
{
	const struct {
		unsigned long call;
		size_t flags;
		size_t reserved;
		const char *name;
	} calls[] = {
#define CALL(c, s)                                 \
	{ AOBJ_IOC_##c, offsetof(struct s, flags), \
	  offsetof(struct s, reserved), #c }
		CALL(DROP, aobj_range),	   CALL(WIRE, aobj_range),
		CALL(UNWIRE, aobj_range),  CALL(NOSWAP, aobj_noswap),
		CALL(LIMIT, aobj_limit),   CALL(FLUSH, aobj_flush),
		CALL(CREATE, aobj_create), CALL(BIND, aobj_bind),
		CALL(RESIZE, aobj_resize), CALL(PAGES, aobj_pages),
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		bool refused = true;

		for (unsigned int bit = 4; bit < 32; bit++)
			refused &= call_with(calls[i].call, calls[i].flags,
					     1u << bit) < 0 &&
				   errno == EINVAL;
		check(refused, text("%s: each unknown flag", calls[i].name),
		      "one is taken");
		check_errno(call_with(calls[i].call, calls[i].reserved, 1),
			    EINVAL, text("%s: reserved set", calls[i].name));
		check_errno(ioctl(device_fd, calls[i].call, (void *)8), EFAULT,
			    text("%s: a bad address", calls[i].name));
	}
	for (size_t i = 0; i < 3; i++) {
		check_errno(call_with(calls[i].call, 0, 1), EINVAL,
			    text("%s: offset misaligned", calls[i].name));
		check_errno(call_with(calls[i].call, 8, 1), EINVAL,
			    text("%s: length misaligned", calls[i].name));
	}
}

static unsigned long of_size(unsigned long call, size_t size)
{
	return _IOC(_IOC_DIR(call), _IOC_TYPE(call), _IOC_NR(call), size);
}

/* What is both read and written; what is only known by its beginning. */
static void test_other_sizes(void)
{
	uint64_t words[16] = { 0, 0, AOBJ_FLUSH_DEACTIVATE, 7, 7 };
	uint64_t features[2] = { 0, 7 };
	int fd;

	check_ok(ioctl(object_fd, of_size(AOBJ_IOC_FLUSH, 24), words),
		 "flush: a structure without the answers is taken");
	check(words[3] == 7 && words[4] == 7,
	      "nothing is written past a shorter one", "%llu",
	      (unsigned long long)words[3]);
	check_ok(ioctl(object_fd, of_size(AOBJ_IOC_FLUSH, 56), words),
		 "flush: a longer one is taken");
	check_equal(words[3] + words[4], 0, "and answered");
	words[6] = 1;
	check_errno(ioctl(object_fd, of_size(AOBJ_IOC_FLUSH, 56), words), E2BIG,
		    "flush: but not with an unknown field set");
	check_errno(ioctl(object_fd, of_size(AOBJ_IOC_FLUSH, 0), words), EINVAL,
		    "flush: a structure of no size");
	check_errno(ioctl(object_fd, of_size(AOBJ_IOC_INFO, 0), words), EINVAL,
		    "info: likewise");
	check_ok(ioctl(object_fd, of_size(AOBJ_IOC_FEATURES, 16), features),
		 "features: a longer structure is taken");
	check_equal(features[0], 0x1ff, "it names each feature");
	check_equal(features[1], 0, "and ends in zeros");
	words[0] = page_size;
	words[1] = 0;
	fd = ioctl(device_fd, of_size(AOBJ_IOC_CREATE, 16), words);
	check(fd >= 0, "create: a structure without the name is taken", "%s",
	      strerror(errno));
	close(fd);
}

#ifdef __x86_64__
/* As 32-bit programs call it; => -errno, or what the call returns */
static long ioctl_32(int fd, unsigned long cmd, void *argument)
{
	long result = 54; /* ioctl(2) of i386 */

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"((long)fd), "c"(cmd), "d"(argument)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return result;
}

static int try_ioctl_32(void *unused)
{
	(void)unused;
	/* A kernel that has none of them lets it be the end of the program. */
	signal(SIGSEGV, SIG_DFL);
	return ioctl_32(-1, 0, NULL) != -EBADF;
}

static void test_compat(void)
{
	struct aobj_info *info = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
				      -1, 0);
	struct aobj_resize *size = (void *)info;
	struct aobj_pages *pages = (void *)info;
	uint8_t *vec = (uint8_t *)(info + 2);

	if (info == MAP_FAILED)
		die("mmap");
	if (task_wait(task_start(try_ioctl_32, NULL))) {
		skip("calls of 32-bit programs", "the kernel has none");
		return;
	}
	*size = (struct aobj_resize){ .size = 9 * page_size };
	check_result(ioctl_32(object_fd, AOBJ_IOC_RESIZE, size), 0,
		     "a 32-bit program's RESIZE");
	check_result(ioctl_32(object_fd, AOBJ_IOC_INFO, info), 0, "its INFO");
	check_equal(info->size, 9 * page_size, "tells the size");
	*pages = (struct aobj_pages){
		.length = 9 * page_size,
		.vec = (uintptr_t)vec,
	};
	memset(vec, 7, 10);
	check_result(ioctl_32(object_fd, AOBJ_IOC_PAGES, pages), 0,
		     "its PAGES, with an address in it");
	check(!vec[8] && vec[9] == 7, "fills the bytes", "%u", vec[8]);
	munmap(info, page_size);
}
#else
static void test_compat(void)
{
	skip("calls of 32-bit programs", "there are none here");
}
#endif

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
	device_fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	object_resize_pages(device_fd, 10);
	test_resize();
	test_pages();
	test_numbers();
	test_sizes();
	test_info_sizes();
	test_unknown_fields();
	test_other_sizes();
	test_compat();
	test_swap();
	test_priority_and_class();
	test_bind();
	test_path_descriptor();
	test_tiny_device();
	test_zoned_device();
	test_budget();
	test_permission();
	close(device_fd);
	close(object_fd);
	close(control_fd);
	return test_end();
}
