# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel's style, in its strict form, for all that is written here. To be
# sourced by the checks of each group of files.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# checkpatch GROUP: of the files that come on stdin, without what
# checkpatch.ignore excuses for the group
checkpatch() {
	local ignored files

	needs perl
	ignored=$(words "$static_dir/checkpatch.ignore" |
		awk -v group="$1" '$1 == group || $1 == "all" { print $2 }' | paste -sd ,)
	mapfile -t files
	"$AOBJ_SOURCE/scripts/checkpatch.pl" --root="$AOBJ_SOURCE" --strict --terse --quiet \
		--no-summary --show-types --ignore "$ignored" --file "${files[@]}"
}
