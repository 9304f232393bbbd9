// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor sent over a socket is the object: it outlives its maker, and
 * even a time when it is in no process at all.
 */
#include <sys/socket.h>

#include "guest.h"

#define SEED 0xfd

static int receive_fd(int socket)
{
	int fd = descriptor_receive(socket);

	if (fd < 0)
		die("no descriptor came");
	return fd;
}

/* Makes an object, sends it and exits without closing anything. */
static int make_and_send(void *argument)
{
	int socket = *(int *)argument;
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	if (descriptor_send(socket, o.fd))
		_exit(9);
	return 0;
}

static int check_and_change(void *argument)
{
	int fd = receive_fd(*(int *)argument);
	size_t pages = working_set();
	uint8_t *map =
		object_map(fd, 0, pages, PROT_READ | PROT_WRITE, MAP_SHARED);

	if (range_differs(map, SEED, 0, pages, 1))
		return 1;
	range_fill(map, SEED, 0, pages, 2);
	return 0;
}

int main(void)
{
	size_t pages;
	struct paging before;
	int sockets[2], fd;
	uint8_t *map;

	test_begin("fdpass: a descriptor over a socket is the object", 30);
	before = paging_now();
	pages = working_set();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		die("socketpair");
	check_result(task_wait(task_start(make_and_send, &sockets[1])), 0,
		     "a process sends an object and exits");
	check_equal(stat_get("objects"), 1, "the object lives in the socket");
	fd = receive_fd(sockets[0]);
	check_equal(object_info(fd).size, pages * page_size,
		    "what is received has the object's size");
	map = object_map(fd, 0, pages, PROT_READ, MAP_SHARED);
	check_range(map, SEED, 0, pages, 1,
		    "what is received has the object's contents");
	if (descriptor_send(sockets[1], fd))
		die("sendmsg");
	close(fd);
	check_result(task_wait(task_start(check_and_change, &sockets[0])), 0,
		     "another process receives it and finds it intact");
	check_range(map, SEED, 0, pages, 2,
		    "what that one wrote is in the first one's mapping");
	check_paging(before, 2 * (pages - budget_pages()),
		     3 * (pages - budget_pages()), "passing around");
	object_unmap(map, pages);
	check(stat_wait("objects", 0, 2000), "the last one out ends the object",
	      "%llu objects", (unsigned long long)stat_get("objects"));
	close(sockets[0]);
	close(sockets[1]);
	return test_end();
}
