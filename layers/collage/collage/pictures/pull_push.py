"""Pull-push: what is known at some places carried smoothly to all others."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Plane = Values


def pull_push(values: Values, known: Plane) -> Values:
    """The values where they are known, and a smooth membrane between and beyond elsewhere.

    Averages of what is known are pulled down a pyramid until no place is without, then pushed
    up again into the gaps (Gortler et al., "The Lumigraph", 1996).

    Args:
        values: A plane or picture, (H, W) or (H, W, C); what it holds in gaps does not matter.
        known: How far each pixel is known, (H, W) in 0..1.
    """
    weight = np.asarray(known, np.float32)
    flat = np.ascontiguousarray(values, np.float32).reshape(*weight.shape, -1)
    return _pull(flat * _deep(weight, flat), weight).reshape(values.shape)


def _pull(weighted: Values, weight: Plane) -> Values:
    height, width = weight.shape
    value = np.asarray(weighted / _deep(np.maximum(weight, 1e-6), weighted), np.float32)
    if weight.min() > 0.999 or max(height, width) <= 1:
        return value
    half = ((width + 1) // 2, (height + 1) // 2)
    less = np.asarray(cv2.resize(weighted, half, interpolation=cv2.INTER_AREA), np.float32)
    share = np.asarray(cv2.resize(weight, half, interpolation=cv2.INTER_AREA), np.float32)
    # A place that is a quarter known is known well enough one level up.
    full = np.minimum(1, share * 4)
    less = less.reshape(*share.shape, -1)
    louder = _deep(full / np.maximum(share, 1e-6), less)
    pulled = _pull(np.asarray(less * louder, np.float32), full)
    small = cv2.GaussianBlur(pulled, (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)
    pushed = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    smooth = np.asarray(pushed, np.float32).reshape(weighted.shape)
    return np.asarray(smooth + (value - smooth) * _deep(weight, weighted), np.float32)


def _deep(plane: Plane, values: Values) -> Values:
    """A plane, (H, W), as deep as the values, (H, W, C): numpy's own way goes C by C numbers."""
    return np.asarray(cv2.merge([plane] * values.shape[2]), np.float32).reshape(values.shape)
