#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bare virtio disk.
. "$(dirname "$0")/lib/stack.sh"

work_on "$spare"
exit "$status"
