// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endurance: processes and threads use objects in every way, while devices
 * come and go, the budget and a size change, memory is short, and processes
 * are killed; every page that is looked at must hold what it was given.
 *
 * AOBJ_SOAK_SEED and AOBJ_SOAK_SECONDS come from the environment.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "endurance/endure.h"

#define END_S 120 /* what everybody may take to come to an end */
#define PROGRESS_MS 10000

uint64_t endure_seed;

static pid_t workers[PROCESSES];
static uint64_t lives[PROCESSES];
static uint64_t random_state;

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void worker_start(size_t number)
{
	uint64_t argument = number | lives[number]++ << 32;

	workers[number] = task_start(work, (void *)(uintptr_t)argument);
	setpgid(workers[number], workers[number]);
}

/* A process and its children, whom this one inherits. */
static bool group_is_gone(void *argument)
{
	pid_t group = *(pid_t *)argument, pid;
	int status;

	while ((pid = waitpid(-group, &status, WNOHANG)) > 0)
		if (!WIFSIGNALED(status) && status)
			complain("# wrong: a process ended by itself: %#x",
				 (unsigned int)status);
	return pid < 0;
}

static void worker_kill(size_t number)
{
	kill(-workers[number], SIGKILL);
	if (!wait_until(group_is_gone, &workers[number], END_S * 1000))
		die("a killed process does not die");
	pages_repair((uint32_t)number + 1);
	count(COUNT_KILLS);
	worker_start(number);
}

static void show_progress(uint64_t ms, struct paging since)
{
	struct paging now = paging_now();

	note("%llu s: %llu stores, %llu checks, %llu wrong, %llu pages out, "
	     "%llu in, %llu kills, %llu swapoffs",
	     (unsigned long long)(ms / 1000),
	     (unsigned long long)shared->counts[COUNT_STORES],
	     (unsigned long long)shared->counts[COUNT_CHECKS],
	     (unsigned long long)shared->wrong,
	     (unsigned long long)(now.out - since.out),
	     (unsigned long long)(now.in - since.in),
	     (unsigned long long)shared->counts[COUNT_KILLS],
	     (unsigned long long)shared->counts[COUNT_SWAPOFFS]);
}

/* Until the time is over, or enough has gone wrong. */
static void reign(uint64_t seconds, struct paging since)
{
	uint64_t start = now_ms(), shown = start, now = start;

	while (now - start < seconds * 1000 && shared->wrong < 100) {
		sleep_ms((unsigned int)(200 +
					random_next(&random_state) % 1500));
		worker_kill(random_next(&random_state) % PROCESSES);
		now = now_ms();
		if (now - shown < PROGRESS_MS)
			continue;
		show_progress(now - start, since);
		shown = now;
	}
	shared->over = true;
}

static void end(pid_t pid, const char *what)
{
	int status = -1;

	check(task_wait_ms(pid, END_S * 1000, &status) && !status, what,
	      "status %d", status);
}

static void check_objects(void)
{
	for (size_t o = 0; o < OBJECTS; o++)
		for (size_t i = 0; i < shared->pages[o]; i++)
			page_check(o, i, object_page(&objects[o], i),
				   "at the end");
}

/* What has not happened was not tested. */
static void check_counts(struct paging since)
{
	static const char *const names[COUNT_NR] = {
		"stores",	   "checks",
		"calls",	   "pins for output",
		"pins for input",  "private copies",
		"forks",	   "advices",
		"refused touches", "resizes",
		"swapons",	   "swapoffs",
		"budgets",	   "kills",
		"repairs",	   "rounds of pressure",
	};

	for (size_t i = 0; i < COUNT_NR; i++) {
		note("%s: %llu", names[i],
		     (unsigned long long)shared->counts[i]);
		if (i != COUNT_REPAIRS)
			check_at_least(shared->counts[i], 1,
				       text("there were %s", names[i]));
	}
	check_paging(since, budget_pages(), budget_pages(), "meanwhile");
}

int main(void)
{
	uint64_t seconds = setting("AOBJ_SOAK_SECONDS", 60);
	uint64_t budget;
	struct paging since;
	pid_t resizer, administrator, presser;
	int status;

	endure_seed = setting("AOBJ_SOAK_SEED", 1);
	random_state = endure_seed * 11 + 5;
	test_begin("endure: many use objects at once, and all is right",
		   (unsigned int)seconds + 4 * END_S);
	note("seed %llu, %llu s", (unsigned long long)endure_seed,
	     (unsigned long long)seconds);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("prctl");
	budget = stat_get("budget");
	since = paging_now();
	pages_init();
	for (size_t i = 0; i < PROCESSES; i++)
		worker_start(i);
	resizer = task_start(resize_forever, NULL);
	administrator = task_start(administer, &budget);
	presser = task_start(hog, NULL);
	reign(seconds, since);
	for (size_t i = 0; i < PROCESSES; i++)
		end(workers[i], text("process %zu comes to an end", i));
	end(resizer, "the process that resizes comes to an end");
	end(administrator, "the administrator comes to an end");
	if (!task_wait_ms(presser, END_S * 1000, &status))
		die("the process that takes memory does not end");
	if (status)
		note("the process that takes memory ended with %d", status);
	check_objects();
	check_equal(shared->wrong, 0, "every page was right at every look");
	check_counts(since);
	for (size_t i = 0; i < OBJECTS; i++)
		object_free(&objects[i]);
	return test_end();
}
