# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What must hold of a run of a test module; its results are in the directory
# $results, as guest-init leaves them, its kernel in $kernel. To be sourced after
# lib.sh and tap.sh.
# shellcheck disable=SC2154 # as said

# Prints "VERDICT NAME" for each case of a suite: ok, not, or SKIP.
cases_of() {
	sed -nE -e 's/^    ok [0-9]+ (- )?([A-Za-z0-9_]+) *# SKIP.*/SKIP \2/p;t' \
		-e 's/^    (ok|not)( ok)? [0-9]+ (- )?([A-Za-z0-9_]+).*/\1 \4/p' \
		"$results/results/$1" 2>/dev/null || true
}

# case_passed SUITE CASE
# => what a failed one has said is in the console at length; KUnit's results hold
#    half a kilobyte
case_passed() {
	local verdict

	verdict=$(cases_of "$1" | sed -n "s/ $2\$//p")
	case $verdict in
	ok) return 0 ;;
	SKIP) grep -F " $2 " "$results/results/$1"; return "$EXIT_SKIP" ;;
	esac
	echo "verdict: ${verdict:-none}"
	sed 's/^\[[ 0-9.]*\] //' "$results/console" | awk -v name="$2" '
		$1 == "#" && $2 == name ":" { shown = 1 }
		shown { print }
		shown && $1 == "not" && $4 == name { exit }'
	return 1
}

# suite_passed SUITE: the kernel's own parser says so too, and counts the same
suite_passed() {
	local file=$results/results/$1 counted passed report

	[[ -s $file ]] || { echo "no results of $1"; return 1; }
	report=$("$kernel/source/tools/testing/kunit/kunit.py" parse "$file") || {
		tail -n 20 <<<"$report"
		return 1
	}
	passed=$(cases_of "$1" | grep -c '^ok ')
	counted=$(sed -nE 's/.*Testing complete.* passed: ([0-9]+).*/\1/p' <<<"$report")
	[[ $passed == "$counted" && $passed -gt 0 ]] && return
	echo "$passed cases passed, kunit.py counts ${counted:-none}"
	return 1
}

# check_suite SUITE: a test for each of its cases, and one for all of it
check_suite() {
	local name

	while read -r _ name; do
		tap_check "$1: $name" case_passed "$1" "$name"
	done < <(cases_of "$1")
	tap_check "$1: all of it was run, and kunit.py agrees" suite_passed "$1"
}

# only_suites SUITE...: what ran is what was looked at
only_suites() {
	diff <(printf '%s\n' "$@" | sort) <(cd "$results/results" && printf '%s\n' * | sort)
}

console_is_clean() {
	"$vm_dir/splats" "$results/console"
}

lockdep_is_on() {
	local found

	found=$(sed -nE 's/^ *debug_locks: *//p' "$results/lockdep_stats")
	[[ $found == 1 ]] && return
	echo "debug_locks: $found"
	return 1
}

loads_and_unloads() {
	diff <(printf '%s\n' "insmod 0" "rmmod 0") "$results/statuses"
}

totals_are_zero() {
	local total found bad=0

	for total in objects clusters resident inactive swapped bad writing; do
		found=$(sed -n "s/^$total //p" "$results/totals" 2>/dev/null) || true
		[[ $found == 0 ]] && continue
		echo "${found:-no counter} $total"
		bad=1
	done
	return "$bad"
}

# fails MESSAGE COMMAND...: the check fails, and says so
fails() {
	local message=$1 said

	shift
	if said=$("$@" 2>&1); then
		echo "passed: $*"
		return 1
	fi
	grep -qF "$message" <<<"$said" && return
	printf '%s\n' "failed, but did not say \"$message\":" "$said"
	return 1
}
