# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of this directory share. To be sourced by bash under
# `set -euo pipefail`.

# Debian leaves these out of an ordinary user's PATH; depmod and mkswap live there.
PATH=$PATH:/usr/sbin:/sbin

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$vm_dir/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/aobj
me=$(basename "$0")

# The statuses that mean something between these scripts.
readonly EXIT_SKIP=77 EXIT_TIMEOUT=124 EXIT_NO_VERDICT=125

# What stands at the end of a failure in TAP that is none: see forgive-newer.
readonly NEWER_KERNEL="# TODO on a kernel newer than tested"

export PATH project cache vm_dir EXIT_SKIP EXIT_TIMEOUT EXIT_NO_VERDICT NEWER_KERNEL

# Progress goes to stderr: stdout is each script's answer.
say() {
	printf '%s: %s\n' "$me" "$*" >&2
}

# fail MESSAGE [STATUS]
fail() {
	say "$1"
	exit "${2:-1}"
}

usage() {
	printf 'usage: %s %s\n' "$me" "$1" >&2
	exit 2
}

can_be_root() {
	[[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null
}

as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Prints the exit status that the guest's script reported on the console, or
# fails: a guest that panicked or was killed says nothing.
guest_verdict() {
	local status

	status=$(sed -n 's/^.*AOBJ-EXIT: \([0-9]\{1,3\}\).*$/\1/p' "$1" | tail -n 1)
	[[ -n $status ]] && printf '%s\n' "$status"
}

# The release of the kernel in a directory that get-kernel made.
kernel_release() {
	basename "$1"/lib/modules/*
}

# quiet COMMAND...: succeeds if the command does, without a warning. That the
# compiler is not the very one that built the kernel says nothing of ours.
quiet() {
	local log status=0

	log=$("$@" 2>&1) || status=$?
	[[ $status -eq 0 ]] || { printf '%s\n' "$log"; return "$status"; }
	! grep -i 'warning' <<<"$log" | grep -v 'the compiler differs from'
}
