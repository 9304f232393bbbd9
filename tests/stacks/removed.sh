#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk that is pulled out under load, with another one in use beside it: what was
# only there is refused, who is on the other one does not notice, and nobody holds
# the disk, nor the module, in the end.
. "$(dirname "$0")/lib/stack.sh"

readonly adapter=/sys/bus/pseudo/drivers/scsi_debug/adapter0

# shellcheck disable=SC2317 # called by wait_for
find_disk() {
	disk=$(compgen -G "$adapter/host*/target*/*/block/*") && disk=/dev/${disk##*/} &&
		[[ -b $disk ]]
}

# With requests on their way
pull_out() {
	wait_for holds "$disk" 4096
	sleep "0.$((RANDOM % 10))"
	echo 1 >"/sys/block/${disk#/dev/}/device/delete"
}

# Each request takes a tick.
must modprobe scsi_debug dev_size_mb=32 delay=1
must wait_for find_disk
pull_out &
work_on "$disk" lost "beside=$spare"
wait
must wait_for rmmod scsi_debug
must "$AOBJCTL" swapoff "$AOBJ_TEST_SWAP"
must rmmod aobj
# shellcheck disable=SC2086 # several parameters
must insmod "$AOBJ_KO" $AOBJ_PARAMETERS
must "$AOBJCTL" swapon "$AOBJ_TEST_SWAP"
exit "$status"
