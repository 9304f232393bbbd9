#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# aobjctl swapon --discard: what it tells the device, and when.
set -euo pipefail

readonly sysfs=/sys/class/misc/aobj
. "$(dirname "$0")/lib/tool.sh"

# take_null DISCARD [OPTION]: takes a device that can discard (1) or cannot (0)
take_null() {
	modprobe null_blk nr_devices=1 gb=1 memory_backed=1 discard="$1" &&
		mkswap -q -L aobj-null /dev/nullb0 &&
		"$AOBJCTL" swapon -p 9 "${2:---discard}" /dev/nullb0
}

# Prints the sectors that the device was told to discard.
discarded() {
	local fields

	read -ra fields </sys/block/nullb0/stat
	echo "${fields[13]}"
}

# Pages of an object that goes are on the device, and become free.
use_null() {
	start_holder $((16 << 20))
	holds "pages are on it" \
		test "$(value "swap/$(number_of /dev/nullb0)/used")" -gt $((4 << 20))
	stop_holder
}

# Discards are done by a worker, after the slots have become free.
discarded_since() {
	local tries

	for ((tries = 0; tries < 100; tries++)); do
		(($(discarded) == $1)) || return 0
		sleep 0.05
	done
	return 1
}

# discards OPTION ONCE PAGES: whether all of it is discarded at first (1) or not (0), and
# what becomes free later
discards() {
	local whole=0 before

	(($2 == 0)) || whole=$((($(blockdev --getsize64 /dev/nullb0) - 4096) / 512))
	holds "$1: $whole sectors are discarded at once" test "$(discarded)" -eq "$whole"
	does "$1: swapon --show shows it" "$AOBJCTL" swapon --show=name,disc -n
	holds "$1: whether what becomes free is, too ($3)" \
		grep -Eqx "/dev/nullb0 +$3" "$scratch/out"
	before=$(discarded)
	use_null
	if (($3)); then
		holds "$1: what becomes free is discarded" discarded_since "$before"
	else
		sleep 0.5
		holds "$1: what becomes free is not" test "$(discarded)" -eq "$before"
	fi
}

# give_null DISCARD: says whether it is discarded, and is given back
give_null() {
	holds "and says so (discard: $1)" \
		test "$(value "swap/$(number_of /dev/nullb0)/discard")" = "$1"
	does "it is given back" "$AOBJCTL" swapoff /dev/nullb0
	rmmod null_blk
}

# A RAM disk can discard on some kernels only.
test_discard() {
	does "a device that can is discarded, all of it, and as pages become free" take_null 1
	discards --discard 1 1
	give_null 1
	does "or all of it once" take_null 1 --discard=once
	discards --discard=once 1 0
	give_null 0
	does "or as pages become free only" take_null 1 --discard=pages
	discards --discard=pages 0 1
	give_null 1
	does "one that cannot is taken all the same" take_null 0
	give_null 0
}

test_discard
end
