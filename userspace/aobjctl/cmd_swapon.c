// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl swapon: take block devices for swap, or show those in use. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/aobj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aobjctl.h"

static const struct error_text texts[] = {
	{ ENOTBLK, "not a block device" },
	{ ENXIO, "the device is gone" },
	{ EROFS, "read-only" },
	{ EINVAL, "its swap header is damaged" },
	{ ENOSPC, "too many swap devices: no slot numbers left" },
	{ EIO, "reading its swap header failed" },
	{ EINTR, "interrupted while it was being discarded" },
	{ ENOMEM, "not enough kernel memory to manage it" },
	{ 0, NULL },
};

struct request {
	struct aobj_swapon how;
	struct show_options show;
	bool force;
	bool all;
	bool verbose;
	bool showing;
	struct spec_tags tags;
};

/* => an exit status; what the error means depends on the device */
static int swapon_failed(int error, int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status))
		status.st_rdev = 0;
	if (error == EBUSY)
		obstacle_busy(status.st_rdev, path);
	else if (error == EOPNOTSUPP)
		obstacle_unsupported(status.st_rdev, path);
	else if (error != EINVAL || !obstacle_too_small(fd, path))
		fail("%s: %s", path, control_meaning(error, texts));
	return EXIT_FAILED;
}

static int swapon_fd(const struct request *request, int fd, const char *path)
{
	struct aobj_swapon argument = request->how;
	int error;

	if (obstacle_tiny(fd, path) || probe_swap(fd, path, request->force))
		return EXIT_FAILED;
	argument.fd = fd;
	error = control_try(AOBJ_CTL_SWAPON, &argument);
	if (error < 0)
		return EXIT_FAILED;
	return error ? swapon_failed(error, fd, path) : 0;
}

static int swapon_path(const struct request *request, const char *path)
{
	int fd, status;

	if (request->verbose)
		printf("swapon %s\n", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fail("%s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	status = swapon_fd(request, fd, path);
	close(fd);
	return status;
}

/* => the status for a path that was looked up, which is freed; NULL if there is none */
static int swapon_found(const struct request *request, char *path)
{
	int status;

	if (!path)
		return EXIT_FAILED;
	status = swapon_path(request, path);
	free(path);
	return status;
}

static bool in_use(const char *path)
{
	struct stat status;

	return !stat(path, &status) && device_in_use(status.st_rdev);
}

/* Those that are in use already are no error, as with swapon(8). */
static int swapon_all(const struct request *request)
{
	char **list;
	size_t count;
	int status = 0;

	if (spec_all(&list, &count))
		return EXIT_FAILED;
	for (size_t i = 0; i < count; i++)
		if (!in_use(list[i]))
			status |= swapon_path(request, list[i]);
	spec_free(list, count);
	return status;
}

static int set_priority(struct request *request, const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < -1 ||
	    number > AOBJ_PRIORITY_MAX)
		return usage_error("%s: no priority: 0 to %d, or -1 for the "
				   "usual one",
				   text, AOBJ_PRIORITY_MAX);
	if (number < 0)
		return 0;
	request->how.flags |= AOBJ_SWAPON_PRIORITY;
	request->how.priority = (uint32_t)number;
	return 0;
}

static int set_class(struct request *request, const char *text)
{
	size_t length = strlen(text), good = 0;

	while (isalnum((unsigned char)text[good]) ||
	       (text[good] && strchr("._-", text[good])))
		good++;
	if (!length || length >= AOBJ_CLASS_MAX || good != length)
		return usage_error("%s: no name of a class: at most %d "
				   "letters, digits and '._-'",
				   text, AOBJ_CLASS_MAX - 1);
	memcpy(request->how.class_name, text, length + 1);
	return 0;
}

static int set_discard(struct request *request, const char *text)
{
	if (!text)
		request->how.flags |= AOBJ_SWAPON_DISCARD_ONCE |
				      AOBJ_SWAPON_DISCARD_PAGES;
	else if (!strcmp(text, "once"))
		request->how.flags |= AOBJ_SWAPON_DISCARD_ONCE;
	else if (!strcmp(text, "pages"))
		request->how.flags |= AOBJ_SWAPON_DISCARD_PAGES;
	else
		return usage_error("%s: discard is 'once' or 'pages'", text);
	return 0;
}

static int add_tag(struct request *request, const char *name)
{
	return spec_tag_add(&request->tags, name, optarg) ? EXIT_FAILED : 0;
}

enum { OPTION_SHOW = 256, OPTION_CLASS, OPTION_EXCLUSIVE, OPTION_OUTPUT_ALL };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "force", no_argument, NULL, 'f' },
	{ "priority", required_argument, NULL, 'p' },
	{ "class", required_argument, NULL, OPTION_CLASS },
	{ "exclusive", no_argument, NULL, OPTION_EXCLUSIVE },
	{ "discard", optional_argument, NULL, 'd' },
	{ "show", optional_argument, NULL, OPTION_SHOW },
	{ "output-all", no_argument, NULL, OPTION_OUTPUT_ALL },
	{ "output", required_argument, NULL, 'o' },
	{ "bytes", no_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'J' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* => 0 or an exit status */
static int take_show_option(struct request *request, int option)
{
	struct show_options *show = &request->show;

	switch (option) {
	case OPTION_SHOW:
		request->showing = true;
		return optarg ? columns_parse(&show->columns, optarg) : 0;
	case OPTION_OUTPUT_ALL:
		columns_all(&show->columns);
		return 0;
	case 'o':
		return columns_parse(&show->columns, optarg);
	case 'b':
		show->bytes = true;
		return 0;
	case 'J':
		show->json = true;
		return 0;
	case 'n':
		show->noheadings = true;
		return 0;
	default:
		return bad_option();
	}
}

/* => 0 or an exit status */
static int take_option(struct request *request, int option)
{
	switch (option) {
	case 'a':
		request->all = true;
		return 0;
	case 'f':
		request->force = true;
		return 0;
	case 'p':
		return set_priority(request, optarg);
	case OPTION_CLASS:
		return set_class(request, optarg);
	case OPTION_EXCLUSIVE:
		request->how.flags |= AOBJ_SWAPON_EXCLUSIVE;
		return 0;
	case 'd':
		return set_discard(request, optarg);
	case 'v':
		request->verbose = true;
		return 0;
	case 'L':
		return add_tag(request, "LABEL");
	case 'U':
		return add_tag(request, "UUID");
	default:
		return take_show_option(request, option);
	}
}

/* In the order of swapon(8): all, then what is named. */
static int swapon_each(const struct request *request, char **specs, int count)
{
	const struct spec_tags *tags = &request->tags;
	int status = request->all ? swapon_all(request) : 0;

	for (size_t i = 0; i < tags->count; i++)
		status |= swapon_found(request, spec_tag_path(&tags->list[i]));
	for (int i = 0; i < count; i++)
		status |= swapon_found(request, spec_path(specs[i]));
	return status;
}

static int run(const struct request *request, char **specs, int count)
{
	bool any = count || request->all || request->tags.count;

	if (request->showing && any)
		return usage_error("swapon --show takes no device");
	if (request->showing)
		return show_devices(&request->show);
	if (!any)
		return usage_error("swapon needs a device; --show shows them");
	return swapon_each(request, specs, count);
}

int cmd_swapon(int argc, char **argv)
{
	struct request request = { 0 };
	int option, status = 0;

	columns_swapon(&request.show.columns);
	while (!status &&
	       (option = getopt_long(argc, argv, "afp:d::o:bJnL:U:vh", options,
				     NULL)) != -1) {
		if (option == 'h') {
			print_help();
			return 0;
		}
		status = take_option(&request, option);
	}
	if (!status)
		status = run(&request, argv + optind, argc - optind);
	free(request.tags.list);
	return status;
}
