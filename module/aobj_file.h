/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects as regular files of the module's own file system, as memfd_create()
 * makes them: ftruncate, fallocate, fstat and MADV_REMOVE, which no device can
 * offer; and what both kinds of file have in common.
 */
#ifndef AOBJ_FILE_H
#define AOBJ_FILE_H

#include <linux/types.h>

struct aobj;
struct file;
struct inode;
struct seq_file;
struct vm_area_struct;

/*
 * aobj_file_create: a new object as a regular file
 * @name: shown in /proc/PID/fd, ends in NUL
 * @size: in bytes
 * @flags: O_CLOEXEC or 0
 *
 * => a descriptor of the calling process, open for reading and writing
 * => -EFBIG, -EMFILE, -ENFILE, -ENOMEM, -EINTR
 */
int aobj_file_create(const char *name, u64 size, int flags);

/*
 * aobj_file_make: => the object as a regular file, or an error
 * => the file has a reference to the contents of its own
 * => may sleep; waits, killably, for an inode that is just going
 */
struct file *aobj_file_make(struct aobj *obj, const char *name);

/* => the device inode of a new object of no size, or an error; the caller's */
struct inode *aobj_file_new_object(void);

/* => the file is @obj from here on; f_mapping is the caller's to set */
void aobj_file_attach(struct file *file, struct aobj *obj);
/* => the file is about to go; the object's inode is still there */
void aobj_file_release(struct file *file);
int aobj_file_mmap(struct file *file, struct vm_area_struct *vma);
void aobj_file_show_fdinfo(struct seq_file *m, struct file *file);

#endif /* AOBJ_FILE_H */
