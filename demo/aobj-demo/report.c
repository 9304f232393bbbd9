// SPDX-License-Identifier: GPL-2.0-only
/* The table at the end: what each phase cost. */
#include <err.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>

#include "demo.h"

static void set_cell(struct libscols_line *line, size_t column,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void set_cell(struct libscols_line *line, size_t column,
		     const char *format, ...)
{
	va_list arguments;
	char text[64];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (scols_line_set_data(line, column, text))
		err(1, "table");
}

static const struct {
	const char *heading;
	enum event event;
} event_columns[] = {
	{ "FAULTS", EVENT_FAULTS },	  { "PAGES IN", EVENT_PAGES_IN },
	{ "PAGES OUT", EVENT_PAGES_OUT }, { "EVICTED", EVENT_EVICTED },
	{ "READS", EVENT_READ_BIOS },	  { "WRITES", EVENT_WRITE_BIOS },
};

#define EVENT_COLUMNS (sizeof(event_columns) / sizeof(event_columns[0]))

static struct libscols_table *new_table(void)
{
	struct libscols_table *table = scols_new_table();

	if (!table || !scols_table_new_column(table, "PHASE", 0, 0) ||
	    !scols_table_new_column(table, "SECONDS", 0, SCOLS_FL_RIGHT) ||
	    !scols_table_new_column(table, "MiB/s", 0, SCOLS_FL_RIGHT))
		err(1, "table");
	for (size_t i = 0; i < EVENT_COLUMNS; i++)
		if (!scols_table_new_column(table, event_columns[i].heading, 0,
					    SCOLS_FL_RIGHT))
			err(1, "table");
	return table;
}

static void add_phase(struct libscols_table *table, const struct phase *phase)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		err(1, "table");
	set_cell(line, 0, "%s", phase->name);
	set_cell(line, 1, "%.1f", phase->seconds);
	set_cell(line, 2, "%.1f", (double)phase->bytes / MIB / phase->seconds);
	for (size_t i = 0; i < EVENT_COLUMNS; i++)
		set_cell(line, 3 + i, "%" PRIu64,
			 phase->events.value[event_columns[i].event]);
}

static struct phase total_of(const struct phase *phases, size_t count)
{
	struct phase total = { .name = "total" };

	for (size_t i = 0; i < count; i++) {
		total.bytes += phases[i].bytes;
		total.seconds += phases[i].seconds;
		for (int event = 0; event < EVENT_COUNT; event++)
			total.events.value[event] +=
				phases[i].events.value[event];
	}
	return total;
}

static void print_ratios(const struct demo *demo, const struct phase *total)
{
	uint64_t written =
		total->events.value[EVENT_PAGES_OUT] * demo->object.page_bytes;
	uint64_t evicted = total->events.value[EVENT_EVICTED];

	printf("bytes written per evicted page: %.0f (of %zu)\n",
	       evicted ? (double)written / (double)evicted : 0.0,
	       demo->object.page_bytes);
	printf("resident at most: %.1f MiB of an object of %.1f MiB; budget %.1f MiB\n",
	       (double)demo->screen.most_resident / MIB,
	       (double)demo->object.bytes / MIB,
	       (double)module_value("budget") / MIB);
}

void report_print(const struct demo *demo, const struct phase *phases,
		  size_t count)
{
	struct libscols_table *table = new_table();
	struct phase total = total_of(phases, count);

	for (size_t i = 0; i < count; i++)
		add_phase(table, &phases[i]);
	add_phase(table, &total);
	fputc('\n', stdout);
	fflush(stdout);
	if (scols_print_table(table))
		errx(1, "cannot print the table");
	scols_unref_table(table);
	print_ratios(demo, &total);
}
