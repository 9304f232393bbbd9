/* SPDX-License-Identifier: GPL-2.0-only */
/* The fault handler: maps what the pager makes resident. */
#ifndef AOBJ_FAULT_H
#define AOBJ_FAULT_H

#include <linux/mm.h>

/* For a VM_MIXEDMAP vma whose file's private_data is a struct aobj. */
extern const struct vm_operations_struct aobj_vm_ops;

#endif /* AOBJ_FAULT_H */
