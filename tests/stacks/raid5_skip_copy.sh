#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# MD's RAID 5 that takes pages as they are, without a copy: the parity and what is
# written are taken from a page one after the other. A page that changed in between
# would leave wrong parity behind, which is looked for in the end.
. "$(dirname "$0")/lib/stack.sh"

readonly md=/sys/block/md_aobj/md
readonly chunk=$((64 * 1024))
readonly member=40960 # sectors

# shellcheck disable=SC2317 # called by must
put() {
	echo "$2" >"$md/$1"
}

# set_up NAME VALUE: of the array
set_up() {
	must put "$1" "$2"
}

# number_of_part I
number_of_part() {
	number_of "/dev/mapper/aobj-part$1"
}

# part_name I: as dm-3
part_name() {
	basename "$(realpath "/sys/dev/block/$(number_of_part "$1")")"
}

# An array that nobody has to find again needs no superblock, and so no mdadm.
start_array() {
	local i

	echo md_aobj >/sys/module/md_mod/parameters/new_array
	set_up metadata_version none
	set_up level raid5
	set_up raid_disks 3
	set_up layout 2
	set_up chunk_size "$chunk"
	for i in 0 1 2; do
		make_late "aobj-part$i" $((i * member)) "$member"
		set_up new_dev "$(number_of_part "$i")"
		set_up "dev-$(part_name "$i")/slot" "$i"
	done
	set_up component_size $((member / 2))
	set_up array_state active
}

# shellcheck disable=SC2317 # called by wait_for
idle() {
	[[ $(<"$md/sync_action") == idle ]]
}

must modprobe md_mod
must modprobe raid456
start_array
must wait_for test -b /dev/md_aobj
must wait_for idle
set_up skip_copy 1
has_stable_writes /dev/md_aobj
work_on /dev/md_aobj
set_up sync_action check
must wait_for idle
read -r wrong <"$md/mismatch_cnt"
[[ $wrong == 0 ]] || fail "the parity of $wrong sectors is not right"
set_up array_state clear
for i in 0 1 2; do
	must dmsetup remove --noudevsync "aobj-part$i"
done
exit "$status"
