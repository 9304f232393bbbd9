#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# aobjctl with several devices: how they are named, shown, refused, and given back.
set -euo pipefail

readonly first=/dev/ram0 second=/dev/ram1 third=/dev/ram2
readonly sysfs=/sys/class/misc/aobj
. "$(dirname "$0")/lib/tool.sh"

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

test_names
test_refusals
test_zoned
test_all
end
