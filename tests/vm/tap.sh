# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Writes TAP from bash. To be sourced.

tap_number=0

# tap_check NAME COMMAND...
# => one test: the command's exit status decides, 77 is a skip
# => what the command prints is shown only when it fails
tap_check() {
	local name=$1 log status=0

	shift
	tap_number=$((tap_number + 1))
	log=$("$@" 2>&1) || status=$?
	if [[ $status -eq 0 ]]; then
		echo "ok $tap_number - $name"
	elif [[ $status -eq 77 ]]; then
		echo "ok $tap_number - $name # SKIP $(tail -n 1 <<<"$log")"
	else
		echo "not ok $tap_number - $name"
		printf '%s\n' "exit status $status" "$log" | tail -n 60 | sed 's/^/# /'
	fi
}

tap_plan() {
	echo "1..$tap_number"
}
