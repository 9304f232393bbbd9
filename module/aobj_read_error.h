/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that could not be read.  A page leaves the object: whoever waits for it gets
 * an error; if the medium says that it is lost, so does whoever comes later.
 */
#ifndef AOBJ_READ_ERROR_H
#define AOBJ_READ_ERROR_H

#include "aobj_swapio.h"

extern const struct aobj_io_ops aobj_read_error_io_ops;

#endif /* AOBJ_READ_ERROR_H */
