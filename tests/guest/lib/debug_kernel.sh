# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel with debugging knows beyond its log. To be sourced by suite.
# On a kernel without it, each of these does nothing.

readonly kmemleak=/sys/kernel/debug/kmemleak
readonly gcov=/sys/kernel/debug/gcov

# A scan takes a minute of a processor: none but those at the end.
debug_begin() {
	[[ ! -w $kmemleak ]] || echo scan=off >"$kmemleak"
}

# The first splat switches lockdep off without a word.
lockdep_is_on() {
	grep -Eq '^ *debug_locks: *1$' /proc/lockdep_stats
}

# An object counts as leaked when two scans found it unchanged and unreferenced.
nothing_leaked() {
	echo scan >"$kmemleak"
	sleep 6
	echo scan >"$kmemleak"
	! grep -m 200 . "$kmemleak"
}

# debug_check: the suite's points, once the module is gone
debug_check() {
	[[ ! -w $kmemleak ]] || attempt "kmemleak finds nothing" nothing_leaked || true
	[[ ! -r /proc/lockdep_stats ]] || attempt "lockdep is still on" lockdep_is_on || true
}

# save_coverage OUTPUT: gcov.tar in it. What is counted outlives the module. The files
# have no size, but cp reads them all the same; to the host they go as one, since each
# call to it takes long here.
save_coverage() {
	local memory

	[[ -d $gcov ]] || return 0
	memory=$(mktemp -d)
	(cd "$gcov" && find . -name '*.gcda' -exec cp --parents -t "$memory" {} +)
	tar -C "$memory" -cf "$1/gcov.tar" .
}
