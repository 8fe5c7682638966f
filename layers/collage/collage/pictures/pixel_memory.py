"""Room for pixels, which goes back to the system as soon as nobody needs it."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def paper(width: int, height: int) -> Pixels:
    """Black pixels (height, width, 3).

    Taken from the system itself: of what is freed after use by other threads, the C library
    keeps much, and a strip is tens of megabytes.
    """
    count = height * width * 3
    if not count:
        return np.empty((height, width, 3), np.uint8)
    return np.frombuffer(mmap.mmap(-1, count), np.uint8).reshape(height, width, 3)
