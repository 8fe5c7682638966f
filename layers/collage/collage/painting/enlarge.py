"""Enlarging: the same picture with more pixels, sharp and without halos."""

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import from_bytes, to_bytes


def enlarge(source: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture at another size, by Lanczos of four lobes.

    Lanczos overshoots at edges. What it adds is kept within the colours found around the same
    place in the source, so that no light or dark fringe appears.

    Args:
        source: RGB, (H, W, 3).
        size: Width and height in pixels; a side that shrinks is averaged over areas.

    Returns:
        RGB, (height, width, 3).
    """
    cv2.setNumThreads(1)
    height, width = source.shape[:2]
    picture = from_bytes(source)
    smaller = (min(width, size[0]), min(height, size[1]))
    if smaller != (width, height):
        picture = np.asarray(cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA), np.float32)
    sharp = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4), np.float32)
    around = np.ones((3, 3), np.uint8)
    low, high = (
        cv2.resize(np.asarray(limit(picture, around)), size, interpolation=cv2.INTER_LINEAR)
        for limit in (cv2.erode, cv2.dilate)
    )
    return to_bytes(np.clip(sharp, np.asarray(low), np.asarray(high)))
