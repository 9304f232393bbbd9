#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A device on which pages at random places, that could be written and read, begin to
# fail while it is in use: what is there is refused, and nothing else.
. "$(dirname "$0")/lib/stack.sh"

readonly name=aobj-holes
readonly size=65536 # sectors: nearly all of them are used
readonly apart=512

# A page in each 256 KiB, but for the first, that has the header.
table() {
	local start hole

	echo "0 $apart linear $spare 0"
	for ((start = apart; start < size; start += apart)); do
		hole=$((start + 8 * (1 + RANDOM % 62)))
		echo "$start $((hole - start)) linear $spare $start"
		echo "$hole 8 error"
		echo "$((hole + 8)) $((start + apart - hole - 8)) linear $spare $((hole + 8))"
	done
}

# Once some is there, and then at any time
make_holes() {
	wait_for holds "/dev/mapper/$name" 12288
	sleep "0.$((RANDOM % 10))"
	dmsetup load "$name" <<<"$(table)"
	dmsetup suspend "$name"
	dmsetup resume "$name"
}

must dmsetup create "$name" --noudevsync --table "0 $size linear $spare 0"
make_holes &
work_on "/dev/mapper/$name" lost "most=$((size / apart - 1))"
wait
must dmsetup remove --noudevsync "$name"
exit "$status"
