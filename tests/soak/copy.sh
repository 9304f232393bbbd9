# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A copy of the sources, below $work/tree, in which faults are planted, and the
# KUnit suites on it as it is then. To be sourced after lib.sh; $kernel is a
# User-mode Linux kernel.
# shellcheck disable=SC2154 # as said

# What results of such a copy depend on.
sources_hash() {
	(cd "$project" && find Kbuild module include samples tests/kunit -type f | LC_ALL=C sort |
		xargs sha256sum | sha256sum | cut -c 1-12)
}

copy_sources() {
	mkdir -p "$work/tree"
	(cd "$project" &&
		cp -r --parents Kbuild include module samples tests/kunit tests/vm "$work/tree")
}

# build_suites SUITE...: the test module of the copy as it is
build_suites() {
	local build=$work/build

	mkdir -p "$build/tests/kunit"
	cp -pu "$work"/tree/tests/kunit/{Kbuild,*.[ch]} "$build/tests/kunit/"
	"$work/tree/tests/vm/build-module" "$kernel" "$build" ARCH=um M="$build/tests/kunit" \
		suites="$*" >"$work/build.log" 2>&1
}

# run_suites SECONDS: leaves the results in $work/run
run_suites() {
	"$work/tree/tests/kunit/run-uml" "$kernel" "$work/build/tests/kunit/aobj_kunit.ko" \
		"$work/run" "$1"
}
