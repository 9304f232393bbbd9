// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module says of pages: an object's ioctl and its fdinfo say the same,
 * and what all objects say adds up to what sysfs says of all.
 */
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0xf165
#define OBJECTS 4
#define PARTS ((size_t)16) /* of the budget: what is wired, or may not leave */
#define WATCHED_MS \
	5000 /* longer than it takes a kernel for debugging to warn */

struct figure {
	const char *name; /* in sysfs, and behind "aobj-" in fdinfo */
	size_t offset; /* in struct aobj_info */
};

#define FIGURE(name)                                    \
	{                                               \
#name, offsetof(struct aobj_info, name) \
	}

static const struct figure figures[] = {
	FIGURE(resident), FIGURE(swapped), FIGURE(slots),    FIGURE(bad),
	FIGURE(wired),	  FIGURE(dirty),   FIGURE(reserved),
};

struct all {
	struct object object[OBJECTS];
	const struct figure *figure;
	uint64_t of_object[OBJECTS];
	uint64_t in_fdinfo[OBJECTS];
	uint64_t total;
};

static uint64_t info_get(int fd, const struct figure *figure)
{
	struct aobj_info info = object_info(fd);
	uint64_t value;

	memcpy(&value, (const char *)&info + figure->offset, sizeof(value));
	return value;
}

static uint64_t fdinfo_get(int fd, const char *name)
{
	char path[64], line[256], key[64];
	unsigned long long value = UINT64_MAX;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	snprintf(key, sizeof(key), "aobj-%s:\t", name);
	length = strlen(key);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, length))
			value = strtoull(line + length, NULL, 10);
	if (!file)
		die("%s", path);
	fclose(file);
	return value;
}

/* The daemon may be about something: what is read one after the other differs. */
static bool agree(void *argument)
{
	struct all *all = argument;
	uint64_t sum = 0;
	bool same = true;

	all->total = stat_get(all->figure->name);
	for (size_t i = 0; i < OBJECTS; i++) {
		int fd = all->object[i].fd;

		all->of_object[i] = info_get(fd, all->figure);
		all->in_fdinfo[i] = fdinfo_get(fd, all->figure->name);
		same = same && all->of_object[i] == all->in_fdinfo[i];
		sum += all->of_object[i];
	}
	return same && sum == all->total;
}

static void check_figures(struct all *all, const char *when)
{
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		uint64_t sum = 0;
		bool good;

		all->figure = &figures[i];
		good = wait_until(agree, all, 5000 * time_scale());
		for (size_t k = 0; k < OBJECTS; k++) {
			sum += all->of_object[k];
			if (!good)
				note("object %zu: %llu, in fdinfo %llu", k,
				     (unsigned long long)all->of_object[k],
				     (unsigned long long)all->in_fdinfo[k]);
		}
		check(good, text("%s: all agree in %s", when, figures[i].name),
		      "%llu, and %llu of all", (unsigned long long)sum,
		      (unsigned long long)all->total);
	}
}

static long call_range(int fd, unsigned long request, size_t pages)
{
	struct aobj_range range = { .length = pages * page_size };

	return ioctl(fd, request, &range);
}

/* => one that pages, one that is wired in part, one that may not, one reserved */
static void make(struct all *all)
{
	size_t part = budget_pages() / PARTS;
	struct aobj_resize reserve = { part * page_size, AOBJ_RESIZE_RESERVE,
				       0 };
	struct aobj_noswap noswap = { 0 };
	struct object *o = all->object;

	o[0] = object_new(2 * budget_pages());
	o[1] = object_new(2 * part);
	o[2] = object_new(part);
	o[3] = object_new(part);
	check_ok(ioctl(o[2].fd, AOBJ_IOC_NOSWAP, &noswap),
		 "one is not swapped");
	check_ok(ioctl(o[3].fd, AOBJ_IOC_RESIZE, &reserve), "one is reserved");
	for (size_t i = 0; i < OBJECTS; i++)
		range_fill(o[i].map, SEED + i, 0,
			   i ? o[i].pages / 2 : o[i].pages, 1);
	check_ok(call_range(o[1].fd, AOBJ_IOC_WIRE, part), "one is wired");
}

static void check_something_of_each(const struct all *all)
{
	const struct object *o = all->object;
	size_t part = o[2].pages * page_size;

	check_at_least(object_info(o[0].fd).swapped, part, "much is swapped");
	check_at_least(object_info(o[0].fd).resident, part, "much is not");
	check_equal(object_info(o[1].fd).wired, part, "a part is wired");
	check_equal(object_info(o[2].fd).wired, part, "one pays for its size");
	check_equal(object_info(o[3].fd).reserved, part, "one has reserved it");
}

/* A kernel for debugging looks at figures when nothing happens, and warns. */
static void rest(void)
{
	if (!access("/sys/class/misc/aobj/check", F_OK))
		sleep_ms(WATCHED_MS);
}

int main(void)
{
	struct all all = { 0 };
	struct object *o = all.object;

	test_begin("figures: objects and totals agree", 60);
	make(&all);
	check_figures(&all, "filled");
	check_something_of_each(&all);
	rest();
	check_range(o[0].map, SEED, 0, o[0].pages, 1, "all is read");
	check_figures(&all, "read");
	check_ok(object_drop(o[0].fd, 0, o[0].pages / 2), "half is dropped");
	check_ok(call_range(o[1].fd, AOBJ_IOC_UNWIRE, o[1].pages),
		 "what was wired is not");
	object_resize_pages(o[3].fd, o[3].pages / 2);
	check_figures(&all, "dropped");
	check_range(o[1].map, SEED + 1, 0, o[1].pages / 2, 1, "it is right");
	rest();
	for (size_t i = 0; i < OBJECTS; i++)
		object_free(&o[i]);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		check(stat_wait(figures[i].name, 0, 5000 * time_scale()),
		      text("nothing is left in %s", figures[i].name), "%llu",
		      (unsigned long long)stat_get(figures[i].name));
	return test_end();
}
