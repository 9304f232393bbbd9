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

#define LEAST (40 * MIB) /* available: take no more below it */
#define MOST (64 * MIB) /* take some above it */
#define STEP (4 * MIB)
#define REST_MS 20

static uint64_t available(void)
{
	char words[4096];
	const char *found;
	ssize_t got;
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	got = read(fd, words, sizeof(words) - 1);
	close(fd);
	if (got <= 0)
		return 0;
	words[got] = '\0';
	found = strstr(words, "MemAvailable:");
	return found ? strtoull(found + strlen("MemAvailable:"), NULL, 10)
			       << 10 :
		       0;
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
	size_t most = (size_t)sysconf(_SC_PHYS_PAGES) * page_size, taken = 0;
	uint8_t *map = mmap(NULL, most, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		_exit(2);
	for (;;) {
		uint64_t left = available();

		if (left > MOST && taken + STEP <= most) {
			for (size_t i = 0; i < STEP; i += page_size)
				map[taken + i] = 1;
			taken += STEP;
			continue;
		}
		if (left < LEAST && taken >= STEP) {
			taken -= STEP;
			madvise(map + taken, STEP, MADV_DONTNEED);
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

void hog_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
