# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of installing share. To be sourced by `run`, after the
# harness's own lib.sh and tap.sh.

# user_make ARGUMENT...: make as a user calls it, in the copy of the tree.
user_make() {
	make -s -C "$tree" "$@"
}

# same EXPECTED FOUND
same() {
	[[ $1 == "$2" ]] && return
	printf 'expected: %s\nfound:    %s\n' "$1" "$2"
	return 1
}

# refuses PATTERN COMMAND...
# => it fails, and says why in one line that matches; make's own do not count
refuses() {
	local pattern=$1 lines status=0

	shift
	"$@" >"$work/out" 2>"$work/err" || status=$?
	lines=$(grep -v '^make.*: \*\*\*' "$work/err") || true
	printf 'status %s; stderr:\n%s\n' "$status" "$lines"
	[[ $status -ne 0 && $(wc -l <<<"$lines") -eq 1 ]] && grep -Eq "$pattern" <<<"$lines"
}

# without_root COMMAND...: as a user without rights.
without_root() {
	unshare --user --map-user=65534 --map-group=65534 -- "$@"
}

# Prints mode and path of all files below a directory.
manifest() {
	(cd "$1" && find . ! -type d -printf '%m %P\n' | LC_ALL=C sort -k 2)
}

# A kernel that is not there.
readonly no_release=6.1.0-none
