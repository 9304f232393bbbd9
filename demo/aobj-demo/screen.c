// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is seen while a phase runs.  On a terminal one frame (map, legend, bar,
 * live line) is drawn over and over in place; in a log, a line appears at each
 * quarter of the phase, and the map once, at its end.
 */
#include <stdio.h>
#include <string.h>

#include "demo.h"

#define FRAME_LINES 11 /* 8 of the map, the legend, the bar, the live line */
#define BAR_CELLS 16

static double share_done(const struct demo *demo, const struct phase *phase)
{
	return (double)atomic_load(&demo->progress.done) / (double)phase->bytes;
}

static void draw_bar(double share)
{
	char bar[BAR_CELLS + 1];
	size_t filled = (size_t)(share * BAR_CELLS);

	memset(bar, '-', BAR_CELLS);
	memset(bar, '#', filled < BAR_CELLS ? filled : BAR_CELLS);
	bar[BAR_CELLS] = '\0';
	printf("[%s] %3.0f%%", bar, share * 100);
}

static void draw_progress(const struct demo *demo, const struct phase *phase,
			  double seconds)
{
	double done = (double)atomic_load(&demo->progress.done) / MIB;

	printf("%-12s ", phase->name);
	draw_bar(share_done(demo, phase));
	printf(" %5.0f MiB %5.1f MiB/s", done,
	       seconds > 0 ? done / seconds : 0.0);
}

static void sample(struct demo *demo)
{
	struct screen *screen = &demo->screen;

	object_info(&demo->object, &screen->info);
	if (screen->info.resident > screen->most_resident)
		screen->most_resident = screen->info.resident;
}

static void draw_live(const struct screen *screen)
{
	printf("resident %5.1f, swapped %5.1f MiB",
	       (double)screen->info.resident / MIB,
	       (double)screen->info.swapped / MIB);
}

static void draw_map(struct demo *demo)
{
	object_query(&demo->object);
	map_draw(stdout, &demo->object, demo->screen.ansi);
	map_draw_legend(stdout, demo->screen.ansi);
}

static void draw_frame(struct demo *demo, const struct phase *phase,
		       double seconds)
{
	if (demo->screen.drawn)
		printf("\033[%dA", FRAME_LINES);
	demo->screen.drawn = true;
	draw_map(demo);
	draw_progress(demo, phase, seconds);
	fputs("\033[K\n", stdout);
	printf("%-12s ", "");
	draw_live(&demo->screen);
	fputs("\033[K\n", stdout);
	fflush(stdout);
}

static void log_line(struct demo *demo, const struct phase *phase,
		     double seconds)
{
	draw_progress(demo, phase, seconds);
	fputs("  ", stdout);
	draw_live(&demo->screen);
	fputc('\n', stdout);
	fflush(stdout);
}

/* A line when another quarter is behind us; the last is screen_end()'s. */
static void log_quarter(struct demo *demo, const struct phase *phase,
			double seconds)
{
	unsigned int quarter = (unsigned int)(share_done(demo, phase) * 4);

	if (quarter <= demo->screen.shown || quarter >= 4)
		return;
	demo->screen.shown = quarter;
	log_line(demo, phase, seconds);
}

void screen_begin(struct screen *screen)
{
	screen->drawn = false;
	screen->shown = 0;
	fputc('\n', stdout);
}

void screen_update(struct demo *demo, const struct phase *phase, double seconds)
{
	sample(demo);
	if (demo->screen.ansi)
		draw_frame(demo, phase, seconds);
	else
		log_quarter(demo, phase, seconds);
}

void screen_end(struct demo *demo, const struct phase *phase)
{
	sample(demo);
	if (demo->screen.ansi) {
		draw_frame(demo, phase, phase->seconds);
		return;
	}
	log_line(demo, phase, phase->seconds);
	draw_map(demo);
	fflush(stdout);
}
