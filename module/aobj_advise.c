// SPDX-License-Identifier: GPL-2.0-only
/* Advice, see the header. */
#include <linux/fadvise.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>

#include "aobj_advise.h"
#include "aobj_cluster.h"
#include "aobj_evict.h"
#include "aobj_flush.h"
#include "aobj_page.h"
#include "aobj_pager.h"

#define ROOM_WAIT_MS 100 /* for what is asked for in advance */

/* @ahead: pages, kept where the kernel keeps its own read-ahead, which is not used here */
static void set_use(struct file *file, bool random, unsigned int ahead)
{
	spin_lock(&file->f_lock);
	if (random)
		file->f_mode |= FMODE_RANDOM;
	else
		file->f_mode &= ~FMODE_RANDOM;
	WRITE_ONCE(file->f_ra.ra_pages, ahead);
	spin_unlock(&file->f_lock);
}

unsigned int aobj_file_advice(const struct file *file)
{
	if (READ_ONCE(file->f_mode) & FMODE_RANDOM)
		return AOBJ_GET_ALONE;
	return READ_ONCE(file->f_ra.ra_pages) == AOBJ_CLUSTER_PAGES ?
		       AOBJ_GET_SEQUENCE :
		       0;
}

/* => the pages of @mask that are on swap only */
static u64 swapped_pages(struct aobj_cluster *c, u64 mask)
{
	unsigned int i;

	mutex_lock(&c->lock);
	if (c->res)
		mask &= ~c->res->present;
	for_each_page_bit(i, mask)
		if (!aobj_slot_real(c->slot[i]))
			mask &= ~BIT_ULL(i);
	mutex_unlock(&c->lock);
	return mask;
}

/* => there may be room for a cluster now */
static bool make_room(void)
{
	if (aobj_evict_wait_room(AOBJ_CLUSTER_PAGES, ROOM_WAIT_MS,
				 aobj_page_charge_spare))
		return false;
	aobj_page_uncharge(AOBJ_CLUSTER_PAGES);
	return true;
}

/* => false if there is no room for more, in the budget or in the object's limit */
static bool begin_read(struct aobj_cluster *c, unsigned int i)
{
	pgoff_t pgoff = aobj_cluster_first(c) + i;
	int err = aobj_pager_begin(c->obj, pgoff);

	if (err == -EAGAIN && make_room())
		err = aobj_pager_begin(c->obj, pgoff);
	return err != -EAGAIN;
}

/* => likewise; one request may be for less than all of @mask */
static bool begin_reads(struct aobj_cluster *c, u64 mask)
{
	while (mask) {
		unsigned int i = __ffs64(mask);

		if (!begin_read(c, i))
			return false;
		mask = swapped_pages(c, mask & ~BIT_ULL(i));
	}
	return true;
}

static void will_need(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	unsigned long left = READ_ONCE(aobj_budget) / 2;
	pgoff_t index = first >> AOBJ_CLUSTER_SHIFT;
	struct aobj_cluster *c;
	bool room = true;

	for (; room && left && (c = aobj_cluster_next(obj, &index)); index++) {
		u64 mask = aobj_places_in(index, first, end);

		if (mask)
			mask = swapped_pages(c, mask);
		room = begin_reads(c, mask);
		left -= min_t(unsigned long, left, hweight64(mask));
		aobj_cluster_put(c);
		if (index >= (end - 1) >> AOBJ_CLUSTER_SHIFT ||
		    fatal_signal_pending(current))
			break;
		cond_resched();
	}
}

static void dont_need(struct aobj *obj, pgoff_t first, pgoff_t end)
{
	struct aobj_flushed flushed;

	/* It is advice: there is nobody to tell if a signal cut it short. */
	aobj_flush_range(obj, first, end, AOBJ_FLUSH_DEACTIVATE, &flushed);
}

/* => the byte after the last; a length of 0 is that of all the rest */
static u64 end_of(loff_t pos, loff_t len)
{
	return len ? min_t(u64, (u64)pos + len, MAX_LFS_FILESIZE) :
		     MAX_LFS_FILESIZE;
}

int aobj_fadvise(struct file *file, loff_t pos, loff_t len, int advice)
{
	struct aobj *obj = file->private_data;

	if (pos < 0 || len < 0)
		return -EINVAL;
	switch (advice) {
	case POSIX_FADV_NORMAL:
		set_use(file, false, 0);
		return 0;
	case POSIX_FADV_SEQUENTIAL:
		set_use(file, false, AOBJ_CLUSTER_PAGES);
		return 0;
	case POSIX_FADV_RANDOM:
		set_use(file, true, 0);
		return 0;
	case POSIX_FADV_WILLNEED:
		will_need(obj, pos >> PAGE_SHIFT,
			  DIV_ROUND_UP_ULL(end_of(pos, len), PAGE_SIZE));
		return 0;
	case POSIX_FADV_DONTNEED:
		/* Whoever needs a part of a page needs the page. */
		dont_need(obj, DIV_ROUND_UP_ULL(pos, PAGE_SIZE),
			  end_of(pos, len) >> PAGE_SHIFT);
		return 0;
	case POSIX_FADV_NOREUSE:
		return 0;
	default:
		return -EINVAL;
	}
}
