// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl swapoff: empty a device and give it back. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <linux/aobj.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "aobjctl.h"

static const struct error_text texts[] = {
	{ ENOENT, "not in use by aobj" },
	{ EBUSY, "another swapoff of it is under way" },
	{ ENOMEM, "no room for what is on it; it stays in use "
		  "(raise the budget or add a device)" },
	{ EINTR, "interrupted; it stays in use" },
	{ EIO, "some of it could not be read; it stays in use" },
	{ 0, NULL },
};

static int parse_part(const char **text, uint32_t *part)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)**text))
		return -1;
	errno = 0;
	number = strtoul(*text, &end, 10);
	if (errno || number > UINT32_MAX)
		return -1;
	*part = (uint32_t)number;
	*text = end;
	return 0;
}

/* Reads MAJOR:MINOR.  => 0, or -1 if the text is something else */
static int parse_number(const char *text, struct aobj_swapoff *device)
{
	if (parse_part(&text, &device->major) || *text++ != ':' ||
	    parse_part(&text, &device->minor) || *text != '\0')
		return -1;
	return 0;
}

static int find_device(const char *name, struct aobj_swapoff *device)
{
	struct stat status;

	if (!parse_number(name, device))
		return 0;
	if (stat(name, &status)) {
		fail("%s: %s%s", name, strerror(errno),
		     errno == ENOENT ? "; try MAJOR:MINOR of aobjctl status" :
				       "");
		return -1;
	}
	if (!S_ISBLK(status.st_mode)) {
		fail("%s: not a block device", name);
		return -1;
	}
	device->major = major(status.st_rdev);
	device->minor = minor(status.st_rdev);
	return 0;
}

static void on_signal(int number)
{
	(void)number;
}

/*
 * Lets the first ^C end the call with EINTR, so that this program can say how
 * things stand; the second ends the program.
 */
static void catch_signals(void)
{
	struct sigaction action = { 0 };

	action.sa_handler = on_signal;
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int cmd_swapoff(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct aobj_swapoff device = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != 'h')
			return bad_option();
		print_help();
		return 0;
	}
	if (argc - optind != 1)
		return usage_error("swapoff takes one device");
	if (find_device(argv[optind], &device))
		return EXIT_FAILED;
	catch_signals();
	return control_call(AOBJ_CTL_SWAPOFF, &device, argv[optind], texts);
}
