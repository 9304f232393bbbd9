// SPDX-License-Identifier: GPL-2.0-only
/* Reads the module's values; anybody may. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aobjctl.h"

/* AOBJ_SYSFS is for the tests, which make a tree of their own. */
const char *sysfs_root(void)
{
	const char *root = getenv("AOBJ_SYSFS");

	return root ? root : "/sys/class/misc/aobj";
}

/* Says so if the module is not loaded. */
bool sysfs_present(void)
{
	if (access(sysfs_root(), F_OK) == 0)
		return true;
	fail("the aobj module is not loaded (no %s)", sysfs_root());
	return false;
}

static int read_line(const char *path, char text[SYSFS_TEXT])
{
	FILE *file = fopen(path, "re");
	int error = 0;

	if (!file)
		return -errno;
	if (!fgets(text, SYSFS_TEXT, file))
		error = ferror(file) ? -errno : -EIO;
	else
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return error;
}

/**
 * sysfs_text() - read one value
 * @path: below the module's directory
 * @text: filled on success
 *
 * => silent, since a device may go while it is being read
 *
 * Return: 0 or a negative errno
 */
int sysfs_text(const char *path, char text[SYSFS_TEXT])
{
	char full[PATH_MAX];
	int length;

	length = snprintf(full, sizeof(full), "%s/%s", sysfs_root(), path);
	if (length < 0 || (size_t)length >= sizeof(full))
		return -ENAMETOOLONG;
	return read_line(full, text);
}

/* The same for a decimal number.  => -EIO if it is none */
int sysfs_number(const char *path, uint64_t *value)
{
	char text[SYSFS_TEXT];
	char *end;
	int error;

	error = sysfs_text(path, text);
	if (error)
		return error;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *end != '\0')
		return -EIO;
	return 0;
}
