// SPDX-License-Identifier: GPL-2.0-only
/* read(2) and write(2) of objects, see the header. */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>

#include "aobj_advise.h"
#include "aobj_object.h"
#include "aobj_pager.h"
#include "aobj_rw.h"

static size_t part_of_page(loff_t pos, size_t left)
{
	return min_t(size_t, left, PAGE_SIZE - offset_in_page(pos));
}

/*
 * By value, into a pipe as well: from there the page itself could be stolen, as
 * if it were one of the page cache.
 */
static size_t copy_out(struct page *page, size_t offset, size_t len,
		       struct iov_iter *to)
{
	void *from = kmap_local_page(page);
	size_t done = copy_to_iter(from + offset, len, to);

	kunmap_local(from);
	return done;
}

/* => bytes copied; the page is referenced and nothing locked meanwhile */
static ssize_t read_page(struct kiocb *iocb, size_t len, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	loff_t pos = iocb->ki_pos;
	struct page *page;
	size_t done;
	int err = aobj_pager_get_page(
		file->private_data, pos >> PAGE_SHIFT,
		AOBJ_GET_NOCREATE | aobj_file_advice(file), &page);

	if (err && err != -ENODATA)
		return err == -ENXIO ? 0 : err;
	if (err) {
		done = iov_iter_zero(len, to);
	} else {
		done = copy_out(page, offset_in_page(pos), len, to);
		put_page(page);
	}
	return done ?: -EFAULT;
}

ssize_t aobj_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct aobj *obj = iocb->ki_filp->private_data;
	ssize_t done = 0, n = 0;

	while (iov_iter_count(to)) {
		loff_t left = aobj_object_size(obj) - iocb->ki_pos;
		size_t len;

		if (left <= 0)
			break;
		len = min_t(loff_t, left, iov_iter_count(to));
		n = read_page(iocb, part_of_page(iocb->ki_pos, len), to);
		if (n <= 0)
			break;
		iocb->ki_pos += n;
		done += n;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done ?: n;
}

/* => where an object must end to hold @len bytes more: the device has whole pages */
static u64 end_after(const struct kiocb *iocb, size_t len)
{
	u64 end = iocb->ki_pos + len;

	if (S_ISREG(file_inode(iocb->ki_filp)->i_mode))
		return end;
	return round_up(end, PAGE_SIZE);
}

int aobj_rw_page(struct aobj *obj, pgoff_t pgoff, u64 end, unsigned int flags,
		 struct page **page)
{
	int grown, err;

	do {
		grown = aobj_object_extend_try(obj, end);
		if (grown < 0)
			return grown;
		err = aobj_pager_get_page(obj, pgoff, AOBJ_GET_WRITE | flags,
					  page);
	} while (err == -ENXIO);
	if (err && grown)
		aobj_object_extend_undo(obj, end);
	return err;
}

static ssize_t write_page(struct kiocb *iocb, size_t len, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct page *page;
	size_t done;
	int err;

	/* A bad buffer must not have made the object larger. */
	len -= fault_in_iov_iter_readable(from, len);
	if (!len)
		return -EFAULT;
	err = aobj_rw_page(file->private_data, iocb->ki_pos >> PAGE_SHIFT,
			   end_after(iocb, len), aobj_file_advice(file), &page);
	if (err)
		return err;
	done = copy_page_from_iter(page, offset_in_page(iocb->ki_pos), len,
				   from);
	put_page(page);
	return done ?: -EFAULT;
}

static ssize_t write_pages(struct kiocb *iocb, struct iov_iter *from)
{
	ssize_t done = 0, n = 0;

	while (iov_iter_count(from)) {
		size_t len = part_of_page(iocb->ki_pos, iov_iter_count(from));

		n = write_page(iocb, len, from);
		if (n <= 0)
			break;
		iocb->ki_pos += n;
		done += n;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done ?: n;
}

/* A regular file has limits, and says when it was written. */
static ssize_t write_checked(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	ssize_t n;

	if (S_ISREG(file_inode(file)->i_mode)) {
		n = generic_write_checks(iocb, from);
		if (n > 0)
			n = file_update_time(file) ?: n;
		if (n <= 0)
			return n;
	}
	return write_pages(iocb, from);
}

/*
 * What is past the end makes the object larger, as in a file.  Only those who
 * append must not write at the same time: they would all find the same end.
 */
ssize_t aobj_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct aobj *obj = iocb->ki_filp->private_data;
	bool append = iocb->ki_flags & IOCB_APPEND;
	ssize_t done;

	if (append) {
		inode_lock(obj->mapping.host);
		iocb->ki_pos = aobj_object_size(obj);
	}
	done = write_checked(iocb, from);
	if (append)
		inode_unlock(obj->mapping.host);
	return done;
}
