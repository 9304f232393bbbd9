// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device-mapper devices by the kernel's own ioctls: a test changes tables
 * often, and starting dmsetup(8) costs more than the change.
 */
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "guest.h"

#define REQUEST_SIZE 4096

union request {
	struct dm_ioctl head;
	char room[REQUEST_SIZE];
};

static void request_init(union request *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	request->head.version[0] = 4;
	request->head.data_size = REQUEST_SIZE;
	request->head.data_start = sizeof(struct dm_ioctl);
	snprintf(request->head.name, sizeof(request->head.name), "%s", name);
}

static int request_send(union request *request, unsigned long call)
{
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	int result, error;

	if (fd < 0)
		die("open /dev/mapper/control");
	result = ioctl(fd, call, request);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

/* Appends one target; its parameters follow it, padded to 8 bytes. */
static size_t part_add(union request *request, size_t at, uint64_t start,
		       const struct dm_part *part)
{
	struct dm_target_spec *spec = (void *)(request->room + at);
	size_t length = strlen(part->params) + 1;
	size_t next = (sizeof(*spec) + length + 7) & ~(size_t)7;

	if (at + next > REQUEST_SIZE)
		die("a table too long");
	spec->sector_start = start;
	spec->length = part->sectors;
	spec->next = (uint32_t)next;
	snprintf(spec->target_type, sizeof(spec->target_type), "%s",
		 part->type);
	memcpy(spec + 1, part->params, length);
	return at + next;
}

static void table_load(const char *name, const struct dm_part *parts,
		       size_t count)
{
	union request request;
	size_t at = sizeof(struct dm_ioctl);
	uint64_t start = 0;

	request_init(&request, name);
	request.head.target_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		at = part_add(&request, at, start, &parts[i]);
		start += parts[i].sectors;
	}
	if (request_send(&request, DM_TABLE_LOAD))
		die("load of a table (%s %s) for %s", parts[0].type,
		    parts[0].params, name);
}

static void suspend(const char *name, uint32_t flags)
{
	union request request;

	request_init(&request, name);
	request.head.flags = flags;
	if (request_send(&request, DM_DEV_SUSPEND))
		die("suspend or resume of %s", name);
}

/* Nodes come from devtmpfs where it is mounted, else from here. */
static void node_make(char path[DM_PATH_SIZE], dev_t dev)
{
	snprintf(path, DM_PATH_SIZE, "/dev/dm-%u", minor(dev));
	if (mknod(path, S_IFBLK | 0600, dev) && errno != EEXIST)
		die("mknod %s", path);
}

void dm_create(const char *name, const struct dm_part *parts, size_t count,
	       char path[DM_PATH_SIZE])
{
	union request request;

	request_init(&request, name);
	if (request_send(&request, DM_DEV_CREATE))
		die("create of device %s", name);
	node_make(path, (dev_t)request.head.dev);
	table_load(name, parts, count);
	suspend(name, 0);
}

/* A new table under a device in use; I/O on its way meets the old one. */
void dm_replace(const char *name, const struct dm_part *parts, size_t count)
{
	table_load(name, parts, count);
	suspend(name, DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG);
	suspend(name, DM_SKIP_LOCKFS_FLAG);
}

/* I/O, that on its way too, waits until it is resumed. */
void dm_suspend(const char *name)
{
	suspend(name, DM_SUSPEND_FLAG | DM_SKIP_LOCKFS_FLAG | DM_NOFLUSH_FLAG);
}

void dm_resume(const char *name)
{
	suspend(name, 0);
}

static bool remove_once(void *argument)
{
	union request request;

	request_init(&request, argument);
	return !request_send(&request, DM_DEV_REMOVE) || errno == ENXIO;
}

/* The last opener's release may still be on its way: try for a while. */
void dm_remove(const char *name)
{
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", name);
	if (!wait_until(remove_once, copy, 2000))
		die("remove of device %s", name);
}
