// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap devices, see the header.
 *
 * The table changes under swap_mutex.  Who holds a slot may use the slot's
 * device without a lock: a device leaves only when none of its slots is used.
 * Who holds none (aobj_swap_alloc) looks under RCU, and so does who is about
 * to give up the last one.  The list by priority is likewise.
 */
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "aobj_discard.h"
#include "aobj_page.h"
#include "aobj_sigpipe.h"
#include "aobj_swap.h"
#include "aobj_swap_header.h"

#define SMALL_READ 4 /* pages that a bio has room for in itself */
#define FAILURES_MAX 32 /* failed bios in a row that stop a device */
#define PROBE_AFTER (10 * HZ) /* then one bio is tried that often */

static DEFINE_MUTEX(swap_mutex);
static struct aobj_swapdev __rcu *swapdevs[AOBJ_SWAPDEVS];
static LIST_HEAD(swap_order); /* by priority, the highest first */
static atomic_long_t swap_turns; /* runs of slots given, ever */
static atomic_t objects_astray; /* see aobj_swap_set_stray() */
unsigned int aobj_nr_swapdevs;
static struct kset *swap_kset;

/* => the first device at *i or after it, which *i moves on to, or NULL */
static struct aobj_swapdev *swapdev_from(int *i)
{
	struct aobj_swapdev *dev = NULL;

	for (; *i < AOBJ_SWAPDEVS; (*i)++) {
		dev = rcu_dereference_check(swapdevs[*i],
					    lockdep_is_held(&swap_mutex));
		if (dev)
			break;
	}
	return dev;
}

#define for_each_swapdev(dev, i) \
	for ((i) = 0; ((dev) = swapdev_from(&(i))); (i)++)

struct aobj_swapdev *aobj_swap_dev(u32 slot)
{
	struct aobj_swapdev *dev, *found = NULL;
	int i;

	rcu_read_lock();
	for_each_swapdev(dev, i) {
		if (aobj_swap_holds(dev, slot)) {
			found = dev;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

static bool takes_pages(const struct aobj_swapdev *dev)
{
	return !READ_ONCE(dev->draining) && !READ_ONCE(dev->failed);
}

/* => a device that failed may be tried with one bio: it may have come back */
static bool probe_due(struct aobj_swapdev *dev)
{
	unsigned long at = READ_ONCE(dev->probe_at);

	return !READ_ONCE(dev->draining) && READ_ONCE(dev->failed) &&
	       time_after(jiffies, at) &&
	       cmpxchg(&dev->probe_at, at, jiffies + PROBE_AFTER) == at;
}

/* => whose turn it is: the one that is due longest; others have a smaller claim */
static bool due_before(const struct aobj_swapdev *a,
		       const struct aobj_swapdev *b)
{
	return (long)(READ_ONCE(a->turn) - READ_ONCE(b->turn)) < 0;
}

/*
 * => the next to be asked, those in @asked having had nothing, and none of them
 *    below the priority @least; RCU
 */
static struct aobj_swapdev *next_to_ask(u32 tag, u32 asked, int least)
{
	struct aobj_swapdev *dev, *next = NULL;

	list_for_each_entry_rcu(dev, &swap_order, in_order,
				lockdep_is_held(&swap_mutex)) {
		if (dev->priority < least ||
		    (next && dev->priority != next->priority))
			break;
		if (asked & BIT(dev->id) || !aobj_swap_serves(dev, tag))
			continue;
		if (!next || due_before(dev, next))
			next = dev;
	}
	return next;
}

/* => what is free, or will be as soon as it is discarded */
static u32 free_slots(const struct aobj_swapdev *dev)
{
	return dev->npages - 1 - READ_ONCE(dev->slots.used) -
	       READ_ONCE(dev->slots.bad);
}

/* => there are such devices, of all or of those for @tag, and none is ready */
static bool all_busy(bool all_tags, u32 tag)
{
	struct aobj_swapdev *dev;
	bool all = false;

	rcu_read_lock();
	list_for_each_entry_rcu(dev, &swap_order, in_order) {
		if (!takes_pages(dev) ||
		    (!all_tags && !aobj_swap_serves(dev, tag)))
			continue;
		all = aobj_swap_state(dev) != AOBJ_SWAP_READY;
		if (!all)
			break;
	}
	rcu_read_unlock();
	return all;
}

void aobj_swap_look(void)
{
	struct aobj_swapdev *dev;
	long pages = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(dev, &swap_order, in_order)
		if (aobj_swap_state(dev) == AOBJ_SWAP_STALLED)
			pages += atomic_long_read(&dev->pace[WRITE].given);
	rcu_read_unlock();
	WRITE_ONCE(aobj_stalled, pages);
}

bool aobj_swap_all_busy(void)
{
	return all_busy(true, AOBJ_TAG_NONE);
}

bool aobj_swap_awaited(u32 tag)
{
	return all_busy(false, tag);
}

/* => gives slots, or says why it has none for now; it takes pages; RCU */
static enum aobj_swap_state alloc_on(struct aobj_swapdev *dev, u32 want,
				     struct aobj_slot_run *run)
{
	enum aobj_swap_state state = aobj_swap_state(dev);
	u32 first;

	if (!free_slots(dev))
		return AOBJ_SWAP_FULL;
	if (state != AOBJ_SWAP_READY)
		return state;
	want = aobj_pace_request(&dev->pace[WRITE], want);
	run->nr = aobj_slots_alloc(&dev->slots, want, &first);
	if (!run->nr)
		return AOBJ_SWAP_FULL;
	run->dev = dev;
	run->first = dev->base + first;
	WRITE_ONCE(dev->turn, atomic_long_inc_return(&swap_turns));
	return AOBJ_SWAP_READY;
}

bool aobj_swap_alloc(u32 tag, u32 want, struct aobj_slot_run *run)
{
	struct aobj_swapdev *dev;
	int least = INT_MIN;
	u32 asked = 0;

	run->nr = 0;
	run->state = AOBJ_SWAP_READY;
	rcu_read_lock();
	while (!run->nr && (dev = next_to_ask(tag, asked, least))) {
		enum aobj_swap_state state;

		asked |= BIT(dev->id);
		if (!takes_pages(dev) && !probe_due(dev))
			continue;
		state = alloc_on(dev, want, run);
		run->state = max(run->state, state);
		if (state == AOBJ_SWAP_BUSY)
			least = dev->priority;
	}
	rcu_read_unlock();
	if (!run->nr && run->state == AOBJ_SWAP_READY)
		run->state = AOBJ_SWAP_FULL;
	return run->nr;
}

/* => there is room where a page should rather be; RCU */
static bool room_above(int priority, u32 tag)
{
	struct aobj_swapdev *dev;

	list_for_each_entry_rcu(dev, &swap_order, in_order,
				lockdep_is_held(&swap_mutex)) {
		if (dev->priority <= priority)
			break;
		if (aobj_swap_serves(dev, tag) && takes_pages(dev) &&
		    free_slots(dev) >= AOBJ_CLUSTER_PAGES +
					       READ_ONCE(dev->slots.discarding))
			return true;
	}
	return false;
}

struct aobj_swapdev *aobj_swap_rewritable(u32 slot, u32 tag)
{
	struct aobj_swapdev *dev = aobj_swap_dev(slot);

	return takes_pages(dev) && aobj_swap_serves(dev, tag) ? dev : NULL;
}

struct aobj_swapdev *aobj_swap_stays(u32 slot, u32 tag)
{
	struct aobj_swapdev *dev = aobj_swap_rewritable(slot, tag);

	rcu_read_lock();
	if (dev && (room_above(dev->priority, tag) ||
		    aobj_swap_state(dev) == AOBJ_SWAP_STALLED))
		dev = NULL;
	rcu_read_unlock();
	return dev;
}

void aobj_swap_free(u32 first, u32 nr)
{
	struct aobj_swapdev *dev;

	if (!nr)
		return;
	rcu_read_lock();
	dev = aobj_swap_dev(first);
	aobj_slots_free(&dev->slots, first - dev->base, nr);
	aobj_discard_some(dev);
	rcu_read_unlock();
}

void aobj_swap_free_each(const u32 *slots, unsigned int nr)
{
	unsigned int first, end;

	rcu_read_lock();
	for (first = 0; first < nr; first = end) {
		struct aobj_swapdev *dev = aobj_swap_dev(slots[first]);

		end = first + 1;
		while (end < nr && aobj_swap_holds(dev, slots[end]))
			end++;
		aobj_slots_free_each(&dev->slots, slots + first, end - first,
				     dev->base);
		aobj_discard_some(dev);
	}
	rcu_read_unlock();
}

void aobj_swap_free_unwritten(u32 slot)
{
	struct aobj_swapdev *dev;

	rcu_read_lock();
	dev = aobj_swap_dev(slot);
	aobj_slots_free(&dev->slots, slot - dev->base, 1);
	aobj_slots_pass_over(&dev->slots, slot - dev->base);
	aobj_discard_some(dev);
	rcu_read_unlock();
}

void aobj_swap_mark_bad(u32 slot)
{
	struct aobj_swapdev *dev;

	rcu_read_lock();
	dev = aobj_swap_dev(slot);
	pr_warn_ratelimited("%pg: slot %u is bad and used no more\n", dev->bdev,
			    slot - dev->base);
	aobj_slots_mark_bad(&dev->slots, slot - dev->base);
	rcu_read_unlock();
}

void aobj_swap_write_failed(struct aobj_swapdev *dev)
{
	if (atomic_inc_return(&dev->failures) < FAILURES_MAX ||
	    READ_ONCE(dev->failed))
		return;
	WRITE_ONCE(dev->probe_at, jiffies + PROBE_AFTER);
	WRITE_ONCE(dev->failed, true);
	pr_err("%pg: %d writes in a row failed: no more pages go there\n",
	       dev->bdev, FAILURES_MAX);
}

void aobj_swap_write_worked(struct aobj_swapdev *dev)
{
	if (atomic_read(&dev->failures))
		atomic_set(&dev->failures, 0);
	if (READ_ONCE(dev->failed)) {
		WRITE_ONCE(dev->failed, false);
		pr_info("%pg: writes work again\n", dev->bdev);
		aobj_daemon_kick();
	}
}

/* => the sum of an expression of a device, dev, over all; a snapshot */
#define swapdevs_sum(value)                \
	({                                 \
		struct aobj_swapdev *dev;  \
		unsigned long sum__ = 0;   \
		int i__;                   \
		rcu_read_lock();           \
		for_each_swapdev(dev, i__) \
			sum__ += (value);  \
		rcu_read_unlock();         \
		sum__;                     \
	})

static u32 usable_slots(const struct aobj_swapdev *dev)
{
	return takes_pages(dev) ? free_slots(dev) : 0;
}

unsigned long aobj_swap_free_for(u32 tag, const struct aobj_swapdev *but)
{
	return swapdevs_sum(dev != but && aobj_swap_serves(dev, tag) ?
				    usable_slots(dev) :
				    0);
}

unsigned long aobj_swap_free_beside(const struct aobj_swapdev *but)
{
	return swapdevs_sum(dev != but ? usable_slots(dev) : 0);
}

void aobj_swap_set_stray(struct aobj *obj, bool strays)
{
	lockdep_assert_held(&obj->resize_lock);
	if (strays && !obj->strays)
		atomic_inc(&objects_astray);
	else if (!strays && obj->strays)
		atomic_dec(&objects_astray);
	obj->strays = strays;
	/* Who promises a place sees it, or is seen by who looks after this. */
	smp_mb__after_atomic();
}

unsigned long aobj_swap_capacity_of(const struct aobj_swapdev *dev)
{
	if (dev->exclusive && atomic_read(&objects_astray))
		return 0;
	if (takes_pages(dev) && !dev->exclusive)
		return dev->npages - 1 - READ_ONCE(dev->slots.bad);
	return READ_ONCE(dev->draining) ? 0 : READ_ONCE(dev->slots.used);
}

unsigned long aobj_swap_capacity(void)
{
	return swapdevs_sum(aobj_swap_capacity_of(dev));
}

unsigned long aobj_swap_used_beside(const struct aobj_swapdev *but)
{
	return swapdevs_sum(dev != but ? READ_ONCE(dev->slots.used) : 0);
}

/*
 * Taking a device into use
 */

static int read_header(struct aobj_swapdev *dev, struct page *page)
{
	struct aobj_sigpipe sigpipe;
	struct bio_vec vec;
	struct bio bio;
	int err;

	bio_init(&bio, dev->bdev, &vec, 1, REQ_OP_READ | REQ_SYNC);
	__bio_add_page(&bio, page, PAGE_SIZE, 0);
	aobj_sigpipe_hold(&sigpipe);
	err = submit_bio_wait(&bio);
	aobj_sigpipe_release(&sigpipe);
	bio_uninit(&bio);
	return err;
}

static int load_header(struct aobj_swapdev *dev, union swap_header *raw)
{
	struct aobj_swap_header hdr;
	const char *why;
	int err;

	why = aobj_swap_header_parse(
		raw, bdev_nr_bytes(dev->bdev) >> PAGE_SHIFT, &hdr);
	if (why) {
		pr_warn("%pg: %s\n", dev->bdev, why);
		return -EINVAL;
	}

	dev->npages = hdr.npages;
	err = aobj_slots_init(&dev->slots, hdr.npages);
	if (err)
		return err;
	aobj_slots_reserve(&dev->slots, 0, true);
	for (u32 i = 0; i < hdr.nr_bad; i++)
		aobj_slots_reserve(&dev->slots,
				   aobj_swap_header_bad(raw, &hdr, i), false);
	if (dev->slots.bad + 1 >= dev->npages) {
		pr_warn("%pg: every page of the swap area is bad\n", dev->bdev);
		aobj_slots_exit(&dev->slots);
		return -EINVAL;
	}
	return 0;
}

static int check_device(struct aobj_swapdev *dev)
{
	if (bdev_read_only(dev->bdev))
		return -EROFS;
	if (bdev_nr_bytes(dev->bdev) < PAGE_SIZE) {
		pr_warn("%pg: smaller than a page\n", dev->bdev);
		return -EINVAL;
	}
	if (bdev_is_zoned(dev->bdev) ||
	    bdev_logical_block_size(dev->bdev) > PAGE_SIZE)
		return -EOPNOTSUPP;
	return 0;
}

static int open_swap_area(struct aobj_swapdev *dev)
{
	struct page *page;
	int err = check_device(dev);

	if (err)
		return err;
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	err = read_header(dev, page);
	if (!err)
		err = load_header(dev, page_address(page));
	__free_page(page);
	return err;
}

static void swapdev_close(struct aobj_swapdev *dev)
{
	if (dev->sigpipe)
		aobj_sigpipe_forget();
	aobj_compat_bdev_close(dev->claim);
}

static int swapdev_claim(struct aobj_swapdev *dev, dev_t devt)
{
	int err;

	dev->claim = aobj_compat_bdev_open(devt, dev);
	if (IS_ERR(dev->claim))
		return PTR_ERR(dev->claim);
	dev->bdev = aobj_compat_bdev(dev->claim);
	dev->synchronous = aobj_compat_bdev_synchronous(dev->bdev);
	dev->sigpipe = !dev->synchronous && aobj_sigpipe_possible(dev->bdev);
	if (dev->sigpipe)
		aobj_sigpipe_expect();
	err = open_swap_area(dev);
	if (err)
		swapdev_close(dev);
	return err;
}

static int swapdev_bios(struct aobj_swapdev *dev)
{
	int err;

	err = aobj_bios_init(&dev->bios_in, SMALL_READ,
			     offsetof(struct aobj_io, bio), AOBJ_BIOSET_CACHE);
	if (err)
		return err;
	err = aobj_bios_init(&dev->bios_out, BIO_MAX_VECS,
			     offsetof(struct aobj_io_out, io.bio), 0);
	if (err)
		aobj_bios_exit(&dev->bios_in);
	return err;
}

/* => the lowest base with room for the device's slots, or an error */
static int pick_base(struct aobj_swapdev *new)
{
	struct aobj_swapdev *dev;
	u64 base = 0;
	bool moved;
	int i;

	do {
		moved = false;
		for_each_swapdev(dev, i) {
			if (base < (u64)dev->base + dev->npages &&
			    dev->base < base + new->npages) {
				base = (u64)dev->base + dev->npages;
				moved = true;
			}
		}
	} while (moved);
	if (base + new->npages > AOBJ_SLOT_BAD)
		return -ENOSPC;
	new->base = base;
	return 0;
}

/* => the lowest of those that were given to devices by default, as swapon(2) */
static int default_priority(void)
{
	int lowest = -1;
	struct aobj_swapdev *dev;

	list_for_each_entry_rcu(dev, &swap_order, in_order,
				lockdep_is_held(&swap_mutex))
		lowest = min(lowest, dev->priority);
	return lowest - 1;
}

/* => its tags are there; undone by swapdev_untag() */
static int swapdev_tag(struct aobj_swapdev *dev,
		       const struct aobj_swap_options *opt)
{
	char number[AOBJ_CLASS_MAX];
	int err;

	snprintf(number, sizeof(number), "%u:%u", MAJOR(dev->bdev->bd_dev),
		 MINOR(dev->bdev->bd_dev));
	err = aobj_tag_add_device(number, &dev->tag);
	if (err || !opt->class)
		return err;
	err = aobj_tag_add_device(opt->class, &dev->class);
	if (err)
		aobj_tag_del_device(dev->tag);
	return err;
}

static void swapdev_untag(struct aobj_swapdev *dev)
{
	aobj_tag_del_device(dev->class);
	aobj_tag_del_device(dev->tag);
}

static int swapdev_add_kobject(struct aobj_swapdev *dev)
{
	int err;

	dev->kobj.kset = swap_kset;
	err = kobject_init_and_add(&dev->kobj, &aobj_swapdev_ktype, NULL,
				   "%u:%u", MAJOR(dev->bdev->bd_dev),
				   MINOR(dev->bdev->bd_dev));
	if (err) {
		kobject_put(&dev->kobj);
		wait_for_completion(&dev->released);
	}
	return err;
}

/* Behind all that have its priority. */
static void put_in_order(struct aobj_swapdev *new)
{
	struct list_head *before = &swap_order;
	struct aobj_swapdev *dev;

	list_for_each_entry_rcu(dev, &swap_order, in_order,
				lockdep_is_held(&swap_mutex)) {
		if (dev->priority < new->priority) {
			before = &dev->in_order;
			break;
		}
	}
	list_add_tail_rcu(&new->in_order, before);
}

static int swapdev_publish(struct aobj_swapdev *dev,
			   const struct aobj_swap_options *opt)
{
	int err, i;

	for (i = 0; i < AOBJ_SWAPDEVS; i++)
		if (!rcu_access_pointer(swapdevs[i]))
			break;
	if (i == AOBJ_SWAPDEVS)
		return -ENOSPC;
	err = pick_base(dev);
	if (err)
		return err;
	dev->id = i;
	dev->own.devices = BIT(i);
	dev->turn = atomic_long_read(&swap_turns);
	dev->exclusive = opt->flags & AOBJ_SWAPON_EXCLUSIVE;
	dev->priority = opt->flags & AOBJ_SWAPON_PRIORITY ? opt->priority :
							    default_priority();
	err = swapdev_tag(dev, opt);
	if (err)
		return err;
	err = swapdev_add_kobject(dev);
	if (err) {
		swapdev_untag(dev);
		return err;
	}
	rcu_assign_pointer(swapdevs[i], dev);
	put_in_order(dev);
	WRITE_ONCE(aobj_nr_swapdevs, aobj_nr_swapdevs + 1);
	/* From here on, and without the mutex, it may go any time. */
	pr_info("%pg: in use for swap, %u pages, priority %d\n", dev->bdev,
		dev->npages - 1 - dev->slots.bad, dev->priority);
	return 0;
}

static void swapdev_unclaim(struct aobj_swapdev *dev)
{
	aobj_slots_exit(&dev->slots);
	swapdev_close(dev);
}

static int swapdev_setup(struct aobj_swapdev *dev, dev_t devt,
			 const struct aobj_swap_options *opt)
{
	int err = swapdev_claim(dev, devt);

	if (err)
		return err;
	dev->stable_writes = bdev_stable_writes(dev->bdev);
	dev->slots.rotates = bdev_rot(dev->bdev);
	aobj_pace_init(&dev->pace[READ]);
	aobj_pace_init(&dev->pace[WRITE]);
	err = aobj_discard_init(dev, opt->flags);
	if (err)
		goto unclaim;
	err = swapdev_bios(dev);
	if (err)
		goto unclaim;
	mutex_lock(&swap_mutex);
	err = swapdev_publish(dev, opt);
	mutex_unlock(&swap_mutex);
	if (err)
		goto bios;
	return 0;
bios:
	aobj_bios_exit(&dev->bios_out);
	aobj_bios_exit(&dev->bios_in);
unclaim:
	swapdev_unclaim(dev);
	return err;
}

int aobj_swap_on(dev_t devt, const struct aobj_swap_options *opt)
{
	static const struct aobj_swap_options usual;
	struct aobj_swapdev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return -ENOMEM;
	init_completion(&dev->released);
	INIT_LIST_HEAD(&dev->own.clusters);

	err = swapdev_setup(dev, devt, opt ?: &usual);
	if (err) {
		kfree(dev);
		return err;
	}
	aobj_daemon_kick();
	return 0;
}

/*
 * Giving a device back
 */

static struct aobj_swapdev *find_device(dev_t devt)
{
	struct aobj_swapdev *dev;
	int i;

	for_each_swapdev(dev, i)
		if (dev->bdev->bd_dev == devt)
			return dev;
	return NULL;
}

int aobj_swap_with(dev_t devt, int (*fn)(struct aobj_swapdev *dev))
{
	struct aobj_swapdev *dev;
	int err;

	mutex_lock(&swap_mutex);
	dev = find_device(devt);
	err = dev ? fn(dev) : -ENOENT;
	mutex_unlock(&swap_mutex);
	return err;
}

struct aobj_swapdev *aobj_swap_drain_begin(dev_t devt)
{
	struct aobj_swapdev *dev;

	mutex_lock(&swap_mutex);
	dev = find_device(devt);
	if (!dev)
		dev = ERR_PTR(-ENOENT);
	else if (dev->draining)
		dev = ERR_PTR(-EBUSY);
	else
		WRITE_ONCE(dev->draining, true);
	mutex_unlock(&swap_mutex);
	/* Whoever still allocates has not seen the flag: let them finish. */
	if (!IS_ERR(dev))
		synchronize_rcu();
	return dev;
}

void aobj_swap_drain_abort(struct aobj_swapdev *dev)
{
	WRITE_ONCE(dev->draining, false);
	aobj_daemon_kick();
}

static void swapdev_unpublish(struct aobj_swapdev *dev)
{
	list_del_rcu(&dev->in_order);
	WRITE_ONCE(aobj_nr_swapdevs, aobj_nr_swapdevs - 1);
	RCU_INIT_POINTER(swapdevs[dev->id], NULL);
	synchronize_rcu();
	/* A completion gives up its bio after the page's slot may be free. */
	while (atomic_read(&dev->inflight))
		fsleep(1000);
	/* ... and looks at the device a last time to say so, under RCU. */
	synchronize_rcu();
	aobj_discard_exit(dev);
}

void aobj_swap_drain_finish(struct aobj_swapdev *dev)
{
	mutex_lock(&swap_mutex);
	swapdev_unpublish(dev);
	kobject_put(&dev->kobj);
	wait_for_completion(&dev->released);
	swapdev_untag(dev);
	pr_info("%pg: no longer in use\n", dev->bdev);
	aobj_bios_exit(&dev->bios_out);
	aobj_bios_exit(&dev->bios_in);
	swapdev_unclaim(dev);
	mutex_unlock(&swap_mutex);
	kfree(dev);
}

int aobj_swap_init(struct kobject *parent)
{
	int err = aobj_discard_start();

	if (err)
		return err;
	aobj_swap_list_init();
	swap_kset = kset_create_and_add("swap", NULL, parent);
	if (swap_kset)
		return 0;
	aobj_discard_stop();
	return -ENOMEM;
}

void aobj_swap_exit(void)
{
	for (int i = 0; i < AOBJ_SWAPDEVS; i++) {
		struct aobj_swapdev *dev = rcu_access_pointer(swapdevs[i]);

		if (dev)
			aobj_swap_drain_finish(dev);
	}
	kset_unregister(swap_kset);
	aobj_discard_stop();
}
