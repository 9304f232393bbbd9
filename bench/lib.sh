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
	cycle_seq cycle_rand seqwrite seqread backread strideread streams2 streams4
	randread randrmw zipf scanhot fragwrite fragread multi fork fork_read sqlite small swapoff"
readonly swapoff_sizes=${SWAPOFF_SIZES:-1024 2048 4096} # MiB
readonly data_lines=150000 # of SQLite's

workloads=${WORKLOADS:-$default_workloads}
repeats=${REPEATS:-3}
objects=${OBJECTS:-100000} # small ones
failures=()
clock_options=(--icount --smp 1 --append clearcpuid=112)
boot_options=() # more of run-guest's

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

# Prints the file of what is asked for.
targets() {
	case $series in
	6.1) echo "$bench_dir/targets.csv" ;;
	*) echo "$bench_dir/targets-newer.csv" ;;
	esac
}

# Sets $kernel, if it is not set, $build, $module and $output.
bench_prepare() {
	peers=${PEERS:-$(default_peers)}
	build=$project/build/bench
	output=$build/${BENCH_OUTPUT:-$series}
	mkdir -p "$build" "$output"
	bench_packages
	kernel=${kernel:-$("$vm_dir/get-kernel" "$series")}
	say "building the module and the programs"
	unset MAKEFLAGS MFLAGS MAKELEVEL
	module=$build/module-$(kernel_release "$kernel")/aobj.ko
	quietly "$vm_dir/build-module" "$kernel" "${module%/*}"
	quietly make -C "$project" tools
	quietly make -C "$bench_dir"
	bench_data
}

# Real data for SQLite: the files of this machine.
bench_data() {
	[[ " $workloads " == *sqlite* ]] || return 0
	say "listing the files of /usr"
	find /usr -xdev -type f -printf '%s\t%h\t%f\n' | LC_ALL=C sort -t $'\t' -k 2 |
		awk -v most="$data_lines" 'NR <= most' >"$build/files"
}

# guest_memory PAGES DEVICE: disks, memory to use, and what else a guest needs, in MiB
guest_memory() {
	local disks=2

	[[ " $peers " != *" file"* ]] || disks=3
	echo $(((disks * $2 + $1) / 256 + 512))
}

# bench_boot OUTPUT PAGES DEVICE "WORKLOAD..."
# => an object of PAGES, and disks of DEVICE pages
bench_boot() {
	local directory=$1 pages=$2 device=$3 list=$4

	mkdir -p "$directory"
	say "booting $(kernel_release "$kernel") for: ${list//[$'\n\t']/}"
	"$vm_dir/run-guest" --kernel "$kernel" "${clock_options[@]}" \
		--memory "$(guest_memory "$pages" "$device")" --timeout $((3600 * scale)) \
		--output "$directory" --env BENCH_MODULE="$module" \
		--env BENCH_TOOL="$project/userspace/aobjctl/aobjctl" \
		--env BENCH_PROGRAM="$build/aobj-bench" --env BENCH_DATA="$build/files" \
		--env BENCH_OBJECTS="$objects" --env BENCH_PAGES="$pages" \
		--env BENCH_BUDGET=$((pages / 4)) --env BENCH_DEVICE="$device" \
		--env BENCH_REPEATS="$repeats" --env BENCH_WORKLOADS="$list" \
		--env BENCH_PEERS="$peers" "${boot_options[@]}" -- \
		"$bench_dir/guest" "$directory" >&2 ||
		failures+=("$directory/console")
}

# Has the plugin count the instructions of each measured stretch: counted() tells.
count_instructions() {
	rm -f "$output"/counts.*
	boot_options+=(--qemu -plugin --qemu "$build/profile.so,out=$output/counts")
}

# Prints file, workload, peer, repetition and pages of each count, in order.
counted() {
	awk -F, -v file="$output/counts" \
		'$4 == "pages" { print file "." ++n, $1, $2, $3, $5 }' "$output/raw.csv"
}

# To be called last: what was measured in a guest that failed is shown, too.
bench_end() {
	[[ ${#failures[@]} -eq 0 ]] || fail "failures in the guest; its console: ${failures[*]}"
}

# Measures all workloads. That of many small objects wants a larger machine, and
# a file system is no place for them.
bench_measure() {
	local list

	list=$(tr -s '[:space:]' '\n' <<<"$workloads" | grep -vxE 'small|swapoff' |
		paste -sd ' ') || true
	: >"$output/raw.csv"
	if [[ -n ${list// /} ]]; then
		bench_boot "$output" "$page_count" $((page_count * 9 / 4)) "$list"
	fi
	if asked_for small; then
		measure_small
	fi
}

# asked_for WORKLOAD
asked_for() {
	[[ " $(tr -s '[:space:]' ' ' <<<"$workloads") " == *" $1 "* ]]
}

# swapoff by the size of what is on the device. One of two ram disks, or a ram disk
# and memory, hold the largest; the program has its own count of each page.
measure_swapoff() {
	local directory=$output/swapoff largest=${swapoff_sizes##* }

	mkdir -p "$directory"
	say "booting $(kernel_release "$kernel") for: swapoff of $swapoff_sizes MiB"
	"$vm_dir/run-guest" --kernel "$kernel" "${clock_options[@]}" \
		--memory $((largest * 9 / 4 + 1024)) --timeout 7200 --output "$directory" \
		--env BENCH_MODULE="$module" \
		--env BENCH_TOOL="$project/userspace/aobjctl/aobjctl" \
		--env BENCH_PROGRAM="$build/aobj-bench" --env BENCH_SIZES="$swapoff_sizes" \
		--env BENCH_BUDGET="$page_count" -- "$bench_dir/guest-swapoff" "$directory" >&2 ||
		failures+=("$directory/console")
	python3 -B "$bench_dir/report" --swapoff "$directory" | tee "$output/swapoff.md"
}

measure_small() {
	local peers=" $peers "

	peers=${peers// file / }
	peers=${peers// thp / }
	repeats=1 bench_boot "$output/small" $((4 * objects)) $((4 * objects * 9 / 8)) small
	[[ -e $output/machine.csv ]] || cp "$output/small/machine.csv" "$output/"
	cat "$output/small/raw.csv" >>"$output/raw.csv"
}
