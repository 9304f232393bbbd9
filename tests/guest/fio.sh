#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fio with its buffer in an object, twice the budget in size: it writes a file
# from there and reads it back there, and verifies every block.
set -euo pipefail
. "$(dirname "$0")/lib/third_party.sh"

job() {
	fio --name=aobj --filename="/dev/shm/aobj-fio" --rw=write --size=4m --bs=2m \
		--ioengine=psync --iomem=mmapshared:/dev/aobj --verify=crc32c \
		--verify_fatal=1 --do_verify=1 --thread --output-format=normal
}

begin
check "fio verifies what passed through an object" job
check "fio wrote 4 MiB" grep -Eq 'WRITE:.*io=4096KiB' "$log"
check "fio saw no error" grep -q 'err= 0' "$log"
check_events
rm -f "/dev/shm/aobj-fio"
finish
