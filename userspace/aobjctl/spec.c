// SPDX-License-Identifier: GPL-2.0-only
/* Names of devices as swapon(8) takes them: a path, or what is on it. */
#include <blkid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "aobjctl.h"

#define SWAP_LABELS "aobj"

/* => a path that the caller frees, or NULL after the reason has been printed */
static char *find_tag(const char *name, const char *value)
{
	char *path = blkid_evaluate_tag(name, value, NULL);

	if (!path)
		fail("%s=%s: no device has it", name, value);
	return path;
}

/**
 * spec_path() - the path of a device that is named in any way
 * @spec: a path, or LABEL=, UUID=, PARTLABEL= or PARTUUID= and what it is
 *
 * Return: a path that the caller frees, or NULL after the reason has been printed
 */
char *spec_path(const char *spec)
{
	char *name, *value, *path;

	if (blkid_parse_tag_string(spec, &name, &value)) {
		path = strdup(spec);
		if (!path)
			fail("out of memory");
		return path;
	}
	path = find_tag(name, value);
	free(name);
	free(value);
	return path;
}

/* => 0, or -1 after it has been said that there is no memory */
int spec_tag_add(struct spec_tags *tags, const char *name, const char *value)
{
	struct spec_tag *longer =
		reallocarray(tags->list, tags->count + 1, sizeof(*longer));

	if (!longer) {
		fail("out of memory");
		return -1;
	}
	tags->list = longer;
	longer[tags->count++] = (struct spec_tag){ name, value };
	return 0;
}

/* The same as spec_path() for the options -L and -U. */
char *spec_tag_path(const struct spec_tag *tag)
{
	return find_tag(tag->name, tag->value);
}

static bool is_ours(blkid_cache cache, blkid_dev device, const char *path)
{
	char *label;
	bool ours;

	(void)device;
	label = blkid_get_tag_value(cache, "LABEL", path);
	ours = label && !strncmp(label, SWAP_LABELS, strlen(SWAP_LABELS));
	free(label);
	return ours;
}

static int add_path(char ***list, size_t *count, const char *path)
{
	char **longer = reallocarray(*list, *count + 1, sizeof(**list));

	if (!longer)
		return -1;
	*list = longer;
	longer[*count] = strdup(path);
	if (!longer[*count])
		return -1;
	(*count)++;
	return 0;
}

static int collect(blkid_cache cache, char ***list, size_t *count)
{
	blkid_dev_iterate iterate = blkid_dev_iterate_begin(cache);
	blkid_dev device;
	int error = 0;

	if (!iterate)
		return -1;
	blkid_dev_set_search(iterate, "TYPE", "swap");
	while (!error && !blkid_dev_next(iterate, &device)) {
		const char *path;

		device = blkid_verify(cache, device);
		if (!device)
			continue;
		path = blkid_dev_devname(device);
		if (is_ours(cache, device, path))
			error = add_path(list, count, path);
	}
	blkid_dev_iterate_end(iterate);
	return error;
}

/**
 * spec_all() - every swap area whose label says that it is for aobj
 * @list: set to an array that spec_free() frees
 * @count: set to its length
 *
 * Return: 0, or -1 after the reason has been printed
 */
int spec_all(char ***list, size_t *count)
{
	blkid_cache cache;
	int error = -1;

	*list = NULL;
	*count = 0;
	/* Nothing that a cache file says: it may be old. */
	if (!blkid_get_cache(&cache, "/dev/null")) {
		if (!blkid_probe_all(cache))
			error = collect(cache, list, count);
		blkid_put_cache(cache);
	}
	if (error)
		fail("the block devices cannot be listed");
	return error;
}

void spec_free(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

static void copy_tag(const char *path, const char *name,
		     char text[DEVICE_TAG_SIZE])
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	const char *value;

	text[0] = '\0';
	if (!probe)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_LABEL |
							 BLKID_SUBLKS_UUID);
	if (!blkid_do_safeprobe(probe) &&
	    !blkid_probe_lookup_value(probe, name, &value, NULL))
		snprintf(text, DEVICE_TAG_SIZE, "%s", value);
	blkid_free_probe(probe);
}

/* What a device says of itself: nothing, for who may not read it. */
void spec_identify(const char *path, char label[DEVICE_TAG_SIZE],
		   char uuid[DEVICE_TAG_SIZE])
{
	copy_tag(path, "LABEL", label);
	copy_tag(path, "UUID", uuid);
}

/* => the node of MAJOR:MINOR, which the caller frees, or NULL */
char *spec_of_number(const char *number)
{
	unsigned int major_part, minor_part;

	if (sscanf(number, "%u:%u", &major_part, &minor_part) != 2)
		return NULL;
	return blkid_devno_to_devname(makedev(major_part, minor_part));
}
