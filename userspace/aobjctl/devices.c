// SPDX-License-Identifier: GPL-2.0-only
/* The swap devices in use, from sysfs. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "aobjctl.h"

#define PATH_LENGTH (NAME_MAX + 16) /* swap/, a name, and a file's name */

static int read_text(const char *number, const char *value,
		     char text[SYSFS_TEXT])
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "swap/%s/%s", number, value);
	return sysfs_text(path, text);
}

static int read_number(const char *number, const char *value, uint64_t *result)
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "swap/%s/%s", number, value);
	return sysfs_number(path, result);
}

static int read_device(struct device *device, const char *number)
{
	int error;

	snprintf(device->number, sizeof(device->number), "%s", number);
	error = read_text(number, "name", device->name);
	if (!error)
		error = read_text(number, "state", device->state);
	if (!error)
		error = read_text(number, "priority", device->priority);
	if (!error)
		error = read_text(number, "class", device->class_name);
	if (!error)
		error = read_text(number, "exclusive", device->exclusive);
	if (!error)
		error = read_text(number, "discard", device->discard);
	if (!error)
		error = read_number(number, "size", &device->size);
	if (!error)
		error = read_number(number, "used", &device->used);
	if (!error)
		error = read_number(number, "bad", &device->bad);
	if (!error)
		error = read_number(number, "read_errors",
				    &device->read_errors);
	if (!error)
		error = read_number(number, "write_errors",
				    &device->write_errors);
	return error;
}

/* Adds one device; one that swapoff took away meanwhile is no error. */
static int add_device(struct device **list, size_t *count, const char *number)
{
	struct device *longer;
	int error;

	longer = reallocarray(*list, *count + 1, sizeof(**list));
	if (!longer)
		return -ENOMEM;
	*list = longer;
	error = read_device(&longer[*count], number);
	if (error == -ENOENT || error == -ENODEV)
		return 0;
	if (!error)
		(*count)++;
	return error;
}

/* => whether aobj swaps to it */
bool device_in_use(dev_t device)
{
	char number[32], state[SYSFS_TEXT];

	snprintf(number, sizeof(number), "%u:%u", major(device), minor(device));
	return !read_text(number, "state", state);
}

/* => whether it was in that state when it was looked at */
bool device_is(const struct device *device, const char *state)
{
	return !strcmp(device->state, state);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

static int is_device(const struct dirent *entry)
{
	return strchr(entry->d_name, ':') != NULL;
}

static int add_entries(struct dirent **entries, int entry_count,
		       struct device **list, size_t *count)
{
	int error = 0;

	for (int i = 0; i < entry_count; i++) {
		if (!error)
			error = add_device(list, count, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return error;
}

/**
 * devices_read() - list the devices in use
 * @list: set to an array that the caller frees; NULL if there are none
 * @count: set to its length
 *
 * Return: 0 or a negative errno
 */
int devices_read(struct device **list, size_t *count)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int found, error;

	*list = NULL;
	*count = 0;
	snprintf(path, sizeof(path), "%s/swap", sysfs_root());
	found = scandir(path, &entries, is_device, by_number);
	if (found < 0)
		return errno == ENOENT ? 0 : -errno;
	error = add_entries(entries, found, list, count);
	if (error) {
		free(*list);
		*list = NULL;
		*count = 0;
	}
	return error;
}
