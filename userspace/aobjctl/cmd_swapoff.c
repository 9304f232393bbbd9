// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl swapoff: empty devices and give them back. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/aobj.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "aobjctl.h"

/* As swapoff(8) has them. */
enum {
	OFF_OK = 0,
	OFF_NO_ROOM = 2,
	OFF_FAILED = 4,
	OFF_SYSTEM = 8,
	OFF_USAGE = 16,
	OFF_ALL_FAILED = 32,
	OFF_SOME = 64,
};

static const struct error_text texts[] = {
	{ ENOENT, "not in use by aobj" },
	{ EBUSY, "another swapoff of it is under way" },
	{ EINTR,
	  "interrupted; it stays in use, and swapoff goes on with what is "
	  "left" },
	{ EIO, "some of it could not be read; it stays in use" },
	{ 0, NULL },
};

struct request {
	bool all;
	bool dry_run;
	bool verbose;
	enum progress_style progress;
	struct spec_tags tags;
};

static bool interrupted;

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

static int find_by_path(const char *name, struct aobj_swapoff *device)
{
	struct stat status;

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
	interrupted = true;
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

/* => what is on the device, or 0 */
static uint64_t used_of(const char *number)
{
	char path[NAME_MAX + 16];
	uint64_t used;

	snprintf(path, sizeof(path), "swap/%s/used", number);
	return sysfs_number(path, &used) ? 0 : used;
}

/* Free room of other devices in use that take pages. */
static uint64_t room_on_others(const char *number)
{
	struct device *list;
	uint64_t room = 0;
	size_t count;

	if (devices_read(&list, &count))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].number, number) &&
		    (device_is(&list[i], "active") ||
		     device_is(&list[i], "stalled")))
			room += list[i].size - list[i].used;
	free(list);
	return room;
}

static void say_no_room(const char *spec, const char *number)
{
	uint64_t budget = 0, resident = 0, room;
	char holds[32], memory[32], others[32];

	sysfs_number("budget", &budget);
	sysfs_number("resident", &resident);
	room = room_on_others(number);
	size_format(used_of(number), holds, sizeof(holds));
	size_format(budget > resident ? budget - resident : 0, memory,
		    sizeof(memory));
	size_format(room, others, sizeof(others));
	fail("%s: no room for what is on it (%s; free: %s of the budget, %s on "
	     "other devices); it stays in use (raise the budget or add a "
	     "device)",
	     spec, holds, memory, others);
}

static int report(int error, const char *spec, const char *number)
{
	if (error < 0)
		return OFF_SYSTEM;
	if (!error)
		return OFF_OK;
	if (error == ENOMEM)
		say_no_room(spec, number);
	else
		fail("%s: %s", spec, control_meaning(error, texts));
	return error == ENOMEM ? OFF_NO_ROOM : OFF_FAILED;
}

/* => OFF_*; asked first whether it can be: an hour later would be late */
static int swapoff(const struct request *request, const char *spec,
		   struct aobj_swapoff *device)
{
	char number[32];
	int error;

	if (interrupted)
		return OFF_FAILED; /* which was said of an earlier one */
	if (request->verbose)
		printf("swapoff %s\n", spec);
	snprintf(number, sizeof(number), "%u:%u", device->major, device->minor);
	device->flags = AOBJ_SWAPOFF_CHECK;
	error = control_try(AOBJ_CTL_SWAPOFF, device);
	if (error || request->dry_run)
		return report(error, spec, number);
	device->flags = 0;
	progress_begin(request->progress, number);
	error = control_try(AOBJ_CTL_SWAPOFF, device);
	progress_end();
	return report(error, spec, number);
}

/* The same of a path that was looked up, or NULL; without a @spec that is its name. */
static int swapoff_path(const struct request *request, const char *spec,
			const char *path)
{
	struct aobj_swapoff device = { 0 };

	if (!path || find_by_path(path, &device))
		return OFF_FAILED;
	return swapoff(request, spec ? spec : path, &device);
}

static int swapoff_tag(const struct request *request,
		       const struct spec_tag *tag)
{
	char *path = spec_tag_path(tag);
	int status = swapoff_path(request, NULL, path);

	free(path);
	return status;
}

static int swapoff_spec(const struct request *request, const char *spec)
{
	struct aobj_swapoff device = { 0 };
	char *path;
	int status;

	if (!parse_number(spec, &device))
		return swapoff(request, spec, &device);
	path = spec_path(spec);
	status = swapoff_path(request, spec, path);
	free(path);
	return status;
}

static int by_priority(const void *a, const void *b)
{
	const struct device *first = a, *second = b;
	long lower = strtol(first->priority, NULL, 10);
	long higher = strtol(second->priority, NULL, 10);

	return (lower > higher) - (lower < higher);
}

/* => OFF_ALL_FAILED or OFF_SOME if some fail, as swapoff(8) -a */
static int swapoff_all(const struct request *request)
{
	struct device *list;
	size_t count, failed = 0;

	if (!sysfs_present())
		return OFF_SYSTEM;
	if (devices_read(&list, &count)) {
		fail("%s/swap: cannot be read", sysfs_root());
		return OFF_SYSTEM;
	}
	/* The lowest first: what moves goes up, and not where it goes last. */
	qsort(list, count, sizeof(*list), by_priority);
	for (size_t i = 0; i < count; i++)
		failed += swapoff_spec(request, list[i].number) != OFF_OK;
	free(list);
	if (!failed)
		return OFF_OK;
	return failed == count ? OFF_ALL_FAILED : OFF_SOME;
}

static int set_progress(struct request *request, const char *style)
{
	static const char *const styles[] = {
		[PROGRESS_NONE] = "none",
		[PROGRESS_BAR] = "bar",
		[PROGRESS_LINES] = "lines",
		[PROGRESS_JSON] = "json",
	};

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		if (strcmp(style, styles[i]))
			continue;
		request->progress = (enum progress_style)i;
		return OFF_OK;
	}
	usage_error("%s: progress is shown as none, bar, lines or json", style);
	return OFF_USAGE;
}

static int add_tag(struct request *request, const char *name)
{
	return spec_tag_add(&request->tags, name, optarg) ? OFF_SYSTEM : OFF_OK;
}

static int take_option(struct request *request, int option)
{
	switch (option) {
	case 'a':
		request->all = true;
		return OFF_OK;
	case 'n':
		request->dry_run = true;
		return OFF_OK;
	case 'P':
		return set_progress(request, optarg);
	case 'v':
		request->verbose = true;
		return OFF_OK;
	case 'L':
		return add_tag(request, "LABEL");
	case 'U':
		return add_tag(request, "UUID");
	default:
		bad_option();
		return OFF_USAGE;
	}
}

/* In the order of swapoff(8): what is named, then all. */
static int swapoff_each(const struct request *request, char **specs, int count)
{
	const struct spec_tags *tags = &request->tags;
	int status = OFF_OK;

	for (size_t i = 0; i < tags->count; i++)
		status |= swapoff_tag(request, &tags->list[i]);
	for (int i = 0; i < count; i++)
		status |= swapoff_spec(request, specs[i]);
	if (request->all)
		status |= swapoff_all(request);
	return status;
}

static int run(const struct request *request, char **specs, int count)
{
	if (!request->all && !count && !request->tags.count) {
		usage_error("swapoff needs a device, or --all");
		return OFF_USAGE;
	}
	if (!control_permitted())
		return OFF_USAGE;
	catch_signals();
	return swapoff_each(request, specs, count);
}

int cmd_swapoff(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "progress", required_argument, NULL, 'P' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = { 0 };
	int option, status = OFF_OK;

	request.progress = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_NONE;
	while (status == OFF_OK &&
	       (option = getopt_long(argc, argv, "anL:U:vh", options, NULL)) !=
		       -1) {
		if (option == 'h') {
			print_help();
			return OFF_OK;
		}
		status = take_option(&request, option);
	}
	if (status == OFF_OK)
		status = run(&request, argv + optind, argc - optind);
	free(request.tags.list);
	return status;
}
