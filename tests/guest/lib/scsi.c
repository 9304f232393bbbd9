// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that can be made to fail, and to vanish: scsi_debug's.
 */
#include <fcntl.h>
#include <glob.h>

#include "guest.h"

static bool find_disk(void *argument)
{
	char *path = argument;
	glob_t found;
	bool any;

	any = !glob("/sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/"
		    "target*/*/block/*",
		    0, NULL, &found);
	if (any)
		snprintf(path, SCSI_PATH_SIZE, "/dev/%s",
			 strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return any && !access(path, F_OK);
}

/* @options: more of the module's parameters. */
void scsi_disk_make(const char *options, char path[SCSI_PATH_SIZE])
{
	if (command("modprobe scsi_debug dev_size_mb=32 delay=0 %s", options))
		die("modprobe scsi_debug");
	if (!wait_until(find_disk, path, 5000))
		die("no disk of scsi_debug");
}

static bool remove_module(void *argument)
{
	(void)argument;
	return !command("rmmod scsi_debug");
}

void scsi_disk_remove(void)
{
	if (!wait_until(remove_module, NULL, 5000))
		die("rmmod scsi_debug");
}

/* The disk goes as if it were pulled, whoever uses it. */
void scsi_disk_pull(const char *path)
{
	const char *file =
		text("/sys/block/%s/device/delete", strrchr(path, '/') + 1);
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		die("write to %s", file);
	close(fd);
}
