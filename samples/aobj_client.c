// SPDX-License-Identifier: GPL-2.0-only
/*
 * How another module uses objects: fills one that may be larger than the
 * budget, looks at it again in several ways, and says in the log what it found.
 *
 *   insmod aobj_client.ko pages=4096
 *
 * Loading fails with EIO if a page is not what was written to it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>

#include <linux/aobj.h>

#include "aobj.h"

#define AT_ONCE 16 /* pages held at a time */

static unsigned long pages = 1024;
module_param(pages, ulong, 0444);
MODULE_PARM_DESC(pages, "size of the object, in pages (default: 1024)");

static unsigned long word_of(pgoff_t pgoff)
{
	return (pgoff + 1) * 0x9e3779b97f4a7c15UL;
}

static bool page_is(struct page *page, unsigned long word)
{
	const unsigned long *words = kmap_local_page(page);
	bool right = words[0] == word &&
		     words[PAGE_SIZE / sizeof(*words) - 1] == word;

	kunmap_local(words);
	return right;
}

/* One page at a time, as a pointer into the kernel. */
static int fill(struct aobj *obj)
{
	for (pgoff_t i = 0; i < pages; i++) {
		struct aobj_kmap map;
		int err = aobj_kmap(obj, i, AOBJ_WRITE, &map);

		if (err)
			return err;
		memset64(map.addr, word_of(i), PAGE_SIZE / sizeof(u64));
		aobj_kunmap(&map);
	}
	return 0;
}

/* Several at a time, all or nothing. */
static int check_some(struct aobj *obj, pgoff_t first, unsigned int nr,
		      bool zeros)
{
	struct page *held[AT_ONCE] = {};
	int err = aobj_get(obj, first, held, nr, 0, AOBJ_READ, AOBJ_SEQUENTIAL,
			   AOBJ_ALLPAGES);

	if (err)
		return err;
	for (unsigned int i = 0; i < nr && !err; i++)
		if (!page_is(held[i], zeros ? 0 : word_of(first + i)))
			err = -EIO;
	aobj_put(held, nr);
	return err;
}

static int check(struct aobj *obj, pgoff_t first, pgoff_t end, bool zeros)
{
	int err = 0;

	for (; first < end && !err; first += AT_ONCE)
		err = check_some(obj, first,
				 min_t(pgoff_t, end - first, AT_ONCE), zeros);
	return err;
}

/* Half of it goes and comes back as zeros. */
static int shrink_and_grow(struct aobj *obj)
{
	int err = aobj_shrink(obj, pages / 2);

	if (!err)
		err = aobj_grow(obj, pages);
	if (!err)
		err = check(obj, 0, pages / 2, false);
	return err ?: check(obj, pages / 2, pages, true);
}

static int use(struct aobj *obj)
{
	int err = fill(obj);

	if (!err)
		err = check(obj, 0, pages, false);
	if (!err)
		err = aobj_flush(obj, 0, 0,
				 AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN |
					 AOBJ_FLUSH_WAIT);
	if (!err)
		err = check(obj, 0, pages, false);
	return err ?: shrink_and_grow(obj);
}

static int __init client_init(void)
{
	struct aobj *obj = aobj_create((u64)pages << PAGE_SHIFT, 0);
	int err;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	err = use(obj);
	aobj_detach(obj);
	if (err)
		pr_err("%lu pages: error %d\n", pages, err);
	else
		pr_info("%lu pages were all right\n", pages);
	return err;
}

static void __exit client_exit(void)
{
}

module_init(client_init);
module_exit(client_exit);

MODULE_DESCRIPTION("A module that uses objects of aobj");
MODULE_LICENSE("GPL");
