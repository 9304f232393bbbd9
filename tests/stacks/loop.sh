#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A loop device on a file of ext4, without direct I/O: what is written out has to
# find page cache for the copy of it.
. "$(dirname "$0")/lib/stack.sh"

file=$AOBJ_TEST_DIR/swap
must modprobe loop
must fallocate -l 128M "$file"
device=$(losetup --find --show "$file")
work_on "$device"
must losetup --detach "$device"
must rm "$file"
exit "$status"
