# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests of aobjctl with the module behind it. Starting a program is slow in a
# guest, so bash itself does what it can.

scratch=$(mktemp -d)
count=0
failed=0

# point STATUS NAME
point() {
	count=$((count + 1))
	if [[ $1 -eq 0 ]]; then
		printf 'ok %d - %s\n' "$count" "$2"
		return
	fi
	failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$count" "$2"
	sed 's/^/# found: /' "$scratch/log"
}

# does NAME COMMAND...: succeeds, without a word on stderr.
does() {
	local name=$1 status=0

	shift
	"$@" >"$scratch/out" 2>"$scratch/log" || status=$?
	[[ ! -s $scratch/log ]] || status=1
	point "$status" "$name"
}

# refuses_as STATUS NAME PATTERN COMMAND...: that, and one line that matches.
refuses_as() {
	local expected=$1 name=$2 pattern=$3 status=0 bad=0 lines

	shift 3
	"$@" >"$scratch/log" 2>&1 || status=$?
	mapfile -t lines <"$scratch/log"
	[[ $status -eq $expected && ${#lines[@]} -eq 1 ]] || bad=1
	[[ ${lines[0]:-} =~ ^aobjctl:\ .*$pattern ]] || bad=1
	echo "exit status $status" >>"$scratch/log"
	point "$bad" "$name"
}

refuses() {
	refuses_as 1 "$@"
}

# holds NAME COMMAND...: a condition on what went before.
holds() {
	local name=$1 status=0

	shift
	"$@" >"$scratch/log" 2>&1 || status=$?
	point "$status" "$name"
}

# shows NAME FILE PATTERN: its first line matches.
shows() {
	local name=$1 line='' bad=0

	read -r line <"$2" || true
	[[ $line =~ $3 ]] || bad=1
	echo "$line" >"$scratch/log"
	point "$bad" "$name"
}

# value FILE: of sysfs, in $sysfs.
value() {
	local text

	read -r text <"$sysfs/$1" || true
	echo "$text"
}

# number_of NODE
number_of() {
	echo "$((0x$(stat -c %t "$1"))):$((0x$(stat -c %T "$1")))"
}

# The holder of an object: asks it whether the contents are right.
start_holder() {
	local line

	coproc holder { exec python3 "$(dirname "$0")/lib/holder.py" "$1"; }
	read -r line <&"${holder[0]}"
	holds "an object is filled" test "$line" = ready
}

check_holder() {
	local line

	echo check >&"${holder[1]}"
	read -r line <&"${holder[0]}"
	holds "$1" test "$line" = right
}

stop_holder() {
	# shellcheck disable=SC2154 # the coprocess has set it
	local pid=$holder_PID input=${holder[1]}

	exec {input}>&-
	wait "$pid"
}

# The end of the program, with its verdict.
end() {
	rm -rf "$scratch"
	echo "1..$count"
	[[ $failed -eq 0 ]]
}
