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
	# Read-only, so that nothing brings the file system's own header back.
	mkfs.ext4 -q -F -O ^has_journal "$second"
	mkdir "$scratch/mounted"
	mount -o ro "$second" "$scratch/mounted"
	dd if="$first" of="$second" bs=4096 count=1 conv=notrunc status=none
	refuses "a mounted device is refused, with the place" \
		": in use: mounted on $scratch/mounted\$" "$AOBJCTL" swapon "$second"
	umount "$scratch/mounted"
	does "it is taken once that is over" "$AOBJCTL" swapon "$second"
	"$AOBJCTL" swapoff "$second"
	wipefs -q -a "$second"
}

# Sets $parts_disk to a disk with two partitions.
make_parts() {
	local scsi_disks='/sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/*'

	modprobe scsi_debug dev_size_mb=32 num_parts=2 delay=0
	until parts_disk=$(compgen -G "$scsi_disks") &&
		parts_disk=/dev/${parts_disk##*/} && [[ -b ${parts_disk}2 ]]; do
		sleep 0.1
	done
}

# What blkid remembers keeps the disk open for a moment.
remove_parts() {
	until rmmod scsi_debug; do
		sleep 0.1
	done
}

test_partitions() {
	local parts_disk

	make_parts
	truncate -s 32M "$scratch/area"
	mkswap -q -L aobj-disk "$scratch/area" 2>"$scratch/log"
	mkswap -q -L aobj-part "${parts_disk}1"
	dd if="$scratch/area" of="$parts_disk" bs=4096 count=1 conv=notrunc status=none
	swapon "${parts_disk}1"
	refuses "a partition that the system swaps to is refused" \
		": in use: the system swaps to it" \
		"$AOBJCTL" swapon "${parts_disk}1"
	refuses "so is its disk, by the partition's name" \
		": in use: its partition ${parts_disk##*/}1: the system swaps to it" \
		"$AOBJCTL" swapon "$parts_disk"
	swapoff "${parts_disk}1"
	does "the partition is taken once that is over" "$AOBJCTL" swapon "${parts_disk}1"
	refuses "the disk of a partition that aobj has is refused" \
		": in use: its partition ${parts_disk##*/}1: aobj swaps to it already" \
		"$AOBJCTL" swapon "$parts_disk"
	"$AOBJCTL" swapoff "${parts_disk}1"
	does "the disk is taken once that is over" "$AOBJCTL" swapon "$parts_disk"
	refuses "a partition of a disk that is in use is refused" ": in use: .* or its disk" \
		"$AOBJCTL" swapon "${parts_disk}1"
	"$AOBJCTL" swapoff "$parts_disk"
	remove_parts
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
test_partitions
test_zoned
test_all
end
