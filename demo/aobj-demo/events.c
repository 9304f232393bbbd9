// SPDX-License-Identifier: GPL-2.0-only
/* The module's counters, from sysfs. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>

#include "demo.h"

#define SYSFS "/sys/class/misc/aobj/"

uint64_t module_value(const char *name)
{
	char path[128];
	uint64_t value;
	FILE *in;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	in = fopen(path, "re");
	if (!in)
		err(1, "%s", path);
	if (fscanf(in, "%" SCNu64, &value) != 1)
		errx(1, "%s: no number", path);
	fclose(in);
	return value;
}

void events_read(struct events *events)
{
	static const char *const names[EVENT_COUNT] = {
		[EVENT_FAULTS] = "events/faults",
		[EVENT_PAGES_IN] = "events/pages_in",
		[EVENT_PAGES_OUT] = "events/pages_out",
		[EVENT_EVICTED] = "events/evicted",
		[EVENT_READ_BIOS] = "events/read_bios",
		[EVENT_WRITE_BIOS] = "events/write_bios",
	};

	for (int i = 0; i < EVENT_COUNT; i++)
		events->value[i] = module_value(names[i]);
}
