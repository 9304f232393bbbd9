// SPDX-License-Identifier: GPL-2.0-only
/* A swap device on a ram disk whose reads can be made slow (dm-delay). */
#include "guest.h"

#define SLOW "aobj-slow"
#define DISK "/dev/ram0"
#define DISK_SECTORS ((uint64_t)65536)

static struct dm_part delayed(unsigned int ms)
{
	return (struct dm_part){
		DISK_SECTORS,
		"delay",
		text(DISK " 0 %u " DISK " 0 0", ms * time_scale()),
	};
}

void slow_disk_start(char path[DM_PATH_SIZE])
{
	struct dm_part part = delayed(0);

	dm_create(SLOW, &part, 1, path);
	header_make(path);
	swap_start(path);
}

void slow_disk_delay(unsigned int ms)
{
	struct dm_part part = delayed(ms);

	dm_replace(SLOW, &part, 1);
}

void slow_disk_remove(void)
{
	dm_remove(SLOW);
}
