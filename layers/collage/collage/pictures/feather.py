"""Feathering: how a painted part blends into the kept part of a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.pictures.pull_push import pull_push

Plane = NDArray[np.float32]


def blend(
    source: NDArray[np.uint8],
    painted: NDArray[np.uint8],
    mask_alpha: NDArray[np.uint8],
    *,
    fades: bool = True,
) -> NDArray[np.uint8]:
    """The painting where alpha is 0, the untouched source where alpha is 255.

    Args:
        source: RGB, (H, W, 3).
        painted: RGB, (H, W, 3).
        mask_alpha: (H, W), 0 = edit and 255 = keep; between, the share that is kept.
        fades: Whether the painting fades in; beyond the source, where a picture goes on, there is
            nothing that it could fade in from.

    Returns:
        RGB, (H, W, 3). It fades inside the edited part only.
    """
    if not fades:
        return np.where((mask_alpha == 255)[..., None], source, painted)
    weight = opacity(mask_alpha)
    blended = np.asarray(painted, np.float32) - source
    # numpy would go through the plane beside the picture in runs of three numbers.
    blended *= np.asarray(cv2.merge([weight, weight, weight]))
    blended += source
    made = np.rint(blended, out=blended).astype(np.uint8)
    return np.asarray(cv2.copyTo(source, (weight == 0).view(np.uint8), made))


def match_colours(
    source: NDArray[np.uint8], painted: NDArray[np.uint8], mask_alpha: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The painting with its colours shifted so that they meet the source's at the mask's edge.

    A model repaints also what it was to keep, a little lighter or warmer than it was. How much so
    along the edge is carried smoothly over what is edited, and taken away from it.

    Args:
        source: RGB, (H, W, 3).
        painted: RGB, (H, W, 3): the same scene, also where the mask keeps the source.
        mask_alpha: (H, W), 0 = edit and 255 = keep.

    Returns:
        RGB, (H, W, 3).
    """
    keep = np.ascontiguousarray(mask_alpha == 255, np.uint8)
    if not keep.any() or keep.all():
        return painted
    away = np.asarray(cv2.distanceTransform(keep, cv2.DIST_L2, 5), np.float32)
    # Wide enough that strands of texture, which a model does not repeat, average out.
    width = max(2.0, min(mask_alpha.shape) / 16)
    known = np.asarray(keep * np.clip(1 - away / width, 0, 1), np.float32)
    shift = pull_push(np.asarray(source, np.float32) - painted, known)
    return np.clip(np.round(painted + shift), 0, 255).astype(np.uint8)


def opacity(mask_alpha: NDArray[np.uint8]) -> Plane:
    """How much of the painting shows, (H, W) in 0..1, for a mask of alpha 0..255.

    The fade is about a fiftieth of the picture wide. The picture's own border is no edge of the
    mask, so nothing fades there.
    """
    asked = 1 - np.asarray(mask_alpha, np.float32) / 255
    if not (mask_alpha == 255).any():
        return np.asarray(asked, np.float32)
    edited = np.ascontiguousarray(mask_alpha < 255, np.uint8)
    inside = np.asarray(cv2.distanceTransform(edited, cv2.DIST_L2, 5), np.float32)
    # Narrow parts, as in a fine checkerboard, still reach full strength in their middle.
    width = min(max(2.0, min(mask_alpha.shape) / 50), max(1.0, float(inside.max()) / 2))
    # A smooth step from 0 at the edge to 1 at the width: Hermite, 3t^2 - 2t^3.
    t = np.clip(inside / width, 0, 1)
    return np.asarray(np.minimum(asked, t * t * (3 - 2 * t)), np.float32)
