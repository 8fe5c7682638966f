"""Text in any script, set by Pango inside libvips in the fonts of Noto.

Pango shapes the letters, joins and stacks them, puts them in the order that they are read in, and
takes each from the first font that has it. Only the fonts of the layer are known to it, whatever
the machine has.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from collage.sheet import coverage, fonts, layer_fonts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INVISIBLE = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))
"""Categories of characters that nothing is drawn for: joiners, marks of direction, spaces."""

VARIANTS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors: they choose between shapes of the character before."""

ON_BASELINE = "<span size='1'>a</span>"
"""A letter too small to be seen. Pango hangs a line from the baseline of its first script: without
it, Arabic after Chinese would stand higher than Chinese after Arabic."""


def missing(texts: Iterable[str], font: str | None = None) -> str:
    """The characters of ``texts`` that no font has, each once, in the order of their appearance.

    ``font`` is one of the user's own, as `fonts.use` calls it.
    """
    there = dict.fromkeys(character for text in texts for character in text)
    own = fonts.known(font).coverage if font else ()
    return "".join(c for c in there if not c.isascii() and c not in own and not _seen(c))


@lru_cache(maxsize=1024)
def set_line(text: str, size: int, font: str | None = None) -> tuple[NDArray[np.uint8], int]:
    """A line as coverage (height, width), 255 where ink is full, and the row of its upper edge.

    ``size`` is that of the letters in pixels, ``font`` as in `missing`. The row counts from the top
    of the line. The pixels are shared and cannot be written to.
    """
    import numpy as np
    import pyvips

    if not any(map(_visible, text)):
        return np.zeros((0, 0), np.uint8), 0
    layer_fonts.start()
    # Pango reads markup.
    marked = html.escape(text, quote=False)
    if _first_direction(text) == "L":
        marked = ON_BASELINE + marked
    families = _families(text)
    if font:
        families = f"{fonts.known(font).family}, {families}"
    made = pyvips.Image.text(marked, font=f"{families} {size}", dpi=72)
    picture: NDArray[np.uint8] = made.numpy().reshape(made.height, made.width)
    picture.setflags(write=False)
    return picture, int(made.yoffset)


def _first_direction(text: str) -> str:
    """The bidirectional class of the first character that has a direction: L, R, AL, or none."""
    classes = map(unicodedata.bidirectional, text)
    return next((each for each in classes if each in ("L", "R", "AL")), "")


def _families(text: str) -> str:
    """What Pango is to look through, first to last.

    Han characters are of one code and several shapes: Japanese beside kana, Korean beside hangul,
    else simplified Chinese, which has the traditional characters too.
    """
    names = [unicodedata.name(c, "") for c in text if not c.isascii()]
    place = "SC"
    if any(name.startswith(("HIRAGANA", "KATAKANA")) for name in names):
        place = "JP"
    elif any(name.startswith("HANGUL") for name in names):
        place = "KR"
    return f"Noto Sans, Noto Sans CJK {place}, Noto Sans Symbols, Noto Emoji"


@cache
def _coverages() -> tuple[coverage.Coverage, ...]:
    return tuple(map(coverage.read, layer_fonts.paths()))


def _visible(character: str) -> bool:
    if unicodedata.category(character) in INVISIBLE:
        return False
    return not any(ord(character) in variants for variants in VARIANTS)


def _seen(character: str) -> bool:
    """Whether a character is drawn as what it is, or is not drawn at all."""
    return not _visible(character) or any(character in one for one in _coverages())
