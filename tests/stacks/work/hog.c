// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that leaves the machine little memory: whatever the stack below
 * needs to write a page out it has to find in that.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "work.h"

/* Available: little enough for the kernel to reclaim, without having to kill. */
#define LEAST (10 * MIB) /* take no more below it */
#define MOST (14 * MIB) /* take some above it */
#define STEP (1 * MIB)
#define REST_MS 20

/* => an open file of numbers, which can be read without memory from then on */
static int numbers(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

/* => the number after @key; 0 if there is none */
static uint64_t number_in(int fd, const char *key)
{
	char words[16384];
	const char *found;
	ssize_t got = pread(fd, words, sizeof(words) - 1, 0);

	if (got <= 0)
		return 0;
	words[got] = '\0';
	found = strstr(words, key);
	return found ? strtoull(found + strlen(key), NULL, 10) : 0;
}

/* What the kernel has looked at to free it, for want of memory. */
uint64_t pages_reclaimed(void)
{
	int fd = numbers("/proc/vmstat");
	uint64_t pages = number_in(fd, "\npgscan_kswapd ") +
			 number_in(fd, "\npgscan_direct ");

	close(fd);
	return pages;
}

static void volunteer_to_be_killed(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1000", 4) != 4)
		_exit(3);
	close(fd);
}

static void hog(void)
{
	int meminfo = numbers("/proc/meminfo");
	size_t most = (size_t)sysconf(_SC_PHYS_PAGES) * page_size, taken = 0;
	uint8_t *map = mmap(NULL, most, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	/* To give memory back in time its own code has to stay. */
	if (map == MAP_FAILED || mlockall(MCL_CURRENT | MCL_ONFAULT))
		_exit(2);
	for (;;) {
		uint64_t left = number_in(meminfo, "MemAvailable:") << 10;

		if (left > MOST && taken + STEP <= most) {
			for (size_t i = 0; i < STEP; i += page_size)
				map[taken + i] = 1;
			taken += STEP;
			continue;
		}
		if (left < LEAST && taken >= STEP) {
			taken -= STEP;
			if (madvise(map + taken, STEP, MADV_DONTNEED_LOCKED))
				_exit(5);
			continue;
		}
		sleep_ms(REST_MS);
	}
}

pid_t hog_start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		volunteer_to_be_killed();
		hog();
	}
	return pid;
}

bool hog_stop(pid_t pid)
{
	int status;

	/* One that has ended, or was killed for its memory, was not needed. */
	if (waitpid(pid, &status, WNOHANG) == pid)
		return false;
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid;
}
