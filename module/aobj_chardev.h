/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/aobj: each open file is an object, and makes others. */
#ifndef AOBJ_CHARDEV_H
#define AOBJ_CHARDEV_H

struct kobject;
struct attribute_group;

/*
 * aobj_chardev_init: makes the node, with @groups in its directory in sysfs
 * => the node cannot be opened before aobj_chardev_open_up()
 */
int aobj_chardev_init(const struct attribute_group **groups);
void aobj_chardev_exit(void);
void aobj_chardev_open_up(void);
/* => the node's directory in sysfs */
struct kobject *aobj_chardev_kobj(void);

#endif /* AOBJ_CHARDEV_H */
