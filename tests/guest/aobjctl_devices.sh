#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# aobjctl with several devices: how they are named, shown, refused, and given
# back while an object is on them.
set -euo pipefail

readonly first=/dev/ram0 second=/dev/ram1 third=/dev/ram2
readonly sysfs=/sys/class/misc/aobj
. "$(dirname "$0")/lib/tool.sh"

# value FILE: of sysfs.
value() {
	local text

	read -r text <"$sysfs/$1" || true
	echo "$text"
}

test_names() {
	local uuid=5a1e9c06-98d2-4d3c-8f5b-3d1f0f3b6a11 main

	main=$(value "swap/$(number_of "$AOBJ_TEST_SWAP")/priority")
	mkswap -q -L aobj-one "$first"
	mkswap -q -L aobj-two -U "$uuid" "$second"
	mkswap -q -L swap0 "$third"
	does "a device is taken by its label" "$AOBJCTL" swapon LABEL=aobj-one
	does "another by its UUID, with a priority and a class" \
		"$AOBJCTL" swapon -U "$uuid" -p 7 --class fast --exclusive
	holds "it has the priority" test "$(value swap/1:1/priority)" = 7
	holds "and the class" test "$(value swap/1:1/class)" = fast
	holds "and is exclusive" test "$(value swap/1:1/exclusive)" = 1
	holds "the other has the usual priority, below the first's" \
		test "$main" -lt 0 -a "$(value swap/1:0/priority)" -lt "$main"
	does "swapon --show shows them" "$AOBJCTL" swapon --show -n
	holds "with priority, label and UUID" \
		grep -Eq "^$second +partition +31.9M +0B +7 +aobj-two +$uuid\$" "$scratch/out"
	holds "and the main device" grep -q "^$AOBJ_TEST_SWAP .* $main aobj0 " "$scratch/out"
	does "swapoff takes labels and UUIDs" "$AOBJCTL" swapoff -L aobj-one "UUID=$uuid"
	holds "none is in use then" test ! -e "$sysfs/swap/1:0" -a ! -e "$sysfs/swap/1:1"
	does "swapon --all takes what has a label for aobj" "$AOBJCTL" swapon --all
	holds "the first" test -e "$sysfs/swap/1:0"
	holds "the second" test -e "$sysfs/swap/1:1"
	holds "and no other" test ! -e "$sysfs/swap/1:2"
	does "once more it has nothing to do" "$AOBJCTL" swapon --all
	does "swapoff takes several" "$AOBJCTL" swapoff "$first" "$second"
}

test_refusals() {
	mkswap -q -L aobj-one "$first"
	dmsetup create aobj-holder --noudevsync --table "0 1024 linear $first 0"
	refuses "a device that is part of another is refused, by its name" \
		": in use: part of dm-" "$AOBJCTL" swapon "$first"
	dmsetup remove --noudevsync aobj-holder
	mkfs.ext4 -q -F "$second"
	mkdir "$scratch/mounted"
	mount "$second" "$scratch/mounted"
	dd if="$first" of="$second" bs=4096 count=1 conv=notrunc status=none
	refuses "a mounted device is refused, with the place" \
		"(in use: mounted on .*/mounted|several signatures)" "$AOBJCTL" swapon "$second"
	umount "$scratch/mounted"
	wipefs -q -a "$second"
}

test_zoned() {
	if ! modprobe null_blk nr_devices=1 gb=1 memory_backed=1 zoned=1 zone_size=64 \
		zone_nr_conv=1 2>"$scratch/log"; then
		holds "a zoned device is refused # SKIP there is none" true
		return
	fi
	mkswap -q -L aobj-zoned /dev/nullb0
	refuses "a zoned device is refused, with the reason" "zoned \\(host-managed\\)" \
		"$AOBJCTL" swapon /dev/nullb0
	rmmod null_blk
}

# The holder of an object: asks it whether the contents are right.
start_holder() {
	local line

	coproc holder { exec python3 "$(dirname "$0")/lib/holder.py" "$1"; }
	read -r line <&"${holder[0]}"
	holds "an object is filled" test "$line" = ready
}

check_holder() {
	local line

	echo check >&"${holder[1]}"
	read -r line <&"${holder[0]}"
	holds "$1" test "$line" = right
}

stop_holder() {
	# shellcheck disable=SC2154 # the coprocess has set it
	local pid=$holder_PID input=${holder[1]}

	exec {input}>&-
	wait "$pid"
}

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

number_of() {
	echo "$((0x$(stat -c %t "$1"))):$((0x$(stat -c %T "$1")))"
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
	"$AOBJCTL" swapoff "$number" 2>"$scratch/log" &
	set +m
	sleep 1.5
	kill -INT $!
	wait $! || status=$?
	holds "a swapoff that is interrupted says so (status $status)" \
		test "$status" -eq 4 -a "$(grep -c interrupted "$scratch/log")" -eq 1
	after=$(value "swap/$number/used")
	holds "the device is in use as before" test "$(value "swap/$number/state")" = active
	holds "some of it has been emptied (of $before bytes $after are left)" \
		test "$after" -gt 0 -a "$after" -lt "$before"
	dmsetup suspend aobj-slow
	slow load 0
	dmsetup resume aobj-slow
	does "another swapoff goes on" "$AOBJCTL" swapoff "$number"
	check_holder "nothing is lost"
	stop_holder
	"$AOBJCTL" budget "$AOBJ_TEST_BUDGET"
	dmsetup remove --noudevsync aobj-slow
}

test_all() {
	mkswap -q -L aobj-one "$first"
	mkswap -q -L aobj-two "$second"
	does "swapon --all takes what is named, too" \
		"$AOBJCTL" swapon --all --force "$third"
	holds "all three" test -e "$sysfs/swap/1:0" -a -e "$sysfs/swap/1:1" -a -e "$sysfs/swap/1:2"
	does "swapoff --all gives back what is named, then the others" \
		"$AOBJCTL" swapoff --all --verbose LABEL=aobj-two "$third"
	holds "and says so in that order, the lowest priority first" \
		diff "$scratch/out" - < <(printf 'swapoff %s\n' LABEL=aobj-two "$third" 1:0 \
			"$(number_of "$AOBJ_TEST_SWAP")")
	"$AOBJCTL" swapon -p 5 "$AOBJ_TEST_SWAP"
	"$AOBJCTL" swapon "$first" "$second"
	refuses_as 4 "a label that no device has is a failure of another kind" \
		"no device has it" "$AOBJCTL" swapoff LABEL=aobj-nowhere --all
	holds "and the others go all the same" test -z "$(compgen -G "$sysfs/swap/*:*")"
	"$AOBJCTL" swapon "$first" "$second" "$AOBJ_TEST_SWAP"
	does "swapoff --all gives all of them back" "$AOBJCTL" swapoff --all
	does "none is left" "$AOBJCTL" swapon --show
	holds "so nothing is shown" test ! -s "$scratch/out"
	does "--all of none is done at once" "$AOBJCTL" swapoff --all
	"$AOBJCTL" swapon "$AOBJ_TEST_SWAP"
}

# take_null DISCARD: takes a device that can discard (1) or cannot (0)
take_null() {
	modprobe null_blk nr_devices=1 gb=1 memory_backed=1 discard="$1" &&
		mkswap -q -L aobj-null /dev/nullb0 &&
		"$AOBJCTL" swapon --discard /dev/nullb0
}

# give_null DISCARD: says whether it is discarded, and is given back
give_null() {
	holds "and says so (discard: $1)" \
		test "$(value "swap/$(number_of /dev/nullb0)/discard")" = "$1"
	does "it is given back" "$AOBJCTL" swapoff /dev/nullb0
	rmmod null_blk
}

# A RAM disk can discard on some kernels only.
test_discard() {
	does "a device that can is discarded as pages become free" take_null 1
	give_null 1
	does "one that cannot is taken all the same" take_null 0
	give_null 0
}

test_names
test_refusals
test_zoned
test_room
test_interruption
test_all
test_discard
end
