/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a suite is made known: a file FILE_test.c ends with
 *
 *	AOBJ_KUNIT_SUITE(FILE, .test_cases = cases);
 *
 * and is run by that; not with kunit_test_suite(), see kunit_main.c.
 */
#ifndef AOBJ_KUNIT_SUITE_H
#define AOBJ_KUNIT_SUITE_H

#include <kunit/test.h>

#define AOBJ_KUNIT_SUITE(_name, ...)             \
	extern struct kunit_suite _name##_suite; \
	struct kunit_suite _name##_suite = { .name = #_name, __VA_ARGS__ }

#endif /* AOBJ_KUNIT_SUITE_H */
