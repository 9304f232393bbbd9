# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the drive can do, from fio in the guest, beside what aobj got from it: with the
# block size and the depth that aobj's requests had on average. To be sourced
# by `guest`; OUTPUT/fio.csv has workload,direction,block,depth,aobj,fio: in bytes,
# requests, and bytes per second.

# mean WORKLOAD METRIC: of the repetitions, from raw.csv
mean() {
	awk -F, -v workload="$1" -v metric="$2" '
		$1 == workload && $2 == "aobj" && $4 == metric { sum += $5; n++ }
		END { print n ? sum / n : 0 }' "$output/raw.csv"
}

# Sets $direction, $block, $depth and $rate, all of aobj's requests.
requests_of() {
	local reads writes read_sectors write_sectors busy queue elapsed

	reads=$(mean "$1" disk_reads)
	writes=$(mean "$1" disk_writes)
	read_sectors=$(mean "$1" disk_read_sectors)
	write_sectors=$(mean "$1" disk_write_sectors)
	busy=$(mean "$1" disk_busy_ms)
	queue=$(mean "$1" disk_queue_ms)
	elapsed=$(mean "$1" elapsed_ns)
	read -r direction block depth rate < <(awk -v r="$reads" -v w="$writes" \
		-v rs="$read_sectors" -v ws="$write_sectors" -v busy="$busy" \
		-v queue="$queue" -v ns="$elapsed" 'BEGIN {
			reading = rs > ws
			sectors = reading ? rs : ws
			requests = reading ? r : w
			block = requests ? int(sectors / requests / 8 + 0.5) * 4096 : 4096
			depth = busy ? int(queue / busy + 0.5) : 1
			print (reading ? "read" : "write"), block, (depth < 1 ? 1 : depth),
				int(sectors * 512 / (ns / 1e9))
		}')
}

# fio_beside WORKLOAD DEVICE
fio_beside() {
	local direction block depth rate how found

	requests_of "$1"
	how=$direction
	[[ $1 != rand* ]] || how=rand$direction
	# Fields 7 and 48 of fio's terse form are the rates of reads and writes, in KiB/s.
	found=$(fio --name="$1" --filename="$2" --rw="$how" --bs="$block" --iodepth="$depth" \
		--ioengine=libaio --direct=1 --runtime=8 --time_based --output-format=terse |
		awk -F';' -v field="$([[ $direction == read ]] && echo 7 || echo 48)" \
			'/;/ { print $field * 1024; exit }')
	echo "$1,$direction,$block,$depth,$rate,$found" >>"$output/fio.csv"
}
