#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The second partition of a disk.
. "$(dirname "$0")/lib/stack.sh"

must sfdisk --quiet "$spare" <<<$'label: gpt\nsize=32M\nsize=256M'
must wait_for test -b "${spare}2"
work_on "${spare}2"
must sfdisk --quiet --delete "$spare"
exit "$status"
