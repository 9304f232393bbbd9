// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations, valid and not, on objects, their mappings, and the
 * control node; each result is checked against a model (fuzzer/).
 *
 * AOBJ_FUZZ_SEED, AOBJ_FUZZ_SECONDS, and AOBJ_FUZZ_INJECT (a kind of fault
 * injection of the kernel's) make it another run, or a longer one.  What
 * operation N does follows from the seed and N alone.
 */
#include <stdarg.h>

#include "fuzzer/fuzz.h"

#define LOGGED 60
#define CHECK_EVERY 500
#define PAGED 256
#define PATIENCE_MS 30000

static char logged[LOGGED][200];
static uint64_t seed, operation, random_state;
static unsigned int seconds;

static void reseed(void)
{
	uint64_t key = (seed ^ operation << 20) * 0x9e3779b97f4a7c15u;

	key = (key ^ key >> 29) * 0xbf58476d1ce4e5b9u + operation;
	random_state = (key ^ key >> 32) | 1;
	random_next(&random_state);
}

/* Less than @bound. */
uint64_t any(uint64_t bound)
{
	uint64_t high = random_next(&random_state);

	return ((high << 32) ^ random_next(&random_state)) % bound;
}

bool chance(unsigned int percent)
{
	return any(100) < percent;
}

/* Numbers that are where something ends, or anything. */
uint64_t odd_number(void)
{
	uint64_t one = (uint64_t)1 << any(64);

	switch (any(5)) {
	case 0:
		return one;
	case 1:
		return one - 1;
	case 2:
		return ~one;
	case 3:
		return any(16);
	default:
		return any(UINT64_MAX);
	}
}

void op_log(const char *format, ...)
{
	char *line = logged[operation % LOGGED];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(logged[0]), format, args);
	va_end(args);
}

void mismatch(const char *format, ...)
{
	char found[400];
	va_list args;

	inject_stop();
	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	check(false, "every result is what the model says", "%s", found);
	note("seed %llu, operation %llu; the last operations:",
	     (unsigned long long)seed, (unsigned long long)operation);
	for (uint64_t i = operation < LOGGED ? 0 : operation - LOGGED + 1;
	     i <= operation; i++)
		if (*logged[i % LOGGED])
			note("%8llu %s", (unsigned long long)i,
			     logged[i % LOGGED]);
	exit(test_end());
}

/* The call must have failed with @error, or given 0 if that is 0. */
void expect(long result, int error, const char *what)
{
	if (error ? result == -1 && errno == error : result == 0)
		return;
	mismatch("%s gave %ld (%s), expected %s", what, result,
		 result ? strerror(errno) : "success",
		 error ? strerror(error) : "success");
}

static void check_objects(void)
{
	for (struct model *o = models; o < models + OBJECTS; o++) {
		size_t pages = o->pages < LOW_PAGES ? o->pages : LOW_PAGES;

		for (size_t i = 0; o->fd >= 0 && i < pages; i++) {
			ssize_t got;

			do {
				got = pread(o->fd, io_buffer, page_size,
					    (off_t)(i * page_size));
			} while (injected(got != (ssize_t)page_size));
			model_read(o, i * page_size, io_expected, page_size);
			if (got != (ssize_t)page_size ||
			    memcmp(io_buffer, io_expected, page_size))
				mismatch("object %zu, page %zu is not right "
					 "(read gave %zd)",
					 (size_t)(o - models), i, got);
		}
	}
}

static void check_everything(void)
{
	op_log("everything is checked");
	for (size_t i = 0; i < MAPS; i++)
		if (maps[i].object)
			map_check(&maps[i], "at a check of everything");
	check_objects();
}

static unsigned int total(const struct fuzz_op *ops, size_t count)
{
	unsigned int weight = 0;

	for (size_t i = 0; i < count; i++)
		weight += ops[i].weight;
	return weight;
}

static void run_one(const struct fuzz_op *ops, size_t count)
{
	uint64_t at = any(total(ops, count));

	for (; at >= ops->weight; ops++)
		at -= ops->weight;
	ops->run();
}

static void step(void)
{
	reseed();
	logged[operation % LOGGED][0] = '\0';
	inject_begin();
	if (operation % CHECK_EVERY == CHECK_EVERY - 1)
		check_everything();
	else if (chance(1))
		run_one(swap_ops, swap_ops_count);
	else if (chance(18))
		run_one(ioctl_ops, ioctl_ops_count);
	else if (chance(45))
		run_one(io_ops, io_ops_count);
	else
		run_one(map_ops, map_ops_count);
	inject_end();
}

/* Without that much paging a run shows little, however slow the machine. */
static bool paged_enough(struct paging since)
{
	struct paging now = paging_now();

	return now.out - since.out >= PAGED && now.in - since.in >= PAGED;
}

static void run(struct paging since)
{
	uint64_t end = now_ms() + seconds * (uint64_t)1000;

	for (; now_ms() < end ||
	       (!paged_enough(since) && now_ms() < end + PATIENCE_MS);
	     operation++)
		step();
}

static void close_all(void)
{
	for (size_t i = 0; i < MAPS; i++)
		if (maps[i].object)
			map_clear(&maps[i]);
	for (size_t i = 0; i < OBJECTS; i++)
		if (models[i].fd >= 0)
			close(models[i].fd);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void set_up(void)
{
	const char *inject = getenv("AOBJ_FUZZ_INJECT");

	seed = setting("AOBJ_FUZZ_SEED", 20140101);
	seconds = (unsigned int)setting("AOBJ_FUZZ_SECONDS", 6);
	test_begin("fuzz: random operations agree with a model",
		   2 * seconds + 60);
	note("seed %llu, %u s", (unsigned long long)seed, seconds);
	io_buffer = aligned_alloc(page_size, IO_PAGES * page_size);
	io_expected = aligned_alloc(page_size, IO_PAGES * page_size);
	if (!io_buffer || !io_expected)
		die("memory for buffers");
	memset(io_buffer, 0, IO_PAGES * page_size);
	memset(io_expected, 0, IO_PAGES * page_size);
	models_init();
	maps_init();
	swap_ops_init();
	expect(control_budget(MIB), 0, "budget");
	if (inject && *inject)
		inject_init(inject);
}

int main(void)
{
	struct paging before;

	set_up();
	before = paging_now();
	run(before);
	inject_stop();
	check_everything();
	check(true, "every result is what the model says", "%s", "");
	note("%llu operations, %llu pages out, %llu rescued",
	     (unsigned long long)operation,
	     (unsigned long long)(stat_event("pages_out") - before.out),
	     (unsigned long long)stat_event("rescues"));
	check_paging(before, PAGED, PAGED, "meanwhile");
	close_all();
	swap_ops_end();
	return test_end();
}
