// SPDX-License-Identifier: GPL-2.0-only
/*
 * The administrator's calls, and block devices.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "guest.h"

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

/* The device that is in use for swap when a test begins and ends. */
const char *main_swap(void)
{
	return setting("AOBJ_TEST_SWAP", "/dev/vda");
}

/* A disk with an ext4 file system on it. */
const char *second_disk(void)
{
	return setting("AOBJ_TEST_DISK", "/dev/vdb");
}

int control_open(void)
{
	int fd = open("/dev/aobj-control", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open /dev/aobj-control");
	return fd;
}

static int control(unsigned long call, void *argument)
{
	int fd = control_open();
	int result = ioctl(fd, call, argument);
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

int control_swapon(const char *path)
{
	return control_swapon_as(path, 0, 0, "");
}

int control_swapon_as(const char *path, uint32_t flags, uint32_t priority,
		      const char *class_name)
{
	struct aobj_swapon swapon = {
		.fd = open(path, O_RDWR | O_CLOEXEC),
		.flags = flags,
		.priority = priority,
	};
	int result, error;

	snprintf(swapon.class_name, sizeof(swapon.class_name), "%s",
		 class_name);
	if (swapon.fd < 0)
		die("open %s", path);
	result = control(AOBJ_CTL_SWAPON, &swapon);
	error = errno;
	close(swapon.fd);
	errno = error;
	return result;
}

int control_swapoff(dev_t dev)
{
	struct aobj_swapoff swapoff = {
		.major = major(dev),
		.minor = minor(dev),
	};

	return control(AOBJ_CTL_SWAPOFF, &swapoff);
}

int control_budget(uint64_t bytes)
{
	struct aobj_budget budget = { .bytes = bytes };

	return control(AOBJ_CTL_BUDGET, &budget);
}

void swap_start(const char *path)
{
	if (control_swapon(path))
		die("swapon of %s", path);
}

void swap_stop(const char *path)
{
	if (control_swapoff(device_number(path)))
		die("swapoff of %s", path);
}

void main_swap_off(void)
{
	swap_stop(main_swap());
}

void main_swap_on(void)
{
	swap_start(main_swap());
}

dev_t device_number(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		die("stat of %s", path);
	return status.st_rdev;
}

uint64_t device_bytes(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t bytes;

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		die("size of %s", path);
	close(fd);
	return bytes;
}
