// SPDX-License-Identifier: GPL-2.0-only
/*
 * aobjctl status: the devices and the memory in use.
 *
 * libsmartcols prints the tables, and the devices in JSON; it cannot nest one
 * table in a document, so the plain numbers around them are printed here.
 */
#include <getopt.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aobjctl.h"

static const struct total {
	const char *name; /* in sysfs, in the table and in JSON */
	bool is_size;
} totals[] = {
	{ "budget", true },  { "resident", true }, { "inactive", true },
	{ "swapped", true }, { "bad", true },	   { "writing", true },
	{ "wired", true },   { "objects", false }, { "clusters", false },
};

#define TOTAL_COUNT (sizeof(totals) / sizeof(totals[0]))

static int no_memory(void)
{
	fail("out of memory");
	return EXIT_FAILED;
}

static int read_totals(uint64_t values[TOTAL_COUNT])
{
	for (size_t i = 0; i < TOTAL_COUNT; i++) {
		int error = sysfs_number(totals[i].name, &values[i]);

		if (error) {
			fail("%s/%s: %s", sysfs_root(), totals[i].name,
			     strerror(-error));
			return EXIT_FAILED;
		}
	}
	return 0;
}

static int add_total(struct libscols_table *table, const char *name,
		     const char *value)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line || scols_line_set_data(line, 0, name) ||
	    scols_line_set_data(line, 1, value))
		return -1;
	return 0;
}

static int fill_totals(struct libscols_table *table,
		       const uint64_t values[TOTAL_COUNT], bool bytes)
{
	char text[32];

	if (!scols_table_new_column(table, "", 0, 0) ||
	    !scols_table_new_column(table, "", 0, SCOLS_FL_RIGHT))
		return -1;
	for (size_t i = 0; i < TOTAL_COUNT; i++) {
		if (totals[i].is_size && !bytes)
			size_format(values[i], text, sizeof(text));
		else
			snprintf(text, sizeof(text), "%" PRIu64, values[i]);
		if (add_total(table, totals[i].name, text))
			return -1;
	}
	return 0;
}

static int print_totals(const uint64_t values[TOTAL_COUNT], bool bytes)
{
	struct libscols_table *table = scols_new_table();
	int error = -1;

	if (!table)
		return -1;
	scols_table_enable_noheadings(table, 1);
	if (!fill_totals(table, values, bytes))
		error = scols_print_table(table);
	scols_unref_table(table);
	return error;
}

/*
 * The document of libsmartcols is {"devices": [...]}: without its braces it is
 * one more member of ours.
 */
static int print_json_devices(struct libscols_table *table)
{
	char *text, *end;

	scols_table_enable_json(table, 1);
	if (scols_table_set_name(table, "devices") ||
	    scols_print_table_to_string(table, &text))
		return -1;
	end = strrchr(text, '}');
	if (end)
		*end = '\0';
	fputs(text + strspn(text, "{\n"), stdout);
	free(text);
	return 0;
}

static int print_json(struct libscols_table *table,
		      const uint64_t values[TOTAL_COUNT])
{
	puts("{");
	for (size_t i = 0; i < TOTAL_COUNT; i++)
		printf("   \"%s\": %" PRIu64 ",\n", totals[i].name, values[i]);
	if (print_json_devices(table))
		return no_memory();
	puts("}");
	return 0;
}

/* libsmartcols prints headings only above lines. */
static int print_text(struct libscols_table *table,
		      const uint64_t values[TOTAL_COUNT],
		      const struct show_options *view)
{
	bool devices = !scols_table_is_empty(table);

	if (devices && scols_print_table(table))
		return no_memory();
	if (view->noheadings)
		return 0;
	puts(devices ? "" : "no swap device in use\n");
	return print_totals(values, view->bytes) ? no_memory() : 0;
}

static int print_status(const struct show_options *view,
			const struct device *list, size_t count)
{
	struct libscols_table *table;
	uint64_t values[TOTAL_COUNT];
	int status;

	status = read_totals(values);
	if (status)
		return status;
	table = show_table(view, list, count);
	if (!table)
		return no_memory();
	if (view->json)
		status = print_json(table, values);
	else
		status = print_text(table, values, view);
	scols_unref_table(table);
	return status;
}

static int show(const struct show_options *view)
{
	struct device *list;
	size_t count;
	int error, status;

	if (!sysfs_present())
		return EXIT_FAILED;
	error = devices_read(&list, &count);
	if (error) {
		fail("%s/swap: %s", sysfs_root(), strerror(-error));
		return EXIT_FAILED;
	}
	status = print_status(view, list, count);
	free(list);
	return status;
}

/* => 0, or -1 if *status is to be returned at once */
static int take_option(struct show_options *view, int option, int *status)
{
	switch (option) {
	case 'J':
		view->json = true;
		return 0;
	case 'b':
		view->bytes = true;
		return 0;
	case 'n':
		view->noheadings = true;
		return 0;
	case 'o':
		*status = columns_parse(&view->columns, optarg);
		return *status ? -1 : 0;
	case 'h':
		print_help();
		*status = 0;
		return -1;
	default:
		*status = bad_option();
		return -1;
	}
}

int cmd_status(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'J' },
		{ "bytes", no_argument, NULL, 'b' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct show_options view = { 0 };
	int option, status;

	columns_default(&view.columns);
	while ((option = getopt_long(argc, argv, "Jbno:h", options, NULL)) !=
	       -1)
		if (take_option(&view, option, &status))
			return status;
	if (optind != argc)
		return usage_error("status takes no arguments");
	return show(&view);
}
