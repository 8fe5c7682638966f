"""A Deep Zoom pyramid and a preview from strips.

Each level is half as large as the one below it, down to a pixel. Strips are halved as they come;
a level keeps the rows of the tiles that it is filling, and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from collage.formats import jpeg
from collage.formats.deep_zoom import PREVIEW, Pyramid, levels
from collage.in_order import Ordered
from collage.pixels import black, to_vips

if TYPE_CHECKING:
    from collage.pixels import Pixels

QUALITY = 85
"""Of a pyramid's tiles and the preview, which are looked at for a moment, at any scale."""

Keep = Callable[[str, bytes], object]
"""Takes a file's name and its bytes."""

Encoded = tuple[str, bytes]


class Writer:
    """The files of a pyramid: its tiles, its description and its preview.

    ``mark`` is a JPEG segment that each of the pictures gets.
    """

    def __init__(
        self,
        size: tuple[int, int],
        form: Pyramid,
        preview: str,
        mark: bytes | None,
        keep: Keep,
        pool: Executor,
    ) -> None:
        self._size, self._form, self._preview, self._keep = size, form, preview, keep
        self._mark = mark
        self._work: Ordered[Encoded] = Ordered(pool, 8, lambda made: keep(*made))
        sizes = levels(size)
        self._levels = [
            _Level(form, sides, len(sizes) - 1 - number, mark, self._work)
            for number, sides in enumerate(sizes)
        ]
        self._shown = next(number for number, sides in enumerate(sizes) if max(sides) <= PREVIEW)
        self._overview: list[Pixels] = []

    def write(self, strip: Pixels) -> None:
        """Take the next strip, and halve it for each level above."""
        for number, level in enumerate(self._levels):
            if number == self._shown:
                self._overview.append(strip)
            level.write(strip)
            strip = level.halved(strip)
            if not len(strip):
                break

    def finish(self) -> None:
        """Write what is under way, the preview and the description."""
        self._work.finish()
        whole = np.concatenate(self._overview)
        self._keep(self._preview, _jpeg(whole, (0, whole.shape[1]), self._mark))
        self._keep(self._form.dzi, self._form.description(self._size))


class Preview:
    """The preview alone, the same as that of a pyramid."""

    def __init__(self, size: tuple[int, int], name: str, mark: bytes | None, keep: Keep) -> None:
        self._name, self._mark, self._keep = name, mark, keep
        larger = takewhile(lambda sides: max(sides) > PREVIEW, levels(size))
        self._halves = [_Halves(height) for _, height in larger]
        self._overview: list[Pixels] = []

    def write(self, strip: Pixels) -> None:
        """Take the next strip."""
        for halves in self._halves:
            strip = halves.of(strip)
        if len(strip):
            self._overview.append(strip)

    def finish(self) -> None:
        """Write the preview."""
        whole = np.concatenate(self._overview)
        self._keep(self._name, _jpeg(whole, (0, whole.shape[1]), self._mark))


class _Halves:
    """The strips of a picture at half of its size; a row that waits for its pair is kept."""

    def __init__(self, height: int) -> None:
        self._height, self._seen = height, 0
        self._unpaired: Pixels | None = None

    def of(self, strip: Pixels) -> Pixels:
        """The strip as the next level has it; a last row without its pair goes alone."""
        self._seen += len(strip)
        if self._unpaired is not None:
            strip = np.concatenate([self._unpaired, strip])
        self._unpaired = None
        if len(strip) % 2 and self._seen < self._height:
            self._unpaired, strip = strip[-1:].copy(), strip[:-1]
        if not len(strip):
            return strip
        picture = to_vips(strip).shrink(2, 2, ceil=True)
        return np.asarray(picture.numpy(), np.uint8)


class _Level:
    """One level: the rows of the tiles that are being filled, and a row that waits for its pair."""

    def __init__(
        self,
        form: Pyramid,
        size: tuple[int, int],
        number: int,
        mark: bytes | None,
        work: Ordered[Encoded],
    ) -> None:
        self._form, self._number, self._mark, self._work = form, number, mark, work
        self._width, self._height = size
        self._row = 0
        self._halves = _Halves(self._height)
        self._begin(np.empty((0, self._width, 3), np.uint8))

    def _begin(self, kept: Pixels) -> None:
        """Make room for a row of tiles, whose first rows the row before has too."""
        form = self._form
        self._top = max(0, self._row * form.tile_size - form.overlap)
        end = min((self._row + 1) * form.tile_size + form.overlap, self._height)
        self._band = black(self._width, end - self._top)
        self._band[: len(kept)] = kept
        self._filled = len(kept)

    def write(self, strip: Pixels) -> None:
        """Fill rows of tiles, and have those encoded that are full."""
        while True:
            taken = strip[: len(self._band) - self._filled]
            self._band[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            strip = strip[len(taken) :]
            if self._filled < len(self._band):
                return
            self._encode()
            self._row += 1
            if self._row * self._form.tile_size >= self._height:
                return
            full, top = self._band, self._top
            kept = self._row * self._form.tile_size - self._form.overlap - top
            self._begin(full[kept:])

    def halved(self, strip: Pixels) -> Pixels:
        """The strip as the next level has it."""
        return self._halves.of(strip)

    def _encode(self) -> None:
        form, band = self._form, self._band
        for column, left in enumerate(range(0, self._width, form.tile_size)):
            start = max(0, left - form.overlap)
            end = min(left + form.tile_size + form.overlap, self._width)
            name = f"{form.folder}/{self._number}/{column}_{self._row}.{form.format}"
            self._work.submit(_tile, name, band, (start, end), self._mark)


def _tile(name: str, band: Pixels, columns: tuple[int, int], mark: bytes | None) -> Encoded:
    return name, _jpeg(band, columns, mark)


def _jpeg(band: Pixels, columns: tuple[int, int], mark: bytes | None) -> bytes:
    start, end = columns
    part = to_vips(band).crop(start, 0, end - start, len(band))
    picture = bytes(part.jpegsave_buffer(Q=QUALITY, keep="none"))
    return picture if mark is None else jpeg.insert(picture, mark)
