/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aobj-demo: real files through an object that is larger than its budget.
 *
 * Several workers go through the files at once; the main thread draws.  What
 * they share is struct progress, all of it atomic, and the notes, which have a
 * mutex of their own; everything else is set up before the workers start.
 *
 * Set-up errors end the program at once, with one line on stderr (err(3)).
 */
#ifndef AOBJ_DEMO_H
#define AOBJ_DEMO_H

#include <linux/aobj.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SHA256_BYTES 32
#define MIB 1048576.0

struct demo;

/* corpus.c APIs: the staged files on their disk */
struct file {
	char *name;
	uint64_t offset; /* in the corpus and in the object, in bytes */
	uint64_t length;
	uint8_t sha256[SHA256_BYTES]; /* of the original */
};

struct corpus {
	int fd;
	struct file *files;
	size_t count;
	uint64_t bytes;
};

void corpus_open(struct corpus *corpus, const char *disk, const char *manifest);
size_t corpus_read(const struct corpus *corpus, uint64_t offset, void *buffer,
		   size_t length);

/* object.c APIs: the object on /dev/aobj */
struct object {
	int fd;
	uint8_t *memory;
	uint64_t bytes;
	size_t page_bytes;
	size_t pages;
	uint8_t *states; /* AOBJ_PAGE_*, one a page, of the last query */
};

void object_open(struct object *object, uint64_t bytes);
void object_info(const struct object *object, struct aobj_info *info);
void object_query(struct object *object);
void object_close(struct object *object);

/* events.c APIs: the module's counters */
enum event {
	EVENT_FAULTS,
	EVENT_PAGES_IN,
	EVENT_PAGES_OUT,
	EVENT_EVICTED,
	EVENT_READ_BIOS,
	EVENT_WRITE_BIOS,
	EVENT_COUNT
};

struct events {
	uint64_t value[EVENT_COUNT];
};

void events_read(struct events *events);
uint64_t module_value(const char *name);

/* phase.c APIs: one way through all of the corpus */
struct phase {
	const char *name;
	bool (*item)(struct demo *demo, size_t index); /* false: it failed */
	size_t items;
	uint64_t bytes; /* that all items together go through */
	double seconds; /* it took */
	struct events events; /* that it caused */
};

struct progress {
	atomic_size_t next; /* item to take */
	atomic_ullong done; /* in bytes */
	atomic_uint working; /* workers */
	atomic_uint failures; /* items */
};

void phase_run(struct demo *demo, struct phase *phase);
double seconds_now(void);

/* check.c APIs: the items */
bool load_chunk(struct demo *demo, size_t index);
bool check_file_in_order(struct demo *demo, size_t index);
bool check_file_at_random(struct demo *demo, size_t index);
bool check_random_page(struct demo *demo, size_t index);

size_t chunk_count(const struct demo *demo);

/* notes.c APIs: messages that must not tear the drawing */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notes_print(void);

/* map.c APIs: the residency map */
void map_draw(FILE *out, const struct object *object, bool ansi);
void map_draw_legend(FILE *out, bool ansi);

/* screen.c APIs: what is seen while a phase runs */
struct screen {
	bool ansi; /* redraw in place, in colour */
	bool drawn; /* a frame of this phase is there */
	unsigned int shown; /* quarters of the phase that were logged */
	struct aobj_info info; /* the last sample */
	uint64_t most_resident; /* bytes, of all samples */
};

void screen_begin(struct screen *screen);
void screen_update(struct demo *demo, const struct phase *phase,
		   double seconds);
void screen_end(struct demo *demo, const struct phase *phase);

/* report.c APIs: the table at the end */
void report_print(const struct demo *demo, const struct phase *phases,
		  size_t count);

struct demo {
	struct corpus corpus;
	struct object object;
	struct screen screen;
	struct progress progress;
	size_t *file_order; /* a shuffled index of the files */
	size_t *page_order; /* random pages */
	size_t page_checks; /* how many */
	unsigned int workers;
};

#endif /* AOBJ_DEMO_H */
