#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# aobjctl with the module behind it: what swapon, swapoff, status and budget
# do, and what they say when the kernel refuses. Starting a program is slow in
# a guest, so bash itself does what it can.
set -euo pipefail

# No test writes to the last of the ram disks: it is blank.
readonly disk=/dev/ram0 number=1:0 blank=/dev/ram3
readonly sysfs=/sys/class/misc/aobj
. "$(dirname "$0")/lib/tool.sh"

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

test_devices() {
	mkswap -q "$disk"
	refuses "swap space without a label is refused" "no label" \
		"$AOBJCTL" swapon "$disk"
	does "--force takes it" "$AOBJCTL" swapon --force "$disk"
	holds "it is in use then" test -d "$sysfs/swap/$number"
	does "status shows it" "$AOBJCTL" status -n -o name,maj:min,state
	shows "by its name, number and state" "$scratch/out" "^ram0 +$number +active$"
	refuses "a second swapon is refused" ": in use: aobj swaps to it" \
		"$AOBJCTL" swapon --force "$disk"
	does "swapoff gives it back" "$AOBJCTL" swapoff "$disk"
	holds "it is not in use then" test ! -e "$sysfs/swap/$number"
	refuses_as 4 "a second swapoff is refused" "not in use by aobj" \
		"$AOBJCTL" swapoff "$disk"
}

# A node that is gone: the number is all that is left.
test_lost_node() {
	local node=$scratch/node

	mkswap -q -L aobj1 "$disk"
	cp -a "$disk" "$node"
	does "a device is taken by another node" "$AOBJCTL" swapon "$node"
	rm "$node"
	refuses_as 4 "without the node swapoff asks for the number" "MAJOR:MINOR" \
		"$AOBJCTL" swapoff "$node"
	does "swapoff takes the number" "$AOBJCTL" swapoff "$number"
	holds "it is not in use then" test ! -e "$sysfs/swap/$number"
}

test_refusals() {
	mkswap -q -L aobj1 "$disk"
	swapon "$disk"
	refuses "the system's active swap is refused" "the system swaps to it" \
		"$AOBJCTL" swapon "$disk"
	swapoff "$disk"
	blockdev --setro "$disk"
	refuses "a read-only device is refused" ": read-only" \
		"$AOBJCTL" swapon "$disk"
	blockdev --setrw "$disk"
	# The number of the last page, beyond the end.
	printf '\377\377\377\0' | dd of="$disk" bs=1 seek=1028 conv=notrunc status=none
	refuses "a header larger than its device is refused" \
		"too small: its swap area is of" "$AOBJCTL" swapon "$disk"
	truncate -s 1M "$scratch/file"
	mkswap -q -L aobj1 "$scratch/file" 2>"$scratch/log"
	refuses "a file is refused" "not a block device" \
		"$AOBJCTL" swapon "$scratch/file"
	refuses "a mounted file system is refused, even by force" \
		"no swap area but ext4" "$AOBJCTL" swapon -f "$AOBJ_TEST_DISK"
	refuses "a blank device is refused, even by force" "no swap area" \
		"$AOBJCTL" swapon --force "$blank"
}

test_budget() {
	local before

	read -r before <"$sysfs/budget"
	does "budget is set" "$AOBJCTL" budget 6M
	shows "sysfs shows it" "$sysfs/budget" "^$((6 * 1024 * 1024))$"
	does "budget prints it" "$AOBJCTL" budget
	shows "in megabytes" "$scratch/out" "^6M$"
	does "budget is set to a share of RAM" "$AOBJCTL" budget 10%
	refuses "too small a budget is refused" "outside the limits" \
		"$AOBJCTL" budget 4K
	refuses "a budget beyond RAM is refused" "outside the limits" \
		"$AOBJCTL" budget 1T
	does "budget takes bytes" "$AOBJCTL" budget "$before"
	shows "and is as before" "$sysfs/budget" "^$before$"
}

test_ordinary_user() {
	does "anybody may see the status" as_nobody "$AOBJCTL" status
	refuses "only root sets the budget" "needs root" \
		as_nobody "$AOBJCTL" budget 8M
	refuses_as 16 "only root gives devices back" "needs root" \
		as_nobody "$AOBJCTL" swapoff "$disk"
	refuses_as 16 "or all of them" "needs root" as_nobody "$AOBJCTL" swapoff --all
	refuses_as 16 "or those of a label, which is not looked for" "needs root" \
		as_nobody "$AOBJCTL" swapoff -L aobj-nowhere -L aobj-none
	refuses_as 16 "nor does root without the capability" "needs root" \
		setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
		"$AOBJCTL" swapoff --all "$AOBJ_TEST_SWAP"
	holds "nothing was given back" compgen -G "$sysfs/swap/*:*"
}

test_devices
test_lost_node
test_refusals
test_budget
test_ordinary_user
end
