// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a device cannot be had.  The kernel says EBUSY, EINVAL or EOPNOTSUPP; what
 * that means is in /proc and in sysfs.
 */
#include <dirent.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "aobjctl.h"

#define BLOCK_ROOT "/sys/dev/block"
#define HEADER_LAST_PAGE \
	1028 /* where a swap header has the last page's number */

/* => where a device is mounted, in @place */
static bool is_mounted(dev_t device, char place[PATH_MAX])
{
	unsigned int major_part, minor_part;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (!found && file && getline(&line, &size, file) > 0)
		found = sscanf(line, "%*u %*u %u:%u %*s %4095s", &major_part,
			       &minor_part, place) == 3 &&
			makedev(major_part, minor_part) == device;
	free(line);
	if (file)
		fclose(file);
	return found;
}

static bool is_system_swap(dev_t device)
{
	FILE *file = fopen("/proc/swaps", "re");
	char *line = NULL, path[PATH_MAX];
	struct stat status;
	size_t size = 0;
	bool found = false;

	while (!found && file && getline(&line, &size, file) > 0)
		found = sscanf(line, "%4095s", path) == 1 && path[0] == '/' &&
			!stat(path, &status) && S_ISBLK(status.st_mode) &&
			status.st_rdev == device;
	free(line);
	if (file)
		fclose(file);
	return found;
}

/*
 * => the first entry of a directory of a device's in sysfs for which @suits is true, which
 *    may say why in @reason
 */
static bool find_entry(dev_t device, const char *directory,
		       bool (*suits)(dev_t device, const char *name,
				     char *reason),
		       char name[NAME_MAX + 1], char *reason)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *stream;

	snprintf(path, sizeof(path), BLOCK_ROOT "/%u:%u/%s", major(device),
		 minor(device), directory);
	stream = opendir(path);
	while (!found && stream && (entry = readdir(stream))) {
		found = suits(device, entry->d_name, reason);
		if (found)
			snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
	}
	if (stream)
		closedir(stream);
	return found;
}

/* => a device that is made of this one */
static bool is_holder(dev_t device, const char *name, char *reason)
{
	(void)device;
	(void)reason;
	return name[0] != '.';
}

/* A partition's queue is its disk's. */
static bool read_queue(dev_t device, const char *value, char *text, int size)
{
	static const char *const places[] = { "queue", "../queue" };
	bool read = false;

	for (size_t i = 0; !read && i < 2; i++) {
		char path[PATH_MAX];
		FILE *file;

		snprintf(path, sizeof(path), BLOCK_ROOT "/%u:%u/%s/%s",
			 major(device), minor(device), places[i], value);
		file = fopen(path, "re");
		if (!file)
			continue;
		read = fgets(text, size, file);
		text[strcspn(text, "\n")] = '\0';
		fclose(file);
	}
	return read;
}

static void print_size(uint64_t bytes, char text[32])
{
	size_format(bytes, text, 32);
}

/* Of either byte order: one of them makes sense, and it is the smaller one. */
static uint64_t area_size(int fd)
{
	uint32_t last, other;

	if (pread(fd, &last, sizeof(last), HEADER_LAST_PAGE) != sizeof(last))
		return 0;
	other = __builtin_bswap32(last);
	if (other < last)
		last = other;
	return ((uint64_t)last + 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* => bytes, or all there are if it is nothing that has a size */
static uint64_t size_of(int fd)
{
	struct stat status;
	uint64_t bytes;

	if (!ioctl(fd, BLKGETSIZE64, &bytes))
		return bytes;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		return (uint64_t)status.st_size;
	return UINT64_MAX;
}

#define REASON (PATH_MAX + 32)

/* => who uses a device, if that can be seen */
static bool find_user(dev_t device, char reason[REASON])
{
	char place[PATH_MAX];

	if (device_in_use(device))
		snprintf(reason, REASON, "aobj swaps to it already");
	else if (is_mounted(device, place))
		snprintf(reason, REASON, "mounted on %s", place);
	else if (is_system_swap(device))
		snprintf(reason, REASON,
			 "the system swaps to it; see swapoff(8)");
	else if (find_entry(device, "holders", is_holder, place, NULL))
		snprintf(reason, REASON, "part of %s", place);
	else
		return false;
	return true;
}

/* => the number of a partition, whose directory is in that of its disk; else 0 */
static dev_t partition_number(dev_t disk, const char *name)
{
	unsigned int major_part, minor_part;
	char path[PATH_MAX];
	FILE *file;
	bool read;

	snprintf(path, sizeof(path), BLOCK_ROOT "/%u:%u/%s/partition",
		 major(disk), minor(disk), name);
	if (access(path, F_OK))
		return 0;
	snprintf(path, sizeof(path), BLOCK_ROOT "/%u:%u/%s/dev", major(disk),
		 minor(disk), name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	read = fscanf(file, "%u:%u", &major_part, &minor_part) == 2;
	fclose(file);
	return read ? makedev(major_part, minor_part) : 0;
}

/* => a partition that is in use */
static bool is_used_part(dev_t disk, const char *name, char *reason)
{
	dev_t part = partition_number(disk, name);

	return part && find_user(part, reason);
}

/**
 * obstacle_busy() - say why a device is in use
 * @device: its number
 * @path: its name for messages
 */
void obstacle_busy(dev_t device, const char *path)
{
	char reason[REASON], name[NAME_MAX + 1];

	if (find_user(device, reason))
		fail("%s: in use: %s", path, reason);
	else if (find_entry(device, "", is_used_part, name, reason))
		fail("%s: in use: its partition %s: %s", path, name, reason);
	else
		fail("%s: in use: another program has it, or its disk", path);
}

/**
 * obstacle_unsupported() - say what of a device does not do
 * @device: its number
 * @path: its name for messages
 */
void obstacle_unsupported(dev_t device, const char *path)
{
	char text[SYSFS_TEXT];

	if (read_queue(device, "zoned", text, sizeof(text)) &&
	    strcmp(text, "none"))
		fail("%s: zoned (%s): it cannot be written in any order", path,
		     text);
	else if (read_queue(device, "logical_block_size", text, sizeof(text)))
		fail("%s: its blocks of %s bytes are larger than a page", path,
		     text);
	else
		fail("%s: zoned, or its blocks are larger than a page", path);
}

/**
 * obstacle_too_small() - say so if a device is too small for its swap area
 * @fd: of the device
 * @path: its name for messages
 *
 * Return: whether it is
 */
bool obstacle_too_small(int fd, const char *path)
{
	uint64_t area = area_size(fd), device = size_of(fd);
	char needs[32], has[32];

	if (area <= device)
		return false;
	print_size(area, needs);
	print_size(device, has);
	fail("%s: too small: its swap area is of %s, the device of %s; see mkswap(8)",
	     path, needs, has);
	return true;
}

/* The same before it is asked whether it has a swap area. */
bool obstacle_tiny(int fd, const char *path)
{
	uint64_t least = 2 * (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t device = size_of(fd);

	if (device >= least)
		return false;
	fail("%s: too small: %" PRIu64
	     " bytes have no room for a header and a page",
	     path, device);
	return true;
}
