// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/misc/aobj: a value a file, world-readable, in bytes or counts;
 * the files are described in docs/sysfs.md.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "aobj_check.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_place.h"
#include "aobj_stats.h"

static ssize_t show_bytes(char *buf, long pages)
{
	return sysfs_emit(buf, "%llu\n", (u64)max(pages, 0L) << PAGE_SHIFT);
}

static ssize_t budget_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return show_bytes(buf, READ_ONCE(aobj_budget));
}
static DEVICE_ATTR_RO(budget);

static ssize_t resident_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return show_bytes(buf, atomic_long_read(&aobj_charged));
}
static DEVICE_ATTR_RO(resident);

#define TOTAL_BYTES(_name)                                                    \
	static ssize_t _name##_show(struct device *dev,                       \
				    struct device_attribute *attr, char *buf) \
	{                                                                     \
		return show_bytes(buf, atomic_long_read(&aobj_totals._name)); \
	}                                                                     \
	static DEVICE_ATTR_RO(_name)

TOTAL_BYTES(inactive);
TOTAL_BYTES(swapped);
TOTAL_BYTES(bad);
TOTAL_BYTES(writing);
TOTAL_BYTES(wired);
TOTAL_BYTES(slots);
TOTAL_BYTES(reserved);

static ssize_t dirty_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return show_bytes(buf, aobj_dirty_total());
}
static DEVICE_ATTR_RO(dirty);

static ssize_t reserve_missing_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return show_bytes(buf, aobj_place_missing());
}
static DEVICE_ATTR_RO(reserve_missing);

#define TOTAL_COUNT(_name)                                                    \
	static ssize_t _name##_show(struct device *dev,                       \
				    struct device_attribute *attr, char *buf) \
	{                                                                     \
		return sysfs_emit(buf, "%ld\n",                               \
				  atomic_long_read(&aobj_totals._name));      \
	}                                                                     \
	static DEVICE_ATTR_RO(_name)

TOTAL_COUNT(objects);
TOTAL_COUNT(clusters);

#ifdef CONFIG_DEBUG_VM
#define CHECK_TRIES 300 /* three seconds */

/* For tests: counts everything anew.  Empty, or an error. */
static ssize_t check_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return aobj_check(CHECK_TRIES);
}
static DEVICE_ATTR_RO(check);
#define CHECK_ATTR (&dev_attr_check.attr)
#else
#define CHECK_ATTR NULL
#endif

static struct attribute *total_attrs[] = {
	&dev_attr_budget.attr,
	&dev_attr_resident.attr,
	&dev_attr_inactive.attr,
	&dev_attr_dirty.attr,
	&dev_attr_swapped.attr,
	&dev_attr_slots.attr,
	&dev_attr_bad.attr,
	&dev_attr_writing.attr,
	&dev_attr_wired.attr,
	&dev_attr_reserved.attr,
	&dev_attr_reserve_missing.attr,
	&dev_attr_objects.attr,
	&dev_attr_clusters.attr,
	CHECK_ATTR,
	NULL,
};

static const struct attribute_group total_group = {
	.attrs = total_attrs,
};

struct event_attr {
	struct device_attribute attr;
	enum aobj_event event;
};

static ssize_t event_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct event_attr *ev = container_of(attr, struct event_attr, attr);

	return sysfs_emit(buf, "%lu\n", aobj_events_sum(ev->event));
}

#define EVENT(_name, _event)                                   \
	static struct event_attr event_##_name = {             \
		.attr = __ATTR(_name, 0444, event_show, NULL), \
		.event = _event,                               \
	}

EVENT(faults, AOBJ_EV_FAULTS);
EVENT(zero_fills, AOBJ_EV_ZERO_FILLS);
EVENT(soft_faults, AOBJ_EV_SOFT_FAULTS);
EVENT(pages_in, AOBJ_EV_PAGES_IN);
EVENT(pages_out, AOBJ_EV_PAGES_OUT);
EVENT(read_bios, AOBJ_EV_READ_BIOS);
EVENT(write_bios, AOBJ_EV_WRITE_BIOS);
EVENT(evicted, AOBJ_EV_EVICTED);
EVENT(clean_drops, AOBJ_EV_CLEAN_DROPS);
EVENT(unmaps, AOBJ_EV_UNMAPS);
EVENT(rescues, AOBJ_EV_RESCUES);
EVENT(read_errors, AOBJ_EV_READ_ERRORS);
EVENT(write_errors, AOBJ_EV_WRITE_ERRORS);
EVENT(direct_reclaims, AOBJ_EV_DIRECT_RECLAIMS);
EVENT(direct_writes, AOBJ_EV_DIRECT_WRITES);
EVENT(dirtied, AOBJ_EV_DIRTIED);
EVENT(cleaned, AOBJ_EV_CLEANED);

static struct attribute *event_attrs[] = {
	&event_faults.attr.attr,	&event_zero_fills.attr.attr,
	&event_soft_faults.attr.attr,	&event_pages_in.attr.attr,
	&event_pages_out.attr.attr,	&event_read_bios.attr.attr,
	&event_write_bios.attr.attr,	&event_evicted.attr.attr,
	&event_clean_drops.attr.attr,	&event_unmaps.attr.attr,
	&event_rescues.attr.attr,	&event_read_errors.attr.attr,
	&event_write_errors.attr.attr,	&event_direct_reclaims.attr.attr,
	&event_direct_writes.attr.attr, &event_dirtied.attr.attr,
	&event_cleaned.attr.attr,	NULL,
};

static const struct attribute_group event_group = {
	.name = "events",
	.attrs = event_attrs,
};

const struct attribute_group *aobj_stats_groups[] = {
	&total_group,
	&event_group,
	NULL,
};
