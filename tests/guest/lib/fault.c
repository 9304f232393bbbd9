// SPDX-License-Identifier: GPL-2.0-only
/*
 * Touches that may end in SIGBUS or SIGSEGV.  A signal outside one of these
 * calls is a failure that says where it happened.
 */
#include <setjmp.h>
#include <signal.h>

#include "guest.h"

static _Thread_local sigjmp_buf escape;
static _Thread_local volatile bool guarded;

static void caught(int signal, siginfo_t *info, void *context)
{
	char line[120];
	int length;
	ssize_t ignored;

	(void)context;
	if (guarded)
		siglongjmp(escape, signal);
	length = snprintf(line, sizeof(line),
			  "not ok 9998 - no touch ends in a signal\n"
			  "# found: signal %d at address %p\n",
			  signal, info->si_addr);
	ignored = write(STDOUT_FILENO, line, (size_t)length);
	(void)ignored;
	_exit(128 + signal);
}

void catch_faults(void)
{
	struct sigaction action = {
		.sa_sigaction = caught,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

/* Returns 0 or the signal that the touch ended in. */
int touch_read(const void *address)
{
	const volatile uint8_t *byte = address;
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		(void)*byte;
	}
	guarded = false;
	return signal;
}

int touch_write(void *address, uint8_t value)
{
	volatile uint8_t *byte = address;
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		*byte = value;
	}
	guarded = false;
	return signal;
}

int touch_load(const uint64_t *word, uint64_t *value)
{
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		*value = *(const volatile uint64_t *)word;
	}
	guarded = false;
	return signal;
}

int touch_store(uint64_t *word, uint64_t value)
{
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		*(volatile uint64_t *)word = value;
	}
	guarded = false;
	return signal;
}

/* PAGE_GOOD, PAGE_WRONG, or the signal that reading it ended in. */
int page_differs_or_signal(const uint8_t *page, uint64_t seed, size_t index,
			   uint32_t version)
{
	volatile int result = PAGE_GOOD;
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		if (!page_matches(page, seed, index, version))
			result = PAGE_WRONG;
	}
	guarded = false;
	return signal ? signal : result;
}

/* As page_fill(); returns 0 or the signal that it ended in. */
int fill_or_signal(uint8_t *page, uint64_t seed, size_t index, uint32_t version)
{
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		page_fill(page, seed, index, version);
	}
	guarded = false;
	return signal;
}

/* Copies to or from an object; 0, or the signal that cut it short. */
int copy_or_signal(void *to, const void *from, size_t length)
{
	int signal = sigsetjmp(escape, 0);

	if (!signal) {
		guarded = true;
		memcpy(to, from, length);
	}
	guarded = false;
	return signal;
}

size_t refused_pages(const struct object *o, uint64_t seed, size_t *wrong,
		     size_t *first)
{
	size_t refused = 0;

	*wrong = 0;
	for (size_t i = 0; i < o->pages; i++) {
		int result =
			page_differs_or_signal(object_page(o, i), seed, i, 1);

		if (result == SIGBUS && !refused++)
			*first = i;
		*wrong += result == PAGE_WRONG;
	}
	return refused;
}
