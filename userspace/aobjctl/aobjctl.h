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
	uint64_t size; /* in bytes, as the two below */
	uint64_t used;
	uint64_t bad;
};

int devices_read(struct device **list, size_t *count);

/* columns.c APIs: */
#define COLUMNS_MAX 16 /* room for each column once */

struct libscols_table;

struct columns {
	size_t count;
	int id[COLUMNS_MAX];
};

void columns_print_help(void);
void columns_default(struct columns *columns);
int columns_parse(struct columns *columns, const char *names);
int columns_define(struct libscols_table *table, const struct columns *columns);
int columns_fill(struct libscols_table *table, const struct columns *columns,
		 const struct device *device, bool bytes);

/* cmd_*.c APIs: */
int cmd_swapon(int argc, char **argv);
int cmd_swapoff(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_budget(int argc, char **argv);

#endif /* AOBJCTL_H */
