/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of an object: uao_create, uao_reference, uao_detach, uao_grow and
 * uao_shrink of the BSD pager.
 *
 * An object lives while its file is open (a mapping keeps the file open).  Its
 * structure lives a little longer, while somebody still works on a cluster.
 */
#ifndef AOBJ_OBJECT_H
#define AOBJ_OBJECT_H

#include "aobj_internal.h"

int aobj_object_init(void);
void aobj_object_exit(void);

/* => a new object of no size with one reference, or an error; may sleep */
struct aobj *aobj_object_create(void);
/* => the file is gone: frees every page and slot; may wait for I/O */
void aobj_object_detach(struct aobj *obj);

void aobj_object_get(struct aobj *obj);
void aobj_object_put(struct aobj *obj);

/*
 * aobj_object_resize: grows or shrinks to @npages
 * => may sleep; a shrink waits for I/O on the pages that go
 * => -EFBIG, -EINTR
 */
int aobj_object_resize(struct aobj *obj, u64 npages);

/* => grows to @npages if the object is smaller; errors as above */
int aobj_object_extend(struct aobj *obj, u64 npages);
/* => sets the size of an object that never had one; else does nothing */
int aobj_object_size_once(struct aobj *obj, u64 npages);

static inline pgoff_t aobj_object_npages(const struct aobj *obj)
{
	return READ_ONCE(obj->npages);
}

#endif /* AOBJ_OBJECT_H */
