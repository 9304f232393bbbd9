#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NBD, the server outside of this machine: nothing there needs this one's memory.
. "$(dirname "$0")/lib/stack.sh"

network_up eth0 10.0.2.15
must modprobe nbd nbds_max=1
must nbd-client -nonetlink -swap -timeout 30 -N '' 10.0.2.100 10809 /dev/nbd0 >/dev/null
work_on /dev/nbd0
must nbd-client -d /dev/nbd0 >/dev/null
must wait_for rmmod nbd 2>/dev/null
exit "$status"
