# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests with programs that we did not write share. Several such
# programs are known to succeed without having touched the device they were
# told to use: so the module's own counters must show that they did.

points=0
failed=0
log=$(mktemp)
declare -A before

event() {
	cat "/sys/class/misc/aobj/events/$1"
}

# A budget of 1 MiB, so that 2 MiB are enough to page, and it stays quick.
begin() {
	local name

	"$AOBJCTL" budget 1M
	for name in faults pages_out pages_in; do
		before[$name]=$(event "$name")
	done
}

# check NAME COMMAND...: the first command's output is kept in $log.
check() {
	local name=$1 status=0 output

	shift
	points=$((points + 1))
	output=$("$@" 2>&1) || status=$?
	[[ $points -gt 1 ]] || printf '%s\n' "$output" >"$log"
	if [[ $status -eq 0 ]]; then
		echo "ok $points - $name"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $points - $name"
	printf '# found: exit status %s\n' "$status"
	tr '\b\r' '\n' <"$log" | tail -n 20 | sed 's/^/# /'
}

# check_event NAME LEAST
check_event() {
	local grown=$(($(event "$1") - before[$1]))

	check "it reached the device: $1 grew by $2 or more (by $grown)" \
		test "$grown" -ge "$2"
}

# Half of the 2 MiB cannot stay resident: what is less than that by pages of 4
# KiB was a program that used other memory.
check_events() {
	check_event faults 8
	check_event pages_out 256
	check_event pages_in 256
}

finish() {
	"$AOBJCTL" budget "$AOBJ_TEST_BUDGET"
	rm -f "$log"
	echo "1..$points"
	[[ $failed -eq 0 ]]
}
