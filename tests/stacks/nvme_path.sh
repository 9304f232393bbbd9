#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NVMe over TCP whose target goes and comes back: the host waits for it, so that
# nothing is refused.
. "$(dirname "$0")/lib/stack.sh"
. "$(dirname "$0")/lib/nvme.sh"

interrupt() {
	while sleep 2; do
		port_down
		sleep 1
		port_up
	done
}

# times TEXT: how often the driver has said so since the last test.
times() {
	dmesg | grep -c "nvme.*$1" || true
}

target_up "$spare"
port_up
connect reconnect_delay=1 ctrl_loss_tmo=120
interrupt &
work_on "$namespace"
kill $!
wait
[[ -e $subsystem_port ]] || port_up
lost=$(times "Reconnecting in")
back=$(times "Successfully reconnected")
echo "# the path was lost $lost times, and back $back times"
((lost > 0 && back > 0)) || fail "the path was there all the time, or did not come back"
disconnect
port_down
target_down
exit "$status"
