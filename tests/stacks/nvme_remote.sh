#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NVMe over TCP, the target in another guest: nothing there needs this one's memory.
target_address=10.0.3.1
. "$(dirname "$0")/lib/stack.sh"
. "$(dirname "$0")/lib/nvme.sh"

network_up eth1 10.0.3.2
connect data_digest
work_on "$namespace"
disconnect
exit "$status"
