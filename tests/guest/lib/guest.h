/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest test programs share.  A program is one process that calls
 * test_begin(), makes checks (each a TAP point on stdout) and returns
 * test_end().  Checks are made by the main process only: children and threads
 * report to it by exit status or in their arguments.
 *
 * The suite script hands over a loaded module, a budget that is small beside
 * WORKING_SET, and one swap device in use (main_swap()).
 */
#ifndef GUEST_H
#define GUEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/aobj.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define MIB ((size_t)1 << 20)

/* Pages in a cluster of the module: the boundary that tests circle around. */
#define CLUSTER ((size_t)64)

/* tap.c: test points, and the time limit of the program */
extern size_t page_size;
void test_begin(const char *name, unsigned int limit_s);
int test_end(void);
const char *text(const char *format, ...) PRINTF(1, 2);
bool check(bool holds, const char *what, const char *found, ...) PRINTF(3, 4);
bool check_equal(uint64_t found, uint64_t expected, const char *what);
bool check_at_least(uint64_t found, uint64_t least, const char *what);
bool check_at_most(uint64_t found, uint64_t most, const char *what);
bool check_result(long found, long expected, const char *what);
bool check_ok(long result, const char *what);
bool check_errno(long result, int expected, const char *what);
void skip(const char *what, const char *why);
void note(const char *format, ...) PRINTF(1, 2);
void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));

/* object.c: objects and their mappings */
struct object {
	int fd;
	size_t pages;
	uint8_t *map;
};

bool objects_are_files(void);
int object_open(void);
int object_create(const char *name, uint64_t bytes, uint32_t flags);
int object_flush_raw(int fd, struct aobj_flush *flush);
int object_flush(int fd, size_t first, size_t pages, uint32_t flags,
		 uint64_t *done, uint64_t *skipped);
int object_drop(int fd, size_t first, size_t pages);
int object_bind_class(int fd, const char *class_name);
int object_bind_device(int fd, dev_t dev);
int object_bind_none(int fd);
int object_resize(int fd, uint64_t bytes);
void object_resize_pages(int fd, size_t pages);
struct object object_new(size_t pages);
void object_free(struct object *object);
uint8_t *object_page(const struct object *object, size_t page);
uint8_t *object_map(int fd, size_t first, size_t pages, int prot, int flags);
void object_unmap(uint8_t *map, size_t pages);
struct aobj_info object_info(int fd);
int object_query(int fd, size_t first, size_t pages, uint8_t *states);
uint8_t object_state(int fd, size_t page);
size_t object_count(int fd, size_t first, size_t pages, uint8_t mask,
		    uint8_t value);

/* descriptor.c: descriptors over a socket */
int descriptor_send(int socket, int fd);
int descriptor_receive(int socket);

/* evict.c: getting pages out of memory on purpose */
bool evict_pages(int fd, size_t first, size_t pages);
bool evict_page(int fd, size_t page);
struct pressure {
	int pipe;
	pid_t pid;
};

struct pressure pressure_start(void);
void pressure_wait(struct pressure *pressure, unsigned int rounds);
void pressure_stop(struct pressure *pressure);

/* pattern.c: page contents that follow from (seed, page, version) */
void page_fill(void *page, uint64_t seed, size_t index, uint32_t version);
bool page_matches(const void *page, uint64_t seed, size_t index,
		  uint32_t version);
bool page_is_zero(const void *page);
void range_fill(uint8_t *base, uint64_t seed, size_t first, size_t pages,
		uint32_t version);
size_t range_differs(const uint8_t *base, uint64_t seed, size_t first,
		     size_t pages, uint32_t version);
bool check_range(const uint8_t *base, uint64_t seed, size_t first, size_t pages,
		 uint32_t version, const char *what);
bool check_zero(const uint8_t *base, size_t pages, const char *what);

/* sysfs.c: what the module says about itself */
struct paging {
	uint64_t out;
	uint64_t in;
	uint64_t faults;
};

uint64_t stat_get(const char *name);
uint64_t stat_event(const char *name);
size_t budget_pages(void);
size_t working_set(void);
struct paging paging_now(void);
void check_paging(struct paging since, size_t out, size_t in, const char *what);
bool stat_wait(const char *name, uint64_t value, unsigned int limit_ms);
uint64_t device_get(dev_t dev, const char *name);
bool check_device_errors(dev_t dev, const char *name, uint64_t events_before);
bool device_in_use(dev_t dev);
bool device_state_is(dev_t dev, const char *state);
unsigned int nospace_wait_ms(void);
void set_nospace_wait_ms(unsigned int ms);

/* fault.c: touches that may end in a signal */
int touch_read(const void *address);
int touch_write(void *address, uint8_t value);
int touch_load(const uint64_t *word, uint64_t *value);
int touch_store(uint64_t *word, uint64_t value);
int page_differs_or_signal(const uint8_t *page, uint64_t seed, size_t index,
			   uint32_t version);
int fill_or_signal(uint8_t *page, uint64_t seed, size_t index,
		   uint32_t version);
int copy_or_signal(void *to, const void *from, size_t length);
#define PAGE_GOOD 0 /* of page_differs_or_signal(), beside signal numbers */
#define PAGE_WRONG (-1)
/* Touches every page of version 1; *first is the first that was refused. */
size_t refused_pages(const struct object *o, uint64_t seed, size_t *wrong,
		     size_t *first);
void catch_faults(void);

/* task.c: processes, threads, time, random numbers */
pid_t task_start(int (*run)(void *), void *argument);
int task_wait(pid_t pid);
bool task_wait_ms(pid_t pid, unsigned int limit_ms, int *status);
void threads_run(void *(*run)(void *), void *arguments, size_t count,
		 size_t size);
unsigned int time_scale(void);
uint64_t now_ms(void);
void sleep_ms(unsigned int ms);
bool wait_until(bool (*condition)(void *), void *argument,
		unsigned int limit_ms);
uint64_t random_next(uint64_t *state);

/* control.c: the administrator's calls, and block devices */
const char *main_swap(void);
const char *second_disk(void);
int control_open(void);
int control_swapon(const char *path);
int control_swapon_as(const char *path, uint32_t flags, uint32_t priority,
		      const char *class_name);
int control_swapoff(dev_t dev);
int control_budget(uint64_t bytes);
void swap_start(const char *path);
void swap_stop(const char *path);
void main_swap_off(void);
void main_swap_on(void);
dev_t device_number(const char *path);
uint64_t device_bytes(const char *path);

/* log.c: what the module says of a device in the kernel's log */
struct log {
	const char *device; /* its node */
	const char *what; /* what such a line begins with */
	size_t before;
	uint64_t since_ms;
};

struct log log_begin(const char *device, const char *what);
void check_log_lines(const struct log *log, uint64_t errors);

/* command.c: other programs */
int command(const char *format, ...) PRINTF(1, 2);
int command_output(char *output, size_t size, const char *format, ...)
	PRINTF(3, 4);

/* header.c: swap headers, good and bad */
struct header {
	uint32_t version;
	uint32_t last_page;
	uint32_t nr_bad;
	const uint32_t *bad;
	const char *magic;
	bool other_endian;
};

struct header header_for(const char *path);
void header_write(const char *path, const struct header *header);
void header_make(const char *path);

/* module.c: the module itself */
long module_unload(void);
void module_load(void);

/* scsi.c: a disk that can vanish; there is one at a time */
#define SCSI_PATH_SIZE 64
void scsi_disk_make(const char *options, char path[SCSI_PATH_SIZE]);
void scsi_disk_pull(const char *path);
void scsi_disk_remove(void);

/* dm.c: device-mapper devices */
struct dm_part {
	uint64_t sectors;
	const char *type;
	const char *params;
};

#define DM_PATH_SIZE 32
void dm_create(const char *name, const struct dm_part *parts, size_t count,
	       char path[DM_PATH_SIZE]);
void dm_replace(const char *name, const struct dm_part *parts, size_t count);
void dm_suspend(const char *name);
void dm_resume(const char *name);
void dm_remove(const char *name);

/* slow.c: a swap device whose reads take as long as one likes */
void slow_disk_start(char path[DM_PATH_SIZE]); /* in use, and fast */
void slow_disk_delay(unsigned int ms);
void slow_disk_remove(void); /* no longer in use */

#endif /* GUEST_H */
