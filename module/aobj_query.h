/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of each page of a range, for AOBJ_IOC_PAGES. */
#ifndef AOBJ_QUERY_H
#define AOBJ_QUERY_H

#include "aobj_internal.h"

/*
 * aobj_query_pages: writes a byte a page to @vec
 * => may sleep; -EFAULT, -EINTR
 * => pages that are mapped and not yet known to be dirty are unmapped to find
 *    out, so that the next access to them is a (cheap) fault
 */
int aobj_query_pages(struct aobj *obj, pgoff_t first, pgoff_t nr,
		     u8 __user *vec);

#endif /* AOBJ_QUERY_H */
