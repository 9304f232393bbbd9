/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aobjctl: what its files share.
 *
 * Functions that can fail print one line on stderr themselves, where the
 * reason is known, and return an exit status or a negative value.
 */
#ifndef AOBJCTL_H
#define AOBJCTL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AOBJCTL_VERSION "0.1"

/* Exit statuses, as aobjctl(8) documents them. */
#define EXIT_FAILED 1
#define EXIT_USAGE 2

/* main.c APIs: */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int bad_option(void);

/* help.c APIs: */
void print_help(void);

/* control.c APIs: */
struct error_text {
	int number; /* an errno */
	const char *text;
};

bool control_permitted(void);
int control_try(unsigned long request, void *argument);
const char *control_meaning(int number, const struct error_text *texts);
int control_call(unsigned long request, void *argument, const char *subject,
		 const struct error_text *texts);

/* probe.c APIs: */
int probe_swap(int fd, const char *path, bool force);

/* size.c APIs: */
int size_parse(const char *text, uint64_t ram, uint64_t *bytes);
void size_format(uint64_t bytes, char *text, size_t length);
uint64_t size_of_ram(void);

/* sysfs.c APIs: */
#define SYSFS_TEXT 64 /* bytes that hold any of the module's values */

const char *sysfs_root(void);
bool sysfs_present(void);
int sysfs_text(const char *path, char text[SYSFS_TEXT]);
int sysfs_number(const char *path, uint64_t *value);

/* devices.c APIs: */
struct device {
	char number[NAME_MAX + 1]; /* MAJOR:MINOR, which names its directory */
	char name[SYSFS_TEXT]; /* as in /dev */
	char state[SYSFS_TEXT];
	char priority[SYSFS_TEXT]; /* a number, as the three below but one */
	char class_name[SYSFS_TEXT]; /* or empty */
	char exclusive[SYSFS_TEXT];
	char discard[SYSFS_TEXT];
	uint64_t size; /* in bytes, as the two below */
	uint64_t used;
	uint64_t bad;
	uint64_t read_errors; /* in pages */
	uint64_t write_errors;
};

bool device_in_use(dev_t device);
bool device_is(const struct device *device, const char *state);
int devices_read(struct device **list, size_t *count);

/* columns.c APIs: */
#define COLUMNS_MAX 16 /* room for each column once */

struct libscols_table;

struct columns {
	size_t count;
	int id[COLUMNS_MAX];
	bool paths; /* NAME is a path, as with swapon(8) */
};

void columns_print_help(void);
void columns_default(struct columns *columns);
void columns_swapon(struct columns *columns);
void columns_all(struct columns *columns);
int columns_parse(struct columns *columns, const char *names);
int columns_define(struct libscols_table *table, const struct columns *columns);
int columns_fill(struct libscols_table *table, const struct columns *columns,
		 const struct device *device, bool bytes);

/* show.c APIs: */
struct show_options {
	struct columns columns;
	bool json;
	bool bytes;
	bool noheadings;
};

struct libscols_table *show_table(const struct show_options *options,
				  const struct device *list, size_t count);
int show_devices(const struct show_options *options);

/* spec.c APIs: */
#define DEVICE_TAG_SIZE 64 /* bytes of a label or a UUID */

struct spec_tag {
	const char *name; /* LABEL or UUID */
	const char *value;
};

/* Devices named by the options -L and -U, in their order. */
struct spec_tags {
	struct spec_tag *list;
	size_t count;
};

char *spec_path(const char *spec);
int spec_tag_add(struct spec_tags *tags, const char *name, const char *value);
char *spec_tag_path(const struct spec_tag *tag);
int spec_all(char ***list, size_t *count);
void spec_free(char **list, size_t count);
void spec_identify(const char *path, char label[DEVICE_TAG_SIZE],
		   char uuid[DEVICE_TAG_SIZE]);
char *spec_of_number(const char *number);

/* obstacle.c APIs: */
void obstacle_busy(dev_t device, const char *path);
void obstacle_unsupported(dev_t device, const char *path);
bool obstacle_too_small(int fd, const char *path);
bool obstacle_tiny(int fd, const char *path);

/* progress.c APIs: */
enum progress_style {
	PROGRESS_NONE,
	PROGRESS_BAR,
	PROGRESS_LINES,
	PROGRESS_JSON,
};

void progress_begin(enum progress_style style, const char *number);
void progress_end(void);

/* cmd_*.c APIs: */
int cmd_swapon(int argc, char **argv);
int cmd_swapoff(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_budget(int argc, char **argv);

#endif /* AOBJCTL_H */
