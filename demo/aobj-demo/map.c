// SPDX-License-Identifier: GPL-2.0-only
/*
 * The residency map: the object as a grid of cells, each for a run of pages.
 * In colour where the terminal can do it, in characters elsewhere.
 */
#include <stdio.h>

#include "demo.h"

#define CELL_COLUMNS 64
#define CELL_ROWS 8
#define CELLS (CELL_COLUMNS * CELL_ROWS)

/* What a cell looks like. */
enum look {
	LOOK_UNTOUCHED,
	LOOK_SWAPPED,
	LOOK_CLEAN_PART,
	LOOK_CLEAN,
	LOOK_DIRTY_PART,
	LOOK_DIRTY,
	LOOK_LOST,
	LOOK_COUNT
};

static const struct {
	char plain;
	int colour; /* of 256, as background */
	const char *legend;
} looks[LOOK_COUNT] = {
	[LOOK_UNTOUCHED] = { '_', 236, "untouched" },
	[LOOK_SWAPPED] = { '.', 25, "in swap" },
	[LOOK_CLEAN_PART] = { 'o', 29, "in part" },
	[LOOK_CLEAN] = { 'O', 40, "clean" },
	[LOOK_DIRTY_PART] = { '+', 130, "in part" },
	[LOOK_DIRTY] = { '#', 208, "dirty" },
	[LOOK_LOST] = { '!', 196, "lost" },
};

/* How many pages of a cell are in each state. */
struct tally {
	size_t pages;
	size_t resident;
	size_t dirty;
	size_t swapped; /* and not resident */
	size_t lost;
};

static void tally_page(struct tally *tally, uint8_t state)
{
	tally->pages++;
	if (state & AOBJ_PAGE_BAD)
		tally->lost++;
	else if (state & AOBJ_PAGE_RESIDENT)
		tally->resident++;
	else if (state & AOBJ_PAGE_SWAPPED)
		tally->swapped++;
	if ((state & AOBJ_PAGE_RESIDENT) && (state & AOBJ_PAGE_DIRTY))
		tally->dirty++;
}

static enum look look_of(const struct tally *tally)
{
	bool full = tally->resident * 4 >= tally->pages * 3;
	bool dirty = tally->dirty * 2 > tally->resident;

	if (tally->lost)
		return LOOK_LOST;
	if (tally->resident * 8 >= tally->pages && tally->resident) {
		if (dirty)
			return full ? LOOK_DIRTY : LOOK_DIRTY_PART;
		return full ? LOOK_CLEAN : LOOK_CLEAN_PART;
	}
	return tally->swapped ? LOOK_SWAPPED : LOOK_UNTOUCHED;
}

static enum look look_of_cell(const struct object *object, size_t cell)
{
	size_t page = object->pages * cell / CELLS;
	size_t end = object->pages * (cell + 1) / CELLS;
	struct tally tally = { 0 };

	for (; page < end; page++)
		tally_page(&tally, object->states[page]);
	return look_of(&tally);
}

/* A change of colour costs bytes on a serial line: only where it changes. */
static void draw_row(FILE *out, const struct object *object, size_t row,
		     bool ansi)
{
	int colour = -1;

	fputs("  ", out);
	for (size_t i = 0; i < CELL_COLUMNS; i++) {
		enum look look = look_of_cell(object, row * CELL_COLUMNS + i);

		if (ansi && looks[look].colour != colour)
			fprintf(out, "\033[48;5;%dm", looks[look].colour);
		colour = looks[look].colour;
		fputc(ansi ? ' ' : looks[look].plain, out);
	}
	fputs(ansi ? "\033[0m\033[K\n" : "\n", out);
}

/* => draws what the last object_query() found, CELL_ROWS lines */
void map_draw(FILE *out, const struct object *object, bool ansi)
{
	for (size_t row = 0; row < CELL_ROWS; row++)
		draw_row(out, object, row, ansi);
}

/* => draws one line */
void map_draw_legend(FILE *out, bool ansi)
{
	static const enum look shown[] = {
		LOOK_DIRTY,   LOOK_DIRTY_PART, LOOK_CLEAN, LOOK_CLEAN_PART,
		LOOK_SWAPPED, LOOK_UNTOUCHED,  LOOK_LOST,
	};

	fputs("  in memory:", out);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (ansi)
			fprintf(out, "  \033[48;5;%dm \033[0m %s",
				looks[shown[i]].colour, looks[shown[i]].legend);
		else
			fprintf(out, "  %c %s", looks[shown[i]].plain,
				looks[shown[i]].legend);
	}
	fputs(ansi ? "\033[K\n" : "\n", out);
}
