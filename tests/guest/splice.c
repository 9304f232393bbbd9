// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice(2) and sendfile(2) move an object's bytes in and out, with most of
 * them in swap.
 */
#include <fcntl.h>
#include <sys/sendfile.h>

#include "guest.h"

#define SEED 0x5911
#define ODD ((size_t)12345) /* neither a page nor a divisor of one */
#define ROOM ((size_t)65536)

static int pipes[2];

/* Moves @length bytes through the pipe; false when it stops halfway. */
static bool splice_through(int from, off_t *at, int to, off_t *target,
			   size_t length)
{
	while (length) {
		size_t want = length < ROOM ? length : ROOM;
		ssize_t got = splice(from, at, pipes[1], NULL, want, 0);

		if (got <= 0)
			return false;
		length -= (size_t)got;
		while (got) {
			ssize_t put = splice(pipes[0], NULL, to, target,
					     (size_t)got, 0);

			if (put <= 0)
				return false;
			got -= put;
		}
	}
	return true;
}

static struct object filled(void)
{
	struct object o = object_new(2 * budget_pages());

	range_fill(o.map, SEED, 0, o.pages, 1);
	return o;
}

static void test_splice(const struct object *from)
{
	struct object to = object_new(CLUSTER);
	size_t length = from->pages * page_size;
	struct paging before = paging_now();
	off_t at = 0, target = 0;

	check(splice_through(from->fd, &at, to.fd, &target, length),
	      "splice moves a whole object into another", "%s",
	      strerror(errno));
	check_equal((uint64_t)at, length, "it moves the one offset");
	check_equal((uint64_t)target, length, "and the other");
	check_equal(object_info(to.fd).size, length,
		    "the target has grown to take it");
	object_unmap(to.map, to.pages);
	to.pages = from->pages;
	to.map = object_map(to.fd, 0, to.pages, PROT_READ, MAP_SHARED);
	check_range(to.map, SEED, 0, to.pages, 1, "the bytes are right");
	check_paging(before, budget_pages(), budget_pages(), "splice");
	object_free(&to);
}

/* Offsets that are no page's. */
static void test_odd(const struct object *from)
{
	struct object to = object_new(CLUSTER);
	off_t at = (off_t)ODD, target = (off_t)(ODD / 2);
	size_t length = 3 * ODD;

	check(splice_through(from->fd, &at, to.fd, &target, length),
	      "splice takes offsets within pages", "%s", strerror(errno));
	check(!memcmp(to.map + ODD / 2, from->map + ODD, length),
	      "it moves the right bytes", "other bytes");
	check_equal(to.map[ODD / 2 - 1], 0, "none before them");
	check_equal(to.map[ODD / 2 + length], 0, "and none after");
	at = (off_t)(from->pages * page_size);
	check_result(splice(from->fd, &at, pipes[1], NULL, ROOM, 0), 0,
		     "splice at the end gives 0");
	object_free(&to);
}

/* A page in a pipe outlives its place in the object. */
static void test_kept(void)
{
	struct object o = filled();
	uint8_t *copy = malloc(page_size);
	off_t at = (off_t)(3 * page_size);

	if (!copy)
		die("malloc");
	check_result(splice(o.fd, &at, pipes[1], NULL, page_size, 0),
		     (long)page_size, "a page goes into a pipe");
	object_resize_pages(o.fd, 0);
	object_resize_pages(o.fd, o.pages);
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_result(read(pipes[0], copy, page_size), (long)page_size,
		     "it comes out");
	check(page_matches(copy, SEED, 3, 1),
	      "as it was before the object was shrunk", "other bytes");
	check_range(o.map, SEED, 0, o.pages, 2, "the new pages are right");
	free(copy);
	object_free(&o);
}

/* What is in a pipe is a copy: the page in it is not the object's. */
static void test_copied(void)
{
	struct object o = object_new(1);
	off_t at = 0;
	char byte = 0;

	o.map[0] = 'a';
	check_result(splice(o.fd, &at, pipes[1], NULL, 1, 0), 1,
		     "a byte goes into a pipe");
	o.map[0] = 'b';
	check(read(pipes[0], &byte, 1) == 1 && byte == 'a',
	      "and comes out as it was then", "as '%c'", byte);
	object_free(&o);
}

static void test_sendfile(const struct object *from)
{
	struct object to = object_new(from->pages);
	size_t length = from->pages * page_size, left = length;
	ssize_t moved = 1;
	off_t at = 0;

	for (; left && moved > 0; left -= (size_t)moved) {
		moved = sendfile(to.fd, from->fd, &at, left);
		if (moved < 0)
			break;
	}
	check_equal(left, 0, "sendfile moves a whole object into another");
	check_range(to.map, SEED, 0, to.pages, 1, "it moves the right bytes");
	check_result(sendfile(to.fd, from->fd, &at, 1), 0,
		     "sendfile at the end gives 0");
	object_free(&to);
}

int main(void)
{
	struct object o;

	test_begin("splice: bytes move through pipes", 30);
	if (pipe2(pipes, O_CLOEXEC))
		die("pipe");
	o = filled();
	test_splice(&o);
	test_odd(&o);
	test_kept();
	test_copied();
	test_sendfile(&o);
	check_range(o.map, SEED, 0, o.pages, 1, "the source is unchanged");
	object_free(&o);
	return test_end();
}
