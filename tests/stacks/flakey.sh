#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A device that fails for a while at random times, reads as well as writes.
. "$(dirname "$0")/lib/stack.sh"

table() {
	echo "0 $(sectors "$spare") flakey $spare 0 $1 $2"
}

# Another rhythm each time.
change_rhythm() {
	while sleep 2; do
		dmsetup suspend aobj-flakey
		dmsetup load aobj-flakey --table "$(table $((1 + RANDOM % 3)) $((RANDOM % 2)))"
		dmsetup resume aobj-flakey
	done
}

must dmsetup create aobj-flakey --noudevsync --table "$(table 1 0)"
change_rhythm &
work_on /dev/mapper/aobj-flakey fails
kill $!
wait
must dmsetup remove --noudevsync aobj-flakey
exit "$status"
