/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the fuzzer share: a model of objects and mappings in plain
 * memory, against which every result is checked.  There is one thread, and
 * what the operation of a number does follows from the seed and that number.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "guest.h"

#define OBJECTS 4
#define MAPS 8
#define MAP_PAGES ((size_t)128)

/*
 * Objects may have any size, but are written only in two windows, at the
 * bottom and far up; elsewhere they must read as zeros.
 */
#define LOW_PAGES (7 * CLUSTER)
#define HIGH_PAGES CLUSTER
#define HIGH_FIRST (((uint64_t)1 << 32) - CLUSTER / 2)
#define WINDOW_PAGES (LOW_PAGES + HIGH_PAGES)
#define IO_PAGES ((size_t)80)
#define OBJECT_PAGES_MAX ((uint64_t)INT64_MAX / page_size)

/* A device that can hold all objects; others come and go beside these. */
struct fuzz_device {
	const char *path;
	bool on;
	char class; /* its class is this letter, or 0 */
};

struct model {
	int fd; /* -1: closed; mappings may still hold the object */
	bool alive;
	const struct fuzz_device *device; /* that it is bound to, or NULL */
	char class; /* of devices that it is bound to, or 0 */
	bool sized;
	uint64_t pages;
	uint64_t offset; /* of the file, in bytes */
	uint8_t *window;
};

struct fuzz_map {
	struct model *object; /* NULL: this place is free */
	uint64_t first; /* page of the object */
	size_t pages;
	bool shared;
	bool split; /* several mappings to the kernel, never merged again */
	int prot[MAP_PAGES]; /* -1: a hole */
	bool copied[MAP_PAGES]; /* a private page of its own, in @copies */
	uint8_t *copies;
	uint8_t *base;
};

extern struct model models[OBJECTS];
extern struct fuzz_map maps[MAPS];
extern uint8_t *io_buffer, *io_expected; /* IO_PAGES each */

/* fuzz.c: random choices, the log of operations, and the end */
uint64_t any(uint64_t bound);
bool chance(unsigned int percent);
void op_log(const char *format, ...) PRINTF(1, 2);
void mismatch(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
void expect(long result, int error, const char *what);
uint64_t odd_number(void);

/* model.c: contents and sizes */
void models_init(void);
struct model *model_pick(void); /* one with a descriptor, or NULL */
void model_read(const struct model *o, uint64_t at, void *to, size_t length);
void model_write(struct model *o, uint64_t at, const void *from, size_t length);
bool model_writable(uint64_t at, size_t length);
/* The first page from @page on that is not zeros; the end if there is none. */
uint64_t model_next_written(const struct model *o, uint64_t page);
void model_resize(struct model *o, uint64_t pages);
void model_extend(struct model *o, uint64_t pages);
void model_drop(struct model *o, uint64_t first, uint64_t pages);
void model_release(struct model *o); /* dead once nothing holds it */
uint64_t model_place(const struct model *o); /* an offset worth trying */
void fill_random(uint8_t *bytes, size_t length);

/* map_model.c: mappings, and what a touch of one must give */
void maps_init(void);
void map_clear(struct fuzz_map *m);
void map_forget_copies(struct fuzz_map *m, size_t first, size_t end);
uint8_t *map_page(const struct fuzz_map *m, size_t page);
int map_touch_signal(const struct fuzz_map *m, size_t page, int prot);
void map_read(const struct fuzz_map *m, size_t page, uint8_t *to);
void map_write(struct fuzz_map *m, size_t page, size_t from, const void *bytes,
	       size_t length);
struct fuzz_map *map_pick(void);
struct fuzz_map *map_pick_free(void);
void map_check_page(const struct fuzz_map *m, size_t page, const char *when);
void map_check(const struct fuzz_map *m, const char *when);

/* inject.c: faults injected by the kernel on purpose */
void inject_init(const char *kind);
void inject_begin(void); /* at the start of an operation */
bool injected(bool failed); /* true: excused, try again */
void inject_end(void);
void inject_stop(void); /* for good */

/* swap.c: devices */
#define DEVICES 3
#define MAIN (&devices[DEVICES - 1])

extern struct fuzz_device devices[DEVICES];
/* Another device can hold everything. */
bool device_spare(const struct fuzz_device *device);

/* bind.c: objects that are bound to devices */
void op_bind(void);
/* Nobody needs the device any more; false: somebody does that cannot be asked. */
bool bind_let_go(const struct fuzz_device *device);

/* The operations, by subject; each file offers a table of them. */
struct fuzz_op {
	unsigned int weight;
	void (*run)(void);
};

extern const struct fuzz_op io_ops[], map_ops[], ioctl_ops[], swap_ops[];
extern const size_t io_ops_count, map_ops_count, ioctl_ops_count,
	swap_ops_count;
void swap_ops_init(void);
void swap_ops_end(void);

#endif /* FUZZ_H */
