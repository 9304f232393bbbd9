// SPDX-License-Identifier: GPL-2.0-only
/*
 * Getting pages out of memory on purpose: there is no call for it, so other
 * pages are touched until the budget has no room for these.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "guest.h"

static void push(struct object *filler)
{
	for (size_t i = 0; i < filler->pages; i++)
		object_page(filler, i)[0] = 1;
}

static bool are_out(int fd, size_t first, size_t pages)
{
	return !object_count(fd, first, pages, AOBJ_PAGE_RESIDENT,
			     AOBJ_PAGE_RESIDENT);
}

/* => touches no more than it takes until the pages are out, if they ever are */
static bool push_out(struct object *filler, int fd, size_t first, size_t pages)
{
	for (size_t i = 0; i < filler->pages; i++) {
		object_page(filler, i)[0] = 1;
		if (i % CLUSTER == CLUSTER - 1 && are_out(fd, first, pages))
			return true;
	}
	return are_out(fd, first, pages);
}

/*
 * True when no page of the range is resident any more.  A page daemon with
 * a second chance needs a round or two; one that never evicts these pages
 * runs into the bound.
 */
bool evict_pages(int fd, size_t first, size_t pages)
{
	struct object filler;
	bool out = false;

	for (int round = 0; !out && round < 6; round++) {
		filler = object_new(2 * budget_pages());
		out = push_out(&filler, fd, first, pages);
		object_free(&filler);
	}
	return out;
}

bool evict_page(int fd, size_t page)
{
	return evict_pages(fd, page, 1);
}

static void press(int pipe)
{
	struct object filler;

	for (;;) {
		filler = object_new(2 * budget_pages());
		push(&filler);
		object_free(&filler);
		/* One byte a round, so that the tester can wait for rounds. */
		if (write(pipe, "", 1) != 1)
			_exit(0);
	}
}

/* A process that evicts everybody's pages until it is stopped. */
struct pressure pressure_start(void)
{
	struct pressure pressure;
	int pipes[2];

	if (pipe(pipes))
		die("pipe");
	pressure.pid = fork();
	if (pressure.pid < 0)
		die("fork");
	if (!pressure.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		close(pipes[0]);
		press(pipes[1]);
	}
	close(pipes[1]);
	pressure.pipe = pipes[0];
	return pressure;
}

/* Returns when @rounds more rounds are over that began after this call. */
void pressure_wait(struct pressure *pressure, unsigned int rounds)
{
	char bytes[256];

	if (fcntl(pressure->pipe, F_SETFL, O_NONBLOCK))
		die("fcntl of a pipe");
	while (read(pressure->pipe, bytes, sizeof(bytes)) > 0)
		;
	fcntl(pressure->pipe, F_SETFL, 0);
	/* The round that was under way now does not count. */
	for (unsigned int i = 0; i <= rounds; i++) {
		if (read(pressure->pipe, bytes, 1) != 1)
			die("the process that presses has died");
	}
}

void pressure_stop(struct pressure *pressure)
{
	kill(pressure->pid, SIGKILL);
	waitpid(pressure->pid, NULL, 0);
	close(pressure->pipe);
}
