// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes, threads, time and random numbers.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "guest.h"

/* A child that cannot outlive its parent and exits with run()'s result. */
pid_t task_start(int (*run)(void *), void *argument)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(run(argument));
}

static int task_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* As the shell has it: exit status, or 128 and the signal. */
int task_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return task_status(status);
}

/* False when the child still runs after the limit. */
bool task_wait_ms(pid_t pid, unsigned int limit_ms, int *status)
{
	uint64_t end = now_ms() + limit_ms;
	pid_t found;

	for (;;) {
		found = waitpid(pid, status, WNOHANG);
		if (found < 0)
			die("waitpid");
		if (found == pid)
			break;
		if (now_ms() > end)
			return false;
		sleep_ms(2);
	}
	*status = task_status(*status);
	return true;
}

/* Runs one thread for each of @count arguments of @size bytes, to the end. */
void threads_run(void *(*run)(void *), void *arguments, size_t count,
		 size_t size)
{
	pthread_t threads[16];

	if (count > ARRAY_SIZE(threads))
		die("%zu threads", count);
	for (size_t i = 0; i < count; i++) {
		errno = pthread_create(&threads[i], NULL, run,
				       (char *)arguments + i * size);
		if (errno)
			die("pthread_create");
	}
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/*
 * How many times as slow as usual the machine is (one that checks itself, say).
 * A program's clock and its pauses are slowed down alike, and so all limits.
 */
unsigned int time_scale(void)
{
	static unsigned int scale;
	const char *value;

	if (!scale) {
		value = getenv("AOBJ_TIME_SCALE");
		scale = value ? (unsigned int)strtoul(value, NULL, 10) : 1;
		if (!scale)
			die("AOBJ_TIME_SCALE=%s", value);
	}
	return scale;
}

/* Milliseconds of a machine of the usual speed. */
uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000) /
	       time_scale();
}

void sleep_ms(unsigned int ms)
{
	struct timespec length;

	ms *= time_scale();
	length = (struct timespec){
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	nanosleep(&length, NULL);
}

bool wait_until(bool (*condition)(void *), void *argument,
		unsigned int limit_ms)
{
	uint64_t end = now_ms() + limit_ms;

	while (!condition(argument)) {
		if (now_ms() > end)
			return false;
		sleep_ms(5);
	}
	return true;
}

/* xorshift64; the state must not be 0. */
uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}
