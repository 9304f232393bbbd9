// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a device carries, as libblkid sees it.
 *
 * The module checks the swap header itself.  Here it is about intent: only a
 * label that begins with "aobj" says that a device is meant for aobj and not
 * for the system's own swap.
 */
#include <blkid.h>
#include <string.h>

#include "aobjctl.h"

#define LABEL_START "aobj"

/* libblkid's answers to blkid_do_safeprobe() */
#define PROBE_FOUND 0
#define PROBE_NOTHING 1
#define PROBE_AMBIVALENT (-2)

static blkid_probe start_probe(int fd)
{
	blkid_probe probe = blkid_new_probe();

	if (!probe)
		return NULL;
	if (!blkid_probe_set_device(probe, fd, 0, 0) &&
	    !blkid_probe_enable_superblocks(probe, 1) &&
	    !blkid_probe_set_superblocks_flags(
		    probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL))
		return probe;
	blkid_free_probe(probe);
	return NULL;
}

static const char *look_up(blkid_probe probe, const char *name)
{
	const char *value;

	return blkid_probe_lookup_value(probe, name, &value, NULL) ? NULL :
								     value;
}

static int check_type(const char *type, const char *path)
{
	if (type && !strcmp(type, "swap"))
		return 0;
	if (type && !strcmp(type, "swsuspend"))
		fail("%s: holds the image of a hibernated system", path);
	else
		fail("%s: no swap area but %s; see mkswap(8)", path,
		     type ? type : "something unknown");
	return -1;
}

static int check_label(const char *label, const char *path, bool force)
{
	if (force ||
	    (label && !strncmp(label, LABEL_START, strlen(LABEL_START))))
		return 0;
	if (label)
		fail("%s: its label is '%s' and does not begin with '" LABEL_START
		     "': may be the system's swap (--force takes it)",
		     path, label);
	else
		fail("%s: has no label that begins with '" LABEL_START
		     "': may be the system's swap (--force takes it)",
		     path);
	return -1;
}

static int check_found(blkid_probe probe, const char *path, bool force)
{
	if (check_type(look_up(probe, "TYPE"), path))
		return -1;
	return check_label(look_up(probe, "LABEL"), path, force);
}

/**
 * probe_swap() - refuse what is not swap space meant for aobj
 * @fd: of the device, open for reading
 * @path: its name for messages
 * @force: take any label
 *
 * Return: 0, or -1 after the reason has been printed
 */
int probe_swap(int fd, const char *path, bool force)
{
	blkid_probe probe = start_probe(fd);
	int result = -1;

	if (!probe) {
		fail("%s: cannot be probed: no block device", path);
		return -1;
	}
	switch (blkid_do_safeprobe(probe)) {
	case PROBE_FOUND:
		result = check_found(probe, path, force);
		break;
	case PROBE_NOTHING:
		fail("%s: no swap area; make one with mkswap -L aobj0", path);
		break;
	case PROBE_AMBIVALENT:
		fail("%s: carries several signatures; see wipefs(8)", path);
		break;
	default:
		fail("%s: cannot be read", path);
	}
	blkid_free_probe(probe);
	return result;
}
