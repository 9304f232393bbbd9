#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NBD, the server gone for good while it is in use, with nbd-client: what was only
# there is refused, nothing is wrong, and the device can be given up.
. "$(dirname "$0")/lib/stack.sh"

network_up eth0 10.0.2.15
must modprobe nbd nbds_max=1
must nbd-client -nonetlink -swap -timeout 30 -N '' 10.0.2.100 10810 /dev/nbd0 >/dev/null
work_on /dev/nbd0 lost
must nbd-client -d /dev/nbd0 >/dev/null
must wait_for rmmod nbd 2>/dev/null
exit "$status"
