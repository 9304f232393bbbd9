#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another module uses an object of four times the budget. AOBJ_CLIENT_KO names
# that module.
set -euo pipefail
. "$(dirname "$0")/lib/third_party.sh"

aobj_is_held() {
	! rmmod aobj 2>/dev/null
}

begin
check "a module that uses objects finds every page right" \
	insmod "$AOBJ_CLIENT_KO" pages=$((4 * 1024 * 1024 / $(getconf PAGESIZE)))
check "it says so" sh -c "dmesg | tail -n 5 | grep -q 'aobj_client: .* were all right'"
check "aobj cannot go while it is loaded" aobj_is_held
check_event pages_out 512
check_event pages_in 512
check "it unloads" rmmod aobj_client
finish
