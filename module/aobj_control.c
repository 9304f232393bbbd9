// SPDX-License-Identifier: GPL-2.0-only
/* /dev/aobj-control: swap devices and the budget. */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/miscdevice.h>
#include <linux/uaccess.h>

#include <linux/aobj.h>

#include "aobj_control.h"
#include "aobj_ioctl.h"
#include "aobj_place.h"
#include "aobj_swap.h"
#include "aobj_swapoff.h"

#define SWAPON_KNOWN                                    \
	(AOBJ_SWAPON_PRIORITY | AOBJ_SWAPON_EXCLUSIVE | \
	 AOBJ_SWAPON_DISCARD_ONCE | AOBJ_SWAPON_DISCARD_PAGES)

static int control_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* => the number of the block device that @fd is, or an error */
static int fd_to_dev(int fd, dev_t *devt)
{
	struct fd f = fdget(fd);
	int err = 0;

	if (!fd_file(f))
		return -EBADF;
	if (S_ISBLK(file_inode(fd_file(f))->i_mode))
		*devt = file_inode(fd_file(f))->i_rdev;
	else
		err = -ENOTBLK;
	fdput(f);
	return err;
}

static bool good_swapon(const struct aobj_swapon *s)
{
	u32 most = s->flags & AOBJ_SWAPON_PRIORITY ? AOBJ_PRIORITY_MAX : 0;

	return !(s->flags & ~SWAPON_KNOWN) && !s->reserved &&
	       s->priority <= most &&
	       (!s->class_name[0] || aobj_class_valid(s->class_name));
}

static long ctl_swapon(unsigned int cmd, void __user *arg)
{
	struct aobj_swapon s;
	struct aobj_swap_options opt;
	dev_t devt;
	int err = aobj_ioctl_struct(&s, sizeof(s), cmd, arg);

	if (err)
		return err;
	if (!good_swapon(&s))
		return -EINVAL;
	opt = (struct aobj_swap_options){
		.flags = s.flags,
		.priority = s.priority,
		.class = s.class_name[0] ? s.class_name : NULL,
	};
	err = fd_to_dev(s.fd, &devt);
	if (err)
		return err;
	return aobj_swap_on(devt, &opt);
}

static long ctl_swapoff(unsigned int cmd, void __user *arg)
{
	struct aobj_swapoff s;
	int err = aobj_ioctl_struct(&s, sizeof(s), cmd, arg);

	if (err)
		return err;
	if (s.flags & ~AOBJ_SWAPOFF_CHECK || s.reserved)
		return -EINVAL;
	if (MAJOR(MKDEV(s.major, s.minor)) != s.major ||
	    MINOR(MKDEV(s.major, s.minor)) != s.minor)
		return -ENOENT;
	if (s.flags & AOBJ_SWAPOFF_CHECK)
		return aobj_swapoff_check(MKDEV(s.major, s.minor));
	return aobj_swapoff(MKDEV(s.major, s.minor));
}

static long ctl_budget(unsigned int cmd, void __user *arg)
{
	struct aobj_budget b;
	int err = aobj_ioctl_struct(&b, sizeof(b), cmd, arg);

	if (err)
		return err;
	if (b.flags || b.reserved)
		return -EINVAL;
	return aobj_place_set_budget(b.bytes >> PAGE_SHIFT);
}

static long control_ioctl(struct file *file, unsigned int cmd,
			  unsigned long arg)
{
	void __user *ptr = (void __user *)arg;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (aobj_ioctl_is(cmd, AOBJ_CTL_SWAPON))
		return ctl_swapon(cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_CTL_SWAPOFF))
		return ctl_swapoff(cmd, ptr);
	if (aobj_ioctl_is(cmd, AOBJ_CTL_BUDGET))
		return ctl_budget(cmd, ptr);
	return -ENOTTY;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.llseek = noop_llseek,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice control_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "aobj-control",
	.mode = 0600,
	.fops = &control_fops,
};

int aobj_control_init(void)
{
	return misc_register(&control_misc);
}

void aobj_control_exit(void)
{
	misc_deregister(&control_misc);
}
