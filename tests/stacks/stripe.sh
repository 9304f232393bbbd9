#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dm-stripe over three RAM disks, in chunks that are smaller than a cluster.
. "$(dirname "$0")/lib/stack.sh"

must dmsetup create aobj-stripe --noudevsync --table \
	"0 $((3 * $(sectors /dev/ram0))) striped 3 32 /dev/ram0 0 /dev/ram1 0 /dev/ram2 0"
work_on /dev/mapper/aobj-stripe
must dmsetup remove --noudevsync aobj-stripe
exit "$status"
