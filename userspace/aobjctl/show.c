// SPDX-License-Identifier: GPL-2.0-only
/* The table of devices alone, as swapon(8) shows it. */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "aobjctl.h"

/**
 * show_table() - make a table of devices
 * @options: how it looks; JSON has all sizes in bytes
 * @list: the devices
 * @count: how many
 *
 * Return: a table for scols_unref_table(), or NULL for want of memory
 */
struct libscols_table *show_table(const struct show_options *options,
				  const struct device *list, size_t count)
{
	struct libscols_table *table = scols_new_table();
	int error;

	if (!table)
		return NULL;
	scols_table_enable_noheadings(table, options->noheadings);
	error = columns_define(table, &options->columns);
	for (size_t i = 0; !error && i < count; i++)
		error = columns_fill(table, &options->columns, &list[i],
				     options->bytes || options->json);
	if (!error)
		return table;
	scols_unref_table(table);
	return NULL;
}

static int print(struct libscols_table *table,
		 const struct show_options *options)
{
	scols_table_enable_json(table, options->json);
	if (scols_table_set_name(table, "swapdevices") ||
	    scols_print_table(table)) {
		fail("out of memory");
		return EXIT_FAILED;
	}
	return 0;
}

/* => an exit status; without a device it prints nothing, but for JSON */
int show_devices(const struct show_options *options)
{
	struct libscols_table *table;
	struct device *list;
	size_t count;
	int status;

	if (!sysfs_present())
		return EXIT_FAILED;
	status = devices_read(&list, &count);
	if (status) {
		fail("%s/swap: %s", sysfs_root(), strerror(-status));
		return EXIT_FAILED;
	}
	table = show_table(options, list, count);
	free(list);
	if (!table) {
		fail("out of memory");
		return EXIT_FAILED;
	}
	status = print(table, options);
	scols_unref_table(table);
	return status;
}
