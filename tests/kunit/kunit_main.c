// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the suites in the live module: after its init, before its exit.
 *
 * KUnit's own kunit_test_suites() is of no use for that: what it registers is
 * run when the module has been loaded and its init has not been called yet
 * (until kernel 6.10).
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "kunit_main.h"

/* Kbuild lists the suites; each FILE_test.c has one, FILE_suite. */
#define DECLARE_SUITE(name) extern struct kunit_suite name##_suite;
#define SUITE_ENTRY(name) (&name##_suite),

AOBJ_KUNIT_SUITES(DECLARE_SUITE)

static struct kunit_suite *const suites[] = { AOBJ_KUNIT_SUITES(SUITE_ENTRY) };

static int __init aobj_kunit_init(void)
{
	int err = aobj_live_init();

	if (err)
		return err;
	/* It returns 0 whatever the results are. */
	WARN_ON(__kunit_test_suites_init(suites, ARRAY_SIZE(suites)));
	return 0;
}

static void __exit aobj_kunit_exit(void)
{
	__kunit_test_suites_exit((struct kunit_suite **)suites,
				 ARRAY_SIZE(suites));
	aobj_live_exit();
}

module_init(aobj_kunit_init);
module_exit(aobj_kunit_exit);
