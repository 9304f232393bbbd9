# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the checks share. Each check looks at the tree that it lies in, prints
# what it finds, and succeeds if that is nothing. It may build there: `attempt`
# gives it a copy. To be sourced by bash under `set -euo pipefail`.
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
cd "$project" || exit

static_dir=$project/tests/static
export static_dir

# Kernel code; all other C is of programs.
readonly kernel_code='^(module|include|samples|tests/kunit)/'

# needs TOOL...: a missing tool finds nothing, which is no pass.
needs() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null || fail "$tool is not installed"
	done
}

# The licences' texts are not ours to check.
tree_files() {
	find . -type f ! -path './build/*' ! -path './LICENSES/*' -printf '%P\n' | LC_ALL=C sort
}

# Of a tree with a fault planted, $AOBJ_PLANTED: the rest was looked at without it.
all_files() {
	if [[ -n ${AOBJ_PLANTED:-} ]]; then
		tree_files | grep -Fx -f <(tr ' ' '\n' <<<"$AOBJ_PLANTED")
	else
		tree_files
	fi
}

kernel_c_files() {
	all_files | grep -E '\.[ch]$' | grep -E "$kernel_code"
}

program_c_files() {
	all_files | grep -E '\.[ch]$' | grep -vE "$kernel_code"
}

# Scripts, by their interpreter: all, as what is sourced is checked as part of who does.
shell_files() {
	tree_files | while read -r file; do
		head -n 1 "$file" | grep -qE '^#!.*[/ ](ba|da)?sh( |$)' && printf '%s\n' "$file"
	done || true
}

# words FILE: a list without its comments.
words() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"
}

# Passes on the complaints that come on stdin, and succeeds if none does.
no_complaints() {
	! grep .
}

# build_module MAKE-ARGUMENT...: fails if the build does, or warns. That the
# compiler is not the very one that built the kernel says nothing of ours.
build_module() {
	local log

	[[ -n ${AOBJ_KERNEL:-} ]] || fail "Debian serves no stock kernel for it" "$EXIT_SKIP"
	log=$("$vm_dir/build-module" "$AOBJ_KERNEL" build/module "$@" 2>&1) ||
		{ printf '%s\n' "$log"; return 1; }
	sed -e '/the compiler differs from/d' -e '/warning\|error/I!d' <<<"$log" | no_complaints
}
