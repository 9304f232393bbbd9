#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dm-integrity without a journal: what is written, and its sum, are taken from the
# page one after the other, so that of a page that changed in between the sum does not
# match. Such a page is dirty, and need not be read before it is written again: so all
# of the device is read in the end.
. "$(dirname "$0")/lib/stack.sh"

readonly name=aobj-integrity

mismatches() {
	dmsetup status "$name" | cut -d' ' -f4
}

must modprobe dm_integrity
make_late aobj-part 0 81920
must integritysetup format --batch-mode /dev/mapper/aobj-part
must integritysetup open --integrity-no-journal /dev/mapper/aobj-part "$name"
must grep -qw D <<<"$(dmsetup table "$name")"
has_stable_writes "/dev/mapper/$name"
work_on "/dev/mapper/$name"
dd if="/dev/mapper/$name" of=/dev/null bs=64K conv=noerror status=none ||
	fail "what was written cannot be read"
[[ $(mismatches) == 0 ]] || fail "$(mismatches) sums do not match"
must integritysetup close "$name"
must dmsetup remove --noudevsync aobj-part
exit "$status"
