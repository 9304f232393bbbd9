# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # others use what is set here
#
# What the tests of stacks share. Each of them makes a block device, has the
# work done on it, and takes it away again. $spare is a blank disk.

readonly spare=/dev/vdc
readonly seconds=${AOBJ_STACK_SECONDS:-8}
here=$(cd "$(dirname "$0")" && pwd)

# work_on DEVICE [OPTION]...: as a test program of the guest's suite does it. A task
# that hangs is the end of the guest.
work_on() {
	echo 1 >/proc/sys/kernel/hung_task_panic
	"$here/build/work" "$1" "$seconds" "${@:2}" || status=$?
	echo 0 >/proc/sys/kernel/hung_task_panic
}

# must COMMAND...: the stack is not to be had without it.
must() {
	"$@" && return
	echo "Bail out! $*"
	exit 99
}

# fail TEXT: what the stack itself asserts does not hold.
fail() {
	echo "# $1"
	status=1
}

# number_of DEVICE: as the kernel says it, MAJOR:MINOR
number_of() {
	echo "$((0x$(stat -L -c %t "$1"))):$((0x$(stat -L -c %T "$1")))"
}

# has_stable_writes DEVICE: no page may change while it is written to it. Without
# that a stack that is to show a change shows nothing.
has_stable_writes() {
	must grep -qx 1 "/sys/dev/block/$(number_of "$1")/queue/stable_writes"
}

# make_late NAME START SECTORS: a device that is part of the spare disk, and takes 10 ms
# to begin with a write. Whatever is made of a page before that, as a sum, will not
# fit if the page changes.
make_late() {
	must dmsetup create "$1" --noudevsync --table \
		"0 $3 delay $spare $2 0 $spare $2 10"
}

# event NAME: how often the module has counted that.
event() {
	cat "/sys/class/misc/aobj/events/$1"
}

# holds DEVICE KIB: true if as much is on the device, which is in use for swap.
# shellcheck disable=SC2317 # called by wait_for
holds() {
	local used

	read -r used <"/sys/class/misc/aobj/swap/$(number_of "$1")/used" &&
		((used >= $2 * 1024))
} 2>/dev/null

sectors() {
	blockdev --getsz "$1"
}

# wait_for COMMAND...: until it succeeds, for 20 s.
wait_for() {
	local tries

	for ((tries = 0; tries < 200; tries++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# network_up CARD ADDRESS: eth0 leads to this machine's servers, eth1 to the second guest.
network_up() {
	must modprobe virtio_net
	must wait_for test -e "/sys/class/net/$1"
	ip addr replace "$2/24" dev "$1"
	ip link set "$1" up
}

# The reserve that the kernel raises for a while against fragmentation: the hog, which
# leaves little more than the usual one, cannot know of it, and would be killed.
echo 0 >/proc/sys/vm/watermark_boost_factor

status=0
