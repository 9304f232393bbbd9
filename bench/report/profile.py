# SPDX-License-Identifier: GPL-2.0-only
"""Says where the instructions went.

usage: profile.py KALLSYMS PROFILE PAGES [LINES]

A profile has lines "ADDRESS COUNT", as the plugin writes them; PAGES is by how
many its counts are divided. With symbols of modules as the kernel itself names them.
"""

import bisect
import sys
from collections import Counter

PROGRAMS = "[programs]"


class Symbols:
    """What lies at an address of the kernel."""

    def __init__(self, lines):
        found = {}
        for line in lines:
            fields = line.split()
            address = int(fields[0], 16)
            if fields[1] in "tTwW":
                module = fields[3] if len(fields) > 3 else "[kernel]"
                found.setdefault(address, (fields[2], module))
        self.addresses = sorted(found)
        self.names = [found[a] for a in self.addresses]

    def at(self, address):
        """=> name and module; all that runs in user mode is at 0"""
        if not address:
            return PROGRAMS, ""
        index = bisect.bisect_right(self.addresses, address) - 1
        return self.names[index] if index >= 0 else ("[unknown]", "")


def read_counts(lines):
    for line in lines:
        address, count = line.split()
        yield int(address, 16), int(count)


def by_symbol(symbols, counts):
    sums = Counter()
    for address, count in counts:
        sums[symbols.at(address)] += count
    return sums


def by_module(sums):
    modules = Counter()
    for (name, module), count in sums.items():
        modules[module or name] += count
    return modules


def lines_of(counter, pages, total, label, most):
    for key, count in counter.most_common(most):
        yield f"{count / pages:10.1f} {100 * count / total:6.1f} %  {label(key)}"


def report(symbols, counts, pages, most=60):
    sums = by_symbol(symbols, counts)
    total = sum(sums.values())
    yield f"{total / pages:10.1f} instructions per page ({pages:.0f} pages)"
    yield ""
    yield from lines_of(by_module(sums), pages, total, str, None)
    yield ""
    yield from lines_of(sums, pages, total, lambda key: " ".join(key).rstrip(), most)


def main(kallsyms, profile, pages, most="60"):
    with open(kallsyms, encoding="utf-8") as file:
        symbols = Symbols(file)
    with open(profile, encoding="utf-8") as file:
        print("\n".join(report(symbols, read_counts(file), float(pages), int(most))))


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
