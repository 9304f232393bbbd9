# SPDX-License-Identifier: GPL-2.0-only
"""Is what a terminal was sent a progress bar, of the device argv[1]?"""

import re
import sys

text = sys.stdin.buffer.read().decode()
assert text.endswith("\x1b[K\r\n") and text.count("\n") == 1, repr(text[-80:])
steps = text[: -len("\r\n")].split("\r")
assert steps.pop(0) == "", repr(text[:80])
pattern = re.compile(
    re.escape(sys.argv[1])
    + r" \[(#*)(-*)\] +(\d+)%  [\d.]+[BKMG] left(, [\d.]+ MiB/s, \d+ s)?\x1b\[K"
)
done, filled = [], []
for step in steps:
    found = pattern.fullmatch(step)
    assert found, repr(step)
    assert len(found[1]) + len(found[2]) == 24, step
    filled.append(len(found[1]))
    done.append(int(found[3]))
    assert abs(filled[-1] * 100 / 24 - done[-1]) < 5, step
assert done == sorted(done) and filled == sorted(filled), done
assert len(set(done)) >= 3 and done[0] < 100, done
assert done[-1] == 100 and filled[-1] == 24, steps[-1]
