# SPDX-License-Identifier: GPL-2.0-only
"""Holds an object of argv[1] bytes; says at each line of input whether it is right."""

import hashlib
import os
import random
import sys

size = int(sys.argv[1])
data = random.Random(6).randbytes(size)
expected = hashlib.sha256(data).digest()
fd = os.open("/dev/aobj", os.O_RDWR)
at = 0
while at < size:
    at += os.pwrite(fd, data[at : at + (1 << 20)], at)
del data
print("ready", flush=True)
for line in sys.stdin:
    seen = hashlib.sha256()
    for at in range(0, size, 1 << 20):
        seen.update(os.pread(fd, min(1 << 20, size - at), at))
    print("right" if seen.digest() == expected else "wrong", flush=True)
