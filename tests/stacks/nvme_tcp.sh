#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NVMe over TCP with digests, the target on this machine, too. A page that changed
# while it was sent would not have the digest that was sent with it.
. "$(dirname "$0")/lib/stack.sh"
. "$(dirname "$0")/lib/nvme.sh"

# What is sent lies in a queue for a while: a page that changed would be seen.
must modprobe sch_netem
must tc qdisc add dev lo root netem delay 5ms
target_up "$spare"
# A target that is asked for a new connection needs memory that is not there now.
connect data_digest hdr_digest keep_alive_tmo=120
has_stable_writes "$namespace"
work_on "$namespace"
if dmesg | grep -iE 'digest|ddgst'; then
	status=1
fi
disconnect
target_down
must tc qdisc del dev lo root
exit "$status"
