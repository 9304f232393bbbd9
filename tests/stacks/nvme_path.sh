#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NVMe over TCP, the target in another guest, and the cable to it pulled out and put
# back again and again: the host waits for its target, so that nothing is refused.
target_address=10.0.3.1
. "$(dirname "$0")/lib/stack.sh"
. "$(dirname "$0")/lib/nvme.sh"

readonly card=eth1

# is STATE: what the driver says of the connection.
# shellcheck disable=SC2317 # called by wait_for
is() {
	grep -qx "$1" /sys/class/nvme/nvme0/state
} 2>/dev/null

# A cable that is pulled while the driver connects costs 60 s, its time for that.
interrupt() {
	while sleep 1; do
		ip link set "$card" down
		wait_for is connecting
		ip link set "$card" up
		wait_for is live
	done
}

# times TEXT: how often the driver has said so since the last test.
times() {
	dmesg | grep -c "nvme.*$1" || true
}

network_up "$card" 10.0.3.2
connect reconnect_delay=1 ctrl_loss_tmo=120 keep_alive_tmo=2
interrupt &
work_on "$namespace"
kill $!
wait
ip link set "$card" up
lost=$(times "Reconnecting in")
back=$(times "Successfully reconnected")
echo "# the path was lost $lost times, and back $back times"
((lost > 0 && back > 0)) || fail "the path was there all the time, or did not come back"
disconnect
exit "$status"
