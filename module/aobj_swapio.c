// SPDX-License-Identifier: GPL-2.0-only
/* Swap I/O, see the header. */
#include <linux/bio.h>
#include <linux/ioprio.h>
#include <linux/pagemap.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_page.h"
#include "aobj_swapio.h"

#define READ_TRIES 3
/* Not merged: a read waits for at least one write to be over. */
#define WRITE_OPF (REQ_OP_WRITE | REQ_SWAP | REQ_NOMERGE)
#define WRITE_IOPRIO IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, IOPRIO_NR_LEVELS - 1)

static LLIST_HEAD(done_list);
static const struct aobj_io_ops *evict_ops;
static const struct aobj_io_ops *pager_ops;
static struct workqueue_struct *done_wq;

static void done_work_fn(struct work_struct *work);
static DECLARE_WORK(done_work, done_work_fn);

int aobj_swapio_init(const struct aobj_io_ops *evict,
		     const struct aobj_io_ops *pager)
{
	evict_ops = evict;
	pager_ops = pager;
	done_wq = alloc_workqueue("aobj_io", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return done_wq ? 0 : -ENOMEM;
}

void aobj_swapio_exit(void)
{
	destroy_workqueue(done_wq);
}

bool aobj_swapio_permanent(blk_status_t status)
{
	return status == BLK_STS_MEDIUM || status == BLK_STS_PROTECTION;
}

struct page *aobj_swapio_page(const struct aobj_io *io, unsigned int i)
{
	return io->bio.bi_io_vec[i].bv_page;
}

static struct aobj_io *io_alloc(struct aobj_swapdev *dev, u32 slot,
				unsigned short vecs, bool write, gfp_t gfp)
{
	struct aobj_io *io;
	struct bio *bio;

	bio = aobj_bios_alloc(write ? &dev->bios_out : &dev->bios_in, dev->bdev,
			      vecs,
			      write ? WRITE_OPF : REQ_OP_READ | AOBJ_REQ_CACHE,
			      gfp | __GFP_NOWARN);
	if (!bio)
		return NULL;
	/* Reads are what somebody waits for. */
	if (write)
		bio->bi_ioprio = WRITE_IOPRIO;
	io = container_of(bio, struct aobj_io, bio);
	io->dev = dev;
	io->cluster = NULL;
	io->slot = slot;
	io->nr = 0;
	io->write = write;
	io->tries = 0;
	io->split = 0;
	io->alone = false;
	io->counted = false;
	io->hand = AOBJ_IO_LEFT;
	return io;
}

/*
 * Without waiting, only a vector of full size comes from the bio_set's reserve
 * (a smaller one is tried as plain memory, and that is all).
 */
struct aobj_io *aobj_swapio_alloc(struct aobj_swapdev *dev, u32 slot,
				  unsigned int nr, bool write, gfp_t gfp)
{
	nr = write ? BIO_MAX_VECS : max_t(unsigned int, nr, dev->bios_in.vecs);
	return io_alloc(dev, slot, nr, write, gfp);
}

void aobj_swapio_add(struct aobj_io *io, struct aobj_cluster *c, unsigned int i,
		     struct page *page)
{
	/* Never merged with the one before: one vector entry is one page. */
	__bio_add_page(&io->bio, page, PAGE_SIZE, 0);
	*aobj_io_cluster(io, io->nr) = c;
	io->index[io->nr] = i;
	if (io->write && (!io->nr || *aobj_io_cluster(io, io->nr - 1) != c))
		refcount_inc(&c->refs);
	io->nr++;
}

/* The row is put into the vector as it is: a call for each page costs more. */
void aobj_swapio_add_resident(struct aobj_io *io, struct aobj_cluster *c,
			      u64 mask)
{
	struct aobj_cluster **cluster = aobj_io_cluster(io, 0);
	struct bio_vec *vec = io->bio.bi_io_vec;
	struct page **page = c->res->page;
	unsigned int i, nr = io->nr;

	if (!io->write)
		*cluster = c;
	else if (!nr || cluster[nr - 1] != c)
		refcount_inc(&c->refs);
	for_each_page_bit(i, mask) {
		vec[nr] = (struct bio_vec){ page[i], PAGE_SIZE, 0 };
		if (io->write)
			cluster[nr] = c;
		io->index[nr++] = i;
	}
	io->bio.bi_vcnt = nr;
	io->bio.bi_iter.bi_size = nr << PAGE_SHIFT;
	io->nr = nr;
}

/* => one past the pages from @first on that are of the same cluster */
static unsigned int stretch_end(struct aobj_io *io, unsigned int first)
{
	struct aobj_cluster **cluster = aobj_io_cluster(io, 0);
	unsigned int end = first + 1;

	while (end < io->nr && cluster[end] == cluster[first])
		end++;
	return end;
}

static void io_free(struct aobj_io *io)
{
	struct aobj_swapdev *dev = io->dev;

	/* The last look at the device is under RCU: see swapdev_unpublish. */
	rcu_read_lock();
	aobj_bios_put(io->write ? &dev->bios_out : &dev->bios_in, &io->bio);
	atomic_dec(&dev->inflight);
	rcu_read_unlock();
}

void aobj_swapio_read_over(struct aobj_cluster *c)
{
	/* Orders the unlocking before the look at who waits for it. */
	smp_mb();
	wake_up_var(c);
}

int aobj_swapio_wait_read(struct aobj_cluster *c, struct folio *folio,
			  unsigned int ms)
{
	if (!folio_test_locked(folio))
		return 0;
	return ___wait_var_event(
		       c, ___wait_cond_timeout(!folio_test_locked(folio)),
		       TASK_UNINTERRUPTIBLE, 0, (long)msecs_to_jiffies(ms),
		       __ret = io_schedule_timeout(__ret)) ?
		       0 :
		       -EAGAIN;
}

static void finish_read(struct aobj_io *io)
{
	for (unsigned int i = 0; i < io->nr; i++) {
		struct folio *folio = aobj_folio(aobj_swapio_page(io, i));

		folio_mark_uptodate(folio);
		folio_unlock(folio);
	}
	aobj_swapio_read_over(io->cluster);
	io_free(io);
}

static void io_done(struct aobj_io *io)
{
	if (llist_add(&io->done, &done_list))
		queue_work(done_wq, &done_work);
}

/* Of a device that answers at once there is nothing to learn. */
static bool paced(const struct aobj_io *io)
{
	return io->write || !io->dev->synchronous;
}

/*
 * Late answers tell that others wait only where there are others: while nobody reads
 * from a device it is rather its throughput, or a processor's, that they are for want of.
 * When another one hangs there is little memory left, and not all of it should be on its way.
 */
static unsigned long least_pace(const struct aobj_io *io)
{
	if (!io->write)
		return AOBJ_PACE_REQUEST;
	if (READ_ONCE(aobj_stalled) || aobj_pace_recent(&io->dev->pace[READ]))
		return 2 * AOBJ_PACE_REQUEST;
	return AOBJ_PACE_START;
}

static bool pace_answered(struct aobj_io *io)
{
	u64 us = (ktime_get_ns() - io->started) / NSEC_PER_USEC;

	return aobj_pace_answered(&io->dev->pace[io->write], io->nr, us,
				  least_pace(io));
}

static void io_end(struct bio *bio)
{
	struct aobj_io *io = container_of(bio, struct aobj_io, bio);
	bool waited_for = paced(io) && pace_answered(io);

	io->status = bio->bi_status;
	if (!io->write && !io->status) {
		finish_read(io);
		return;
	}
	/* Who did not write for the pace's sake is resting, or about to. */
	if (io->write && waited_for)
		WRITE_ONCE(aobj_daemon_kicked, true);
	if (xchg(&io->hand, AOBJ_IO_ENDED) != AOBJ_IO_GIVEN)
		io_done(io);
}

static void start_pace(struct aobj_io *io)
{
	io->started = ktime_get_ns();
	aobj_pace_given(&io->dev->pace[io->write], io->nr);
}

static void io_start(struct aobj_io *io)
{
	struct aobj_sigpipe sigpipe;

	io->tries++;
	io->bio.bi_iter.bi_sector = aobj_swap_sector(io->dev, io->slot);
	io->bio.bi_end_io = io_end;
	atomic_inc(&io->dev->inflight);
	if (paced(io))
		start_pace(io);
	aobj_sigpipe_hold(&sigpipe);
	submit_bio(&io->bio);
	aobj_sigpipe_release(&sigpipe);
}

/* => its error will be its own: the block layer merges it with no other */
static void io_set_alone(struct aobj_io *io)
{
	io->alone = true;
	io->bio.bi_opf |= REQ_NOMERGE;
}

/* Pages of one cluster stand together: one call for each such stretch. */
static void finish_write(struct aobj_io *io)
{
	unsigned int end;

	for (unsigned int first = 0; first < io->nr; first = end) {
		struct aobj_cluster *c = *aobj_io_cluster(io, first);

		end = stretch_end(io, first);
		evict_ops->write_done(io, first, end - first);
		aobj_cluster_put(c);
	}
}

/* => it is over, one way or the other */
static void io_finish(struct aobj_io *io)
{
	if (!io->write)
		pager_ops->read_failed(io, 0);
	else
		finish_write(io);
	io_free(io);
}

static void count_submitted(const struct aobj_io *io)
{
	if (io->write) {
		aobj_count(AOBJ_EV_WRITE_BIOS, 1);
		if (!(current->flags & PF_KTHREAD))
			aobj_count(AOBJ_EV_DIRECT_WRITES, 1);
		aobj_count(AOBJ_EV_PAGES_OUT, io->nr);
	} else {
		aobj_count(AOBJ_EV_READ_BIOS, 1);
		aobj_count(AOBJ_EV_PAGES_IN, io->nr);
	}
}

/* => the last use of a write that ended while it was given to the device */
static void io_ended_at_once(struct aobj_io *io)
{
	if (io->status) {
		io_done(io);
		return;
	}
	io_finish(io);
	if (wq_has_sleeper(&aobj_daemon_wait))
		wake_up(&aobj_daemon_wait);
}

void aobj_swapio_plug(struct aobj_plug *plug)
{
	aobj_sigpipe_hold(&plug->sigpipe);
	blk_start_plug(&plug->plug);
}

void aobj_swapio_unplug(struct aobj_plug *plug)
{
	blk_finish_plug(&plug->plug);
	aobj_sigpipe_release(&plug->sigpipe);
}

/*
 * Writes that the task has plugged would come to a slow device all at once, and are
 * one to a hypervisor; whoever reads then waits for all of them.
 */
static void unplug(void)
{
	struct blk_plug *plug = current->plug;

	if (!plug)
		return;
	blk_finish_plug(plug);
	blk_start_plug(plug);
}

/*
 * A write that has ended by the time that it was given to the device, as those to
 * memory do, is finished here: no other task is woken for it.  Whichever comes last,
 * the end or the return of the call, has it.
 */
void aobj_swapio_submit(struct aobj_io *io)
{
	bool slow = aobj_pace_slow(&io->dev->pace[WRITE]);

	if (io->nr == 1)
		io_set_alone(io);
	count_submitted(io);
	if (!io->write) {
		io_start(io);
		return;
	}
	io->hand = AOBJ_IO_GIVEN;
	io_start(io);
	if (slow)
		unplug();
	if (xchg(&io->hand, AOBJ_IO_LEFT) == AOBJ_IO_ENDED)
		io_ended_at_once(io);
}

/* => the same page to the same slot again */
static void io_retry(struct aobj_io *io)
{
	struct page *page = aobj_swapio_page(io, 0);

	bio_reset(&io->bio, io->dev->bdev, io->bio.bi_opf);
	__bio_add_page(&io->bio, page, PAGE_SIZE, 0);
	atomic_dec(&io->dev->inflight);
	io_start(io);
}

/* => one page of a failed request by itself; false if there is no bio */
static bool io_split_one(struct aobj_io *io, unsigned int i)
{
	struct aobj_io *one;

	one = io_alloc(io->dev, io->slot + i, 1, io->write, GFP_NOWAIT);
	if (!one)
		return false;
	io_set_alone(one);
	one->counted = true;
	aobj_swapio_add(one, *aobj_io_cluster(io, i), io->index[i],
			aobj_swapio_page(io, i));
	/* It was counted as submitted; only the bio is another. */
	aobj_count(io->write ? AOBJ_EV_WRITE_BIOS : AOBJ_EV_READ_BIOS, 1);
	io_start(one);
	return true;
}

/*
 * => false when there is no bio for the next page: come back.  Nothing is said
 * of a page that was not tried alone: the error may be its neighbour's, or that
 * of another bio that the block layer had merged with it.
 */
static bool io_split(struct aobj_io *io)
{
	while (io->split < io->nr && io_split_one(io, io->split))
		io->split++;
	return io->split == io->nr;
}

/* => one bio, once; what a medium cannot hold is retired slot by slot */
static bool says_device_failed(const struct aobj_io *io)
{
	return io->status && io->write && !io->counted &&
	       !aobj_swapio_permanent(io->status);
}

static bool wants_split(const struct aobj_io *io)
{
	return io->status && !io->alone;
}

static bool wants_retry(const struct aobj_io *io)
{
	return io->status && !io->write && io->tries < READ_TRIES &&
	       !aobj_swapio_permanent(io->status);
}

/* => its pages are in requests of their own */
static void io_drop(struct aobj_io *io)
{
	unsigned int end;

	for (unsigned int i = 0; io->write && i < io->nr; i = end) {
		end = stretch_end(io, i);
		aobj_cluster_put(*aobj_io_cluster(io, i));
	}
	io_free(io);
}

/* => the pages are under way again; false if only some are */
static bool io_again(struct aobj_io *io)
{
	if (!wants_split(io)) {
		io_retry(io);
		return true;
	}
	if (!io_split(io))
		return false;
	io_drop(io);
	return true;
}

/*
 * What is over first: to submit again may have to wait for a device that is
 * not well, and others' pages should not.
 * => as aobj_swapio_reap(); *@stuck: something is back on the list, for want of a bio
 */
static bool reap(bool *stuck)
{
	struct llist_node *list = llist_del_all(&done_list);
	struct aobj_io *io, *next;
	LLIST_HEAD(again);

	*stuck = false;
	if (!list)
		return false;
	list = llist_reverse_order(list);
	llist_for_each_entry_safe(io, next, list, done) {
		if (says_device_failed(io)) {
			/* It is seen again if there is no bio to split it. */
			io->counted = true;
			aobj_swap_write_failed(io->dev);
		}
		if (wants_split(io) || wants_retry(io))
			llist_add(&io->done, &again);
		else
			io_finish(io);
	}
	llist_for_each_entry_safe(io, next, again.first, done) {
		if (!io_again(io)) {
			*stuck = true;
			io_done(io);
		}
	}
	return true;
}

bool aobj_swapio_reap(void)
{
	bool stuck;

	return reap(&stuck);
}

static void done_work_fn(struct work_struct *work)
{
	bool stuck;

	reap(&stuck);
	wake_up(&aobj_daemon_wait);
	/* Only a bio that ends helps it on: give it a moment. */
	if (stuck)
		schedule_timeout_uninterruptible(1);
}
