"""A guest: what a prompt names, drawn into a part of a picture that is there already."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.canvas import Picture, luminance
from collage.painting.scenes.figures import FIGURES, coat
from collage.painting.scenes.moods import mood_of
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.words import read


def invite(picture: Picture, room: NDArray[np.bool_], prompt: str, rng: Generator) -> Picture:
    """The picture with the first figure that the prompt names in the room that is given.

    Args:
        picture: (H, W, 3).
        room: (H, W), where the figure may be.
        prompt: A prompt that names no figure leaves the picture as it is.
        rng: Decides on its looks.
    """
    wants = read(prompt).wants
    if not wants or not room.any():
        return picture
    rows, columns = (np.flatnonzero(room.any(axis=axis)) for axis in (1, 0))
    tall, wide = float(np.ptp(rows)) + 1, float(np.ptp(columns)) + 1
    figure = FIGURES[wants[0].figure]
    parts = figure.draw(rng)
    corners = np.concatenate([part.outline for part in parts])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = 0.92 * min(tall / (high[1] - low[1]), wide / (2 * np.abs(corners[:, 0]).max()))
    bright = float(luminance(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]).mean())
    mood = mood_of("day", 0, None, ())
    sheet = Sheet(picture, replace(mood, light=mood.light * np.clip(0.45 + bright, 0.5, 1.0)), rng)
    foot = rows[-1] - 0.04 * tall + low[1] * scale
    middle = float(columns[0] + columns[-1]) / 2
    own = coat(wants[0].figure, wants[0].colour, rng)
    if own["body"] == "leaf":
        own |= {"body": "557f3a", "shade": "3f6b34", "light": "86a84e"}
    sheet.stamp(parts, own, middle, float(foot), 100 * float(scale))
    return sheet.picture
