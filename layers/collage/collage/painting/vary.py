"""Variations: another picture of the same thing, framed, lit and painted anew."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.canvas import Picture, from_bytes, positions, to_bytes, unit
from collage.painting.colour import from_lab, to_lab
from collage.painting.mixture import blend, dice
from collage.painting.noise import clouds

HANDS = (
    "Impressionism",
    "Realism",
    "Japanese Wood Block Print",
    "Baroque",
    "Neo-Impressionism",
    "Expressionism",
    "Photorealism",
    "Pointillism",
)
"""Techniques that leave a thing what it is; one seed after another goes through all of them."""


def vary(source: NDArray[np.uint8], styles: Sequence[str], seed: int) -> NDArray[np.uint8]:
    """The source composed and painted anew: similar in what it shows, not in its pixels.

    Args:
        source: RGB, (H, W, 3).
        styles: What it is painted in; none lets the seed choose one of `HANDS`.
        seed: Which variation.

    Returns:
        RGB, (H, W, 3).
    """
    cv2.setNumThreads(1)
    rng = dice(seed, "variation")
    framed = _framed(from_bytes(source), rng)
    lit = _lit(framed, rng)
    return to_bytes(blend(lit, styles or (HANDS[seed % len(HANDS)],), seed))


def _framed(picture: Picture, rng: Generator) -> Picture:
    """Seen from elsewhere: turned over or not, nearer, a little leaning, gently bent."""
    height, width = picture.shape[:2]
    px = unit(picture)
    near = rng.uniform(0.68, 0.88)
    lean = rng.uniform(-0.06, 0.06)
    over = rng.choice([-1.0, 1.0])
    room = (1 - near) * 0.42
    cx, cy = (0.5 + rng.uniform(-room, room, 2)) * (width, height)
    x, y = positions(picture.shape)
    u, v = (x - width / 2) * near * over, (y - height / 2) * near
    bend = [(clouds(picture.shape, 220 * px, rng) - 0.5) * 36 * px for _ in range(2)]
    across = cx + u * np.cos(lean) - v * np.sin(lean) + bend[0]
    down = cy + u * np.sin(lean) + v * np.cos(lean) + bend[1]
    # OpenCV never ends to mirror a side of one pixel at its own border, cubic interpolation alone.
    border = cv2.BORDER_REFLECT_101 if min(height, width) > 1 else cv2.BORDER_REPLICATE
    seen = cv2.remap(
        picture,
        np.asarray(across, np.float32),
        np.asarray(down, np.float32),
        cv2.INTER_CUBIC,
        borderMode=border,
    )
    return np.asarray(np.clip(seen, 0, 1), np.float32)


def _lit(picture: Picture, rng: Generator) -> Picture:
    """At another hour: hues turned a little, the light warmer or cooler, lighter or darker."""
    lab = to_lab(picture)
    turn = rng.uniform(-0.35, 0.35)
    rich = rng.uniform(0.85, 1.25)
    a, b = lab[..., 1], lab[..., 2]
    tone = cv2.pow(np.clip(lab[..., 0] / 100, 0, 1), float(rng.uniform(0.75, 1.3)))
    warmth = float(rng.uniform(-12, 14))
    shifted = np.dstack(
        [
            np.asarray(tone) * 100,
            (a * np.cos(turn) - b * np.sin(turn)) * rich,
            (a * np.sin(turn) + b * np.cos(turn)) * rich + warmth,
        ]
    )
    return from_lab(np.asarray(shifted, np.float32))
