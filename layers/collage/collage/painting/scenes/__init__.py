"""Scenes: a picture composed from the words of a prompt and a seed, with no model.

A small vocabulary decides what it shows; a prompt without a known word becomes an abstract
composition of its own.
"""

import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import to_bytes
from collage.painting.mixture import dice
from collage.painting.scenes.abstracts import draw_abstract
from collage.painting.scenes.scene import draw_scene
from collage.painting.scenes.words import read

__all__ = ["compose"]


def compose(prompt: str, size: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """A picture of what the prompt names.

    Args:
        prompt: What to show; what it says after "in the style of" is left to the painting.
        size: Width and height in pixels.
        seed: Which of the many pictures.

    Returns:
        RGB, (height, width, 3).
    """
    wish = read(prompt)
    rng = dice(seed, wish.text, "scene")
    shape = (size[1], size[0])
    if wish.abstract:
        return to_bytes(draw_abstract(wish.colours, shape, rng))
    return to_bytes(draw_scene(wish, shape, rng))
