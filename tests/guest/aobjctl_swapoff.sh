#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# aobjctl swapoff while an object is on the devices: whether there is room, how far it
# is, and that it may be interrupted.
set -euo pipefail

readonly first=/dev/ram0
readonly sysfs=/sys/class/misc/aobj
. "$(dirname "$0")/lib/tool.sh"

slow() {
	local size

	size=$(blockdev --getsz "$first")
	dmsetup "$1" aobj-slow ${3+--noudevsync} \
		--table "0 $size delay $first 0 $2 $first 0 0"
}

test_room() {
	start_holder $((16 << 20))
	refuses_as 2 "swapoff without room says how much there is" \
		"no room for what is on it .*of the budget, 0B on other devices" \
		"$AOBJCTL" swapoff "$AOBJ_TEST_SWAP"
	refuses_as 2 "--dry-run says so, too" "no room" \
		"$AOBJCTL" swapoff --dry-run "$AOBJ_TEST_SWAP"
	refuses_as 32 "swapoff --all has an exit status for none" "no room" \
		"$AOBJCTL" swapoff --all
	mkswap -q -L aobj-one "$first"
	"$AOBJCTL" swapon "$first"
	refuses_as 64 "and one for some" "no room" "$AOBJCTL" swapoff --all
	holds "the one of lower priority went first, and has gone" \
		test ! -e "$sysfs/swap/1:0" -a -e "$sysfs/swap/$(number_of "$AOBJ_TEST_SWAP")"
	"$AOBJCTL" swapon "$first"
	does "with another device --dry-run says that it can" \
		"$AOBJCTL" swapoff --dry-run "$AOBJ_TEST_SWAP"
	holds "and has done nothing" test -e "$sysfs/swap/$(number_of "$AOBJ_TEST_SWAP")"
	does "swapoff tells in lines how far it is" \
		"$AOBJCTL" swapoff --progress lines "$AOBJ_TEST_SWAP"
	holds "with nothing left at the end" \
		grep -Eq "^$(number_of "$AOBJ_TEST_SWAP") [0-9]{7,} 0 [0-9.]+\$" "$scratch/out"
	check_holder "nothing is lost"
	does "the main device is taken again" "$AOBJCTL" swapon "$AOBJ_TEST_SWAP"
	does "swapoff tells in JSON how far it is" \
		"$AOBJCTL" swapoff --progress json "$first"
	holds "a document a line" python3 -c 'import json, sys
lines = [json.loads(line) for line in sys.stdin]
assert lines[-1]["device"] == "1:0" and lines[-1]["left"] == 0
assert lines[-1]["total"] > 1000000' <"$scratch/out"
	check_holder "nothing is lost this time either"
	stop_holder
}

# follow_bar NUMBER: the rest of a device that is slow, with a terminal to show it on.
follow_bar() {
	local name status=0

	name=$(value "swap/$1/name")
	script -qec "'$AOBJCTL' swapoff $1" /dev/null </dev/null \
		>"$scratch/bar" 2>"$scratch/log" || status=$?
	holds "another swapoff goes on (status $status)" \
		test "$status" -eq 0 -a ! -e "$sysfs/swap/$1"
	holds "on a terminal it shows a bar that grows to 100 % and a line's end" \
		python3 "$(dirname "$0")/lib/bar.py" "$name" <"$scratch/bar"
}

# A device that takes a second to read: there is time for a signal.
test_interruption() {
	local number status=0 before after

	slow create 0 sync
	mkswap -q -L aobj-slow /dev/mapper/aobj-slow
	number=$(number_of /dev/mapper/aobj-slow)
	"$AOBJCTL" swapon -p 9 /dev/mapper/aobj-slow
	start_holder $((24 << 20))
	"$AOBJCTL" budget 64M
	dmsetup suspend aobj-slow
	slow load 1000
	dmsetup resume aobj-slow
	before=$(value "swap/$number/used")
	set -m
	"$AOBJCTL" swapoff "$number" 2>"$scratch/said" &
	set +m
	sleep 1.5
	kill -INT $!
	wait $! || status=$?
	holds "a swapoff that is interrupted says so (status $status)" \
		test "$status" -eq 4 -a "$(grep -c interrupted "$scratch/said")" -eq 1
	after=$(value "swap/$number/used")
	holds "and without a terminal nothing else" test "$(wc -l <"$scratch/said")" -eq 1
	holds "the device is in use as before" test "$(value "swap/$number/state")" = active
	holds "some of it has been emptied (of $before bytes $after are left)" \
		test "$after" -gt 0 -a "$after" -lt "$before"
	dmsetup suspend aobj-slow
	slow load 200
	dmsetup resume aobj-slow
	follow_bar "$number"
	check_holder "nothing is lost"
	stop_holder
	"$AOBJCTL" budget "$AOBJ_TEST_BUDGET"
	dmsetup remove --noudevsync aobj-slow
}

test_room
test_interruption
end
