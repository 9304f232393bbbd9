# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of this directory share. To be sourced by bash under
# `set -euo pipefail`.

# Debian leaves these out of an ordinary user's PATH; dkms and modinfo live there.
PATH=$PATH:/usr/sbin:/sbin
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH top

fail() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

usage() {
	printf 'usage: %s %s\n' "$(basename "$0")" "$1" >&2
	exit 2
}

need_root() {
	[[ $(id -u) -eq 0 ]] || fail "only root can do this"
}
