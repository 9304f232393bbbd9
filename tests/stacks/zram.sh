#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# zram with a backing device, to which what is idle is written back all the time.
. "$(dirname "$0")/lib/stack.sh"

readonly zram=/sys/block/zram0

write_back() {
	while sleep 0.3; do
		echo all >"$zram/idle"
		echo idle >"$zram/writeback"
	done 2>/dev/null
}

must modprobe zram num_devices=1
[[ ! -e $zram/backing_dev ]] || echo "$spare" >"$zram/backing_dev"
echo 96M >"$zram/disksize"
[[ ! -e $zram/queue/stable_writes ]] || has_stable_writes /dev/zram0
write_back &
work_on /dev/zram0
kill $!
wait
if [[ -e $zram/bd_stat ]]; then
	read -r _ _ written <"$zram/bd_stat"
	echo "# $written pages were written back"
	[[ $written -gt 0 ]] || status=1
fi
echo 1 >"$zram/reset"
must rmmod zram
exit "$status"
