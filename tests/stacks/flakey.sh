#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A device that fails for a while at random times, reads as well as writes.
. "$(dirname "$0")/lib/stack.sh"

table() {
	echo "0 $(sectors "$spare") flakey $spare 0 $1 $2"
}

# Another rhythm each time. flakey counts whole seconds from when its table was
# loaded: each table stays until it has been down, and up again for a moment.
change_rhythm() {
	local up down

	while true; do
		up=$((1 + RANDOM % 2))
		down=$((1 + RANDOM % 2))
		dmsetup suspend aobj-flakey
		dmsetup load aobj-flakey --table "$(table "$up" "$down")"
		dmsetup resume aobj-flakey
		sleep "$((up + down)).$((1 + RANDOM % 9))"
	done
}

# has_moved EVENT BEFORE
has_moved() {
	local now

	now=$(event "$1")
	echo "# $1: $((now - $2))"
	((now > $2)) || fail "nothing has failed"
}

must dmsetup create aobj-flakey --noudevsync --table "$(table 1 0)"
reads=$(event read_errors)
writes=$(event write_errors)
change_rhythm &
work_on /dev/mapper/aobj-flakey fails
kill $!
wait
has_moved read_errors "$reads"
has_moved write_errors "$writes"
must dmsetup remove --noudevsync aobj-flakey
exit "$status"
