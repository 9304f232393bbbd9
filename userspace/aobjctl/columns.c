// SPDX-License-Identifier: GPL-2.0-only
/* The columns of the table of devices. */
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aobjctl.h"

enum {
	COLUMN_NAME,
	COLUMN_NUMBER,
	COLUMN_TYPE,
	COLUMN_SIZE,
	COLUMN_USED,
	COLUMN_BAD,
	COLUMN_READ_ERRORS,
	COLUMN_WRITE_ERRORS,
	COLUMN_PERCENT,
	COLUMN_PRIORITY,
	COLUMN_CLASS,
	COLUMN_EXCLUSIVE,
	COLUMN_DISCARD,
	COLUMN_STATE,
	COLUMN_LABEL,
	COLUMN_UUID,
	COLUMN_COUNT
};

_Static_assert(COLUMN_COUNT <= COLUMNS_MAX, "struct columns holds them all");

static const struct column {
	const char *name;
	int flags; /* SCOLS_FL_* */
	int json; /* SCOLS_JSON_* */
	const char *help;
} all[COLUMN_COUNT] = {
	[COLUMN_NAME] = { "NAME", 0, SCOLS_JSON_STRING,
			  "name of the device, as in /dev" },
	[COLUMN_NUMBER] = { "MAJ:MIN", 0, SCOLS_JSON_STRING,
			    "its number, which swapoff takes too" },
	[COLUMN_TYPE] = { "TYPE", 0, SCOLS_JSON_STRING,
			  "always partition, as swapon(8) has it" },
	[COLUMN_SIZE] = { "SIZE", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
			  "room for pages, without header and bad pages" },
	[COLUMN_USED] = { "USED", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
			  "of that, what holds pages" },
	[COLUMN_BAD] = { "BAD", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
			 "given up after errors of the medium" },
	[COLUMN_READ_ERRORS] = { "READ_ERRORS", SCOLS_FL_RIGHT,
				 SCOLS_JSON_NUMBER,
				 "pages that could not be read" },
	[COLUMN_WRITE_ERRORS] = { "WRITE_ERRORS", SCOLS_FL_RIGHT,
				  SCOLS_JSON_NUMBER,
				  "pages that could not be written" },
	[COLUMN_PERCENT] = { "USE%", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
			     "USED in percent of SIZE" },
	[COLUMN_PRIORITY] = { "PRIO", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
			      "priority: the highest is used first" },
	[COLUMN_CLASS] = { "CLASS", 0, SCOLS_JSON_STRING,
			   "its class, that objects may be bound to" },
	[COLUMN_EXCLUSIVE] = { "EXCL", SCOLS_FL_RIGHT, SCOLS_JSON_BOOLEAN,
			       "1: only for objects that are bound to it" },
	[COLUMN_DISCARD] = { "DISC", SCOLS_FL_RIGHT, SCOLS_JSON_BOOLEAN,
			     "1: what becomes free is discarded" },
	[COLUMN_STATE] = { "STATE", 0, SCOLS_JSON_STRING,
			   "active, draining (swapoff), failed (reads only) or "
			   "stalled (no answer)" },
	[COLUMN_LABEL] = { "LABEL", 0, SCOLS_JSON_STRING,
			   "label of its swap area" },
	[COLUMN_UUID] = { "UUID", 0, SCOLS_JSON_STRING,
			  "UUID of its swap area" },
};

void columns_print_help(void)
{
	for (int id = 0; id < COLUMN_COUNT; id++)
		printf("  %-12s  %s\n", all[id].name, all[id].help);
}

static void set(struct columns *columns, const int *ids, size_t count)
{
	columns->count = count;
	memcpy(columns->id, ids, count * sizeof(*ids));
}

void columns_default(struct columns *columns)
{
	static const int shown[] = { COLUMN_NAME, COLUMN_NUMBER, COLUMN_SIZE,
				     COLUMN_USED, COLUMN_BAD,	 COLUMN_STATE };

	set(columns, shown, sizeof(shown) / sizeof(shown[0]));
}

/* What swapon(8) --show has, and then its label and its UUID. */
void columns_swapon(struct columns *columns)
{
	static const int shown[] = { COLUMN_NAME, COLUMN_TYPE,	   COLUMN_SIZE,
				     COLUMN_USED, COLUMN_PRIORITY, COLUMN_LABEL,
				     COLUMN_UUID };

	set(columns, shown, sizeof(shown) / sizeof(shown[0]));
	columns->paths = true;
}

void columns_all(struct columns *columns)
{
	columns->count = COLUMN_COUNT;
	for (int id = 0; id < COLUMN_COUNT; id++)
		columns->id[id] = id;
}

static int find_column(const char *name, size_t length)
{
	for (int id = 0; id < COLUMN_COUNT; id++)
		if (strlen(all[id].name) == length &&
		    !strncasecmp(all[id].name, name, length))
			return id;
	return -1;
}

static bool has_column(const struct columns *columns, int id)
{
	for (size_t i = 0; i < columns->count; i++)
		if (columns->id[i] == id)
			return true;
	return false;
}

/* Reads a list such as "name,used".  => 0, or an exit status */
int columns_parse(struct columns *columns, const char *names)
{
	columns->count = 0;
	for (;;) {
		size_t length = strcspn(names, ",");
		int id = find_column(names, length);

		if (id < 0)
			return usage_error("%.*s: no such column", (int)length,
					   names);
		/* One key twice in an object would make the JSON ambiguous. */
		if (has_column(columns, id))
			return usage_error("%s: column given twice",
					   all[id].name);
		columns->id[columns->count++] = id;
		names += length;
		if (*names++ == '\0')
			return 0;
	}
}

/* => 0, or -1 for want of memory */
int columns_define(struct libscols_table *table, const struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &all[columns->id[i]];
		struct libscols_column *made = scols_table_new_column(
			table, column->name, 0, column->flags);

		if (!made || scols_column_set_json_type(made, column->json))
			return -1;
	}
	return 0;
}

static void print_size(uint64_t size, bool bytes, char text[SYSFS_TEXT])
{
	if (bytes)
		snprintf(text, SYSFS_TEXT, "%" PRIu64, size);
	else
		size_format(size, text, SYSFS_TEXT);
}

static void print_count(uint64_t count, char text[SYSFS_TEXT])
{
	snprintf(text, SYSFS_TEXT, "%" PRIu64, count);
}

static void print_percent(const struct device *device, char text[SYSFS_TEXT])
{
	double percent = 0;

	if (device->size)
		percent = 100.0 * (double)device->used / (double)device->size;
	snprintf(text, SYSFS_TEXT, "%.0f", percent);
}

static void print_path(const struct device *device, char text[SYSFS_TEXT])
{
	char *path = spec_of_number(device->number);

	/* Cut off rather than wrong: no node of a disk has so long a name. */
	if (path)
		snprintf(text, SYSFS_TEXT, "%s", path);
	else
		snprintf(text, SYSFS_TEXT, "/dev/%.*s", SYSFS_TEXT - 6,
			 device->name);
	free(path);
}

_Static_assert(SYSFS_TEXT >= DEVICE_TAG_SIZE, "a cell holds a label");

static void print_identity(const struct device *device, int id,
			   char text[SYSFS_TEXT])
{
	char label[DEVICE_TAG_SIZE], uuid[DEVICE_TAG_SIZE];
	char *path;

	text[0] = '\0';
	/* Who asks one that does not answer waits as long as it does not. */
	if (device_is(device, "stalled"))
		return;
	path = spec_of_number(device->number);
	if (!path)
		return;
	spec_identify(path, label, uuid);
	memcpy(text, id == COLUMN_LABEL ? label : uuid, DEVICE_TAG_SIZE);
	free(path);
}

/* => what the cell says, in the device or in the buffer */
static const char *cell_text(const struct columns *columns,
			     const struct device *device, int id, bool bytes,
			     char text[SYSFS_TEXT])
{
	switch (id) {
	case COLUMN_NAME:
		if (!columns->paths)
			return device->name;
		print_path(device, text);
		break;
	case COLUMN_TYPE:
		return "partition";
	case COLUMN_PRIORITY:
		return device->priority;
	case COLUMN_CLASS:
		return device->class_name;
	case COLUMN_EXCLUSIVE:
		return device->exclusive;
	case COLUMN_DISCARD:
		return device->discard;
	case COLUMN_LABEL:
	case COLUMN_UUID:
		print_identity(device, id, text);
		break;
	case COLUMN_NUMBER:
		return device->number;
	case COLUMN_STATE:
		return device->state;
	case COLUMN_SIZE:
		print_size(device->size, bytes, text);
		break;
	case COLUMN_USED:
		print_size(device->used, bytes, text);
		break;
	case COLUMN_BAD:
		print_size(device->bad, bytes, text);
		break;
	case COLUMN_READ_ERRORS:
		print_count(device->read_errors, text);
		break;
	case COLUMN_WRITE_ERRORS:
		print_count(device->write_errors, text);
		break;
	case COLUMN_PERCENT:
		print_percent(device, text);
		break;
	}
	return text;
}

/* Adds the line of a device.  => 0, or -1 for want of memory */
int columns_fill(struct libscols_table *table, const struct columns *columns,
		 const struct device *device, bool bytes)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[SYSFS_TEXT];

	if (!line)
		return -1;
	for (size_t i = 0; i < columns->count; i++) {
		const char *cell =
			cell_text(columns, device, columns->id[i], bytes, text);

		if (scols_line_set_data(line, i, cell))
			return -1;
	}
	return 0;
}
