// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap full, and no swap at all: what is stored stays, a touch that cannot be
 * served is SIGBUS in bounded time, and freed room is room again.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>

#include "guest.h"

#define SEED 0xf011
#define SMALL "aobj-small"
#define SMALL_SECTORS ((uint64_t)4096)
#define DISK "/dev/ram0"

/* Fills pages in order until a touch is refused; returns how many went in. */
static size_t fill_until_refused(const struct object *o, uint32_t version,
				 const char *what)
{
	unsigned int limit = nospace_wait_ms() + 3000;
	uint64_t start = 0;
	int signal = 0;
	size_t page;

	for (page = 0; page < o->pages; page++) {
		start = now_ms();
		signal = fill_or_signal(object_page(o, page), SEED, page,
					version);
		if (signal)
			break;
	}
	check_result(signal, SIGBUS, text("%s: there is an end to it", what));
	check_at_most(now_ms() - start, limit,
		      text("%s: the wait before SIGBUS is bounded", what));
	return page;
}

/* Resident pages must be readable and right even when nothing can move. */
static size_t wrong_residents(const struct object *o, size_t pages)
{
	uint8_t *states = malloc(pages);
	size_t wrong = 0;

	if (!states || object_query(o->fd, 0, pages, states))
		die("AOBJ_IOC_PAGES");
	for (size_t i = 0; i < pages; i++)
		if (states[i] & AOBJ_PAGE_RESIDENT)
			wrong += page_differs_or_signal(object_page(o, i), SEED,
							i, 1) != PAGE_GOOD;
	free(states);
	return wrong;
}

static void test_swap_full(void)
{
	struct object o = object_new(working_set());
	size_t room = budget_pages() + SMALL_SECTORS * 512 / page_size - 1;
	size_t stored = fill_until_refused(&o, 1, "swap full");

	check_at_most(stored, room, "no more is stored than there is room");
	check_at_least(stored, room * 9 / 10, "nearly all of the room is used");
	check_equal(wrong_residents(&o, stored), 0,
		    "resident pages are served when swap is full");
	check_errno(pwrite(o.fd, "x", 1, (off_t)((o.pages - 1) * page_size)),
		    ENOSPC, "write() that finds no room is ENOSPC");
	check_result(touch_write(object_page(&o, o.pages - 1), 1), SIGBUS,
		     "a touch elsewhere is SIGBUS too");
	stored -= 2 * CLUSTER;
	object_resize_pages(o.fd, stored);
	check_range(o.map, SEED, 0, stored, 1,
		    "everything stored is intact once some room is freed");
	range_fill(o.map, SEED, 0, stored, 2);
	check_range(o.map, SEED, 0, stored, 2, "and can be written again");
	object_resize_pages(o.fd, o.pages);
	check_result(touch_write(object_page(&o, o.pages - 1), 1), 0,
		     "freed room serves a page that was refused");
	object_free(&o);
}

/* A second object gets room when the first one goes. */
static void test_room_comes_back(void)
{
	struct object first = object_new(working_set());
	struct object second = object_new(budget_pages());

	fill_until_refused(&first, 1, "swap full again");
	check_result(touch_write(second.map, 1), SIGBUS,
		     "another object finds no room either");
	object_free(&first);
	range_fill(second.map, SEED, 0, second.pages, 3);
	check_range(second.map, SEED, 0, second.pages, 3,
		    "it finds room when the first one is gone");
	object_free(&second);
}

static ssize_t append(int fd)
{
	struct iovec vector = { "x", 1 };

	return pwritev2(fd, &vector, 1, 0, RWF_APPEND);
}

static void check_system_calls(const struct object *o, size_t page)
{
	uint8_t *address = object_page(o, page);
	struct iovec vector = { address, page_size };
	off_t at = (off_t)(page * page_size);
	uint8_t byte = 1;
	ssize_t got;
	int ends[2];

	if (pipe(ends))
		die("pipe");
	check_errno(pwrite(o->fd, "x", 1, at), ENOSPC,
		    "write() without room is ENOSPC");
	check_errno(pwrite(o->fd, "x", 1, (off_t)(o->pages * page_size)),
		    ENOSPC, "past the end as well");
	check_errno(append(o->fd), ENOSPC, "and to append");
	check_equal(object_info(o->fd).size, o->pages * page_size,
		    "which does not make it larger");
	got = pread(o->fd, &byte, 1, at);
	check((got == 1 && !byte) || (got < 0 && errno == ENOSPC),
	      "read() of an absent page is a zero or ENOSPC", "%zd %s", got,
	      strerror(errno));
	check_errno(vmsplice(ends[1], &vector, 1, 0), EFAULT,
		    "pinning a page without room is EFAULT");
	check_errno(write(ends[1], address, 1), EFAULT,
		    "a buffer without room is EFAULT");
	close(ends[0]);
	close(ends[1]);
}

static void test_no_device(void)
{
	struct object o = object_new(2 * budget_pages());
	struct paging before = paging_now();
	size_t stored = fill_until_refused(&o, 1, "no device");

	check_at_least(stored, budget_pages() * 9 / 10,
		       "an object without a device has the budget");
	check_at_most(stored, budget_pages(), "and no more");
	check_equal(paging_now().out, before.out, "nothing is written out");
	check_range(o.map, SEED, 0, stored, 1, "what is stored is intact");
	check_system_calls(&o, o.pages - 1);
	check_range(o.map, SEED, 0, stored, 1, "and still is after that");
	main_swap_on();
	range_fill(object_page(&o, stored), SEED, stored, o.pages - stored, 1);
	check_range(o.map, SEED, 0, o.pages, 1,
		    "with a device the same object takes all of it");
	object_free(&o);
}

int main(void)
{
	struct dm_part part = { SMALL_SECTORS, "linear", DISK " 0" };
	char path[DM_PATH_SIZE];

	test_begin("full: no room is SIGBUS in bounded time, and no loss", 60);
	main_swap_off();
	dm_create(SMALL, &part, 1, path);
	header_make(path);
	swap_start(path);
	test_swap_full();
	test_room_comes_back();
	swap_stop(path);
	dm_remove(SMALL);
	test_no_device();
	return test_end();
}
