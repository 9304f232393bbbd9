// SPDX-License-Identifier: GPL-2.0-only
/* Workers' messages, kept until the phase is over and the drawing done. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "demo.h"

#define NOTES_KEPT 20 /* one fault can make thousands of files differ */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char notes[NOTES_KEPT][512]; /* under the lock, as all here */
static unsigned int count;

void note(const char *format, ...)
{
	pthread_mutex_lock(&lock);
	if (count < NOTES_KEPT) {
		va_list arguments;

		va_start(arguments, format);
		vsnprintf(notes[count], sizeof(notes[0]), format, arguments);
		va_end(arguments);
	}
	count++;
	pthread_mutex_unlock(&lock);
}

void notes_print(void)
{
	pthread_mutex_lock(&lock);
	for (unsigned int i = 0; i < count && i < NOTES_KEPT; i++)
		printf("%s\n", notes[i]);
	if (count > NOTES_KEPT)
		printf("... and %u more\n", count - NOTES_KEPT);
	count = 0;
	pthread_mutex_unlock(&lock);
}
