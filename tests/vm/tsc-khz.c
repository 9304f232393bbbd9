// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the rate of this machine's time stamp counter in kHz, for a guest
 * that has no other clock to measure it by.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define MEASURE_NS 200000000LL

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(void)
{
	int64_t start_ns = now_ns(), ns;
	uint64_t start = __rdtsc(), ticks;

	do {
		ns = now_ns() - start_ns;
		ticks = __rdtsc() - start;
	} while (ns < MEASURE_NS);
	printf("%.0f\n", (double)ticks * 1e6 / (double)ns);
	return 0;
}
