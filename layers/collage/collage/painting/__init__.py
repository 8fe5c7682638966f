"""Painting without a model: a picture, or its masked part, repainted in one or several art styles.

    painted = paint(source, ["Cubism", "Baroque"], seed=7)

The same arguments give the same bytes in every process, on processors of one architecture.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import from_bytes, to_bytes
from collage.painting.enlarge import enlarge
from collage.painting.extend import extend
from collage.painting.mixture import blend
from collage.painting.refill import refill
from collage.painting.scenes import compose
from collage.painting.techniques import STYLES, named
from collage.painting.vary import vary
from collage.pictures.feather import blend as feather

__all__ = ["STYLES", "enlarge", "extend", "generate", "inpaint", "paint", "refill", "vary"]


def paint(source: NDArray[np.uint8], styles: Sequence[str], seed: int) -> NDArray[np.uint8]:
    """The whole picture in the style, or in the mixture of the styles.

    Args:
        source: RGB, (H, W, 3).
        styles: Names of styles. In any case and order; unknown names get a look of their own.
        seed: Which of the many paintings of this picture in these styles.

    Returns:
        RGB, (H, W, 3).

    Raises:
        ValueError: The source is no RGB picture, or there is no style.
    """
    if source.ndim != 3 or source.shape[2] != 3 or source.dtype != np.uint8:
        raise ValueError(
            f"the source must be uint8 RGB (H, W, 3), not {source.dtype} {source.shape}"
        )
    if not [style for style in styles if style.strip()]:
        raise ValueError("painting needs at least one style")
    # Threads of OpenCV may split a picture differently on each machine, and so round differently.
    cv2.setNumThreads(1)
    return to_bytes(blend(from_bytes(source), styles, seed))


def generate(
    prompt: str, styles: Sequence[str], size: tuple[int, int], seed: int
) -> NDArray[np.uint8]:
    """A picture of what the prompt's words name, drawn by procedure and painted in the styles.

    Args:
        prompt: What to show; a small vocabulary is known, the rest becomes an abstract picture.
        styles: As for `paint`; none means those the prompt speaks of, if any.
        size: Width and height in pixels.
        seed: Which of the many pictures.

    Returns:
        RGB, (height, width, 3).
    """
    cv2.setNumThreads(1)
    drawn = compose(prompt, size, seed)
    manner = styles or named(prompt)
    return paint(drawn, manner, seed) if manner else drawn


def inpaint(
    source: NDArray[np.uint8], mask_alpha: NDArray[np.uint8], styles: Sequence[str], seed: int
) -> NDArray[np.uint8]:
    """The picture repainted where the mask says so, every kept pixel exactly as it was.

    Args:
        source: RGB, (H, W, 3).
        mask_alpha: (H, W), 0 = edit and 255 = keep.
        styles: Names of styles, as for `paint`.
        seed: As for `paint`.

    Returns:
        RGB, (H, W, 3).

    Raises:
        ValueError: As for `paint`, or the mask is not uint8 of the size of the source.
    """
    if mask_alpha.shape != source.shape[:2] or mask_alpha.dtype != np.uint8:
        raise ValueError(
            f"the mask is {mask_alpha.dtype} {mask_alpha.shape}, "
            f"for this source it must be uint8 {source.shape[:2]} (H, W)"
        )
    return feather(source, paint(source, styles, seed), mask_alpha)
