#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# MD's RAID 5, by way of dm-raid, over three RAM disks. In the end each byte of
# parity is right: all three together sum up to zeros.
. "$(dirname "$0")/lib/stack.sh"

# shellcheck disable=SC2317 # called by wait_for
idle() {
	[[ $(dmsetup status aobj-raid | cut -d' ' -f8) == idle ]]
}

parity_is_right() {
	python3 -c '
import sys
size = int(sys.argv[1])
total = 0
for disk in ("/dev/ram0", "/dev/ram1", "/dev/ram2"):
    with open(disk, "rb") as file:
        total ^= int.from_bytes(file.read(size), "little")
sys.exit(total != 0)' "$1"
}

must modprobe dm_raid
must modprobe raid456
half=$(($(sectors /dev/ram0) / 256 * 256))
must dmsetup create aobj-raid --noudevsync --table \
	"0 $((2 * half)) raid raid5_ls 2 128 sync 3 - /dev/ram0 - /dev/ram1 - /dev/ram2"
must wait_for idle
work_on /dev/mapper/aobj-raid
must dmsetup remove --noudevsync aobj-raid
parity_is_right $((half * 512)) || { echo "# the parity is not right"; status=1; }
exit "$status"
