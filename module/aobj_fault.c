// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault handler.
 *
 * The usual fault maps the page and its neighbours under the cluster's mutex,
 * where neither the evictor nor a shrink can be.  Two kinds cannot be served
 * like that and hand the page, locked and referenced, to the kernel, which
 * maps or copies it: a write to a private mapping, and a fault where the page
 * table is still missing (making one may wait for memory).  The reference
 * keeps the evictor away, the folio lock a shrink.
 *
 * A fault that has to sleep gives the mmap lock up first, where it may.  It
 * can then only ask to be tried again, not report an error; so it leaves the
 * error for its next try.  Where nobody else is in the address space it keeps
 * the lock for as long as a read usually takes: a second try would cost more.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include "aobj_cluster.h"
#include "aobj_events.h"
#include "aobj_fault.h"
#include "aobj_frame.h"
#include "aobj_object.h"
#include "aobj_page.h"
#include "aobj_pager.h"

/*
 * Errors left for the next try of the same task.  One that is overwritten by
 * another task's costs one more try.
 */
#define LEFT_BITS 6

struct left_error {
	struct task_struct *task; /* compared, never followed */
	struct aobj *obj; /* likewise */
	pgoff_t pgoff;
	int err;
};

static struct left_error left_errors[1 << LEFT_BITS];
static DEFINE_SPINLOCK(left_lock);

static void leave_error(struct aobj *obj, pgoff_t pgoff, int err)
{
	struct left_error *e = &left_errors[hash_ptr(current, LEFT_BITS)];

	spin_lock(&left_lock);
	if (err)
		*e = (struct left_error){ current, obj, pgoff, err };
	else if (e->task == current)
		e->task = NULL;
	spin_unlock(&left_lock);
}

static int take_error(const struct aobj *obj, pgoff_t pgoff)
{
	struct left_error *e = &left_errors[hash_ptr(current, LEFT_BITS)];
	int err = 0;

	spin_lock(&left_lock);
	if (e->task == current) {
		if (e->obj == obj && e->pgoff == pgoff)
			err = e->err;
		e->task = NULL;
	}
	spin_unlock(&left_lock);
	return err;
}

static vm_fault_t fault_error(int err)
{
	if (err == -EINTR)
		return VM_FAULT_OOM; /* a kill is pending: nobody sees it */
	return VM_FAULT_SIGBUS;
}

/*
 * Mapping
 */

static bool is_cow(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_WRITE &&
	       !(vmf->vma->vm_flags & VM_SHARED);
}

/* => the page, referenced, is locked as well, for the kernel to map or copy */
static vm_fault_t hand_over(struct vm_fault *vmf, struct aobj *obj,
			    struct page *page)
{
	struct folio *folio = aobj_folio(page);

	if (folio_lock_killable(folio)) {
		folio_put(folio);
		return fault_error(-EINTR);
	}
	/* A shrink may have been faster: the next try sees the new size. */
	if (folio->mapping != &obj->mapping) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_NOPAGE;
	}
	/* The kernel's own check takes the page for one of the page cache. */
	if (PageHWPoison(page)) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_HWPOISON;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

/*
 * => resident and in use: worth a page table entry before it is asked; those
 *    under read among them.  A neighbour of @i that is mapped, when @i is not, has
 *    its entry most likely here.
 */
static u64 worth_mapping(const struct aobj_cluster *c, unsigned int i)
{
	u64 mask = c->res->present & ~c->res->inactive & ~c->writing;
	u64 beside = mask & (BIT_ULL(i) << 1 | BIT_ULL(i) >> 1);
	unsigned int k;

	if (!beside || aobj_frame_maps(aobj_folio(c->res->page[i])))
		return mask;
	for_each_page_bit(k, beside)
		if (aobj_frame_maps(aobj_folio(c->res->page[k])))
			mask &= ~BIT_ULL(k);
	return mask;
}

/* The places of the cluster that the vma and the fault's page table cover. */
static void bounds(const struct vm_fault *vmf, unsigned int i,
		   unsigned int *first, unsigned int *end)
{
	unsigned long from = max(vmf->vma->vm_start, vmf->address & PMD_MASK);
	unsigned long to = min(vmf->vma->vm_end - 1, vmf->address | ~PMD_MASK);
	unsigned long before = (vmf->address - from) >> PAGE_SHIFT;
	unsigned long after = (to - vmf->address) >> PAGE_SHIFT;

	*first = i - min_t(unsigned long, before, i);
	*end = min_t(unsigned long, i + after + 1, AOBJ_CLUSTER_PAGES);
}

/* => the places round @i that the fault may map, worth it and valid */
static void stretch(const struct vm_fault *vmf, const struct aobj_cluster *c,
		    unsigned int i, unsigned int *first, unsigned int *end)
{
	u64 gaps, mask = worth_mapping(c, i);
	unsigned int before = i, after = i + 1;

	*first = before;
	*end = after;
	if (!(mask & (BIT_ULL(i) << 1 | BIT_ULL(i) >> 1)))
		return;
	bounds(vmf, i, first, end);
	gaps = ~(mask | BIT_ULL(i)) & (~0ULL << i);
	if (gaps)
		*end = min_t(unsigned int, *end, __ffs64(gaps));
	while (before > *first && mask & BIT_ULL(before - 1) &&
	       folio_test_uptodate(aobj_folio(c->res->page[before - 1])))
		before--;
	while (after < *end &&
	       folio_test_uptodate(aobj_folio(c->res->page[after])))
		after++;
	*first = before;
	*end = after;
}

/*
 * => maps pages [@first, @end), and @i among them for sure
 * Some may be mapped already: nothing says so but -EBUSY.
 */
static int insert(struct vm_fault *vmf, struct aobj_cluster *c, unsigned int i,
		  unsigned int first, unsigned int end)
{
	unsigned long start = (vmf->address & PAGE_MASK) - i * PAGE_SIZE;
	unsigned int at = first;
	int err;

	if (end - first == 1) {
		err = vm_insert_page(vmf->vma, start + i * PAGE_SIZE,
				     c->res->page[i]);
		return err == -EBUSY ? 0 : err;
	}
	while (at < end) {
		unsigned long left = end - at;

		err = vm_insert_pages(vmf->vma, start + at * PAGE_SIZE,
				      &c->res->page[at], &left);
		at = end - left;
		if (!err)
			return 0;
		if (at > i)
			return 0; /* what is behind is mapped, most likely */
		if (err != -EBUSY)
			return err;
		at = at < i ? i : i + 1;
	}
	return 0;
}

static vm_fault_t map_pages(struct vm_fault *vmf, struct aobj_cluster *c,
			    unsigned int i)
{
	unsigned int first, end;
	int err;

	if (PageHWPoison(c->res->page[i])) {
		aobj_pager_release(c);
		return VM_FAULT_HWPOISON;
	}
	stretch(vmf, c, i, &first, &end);
	err = insert(vmf, c, i, first, end);
	aobj_pager_release(c);
	/* EFAULT: the page table has just been freed; it is made anew. */
	if (!err || err == -EFAULT)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* => the cluster is locked and the page there; releases it */
static vm_fault_t map(struct vm_fault *vmf, struct aobj_cluster *c)
{
	unsigned int i = vmf->pgoff % AOBJ_CLUSTER_PAGES;
	struct aobj *obj = c->obj;
	struct page *page;

	if (!is_cow(vmf) && !pmd_none(*vmf->pmd))
		return map_pages(vmf, c, i);
	page = aobj_cluster_page(c, i);
	get_page(page);
	aobj_pager_release(c);
	return hand_over(vmf, obj, page);
}

/*
 * Faulting
 */

/* => what madvise() has said of the vma, for the pager */
static unsigned int advice(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_RAND_READ)
		return AOBJ_GET_ALONE;
	return (vma->vm_flags & VM_SEQ_READ) ? AOBJ_GET_SEQUENCE : 0;
}

/* => sleeps without the mmap lock; the vma may be gone by then */
static vm_fault_t fault_unlocked(struct vm_fault *vmf, struct aobj *obj)
{
	struct file *file = get_file(vmf->vma->vm_file);
	unsigned int flags = advice(vmf->vma);
	pgoff_t pgoff = vmf->pgoff;
	struct aobj_cluster *c;
	int err;

	aobj_compat_fault_unlock(vmf);
	err = aobj_pager_get(obj, pgoff, flags, &c);
	if (!err)
		aobj_pager_release(c);
	leave_error(obj, pgoff, err == -EINTR ? 0 : err);
	fput(file);
	return VM_FAULT_RETRY | VM_FAULT_MAJOR;
}

/*
 * A page that was read for a read fault the kernel maps with less ado.  For a write
 * it would do more: set the file's time, and the page dirty.
 */
static unsigned int either(const struct vm_fault *vmf)
{
	return (vmf->flags & FAULT_FLAG_WRITE) ? 0 : AOBJ_GET_PAGE;
}

/*
 * => no other thread would wait for the lock, nor does a device hang.  Others who look
 *    at the address space (ptrace, /proc) are counted; who is not (khugepaged)
 *    waits for a read, or for AOBJ_BRIEF_MS.
 */
static bool keeps_lock(const struct vm_fault *vmf)
{
	return atomic_read(&vmf->vma->vm_mm->mm_users) == 1 &&
	       !READ_ONCE(aobj_stalled);
}

/* => -EAGAIN, or what becomes of the fault is in *@res */
static int fault_get(struct vm_fault *vmf, struct aobj *obj, unsigned int flags,
		     vm_fault_t *res)
{
	struct aobj_cluster *c;
	struct page *page;
	int err;

	err = aobj_pager_get_either(obj, vmf->pgoff,
				    advice(vmf->vma) | either(vmf) | flags, &c,
				    &page);
	if (!err)
		*res = c ? map(vmf, c) : hand_over(vmf, obj, page);
	else if (err != -EAGAIN)
		*res = fault_error(err);
	return err == -EAGAIN ? err : 0;
}

/* => sleeps with the mmap lock if it must, or for a short time */
static vm_fault_t fault_sleep(struct vm_fault *vmf, struct aobj *obj)
{
	unsigned int flags = 0;
	vm_fault_t res;

	if (vmf->flags & FAULT_FLAG_ALLOW_RETRY) {
		if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
			return VM_FAULT_RETRY;
		if (!keeps_lock(vmf))
			return fault_unlocked(vmf, obj);
		flags |= AOBJ_GET_BRIEFLY;
	}
	if (fault_get(vmf, obj, flags, &res))
		return fault_unlocked(vmf, obj);
	return res | VM_FAULT_MAJOR;
}

static vm_fault_t aobj_fault(struct vm_fault *vmf)
{
	struct aobj *obj = vmf->vma->vm_file->private_data;
	vm_fault_t res;
	int err = 0;

	aobj_count(AOBJ_EV_FAULTS, 1);
	if (vmf->flags & FAULT_FLAG_TRIED)
		err = take_error(obj, vmf->pgoff);
	if (err)
		return fault_error(err);
	return fault_get(vmf, obj, AOBJ_GET_NOWAIT, &res) ?
		       fault_sleep(vmf, obj) :
		       res;
}

/*
 * Kernels that handle faults under the vma's lock alone do so where there is
 * this; it need not find anything.  What is resident the fault handler maps, for
 * a write as for a read, and without the page table's RCU section round it.
 */
static vm_fault_t __maybe_unused aobj_map_pages(struct vm_fault *vmf,
						pgoff_t first, pgoff_t last)
{
	return 0;
}

const struct vm_operations_struct aobj_vm_ops = {
	.fault = aobj_fault,
	.map_pages = AOBJ_MAP_PAGES(aobj_map_pages),
};
