// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl swapon: take a block device for swap. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/aobj.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aobjctl.h"

static const struct error_text texts[] = {
	{ ENOTBLK, "not a block device" },
	{ EBUSY, "in use: mounted, swap already, or part of another device" },
	{ EROFS, "read-only" },
	{ EINVAL, "its swap header is damaged, or larger than the device" },
	{ EOPNOTSUPP, "zoned, or its blocks are larger than a page" },
	{ ENOSPC, "too many swap devices: no slot numbers left" },
	{ EIO, "reading its swap header failed" },
	{ ENOMEM, "not enough kernel memory to manage it" },
	{ 0, NULL },
};

static int swapon(const char *path, bool force)
{
	struct aobj_swapon argument = { 0 };
	int fd, status = EXIT_FAILED;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fail("%s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	argument.fd = fd;
	if (!probe_swap(fd, path, force))
		status = control_call(AOBJ_CTL_SWAPON, &argument, path, texts);
	close(fd);
	return status;
}

int cmd_swapon(int argc, char **argv)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool force = false;
	int option;

	while ((option = getopt_long(argc, argv, "fh", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			force = true;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			return bad_option();
		}
	}
	if (argc - optind != 1)
		return usage_error("swapon takes one device");
	return swapon(argv[optind], force);
}
