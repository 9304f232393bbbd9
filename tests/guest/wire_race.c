// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wiring beside others who do, too: what is refused to one, however much it
 * was, is never counted against another; and an object is not swapped from
 * its first page on, or not at all.
 */
#include <pthread.h>
#include <sys/ioctl.h>

#include "guest.h"

#define TIB ((uint64_t)1 << 40)
#define WIRES 500
#define GREEDY_TRIES 20 /* at least: a busy machine may give it no turn */
#define LIMIT_MS 20000
#define FIRST_TOUCHES 200

static int noswap(int fd)
{
	struct aobj_noswap call = { 0 };

	return ioctl(fd, AOBJ_IOC_NOSWAP, &call);
}

struct greedy {
	volatile bool stop;
	volatile uint64_t tries;
	uint64_t wrong; /* not refused, or not for want of room */
};

/* Asks for far more than there is, again and again. */
static void *ask_for_too_much(void *argument)
{
	struct greedy *greedy = argument;
	int fd = object_open();

	if (object_resize(fd, 4096 * TIB))
		greedy->wrong++;
	while (!greedy->stop) {
		greedy->wrong += !noswap(fd) || errno != ENOMEM;
		greedy->tries++;
	}
	close(fd);
	return NULL;
}

static void test_beside_too_much(void)
{
	struct object o = object_new(1);
	struct aobj_range range = { .offset = 0, .length = page_size };
	struct greedy greedy = { 0 };
	uint64_t end = now_ms() + LIMIT_MS;
	size_t refused = 0;
	pthread_t thread;

	errno = pthread_create(&thread, NULL, ask_for_too_much, &greedy);
	if (errno)
		die("pthread_create");
	for (int i = 0;
	     i < WIRES || (greedy.tries < GREEDY_TRIES && now_ms() < end);
	     i++) {
		refused += ioctl(o.fd, AOBJ_IOC_WIRE, &range) != 0;
		refused += ioctl(o.fd, AOBJ_IOC_UNWIRE, &range) != 0;
	}
	greedy.stop = true;
	pthread_join(thread, NULL);
	check_at_least(greedy.tries, GREEDY_TRIES, "one asks for 2^40 pages");
	check_equal(greedy.wrong, 0, "and is refused each time");
	check_equal(refused, 0, "another, who wants one, never is");
	object_free(&o);
}

struct racer {
	struct object o;
	bool ready;
	bool go;
};

static bool seen(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static void *touch(void *argument)
{
	struct racer *racer = argument;

	set(&racer->ready);
	while (!seen(&racer->go))
		;
	*(volatile uint8_t *)racer->o.map = 1;
	return NULL;
}

/* => NOSWAP came first, and the object is as it should be in either case */
static bool race_first_touch(size_t pause, size_t *wrong)
{
	const uint32_t out = AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN |
			     AOBJ_FLUSH_WAIT;
	struct racer racer = { .o = object_new(2) };
	struct object o = racer.o;
	pthread_t thread;
	uint64_t skipped;
	bool first;

	errno = pthread_create(&thread, NULL, touch, &racer);
	if (errno)
		die("pthread_create");
	while (!seen(&racer.ready))
		sched_yield();
	set(&racer.go);
	for (size_t spin = 0; spin < pause; spin++)
		__asm__ volatile("");
	first = !noswap(o.fd);
	*wrong += !first && errno != EBUSY;
	pthread_join(thread, NULL);
	*wrong += object_info(o.fd).wired != (first ? 2 * page_size : 0);
	/* Of one that is not swapped no flush takes anything. */
	*wrong += object_flush(o.fd, 0, 2, out, NULL, &skipped) != 0;
	*wrong += skipped != first;
	*wrong += o.map[0] != 1;
	object_free(&o);
	return first;
}

static void test_first_touch(void)
{
	size_t wrong = 0, first = 0;

	for (int i = 0; i < FIRST_TOUCHES; i++)
		first += race_first_touch((size_t)i % 50 * 1000, &wrong);
	note("%zu times of %d NOSWAP came first", first, FIRST_TOUCHES);
	check_equal(wrong, 0, "all of an object is swapped, or nothing");
	check_equal(stat_get("wired"), 0, "nothing stays wired");
}

int main(void)
{
	test_begin("wire_race: wiring beside others", 60);
	test_beside_too_much();
	test_first_touch();
	return test_end();
}
