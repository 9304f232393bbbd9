#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# memtester, unaware of anything, tests twice the budget of an object.
set -euo pipefail
. "$(dirname "$0")/lib/third_party.sh"

# Random values; its test of stuck addresses always runs. The rest repeats these
# with other patterns, and takes minutes.
export MEMTESTER_TEST_MASK=0x1

begin
check "memtester finds no fault in twice the budget" \
	memtester -p 0 -d /dev/aobj 2M 1
check "memtester tested 2 MiB" grep -q 'want 2MB' "$log"
check "memtester ran its tests" grep -q 'Random Value' "$log"
check_events
finish
