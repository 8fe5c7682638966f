"""Draws the sample picture: a farmhouse with a pointed window and the two who live there.

    python -m examples.draw_farmhouse [OUT]

A homage to a well-known painting of 1930; every shape here is our own.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collage.painting.canvas import (
    blur,
    clip,
    from_bytes,
    positions,
    relief,
    resize,
    step,
    to_bytes,
)
from collage.painting.colour import from_lab, main_colours, saturate, to_lab
from collage.painting.flow import flow_of, streaks
from collage.painting.noise import clouds
from examples.easel import Easel
from examples.homestead import barn, farmhouse, meadow, sky, trees
from examples.man import man
from examples.woman import woman

SIDE = 1024


def draw() -> NDArray[np.uint8]:
    """The picture, (1024, 1024, 3) RGB. Drawn at twice the size, so that edges come out smooth."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(1930)
    easel = Easel(SIDE * 2)
    sky(easel, rng)
    trees(easel, rng)
    barn(easel)
    meadow(easel, rng)
    farmhouse(easel)
    woman(easel, rng)
    man(easel)
    return _varnish(easel, rng)


def _varnish(easel: Easel, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Brings the parts together: one light, the touch of a brush, darker corners."""
    picture = resize(easel.picture, (SIDE, SIDE))
    flow = flow_of(picture, rng, wander=0.002, swirl=0.5)
    marks = blur(streaks(flow, 24, 1.8, rng), 0.7)
    picture = relief(picture, marks, 0.05)
    warmth = clouds(picture.shape, 150, rng)[..., None] - 0.5
    picture = clip(picture * (1 + warmth * np.array([0.12, 0.08, 0.02], np.float32)))
    x, y = positions(picture.shape)
    corner = np.hypot(x / SIDE - 0.48, y / SIDE - 0.45)
    picture = picture * (1 - step(0.45, 0.85, corner) * 0.35)[..., None]
    return to_bytes(saturate(picture, 1.08))


def _indexed(picture: NDArray[np.uint8]) -> Image.Image:
    """The picture in the 256 colours that suit it best, which halves the size of its file."""
    lab = to_lab(from_bytes(picture))
    colours = from_lab(main_colours(lab, 256, np.random.default_rng(256), side=128)[None])
    palette = Image.new("P", (1, 1))
    palette.putpalette(to_bytes(colours).tobytes())
    return Image.fromarray(picture).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def main() -> None:
    """Writes the picture."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("farmhouse.png")
    out.parent.mkdir(parents=True, exist_ok=True)
    _indexed(draw()).save(out, optimize=True)


if __name__ == "__main__":
    main()
