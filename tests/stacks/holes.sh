#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A device on which pages at random places cannot be written or read: what could
# not be written there goes elsewhere, and nobody notices.
. "$(dirname "$0")/lib/stack.sh"

# A page in each 256 KiB, but for the first, that has the header.
table() {
	local start size hole

	size=$(sectors "$spare")
	echo "0 512 linear $spare 0"
	for ((start = 512; start + 512 <= size && start < 200000; start += 512)); do
		hole=$((start + 8 * (1 + RANDOM % 62)))
		echo "$start $((hole - start)) linear $spare $start"
		echo "$hole 8 error"
		echo "$((hole + 8)) $((start + 512 - hole - 8)) linear $spare $((hole + 8))"
	done
}

must dmsetup create aobj-holes --noudevsync <<<"$(table)"
work_on /dev/mapper/aobj-holes
must dmsetup remove --noudevsync aobj-holes
exit "$status"
