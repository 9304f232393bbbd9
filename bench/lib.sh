# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of this directory share. To be sourced by bash after
# tests/vm/lib.sh.

bench_dir=$project/bench
series=${KERNEL:-6.1}
scale=${SCALE:-1}
readonly bench_dir series scale

readonly page_count=$((16384 * scale)) # of an object
readonly default_workloads="touch remap_seq remap_rand remap_seq_write remap_rand_write
	seqwrite seqread backread strideread streams2 streams4 randread randrmw zipf scanhot
	fragwrite fragread"

workloads=${WORKLOADS:-$default_workloads}
repeats=${REPEATS:-3}

# Newer kernels ship with the multi-generational LRU switched on: there the older
# one is measured, too.
default_peers() {
	case $series in
	6.1) echo "aobj memfd anon thp file" ;;
	*) echo "aobj memfd memfd:classic anon anon:classic thp file" ;;
	esac
}

bench_packages() {
	local packages

	mapfile -t packages < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$bench_dir/packages.txt")
	"$vm_dir/install-packages"
	"$vm_dir/install-packages" "${packages[@]}"
}

# quietly COMMAND...: its output only if it fails.
quietly() {
	local log=$build/log

	"$@" >"$log" 2>&1 && return
	cat "$log" >&2
	fail "failed: $*"
}

# Sets $kernel, $build, $module and $output.
bench_prepare() {
	peers=${PEERS:-$(default_peers)}
	build=$project/build/bench
	output=$build/${BENCH_OUTPUT:-$series}
	mkdir -p "$build" "$output"
	bench_packages
	kernel=$("$vm_dir/get-kernel" "$series")
	say "building the module and the programs"
	unset MAKEFLAGS MFLAGS MAKELEVEL
	quietly "$vm_dir/build-module" "$kernel" "$build/module-$series"
	module=$build/module-$series/aobj.ko
	quietly make -C "$project" tools
	quietly make -C "$bench_dir"
}

# Three disks of the guest's memory, and what else it needs, in MiB.
guest_memory() {
	echo $((3 * page_count / 4 * 9 / 256 + page_count / 256 + 512))
}

# bench_boot OUTPUT [RUN-GUEST-OPTION]...
bench_boot() {
	local directory=$1

	shift
	"$vm_dir/run-guest" --kernel "$kernel" --icount --smp 1 --append clearcpuid=112 \
		--memory "$(guest_memory)" --timeout $((3600 * scale)) --output "$directory" \
		--env BENCH_MODULE="$module" --env BENCH_TOOL="$project/userspace/aobjctl/aobjctl" \
		--env BENCH_PROGRAM="$build/aobj-bench" --env BENCH_OBJECTS="${OBJECTS:-10000}" \
		--env BENCH_PAGES="$page_count" --env BENCH_BUDGET=$((page_count / 4)) \
		--env BENCH_REPEATS="$repeats" --env BENCH_WORKLOADS="$workloads" \
		--env BENCH_PEERS="$peers" "$@" -- "$bench_dir/guest" "$directory" >&2
}
