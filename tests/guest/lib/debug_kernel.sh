# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel with debugging knows beyond its log. To be sourced by suite.
# On a kernel without it, each of these does nothing.

readonly kmemleak=/sys/kernel/debug/kmemleak
readonly gcov=/sys/kernel/debug/gcov

# What leaked before the module was there is none of ours.
debug_begin() {
	if [[ -w $kmemleak ]]; then
		echo scan >"$kmemleak"
		echo clear >"$kmemleak"
	fi
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

# What is counted outlives the module. The files have no size: no plain copy.
save_coverage() {
	local file to

	while read -r file; do
		to=$1/gcov${file#"$gcov"}
		mkdir -p "${to%/*}"
		cat "$file" >"$to"
	done < <(find "$gcov" -name '*.gcda' 2>/dev/null)
}
