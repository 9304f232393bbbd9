// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a page costs that is touched again, in instructions: in a sparse object
 * of 16 TiB as little as in one of 64 pages, from memory and from swap.
 *
 * It wants a clock that counts instructions (run-guest --icount), and says so
 * where there is none.  One page a cluster, so that there is little else that
 * could hide the way to it.
 */
#include <sys/ioctl.h>
#include <time.h>

#include "guest.h"

#define TIB ((uint64_t)1 << 40)
#define SIZE (16 * TIB)
#define PLACE ((uint64_t)17) /* of the page in its cluster */
#define CLUSTERS ((size_t)128)
#define SAMPLES (4 * CLUSTERS)
#define PERCENT ((uint64_t)110) /* of the small object's cost */
#define SYNCHRONOUS_SWAP "/dev/ram0" /* no time passes while it works */

struct sample_object {
	struct object o;
	size_t count; /* pages that are touched */
	uint64_t pages[CLUSTERS];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t loop_ns(uint64_t turns)
{
	uint64_t start = now_ns();

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(turns));
	return now_ns() - start;
}

/*
 * Two instructions a turn, at 1 ns each, every time but for an interrupt; what
 * surrounds the loop cancels out.
 */
static size_t exact_loops(size_t tries)
{
	size_t exact = 0;

	for (size_t i = 0; i < tries; i++) {
		uint64_t ns = loop_ns(11000) - loop_ns(1000);

		exact += ns >= 19990 && ns <= 20010;
	}
	return exact;
}

static struct sample_object small_object(void)
{
	struct sample_object s = { .o = object_new(CLUSTER), .count = 1 };

	s.pages[0] = PLACE;
	return s;
}

/* The first cluster, the last, and some between. */
static struct sample_object huge_object(void)
{
	struct sample_object s = { .o = object_new(SIZE / page_size),
				   .count = CLUSTERS };
	uint64_t random = 5, last = SIZE / page_size / CLUSTER - 1;

	for (size_t i = 0; i < CLUSTERS; i++)
		s.pages[i] = (i < 2 ? i * last : random_next(&random) % last) *
				     CLUSTER +
			     PLACE;
	return s;
}

static void touch(const struct sample_object *s, size_t i)
{
	*(volatile uint8_t *)object_page(&s->o, s->pages[i]) = 1;
}

static void touch_all(const struct sample_object *s)
{
	for (size_t i = 0; i < s->count; i++)
		touch(s, i);
}

static void forget_mapping(const struct sample_object *s, size_t i)
{
	if (madvise(object_page(&s->o, s->pages[i]), page_size, MADV_DONTNEED))
		die("MADV_DONTNEED");
}

static void page_out(const struct sample_object *s, size_t i)
{
	if (object_flush(s->o.fd, s->pages[i], 1,
			 AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN |
				 AOBJ_FLUSH_WAIT,
			 NULL, NULL))
		die("AOBJ_IOC_FLUSH");
	/* What had to be written is clean now, and goes. */
	if (object_flush(s->o.fd, s->pages[i], 1,
			 AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN, NULL, NULL))
		die("AOBJ_IOC_FLUSH");
	if (object_state(s->o.fd, s->pages[i]) != AOBJ_PAGE_SWAPPED)
		die("a page is not on swap only");
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* => the median: an interrupt now and then does not count */
static uint64_t cost(const struct sample_object *s,
		     void (*prepare)(const struct sample_object *, size_t))
{
	static uint64_t samples[SAMPLES];

	for (size_t i = 0; i < SAMPLES; i++) {
		uint64_t start;

		prepare(s, i % s->count);
		start = now_ns();
		touch(s, i % s->count);
		samples[i] = now_ns() - start;
	}
	qsort(samples, SAMPLES, sizeof(samples[0]), by_value);
	return samples[SAMPLES / 2];
}

static void compare(const struct sample_object *small,
		    const struct sample_object *huge,
		    void (*prepare)(const struct sample_object *, size_t),
		    const char *what)
{
	uint64_t faults = stat_event("faults");
	uint64_t on_small = cost(small, prepare);
	uint64_t on_huge = cost(huge, prepare);

	check_at_least(stat_event("faults") - faults, 2 * SAMPLES,
		       text("%s: each touch is a fault", what));
	note("%s: %llu instructions in 64 pages, %llu in 16 TiB", what,
	     (unsigned long long)on_small, (unsigned long long)on_huge);
	check_at_most(on_huge * 100, on_small * PERCENT,
		      text("%s costs at most 1.1 times as much", what));
}

int main(void)
{
	struct sample_object small, huge;
	uint64_t pages_in;

	test_begin("refault: as cheap in 16 TiB as in 64 pages", 60);
	if (!check_at_least(exact_loops(10), 8,
			    "the clock counts instructions"))
		return test_end();
	main_swap_off();
	header_make(SYNCHRONOUS_SWAP);
	swap_start(SYNCHRONOUS_SWAP);
	small = small_object();
	huge = huge_object();
	touch_all(&small);
	touch_all(&huge);
	check_equal(stat_get("clusters"), CLUSTERS + 1,
		    "each page has a cluster of its own");
	compare(&small, &huge, forget_mapping, "a page that is in memory");
	pages_in = stat_event("pages_in");
	compare(&small, &huge, page_out, "a page that is on swap");
	check_equal(stat_event("pages_in") - pages_in, 2 * SAMPLES,
		    "and is read each time");
	object_free(&small.o);
	object_free(&huge.o);
	swap_stop(SYNCHRONOUS_SWAP);
	main_swap_on();
	return test_end();
}
