"""Text on pictures: measured, broken into lines that fit, and drawn so that nothing is cut off.

What Pillow's own font has, it writes; every other line is set by `typesetting`, and all of them
where there is a ``font`` of the user's own, as `fonts.use` calls it. Where a sheet has no text its
geometry is asked for without what letters are measured with, so that comes with the first of them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from collage.sheet import graphemes, typesetting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import ImageFont

    Pixels = NDArray[np.uint8]

LEAST = 12
"""Pixels of the smallest letters: below, those of Pillow's own font run into one another."""

BUILT_IN = frozenset("«»©°±\u00b4·")
"""What Pillow's own font has beside ASCII."""

TALL = 1.6
"""Height of a line in any script, in sizes of its letters: what Burmese and Arabic take up."""

LOWER = 0.07
"""How much lower, in sizes of its letters, Noto's letters stand in their line than Pillow's."""

Colour = tuple[int, int, int]


def colour(name: str) -> Colour:
    """A name or #rrggbb as red, green and blue."""
    from PIL import ImageColor

    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def ink(background: Colour) -> Colour:
    """Black or white, whichever stands out more; by WCAG's measure at least 4.5 to 1 on any."""
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _unit(background)]
    luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    return (0, 0, 0) if (luminance + 0.05) ** 2 > 1.05 * 0.05 else (255, 255, 255)


def plain(text: str, font: str | None = None) -> bool:
    """Whether Pillow's own font, which has all of a text, is to write it."""
    return font is None and all(character.isascii() or character in BUILT_IN for character in text)


def writable(text: str, otherwise: str, font: str | None = None) -> str:
    """``text`` where there are letters for it, else without its accents, else ``otherwise``."""
    if plain(text):
        return text
    bare = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    tried = (each for each in (text, bare) if not typesetting.missing([each], font))
    return next(tried, otherwise)


def line_height(letters: int, *, tall: bool = False) -> int:
    """Pixels from one line of text to the next; ``tall`` where a text is not `plain`."""
    if tall:
        return ceil(TALL * letters)
    ascent, descent = _font(letters).getmetrics()
    return ascent + descent


@lru_cache(maxsize=65536)
def length(text: str, letters: int, font: str | None = None) -> int:
    """Pixels that a line takes up, with what leans out of its letters."""
    if not plain(text, font):
        return int(typesetting.set_line(text, letters, font)[0].shape[1])
    left, _, right, _ = _font(letters).getbbox(text, anchor="la")
    return ceil(max(right, _font(letters).getlength(text)) - min(0, left))


def wrap(text: str, letters: int, width: int, font: str | None = None) -> list[str]:
    """``text`` in lines of at most ``width`` pixels; a word that is longer is broken.

    A line holds one character at least, however narrow it is.
    """
    words = text.split()
    # Most labels fit, and to measure what Pango sets takes a millisecond.
    if not plain(text, font) and length(" ".join(words), letters, font) <= width:
        return [" ".join(words)] if words else []
    lines: list[str] = []
    current = ""
    for word in words:
        longer = f"{current} {word}" if current else word
        if length(longer, letters, font) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        *whole, current = _broken(word, letters, width, font)
        lines += whole
    return [*lines, current] if current else lines


def draw(
    canvas: Pixels,
    at: tuple[int, int],
    lines: list[str],
    letters: int,
    *,
    centred: bool = True,
    tall: bool = False,
    font: str | None = None,
) -> None:
    """Draw lines into ``canvas`` (height, width, 3), in ink for the colour that it has there.

    ``at`` is the upper edge's middle, or its left end where the text is not ``centred``.
    ``tall`` as in `line_height`.
    """
    import numpy as np
    from PIL import Image, ImageDraw

    if not lines:
        return
    width, height = (
        max(length(line, letters, font) for line in lines),
        line_height(letters, tall=tall),
    )
    left, top = at[0] - width // 2 if centred else at[0], at[1]
    left = max(0, min(left, canvas.shape[1] - width))
    part = canvas[top : top + height * len(lines), left : left + width]
    if not part.size:
        return
    under = part[0, 0]
    picture = Image.fromarray(np.ascontiguousarray(part))
    pen = ImageDraw.Draw(picture)
    black = ink((int(under[0]), int(under[1]), int(under[2])))
    for number, line in enumerate(lines):
        wide = length(line, letters, font)
        x, y = (width - wide) / 2 if centred else 0, number * height
        if not wide:
            continue
        if plain(line, font):
            lower = round(LOWER * letters) if tall else 0
            pen.text((x, y + lower), line, black, _font(letters), "la")
        else:
            mark, upper = typesetting.set_line(line, letters, font)
            # What is stacked higher than a line is cut, so that it does not run into others.
            mark = mark[:height, : part.shape[1]]
            upper = max(0, min(upper, height - mark.shape[0]))
            picture.paste(black, (round(x), y + upper), Image.fromarray(mark))
    part[:] = np.asarray(picture)


def _broken(word: str, letters: int, width: int, font: str | None) -> list[str]:
    parts = [""]
    for cluster in graphemes.split(word):
        if parts[-1] and length(parts[-1] + cluster, letters, font) > width:
            parts.append("")
        parts[-1] += cluster
    return parts


def _unit(colour: Colour) -> list[float]:
    return [part / 255 for part in colour]


@lru_cache(maxsize=32)
def _font(letters: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    font = ImageFont.load_default(letters)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which labels need")
    return font
