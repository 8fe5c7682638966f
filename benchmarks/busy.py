"""Somebody else's work on the same machine: processes that keep a processor busy each."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# It is nobody's child, as benchmarks count the time of theirs, and ends with whoever holds the
# other end of its input.
WORK = """
import os, select
if os.fork():
    os._exit(0)
while not select.select([0], [], [], 0)[0]:
    for _ in range(1_000_000):
        pass
"""


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that want a processor all the time, until the block ends."""
    held, end = os.pipe()
    try:
        for _ in range(processes):
            subprocess.run([sys.executable, "-c", WORK], stdin=held, check=True)
        os.close(held)
        yield
    finally:
        os.close(end)
