/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inodes of objects, and the file systems that these are of.
 *
 * An object has one inode at most, while a file is the object or a mapping is
 * there; when it goes its reference to the contents goes with it.
 */
#ifndef AOBJ_INODE_H
#define AOBJ_INODE_H

struct aobj;
struct fs_context;
struct inode;
struct super_block;

int aobj_inode_init(void);
void aobj_inode_exit(void);

/*
 * aobj_inode_of: => the object's inode, made if there is none, or an error
 * @sb: of aobj_inode_fs_context(); its mount is held until the inode has gone
 *
 * => the caller has a reference to it; the inode has one to the contents
 * => may sleep: while there is an inode of another mount; -EINTR, -ENOMEM
 */
struct inode *aobj_inode_of(struct aobj *obj, struct super_block *sb);
/* => the same for a device, whose release gives the inode back */
struct inode *aobj_inode_of_device(struct aobj *obj);
/* => for the type of a file system that has such inodes */
int aobj_inode_fs_context(struct fs_context *fc);

#endif /* AOBJ_INODE_H */
