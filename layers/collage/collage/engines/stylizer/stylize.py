"""A picture in one or several styles, by trained networks.

Three kinds of styles mix each by its own means, and with each other:

- one that a picture was given for is that picture's style, 100 numbers; several are their mean;
- a look that the second network has learned is one of its 26 weights; several share them;
- any other name is composed by the painter first, which knows fifteen of them, and then takes on
  the style of the painter's own sample of it.

How much each counts, and which part of a style picture is looked at, is dealt by the seed: a few
styles have few mixtures, and a hundred tiles of one mixture are one picture a hundred times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage import painting
from collage.engines.stylizer.looks import LOOKS
from collage.engines.stylizer.networks import STYLE_SIDE, in_looks, in_style, style_of
from collage.networks.opencv import Values
from collage.painting.canvas import Picture, from_bytes, to_bytes
from collage.painting.mixture import dice, unite
from collage.painting.techniques import key_of
from collage.pictures import pixels

Pixels = NDArray[np.uint8]

LEAST, MOST = 384, 1024
"""Pixels of the longer side that the networks work at: strokes are as wide as they are, and a
larger picture's would be too fine; its style is enlarged instead."""
BRUSHES = 0.8, 1.25
"""How much finer or wider than usual a brush may be, by the seed."""
FINE = 0.6
"""How fine the brush of a close transfer is: faces stay, also after another one."""
WINDOWS = 0.6, 1.0
"""How much of a style picture's sides may be looked at."""
FLOOR = 0.3
"""What is shared equally; of the rest any style may have all."""
STEP = 4
"""What the sides must be multiples of: the networks halve them twice."""

SAMPLE = "a house and flowers by a lake in autumn"
"""What the painter's samples show."""

KEYS = {key_of(name): position for position, name in enumerate(LOOKS)}


def stylize(
    source: Pixels,
    styles: Sequence[str],
    pictures: Mapping[str, bytes],
    seed: int,
    *,
    close: bool = False,
) -> Pixels:
    """The whole picture in the style, or in the mixture of the styles.

    Args:
        source: RGB, (H, W, 3).
        styles: Names of styles, at least one, in any case and order.
        pictures: Style pictures, files of 256 x 256 pixels, by the styles' names.
        seed: Which of the many paintings of this picture in these styles.
        close: Whether to keep to what the picture shows: with finer strokes, and nothing composed.

    Returns:
        RGB, (H, W, 3).

    Raises:
        EngineUnavailable: when a network is not installed.
    """
    shown = {key_of(name): pictures[name] for name in styles if name in pictures}
    keys = sorted({key_of(name) for name in styles})
    looks = [KEYS[key] for key in keys if key in KEYS and key not in shown]
    named = [key for key in keys if key not in KEYS and key not in shown]
    rng = dice(seed, *keys, "stylizer")
    height, width = source.shape[:2]
    composed = painting.paint(source, named, seed) if named and not close else source
    brush = float(rng.uniform(*BRUSHES)) * (FINE if close else 1)
    picture = _resized(from_bytes(composed), _working_size((width, height), brush))
    dealt = dice(seed, *keys, "shares")
    states = list[Picture]()
    if named or shown:
        vectors = [
            *map(_sample, named),
            *(_style(shown[key], dealt) for key in sorted(shown)),
        ]
        picture = in_style(picture, _mean(vectors, dealt))
        states.append(picture)
    if looks:
        states.append(in_looks(picture, dict(zip(looks, _shares(len(looks), dealt), strict=True))))
    made = states[0] if len(states) == 1 else unite(states[0], states[1], rng)
    return to_bytes(_resized(made, (width, height)))


def _working_size(size: tuple[int, int], brush: float) -> tuple[int, int]:
    """Width and height for the networks; a wide brush needs a small picture."""
    # No brush needs more memory than the finest of the usual ones.
    longest = min(min(max(*size, LEAST), MOST) / brush, MOST / BRUSHES[0])
    scale = longest / max(size)
    width, height = (max(STEP * STEP, round(side * scale / STEP) * STEP) for side in size)
    return width, height


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    shrinks = size[0] < picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(np.clip(cv2.resize(picture, size, interpolation=how), 0, 1), np.float32)


@cache
def _sample(name: str) -> Values:
    """The style of the painter's own picture in a style."""
    return style_of(painting.generate(SAMPLE, [name], (STYLE_SIDE, STYLE_SIDE), 1))


def _style(picture: bytes, dealt: Generator) -> Values:
    """The style of a part of a picture."""
    side = round(STYLE_SIDE * float(dealt.uniform(*WINDOWS)))
    left, top = (int(at) for at in dealt.integers(STYLE_SIDE - side + 1, size=2))
    whole = pixels.decoded(picture, (STYLE_SIDE, STYLE_SIDE))
    part = from_bytes(whole[top : top + side, left : left + side])
    return style_of(to_bytes(_resized(part, (STYLE_SIDE, STYLE_SIDE))))


def _mean(vectors: Sequence[Values], dealt: Generator) -> Values:
    mean = np.average(vectors, axis=0, weights=_shares(len(vectors), dealt))
    return np.asarray(mean, np.float32)


def _shares(count: int, dealt: Generator) -> list[float]:
    """How much each of so many styles counts, 1 in sum."""
    return [float(FLOOR / count + (1 - FLOOR) * part) for part in dealt.dirichlet(np.ones(count))]
