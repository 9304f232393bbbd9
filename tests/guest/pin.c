// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the kernel holds references to (here: a pipe, by vmsplice) stay
 * where they are, and are the object's pages all the while.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>

#include "guest.h"

#define SEED 0x919
#define PINNED ((size_t)16)

struct pins {
	int ends[2];
};

static struct pins pins_new(size_t pages)
{
	struct pins pins;

	if (pipe2(pins.ends, O_CLOEXEC))
		die("pipe");
	if (fcntl(pins.ends[0], F_SETPIPE_SZ, pages * page_size) < 0)
		die("F_SETPIPE_SZ for %zu pages", pages);
	return pins;
}

static void pins_free(struct pins *pins)
{
	close(pins->ends[0]);
	close(pins->ends[1]);
}

/* Puts references to the pages into the pipe; true when all are in. */
static bool pin(struct pins *pins, uint8_t *bytes, size_t pages)
{
	struct iovec range = { bytes, pages * page_size };
	ssize_t length = vmsplice(pins->ends[1], &range, 1, SPLICE_F_NONBLOCK);

	return length == (ssize_t)(pages * page_size);
}

/* Takes one page out of the pipe, and so gives its reference back. */
static void take(struct pins *pins, uint8_t *bytes)
{
	size_t at = 0;

	while (at < page_size) {
		ssize_t got = read(pins->ends[0], bytes + at, page_size - at);

		if (got <= 0)
			die("read of a pipe");
		at += (size_t)got;
	}
}

static size_t wrong_taken(struct pins *pins, size_t first, size_t pages,
			  uint32_t version)
{
	uint8_t *bytes = aligned_alloc(page_size, page_size);
	size_t wrong = 0;

	for (size_t i = 0; i < pages; i++) {
		take(pins, bytes);
		wrong += !page_matches(bytes, SEED, first + i, version);
	}
	free(bytes);
	return wrong;
}

static void test_eviction(void)
{
	struct object o = object_new(4 * CLUSTER);
	struct pins pins = pins_new(PINNED);
	size_t first = CLUSTER + 20;
	uint8_t *bytes = object_page(&o, first);

	range_fill(o.map, SEED, 0, o.pages, 1);
	check(pin(&pins, bytes, PINNED), "vmsplice takes pages of an object",
	      "%s", strerror(errno));
	check(evict_pages(o.fd, 2 * CLUSTER, CLUSTER),
	      "pages beside pinned ones can be evicted", "some stay");
	check_equal(object_count(o.fd, first, PINNED, AOBJ_PAGE_RESIDENT,
				 AOBJ_PAGE_RESIDENT),
		    PINNED, "pinned pages stay resident");
	range_fill(bytes, SEED, first, PINNED, 2);
	check_equal(wrong_taken(&pins, first, PINNED, 2), 0,
		    "the holder of a pin sees later writes");
	check(evict_pages(o.fd, 0, o.pages), "pages once pinned can be evicted",
	      "some stay resident");
	check_range(bytes, SEED, first, PINNED, 2, "and come back right");
	check_range(o.map, SEED, 0, first, 1, "pages beside them are intact");
	pins_free(&pins);
	object_free(&o);
}

static void test_shrink(void)
{
	struct object o = object_new(2 * CLUSTER);
	struct pins pins = pins_new(PINNED);

	range_fill(o.map, SEED, 0, o.pages, 3);
	check(pin(&pins, o.map, PINNED), "vmsplice takes pages to be cut off",
	      "%s", strerror(errno));
	check_ok(object_resize(o.fd, 0), "an object shrinks over pinned pages");
	check_equal(object_info(o.fd).resident, 0, "it holds nothing then");
	object_resize_pages(o.fd, o.pages);
	check_zero(o.map, o.pages, "grown again, it is zero");
	range_fill(o.map, SEED, 0, o.pages, 4);
	check_equal(wrong_taken(&pins, 0, PINNED, 3), 0,
		    "the holder of a pin keeps the old page");
	check_range(o.map, SEED, 0, o.pages, 4, "the new pages are others");
	pins_free(&pins);
	object_free(&o);
}

static void test_close(void)
{
	struct object o = object_new(CLUSTER);
	struct pins pins = pins_new(PINNED);

	range_fill(o.map, SEED, 0, o.pages, 5);
	check(pin(&pins, o.map, PINNED),
	      "vmsplice takes pages of a dying object", "%s", strerror(errno));
	object_free(&o);
	check(stat_wait("objects", 0, 2000), "a pin does not keep an object",
	      "%llu objects", (unsigned long long)stat_get("objects"));
	check_equal(wrong_taken(&pins, 0, PINNED, 5), 0,
		    "the holder of a pin keeps the page of a dead object");
	pins_free(&pins);
	check(stat_wait("resident", 0, 2000), "nothing is resident after that",
	      "%llu bytes", (unsigned long long)stat_get("resident"));
}

static int touch_forever(void *address)
{
	return touch_write(address, 1);
}

/* With a long wait set, a touch that waits for room must be killable. */
static void test_killable(uint8_t *address)
{
	unsigned int wait_ms = nospace_wait_ms();
	uint64_t start;
	int status = -1;
	pid_t pid;

	set_nospace_wait_ms(30000);
	pid = task_start(touch_forever, address);
	check(!task_wait_ms(pid, 300, &status), "a touch waits for room",
	      "it ended with %d", status);
	start = now_ms();
	kill(pid, SIGKILL);
	check(task_wait_ms(pid, 5000, &status) && status == 128 + SIGKILL,
	      "a touch that waits for room can be killed", "status %d", status);
	check_at_most(now_ms() - start, 1000, "within a second");
	set_nospace_wait_ms(wait_ms);
}

static void test_all_pinned(void)
{
	size_t budget = budget_pages(), pinned = 0;
	struct object o = object_new(2 * budget);
	struct pins pins = pins_new(2 * budget);
	unsigned int limit = nospace_wait_ms() + 3000;
	uint64_t start = now_ms();
	bool more = true;

	range_fill(o.map, SEED, 0, o.pages, 6);
	while (more && pinned < o.pages) {
		start = now_ms();
		more = pin(&pins, object_page(&o, pinned), 1);
		pinned += more;
	}
	check(!more && errno == EFAULT, "pinning ends when the budget is full",
	      "%s", more ? "it never ends" : strerror(errno));
	check_at_most(now_ms() - start, limit, "and ends in bounded time");
	check_at_least(pinned, budget / 2, "half of the budget can be pinned");
	check_at_most(pinned, budget, "no more than the budget can be pinned");
	start = now_ms();
	check_result(touch_read(object_page(&o, o.pages - 1)), SIGBUS,
		     "a touch that finds no room is SIGBUS");
	check_at_most(now_ms() - start, limit, "that too in bounded time");
	check_at_most(stat_get("resident"), stat_get("budget"),
		      "residency is in the budget");
	test_killable(object_page(&o, o.pages - 1));
	check_equal(wrong_taken(&pins, 0, pinned, 6), 0,
		    "the pinned pages held their contents");
	check_range(o.map, SEED, 0, o.pages, 6,
		    "once they are let go, everything is served");
	pins_free(&pins);
	object_free(&o);
}

int main(void)
{
	test_begin("pin: pinned pages stay, and stay the object's", 40);
	test_eviction();
	test_shrink();
	test_close();
	test_all_pinned();
	return test_end();
}
