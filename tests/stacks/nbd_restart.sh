#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NBD, the server killed every few seconds and there again, with a client that
# connects again: requests wait meanwhile, and nothing is refused.
. "$(dirname "$0")/lib/stack.sh"

network_up eth0 10.0.2.15
must modprobe nbd nbds_max=1
coproc client { exec python3 "$here/lib/nbd.py" 10.0.2.100 10810; }
# shellcheck disable=SC2154 # the coprocess has set it
output=${client[0]} input=${client[1]}
read -r line <&"$output"
must test "$line" = connected
work_on /dev/nbd0
exec {input}>&-
read -r line <&"$output"
echo "# $line"
if [[ ${line%% *} -lt 2 ]]; then
	echo "# the server was not killed meanwhile"
	status=1
fi
wait
must wait_for rmmod nbd 2>/dev/null
exit "$status"
