#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dm-crypt with a random key, as docs/remote.md and the manual say it.
. "$(dirname "$0")/lib/stack.sh"

must modprobe dm_crypt
must cryptsetup open --type plain --key-file /dev/urandom "$spare" aobj-crypt
work_on /dev/mapper/aobj-crypt
must cryptsetup close aobj-crypt
exit "$status"
