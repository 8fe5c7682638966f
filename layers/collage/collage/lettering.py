"""Text on pictures: measured, broken into lines that fit, and drawn so that nothing is cut off."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

LEAST = 12
"""Pixels of the smallest letters: below, those of Pillow's own font run into one another."""

Colour = tuple[int, int, int]


def colour(name: str) -> Colour:
    """A name or #rrggbb as red, green and blue."""
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def ink(background: Colour) -> Colour:
    """Black or white, whichever stands out more; by WCAG's measure at least 4.5 to 1 on any."""
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _unit(background)]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    return (0, 0, 0) if (luminance + 0.05) ** 2 > 1.05 * 0.05 else (255, 255, 255)


def line_height(letters: int) -> int:
    """Pixels from one line of text to the next."""
    ascent, descent = _font(letters).getmetrics()
    return ascent + descent


def length(text: str, letters: int) -> int:
    """Pixels that a line takes up, with what leans out of its letters."""
    left, _, right, _ = _font(letters).getbbox(text, anchor="la")
    return int(np.ceil(max(right, _font(letters).getlength(text)) - min(0, left)))


def wrap(text: str, letters: int, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` pixels; a word that is longer is broken.

    A line holds one character at least, however narrow it is.
    """
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}" if current else word
        if length(longer, letters) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        *whole, current = _broken(word, letters, width)
        lines += whole
    return [*lines, current] if current else lines


def draw(
    canvas: Pixels, at: tuple[int, int], lines: list[str], letters: int, *, centred: bool = True
) -> None:
    """Draw lines into ``canvas`` (height, width, 3), in ink for the colour that it has there.

    ``at`` is the upper edge's middle, or its left end where the text is not ``centred``.
    """
    if not lines:
        return
    width, height = max(length(line, letters) for line in lines), line_height(letters)
    left, top = at[0] - width // 2 if centred else at[0], at[1]
    left = max(0, min(left, canvas.shape[1] - width))
    part = canvas[top : top + height * len(lines), left : left + width]
    under = part[0, 0]
    picture = Image.fromarray(np.ascontiguousarray(part))
    pen = ImageDraw.Draw(picture)
    black = ink((int(under[0]), int(under[1]), int(under[2])))
    for number, line in enumerate(lines):
        x = (width - length(line, letters)) / 2 if centred else 0
        pen.text((x, number * height), line, black, _font(letters), "la")
    part[:] = np.asarray(picture)


def _broken(word: str, letters: int, width: int) -> list[str]:
    parts = [""]
    for character in word:
        if parts[-1] and length(parts[-1] + character, letters) > width:
            parts.append("")
        parts[-1] += character
    return parts


def _unit(colour: Colour) -> list[float]:
    return [part / 255 for part in colour]


@lru_cache(maxsize=32)
def _font(letters: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(letters)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which labels need")
    return font
