"""Extending: a picture carried on beyond its border."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import Picture, blur, from_bytes, to_bytes, unit
from collage.painting.mixture import blend as repaint
from collage.painting.mixture import dice
from collage.painting.patches import Lean
from collage.painting.pieces import Flags
from collage.painting.refill import blend, grow
from collage.painting.scenes import compose


def extend(
    frame: NDArray[np.uint8],
    mask_alpha: NDArray[np.uint8],
    prompt: str,
    styles: Sequence[str],
    seed: int,
) -> NDArray[np.uint8]:
    """The frame with the scene of its kept part carried on over the rest.

    What lies beside the kept part keeps its height, so that sky joins sky and ground joins ground.

    Args:
        frame: RGB, (H, W, 3); what it holds where alpha is 0 does not matter.
        mask_alpha: (H, W), 0 = to be extended over and 255 = keep.
        prompt: What to show in a frame of which nothing is kept; else the kept part decides.
        styles: What the extension is painted in; none carries the scene on as it is.
        seed: Which of the many extensions.

    Returns:
        RGB, (H, W, 3); every kept pixel exactly as it was.
    """
    cv2.setNumThreads(1)
    gap = mask_alpha < 255
    if not gap.any():
        return frame.copy()
    if gap.all():
        grown = from_bytes(compose(prompt, (gap.shape[1], gap.shape[0]), seed))
        grown = repaint(grown, styles, seed) if styles else grown
        return blend(frame, to_bytes(grown), mask_alpha)
    grown = grow(from_bytes(frame), gap, dice(seed, "extend"), Lean(x=0.5, y=3.0))
    if styles:
        grown = _painted(grown, gap, styles, seed)
    return blend(frame, to_bytes(grown), mask_alpha)


def _painted(grown: Picture, gap: Flags, styles: Sequence[str], seed: int) -> Picture:
    """The extension in the styles, coming out of the picture's own manner and colours."""
    px = unit(grown)
    painted = repaint(grown, styles, seed)
    away = np.asarray(cv2.distanceTransform(gap.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    # Near the seam the painting keeps the mean colours of what it carries on.
    off = blur(grown, 20 * px) - blur(painted, 20 * px)
    painted = painted + off * np.exp(-away / (60 * px))[..., None]
    fade = np.clip(away / (28 * px + 2), 0, 1)
    fade = (fade * fade * (3 - 2 * fade))[..., None]
    mixed = np.clip(grown + (painted - grown) * fade, 0, 1)
    return np.where(gap[..., None], mixed, grown).astype(np.float32)
