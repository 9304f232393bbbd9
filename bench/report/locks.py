# SPDX-License-Identifier: GPL-2.0-only
"""Which locks were waited for by aobj, from a copy of /proc/lock_stat.

usage: locks.py FILE

A class is a line "NAME: NUMBERS", and below it are the places that contended for
it; those in the module are marked [aobj].
"""

import re
import sys
from collections import namedtuple

from tables import short, table, whole

Lock = namedtuple("Lock", "name contentions wait_us acquisitions places")
CLASS = re.compile(r"^\s*(\S.*?):((?:\s+[\d.]+){12})\s*$")
PLACE = re.compile(r"^\s*\S.*?\s(\d+)\s+\[<[^>]*>\]\s+(\S+?)\+\S*\s*(\[\w+\])?\s*$")


def parse(lines):
    locks = []
    for line in lines:
        found = CLASS.match(line)
        if found:
            numbers = [float(n) for n in found.group(2).split()]
            locks.append(Lock(found.group(1), numbers[1], numbers[4], numbers[7], {}))
            continue
        found = PLACE.match(line)
        if found and locks:
            name = found.group(2) + (" " + found.group(3) if found.group(3) else "")
            places = locks[-1].places
            places[name] = max(places.get(name, 0), int(found.group(1)))
    return locks


def ours(locks):
    """Those that the module contended for, worst first."""
    mine = [k for k in locks if any("[aobj]" in place for place in k.places)]
    return sorted(mine, key=lambda k: -k.contentions)


def report(locks):
    header = ["lock", "acquisitions", "contentions", "share", "waited, ms", "where"]
    rows = []
    for lock in ours(locks):
        share = 100 * lock.contentions / lock.acquisitions if lock.acquisitions else None
        worst = sorted(lock.places, key=lambda p: -lock.places[p])[:3]
        rows.append(
            [lock.name, whole(lock.acquisitions), whole(lock.contentions)]
            + [short(share) + " %", short(lock.wait_us / 1000), ", ".join(worst)]
        )
    return table(header, rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as stat:
        print("\n".join(report(parse(stat))))
