// SPDX-License-Identifier: GPL-2.0-only
/* A process of several threads that uses the objects in every way. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "endure.h"

struct worker {
	uint32_t owner;
	size_t number;
	uint64_t random;
	uint8_t *buffer; /* a page, aligned */
	int file; /* for O_DIRECT */
	/* The run of pages at work, and which of them are locked. */
	size_t object;
	size_t first;
	size_t pages;
	bool locked[RUN_PAGES];
};

static uint64_t any(struct worker *w, uint64_t bound)
{
	return random_next(&w->random) % bound;
}

static uint8_t *page_at(const struct worker *w, size_t page)
{
	return object_page(&objects[w->object], page);
}

/* Mostly pages that were used before: a fifth of all is hot. */
static void run_lock(struct worker *w)
{
	size_t all;

	w->object = any(w, OBJECTS);
	all = objects[w->object].pages;
	w->pages = any(w, 3) ? 1 : 1 + any(w, RUN_PAGES);
	w->first = any(w, any(w, 2) ? all : all / 5);
	if (w->first + w->pages > all)
		w->first = all - w->pages;
	for (size_t i = 0; i < w->pages; i++)
		w->locked[i] = page_lock(w->object, w->first + i, w->owner);
}

static void run_unlock(struct worker *w)
{
	for (size_t i = 0; i < w->pages; i++)
		if (w->locked[i])
			page_unlock(w->object, w->first + i);
}

/* Past the end a touch must be SIGBUS; the page's lock keeps the end away. */
static bool is_past_end(struct worker *w, size_t page)
{
	int signal;

	if (page < shared->pages[w->object])
		return false;
	signal = touch_read(page_at(w, page));
	if (signal != SIGBUS)
		complain("# wrong: a touch past the end gave signal %d",
			 signal);
	count(COUNT_REFUSED);
	return true;
}

static void store(struct worker *w, size_t page)
{
	page_fill(page_at(w, page), object_seed(w->object), page,
		  page_begin(w->object, page));
	page_done(w->object, page);
	count(COUNT_STORES);
}

static void load(struct worker *w, size_t page)
{
	page_check(w->object, page, page_at(w, page), "mapped");
}

static bool whole_page(ssize_t result, const char *what)
{
	if (result == (ssize_t)page_size)
		return true;
	complain("# wrong: %s gave %zd (%s)", what, result, strerror(errno));
	return false;
}

static void call_read(struct worker *w, size_t page)
{
	if (whole_page(pread(objects[w->object].fd, w->buffer, page_size,
			     (off_t)(page * page_size)),
		       "pread of an object"))
		page_check(w->object, page, w->buffer, "by pread");
	count(COUNT_CALLS);
}

static void call_write(struct worker *w, size_t page)
{
	page_fill(w->buffer, object_seed(w->object), page,
		  page_begin(w->object, page));
	whole_page(pwrite(objects[w->object].fd, w->buffer, page_size,
			  (off_t)(page * page_size)),
		   "pwrite to an object");
	page_done(w->object, page);
	count(COUNT_CALLS);
}

/* The disk reads the page where it lies, while it is wanted elsewhere. */
static void pin_out(struct worker *w, size_t page)
{
	if (whole_page(pwrite(w->file, page_at(w, page), page_size, 0),
		       "O_DIRECT write") &&
	    whole_page(pread(w->file, w->buffer, page_size, 0),
		       "O_DIRECT read"))
		page_check(w->object, page, w->buffer, "on the disk");
	count(COUNT_PINS_OUT);
}

static void pin_in(struct worker *w, size_t page)
{
	uint32_t version = page_begin(w->object, page);
	off_t place = (off_t)page_size;

	page_fill(w->buffer, object_seed(w->object), page, version);
	if (!whole_page(pwrite(w->file, w->buffer, page_size, place),
			"O_DIRECT write") ||
	    !whole_page(pread(w->file, page_at(w, page), page_size, place),
			"O_DIRECT read to an object"))
		page_fill(page_at(w, page), object_seed(w->object), page,
			  version);
	page_done(w->object, page);
	page_check(w->object, page, page_at(w, page), "from the disk");
	count(COUNT_PINS_IN);
}

static void advise(struct worker *w, size_t page)
{
	static const int advices[] = { MADV_DONTNEED, MADV_PAGEOUT, MADV_COLD };

	if (madvise(page_at(w, page), page_size,
		    advices[any(w, ARRAY_SIZE(advices))]))
		complain("# wrong: madvise: %s", strerror(errno));
	load(w, page);
	count(COUNT_ADVICES);
}

/* Its own copy stays as it is; the object does not see it. */
static void private_copy(struct worker *w, size_t page)
{
	uint8_t *map;

	if (w->object == RESIZED)
		return;
	map = object_map(objects[w->object].fd, page, 1, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE);
	page_check(w->object, page, map, "mapped privately");
	page_fill(map, object_seed(w->object), page, PRIVATE_VERSION);
	load(w, page);
	store(w, page);
	if (!page_matches(map, object_seed(w->object), page, PRIVATE_VERSION))
		complain("# wrong: a private copy of object %zu, page %zu",
			 w->object, page);
	object_unmap(map, 1);
	count(COUNT_PRIVATE);
}

/* The child sees the page, and writes it while the parent waits. */
static void fork_child(struct worker *w, size_t page)
{
	pid_t pid;
	int status = 0;

	if (any(w, 8))
		return;
	pid = fork();
	if (pid < 0) {
		complain("# wrong: fork: %s", strerror(errno));
		return;
	}
	if (!pid) {
		load(w, page);
		store(w, page);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		complain("# wrong: a child ended with status %#x", status);
	load(w, page);
	count(COUNT_FORKS);
}

static void (*const ways[])(struct worker *w, size_t page) = {
	store,	store,	      store,	  load,	   load,
	load,	call_read,    call_write, pin_out, pin_in,
	advise, private_copy, fork_child,
};

static void *work_thread(struct worker *w)
{
	while (!shared->over) {
		void (*way)(struct worker * w, size_t page) =
			ways[any(w, ARRAY_SIZE(ways))];

		run_lock(w);
		for (size_t i = 0; i < w->pages; i++)
			if (w->locked[i] && !is_past_end(w, w->first + i))
				way(w, w->first + i);
		run_unlock(w);
	}
	return NULL;
}

static void *start(void *argument)
{
	struct worker *w = argument;
	char path[64];

	w->buffer = aligned_alloc(page_size, page_size);
	snprintf(path, sizeof(path), "%s/endure-%u-%zu",
		 getenv("AOBJ_TEST_DIR"), w->owner, w->number);
	w->file = open(path, O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
	if (w->file < 0 || !w->buffer)
		die("open %s", path);
	return work_thread(w);
}

/* @argument: the number of the process, and in the high half that of its life */
int work(void *argument)
{
	uint64_t number = (uint64_t)(uintptr_t)argument;
	struct worker workers[THREADS];

	/* With the children it will have, so that all can be killed. */
	setpgid(0, 0);
	for (size_t i = 0; i < THREADS; i++)
		workers[i] = (struct worker){
			.owner = (uint32_t)number + 1,
			.number = i,
			.random = (endure_seed + number * 4211 + i) *
					  0x9e3779b97f4a7c15u |
				  1,
		};
	threads_run(start, workers, THREADS, sizeof(workers[0]));
	return 0;
}
