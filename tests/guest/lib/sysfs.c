// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module says about itself under /sys.
 */
#include <fcntl.h>
#include <sys/sysmacros.h>

#include "guest.h"

#define SYSFS "/sys/class/misc/aobj/"
#define PATH_SIZE 128

static bool read_text(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, value, size - 1);
	close(fd);
	if (length <= 0)
		return false;
	value[length] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static uint64_t read_number(const char *path)
{
	char value[64], *end;
	uint64_t number;

	if (!read_text(path, value, sizeof(value)))
		die("read of %s", path);
	number = strtoull(value, &end, 10);
	if (end == value || *end)
		die("%s holds '%s', not a number", path, value);
	return number;
}

/* Threads may call these: no text() here. */
uint64_t stat_get(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), SYSFS "%s", name);
	return read_number(path);
}

uint64_t stat_event(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), SYSFS "events/%s", name);
	return read_number(path);
}

size_t budget_pages(void)
{
	return (size_t)stat_get("budget") / page_size;
}

/* Pages: four times the budget, so that three quarters cannot be resident. */
size_t working_set(void)
{
	return 4 * budget_pages();
}

struct paging paging_now(void)
{
	return (struct paging){
		.out = stat_event("pages_out"),
		.in = stat_event("pages_in"),
		.faults = stat_event("faults"),
	};
}

/* The module must have moved this many pages since, or the test shows nothing. */
void check_paging(struct paging since, size_t out, size_t in, const char *what)
{
	struct paging now = paging_now();

	if (out)
		check_at_least(now.out - since.out, out,
			       text("%s: pages were written out", what));
	if (in)
		check_at_least(now.in - since.in, in,
			       text("%s: pages were read in", what));
}

struct stat_value {
	const char *name;
	uint64_t value;
};

static bool stat_has(void *argument)
{
	const struct stat_value *expected = argument;

	return stat_get(expected->name) == expected->value;
}

bool stat_wait(const char *name, uint64_t value, unsigned int limit_ms)
{
	struct stat_value expected = { name, value };

	return wait_until(stat_has, &expected, limit_ms);
}

static void device_path(char path[PATH_SIZE], dev_t dev, const char *name)
{
	snprintf(path, PATH_SIZE, SYSFS "swap/%u:%u/%s", major(dev), minor(dev),
		 name);
}

uint64_t device_get(dev_t dev, const char *name)
{
	char path[PATH_SIZE];

	device_path(path, dev, name);
	return read_number(path);
}

struct device_errors {
	dev_t dev;
	const char *name;
	uint64_t before; /* events */
};

static bool errors_agree(void *argument)
{
	const struct device_errors *e = argument;

	return device_get(e->dev, e->name) == stat_event(e->name) - e->before;
}

/*
 * All of them were of this device since it was taken into use, when there had been that
 * many; the last may still be about to be counted.
 */
bool check_device_errors(dev_t dev, const char *name, uint64_t events_before)
{
	struct device_errors e = { dev, name, events_before };

	return check(wait_until(errors_agree, &e, 2000),
		     text("the device's own %s are counted", name),
		     "%llu of its own, %llu in all",
		     (unsigned long long)device_get(dev, name),
		     (unsigned long long)(stat_event(name) - events_before));
}

bool device_in_use(dev_t dev)
{
	char path[PATH_SIZE];

	device_path(path, dev, "state");
	return access(path, F_OK) == 0;
}

bool device_state_is(dev_t dev, const char *state)
{
	char path[PATH_SIZE], value[64];

	device_path(path, dev, "state");
	return read_text(path, value, sizeof(value)) && !strcmp(value, state);
}

#define NOSPACE_WAIT "/sys/module/aobj/parameters/nospace_wait_ms"

/* As the program's clock shows it. */
unsigned int nospace_wait_ms(void)
{
	return (unsigned int)read_number(NOSPACE_WAIT) / time_scale();
}

void set_nospace_wait_ms(unsigned int ms)
{
	if (command("echo %u >" NOSPACE_WAIT, ms * time_scale()))
		die("writing to " NOSPACE_WAIT);
}
