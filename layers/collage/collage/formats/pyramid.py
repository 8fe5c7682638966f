"""A Deep Zoom pyramid and a preview from strips.

Each level is half as large as the one below it, down to a pixel. Strips are halved as they come;
a level keeps the rows of the tiles that it is filling, and no others.

What is too large for one function is written in bands, each a `Part` of the largest levels. It
hands on its rows of the level above those, and of these all the rest is made.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from math import ceil
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

    ``mark`` is a JPEG segment that each of the pictures gets. Strips are those of the level
    ``first``: where that is not the largest, those below it were written in parts.
    """

    def __init__(
        self,
        size: tuple[int, int],
        form: Pyramid,
        preview: str,
        mark: bytes | None,
        keep: Keep,
        pool: Executor,
        first: int = 0,
    ) -> None:
        self._size, self._form, self._keep = size, form, keep
        self._work: Ordered[Encoded] = Ordered(pool, 8, lambda made: keep(*made))
        self._levels = _levels(size, form, mark, self._work)[first:]
        self._halves = [_Halves(height) for _, height in levels(size)[first:]]
        self._shown = shown(size) - first
        self._preview = Preview(size, preview, mark, keep, shown(size))

    def write(self, strip: Pixels) -> None:
        """Take the next strip, and halve it for each level above."""
        for number, (level, halves) in enumerate(zip(self._levels, self._halves, strict=True)):
            if number == self._shown:
                self._preview.write(strip)
            level.write(strip)
            strip = halves.of(strip)
            if not len(strip):
                break

    def finish(self) -> None:
        """Write what is under way, the preview and the description."""
        self._work.finish()
        self._preview.finish()
        self._keep(self._form.dzi, self._form.description(self._size))


class Preview:
    """The preview alone, the same as that of a pyramid; strips are those of the level ``first``."""

    def __init__(
        self, size: tuple[int, int], name: str, mark: bytes | None, keep: Keep, first: int = 0
    ) -> None:
        self._name, self._mark, self._keep = name, mark, keep
        self._halves = [_Halves(height) for _, height in levels(size)[first : shown(size)]]
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


class Part:
    """Of a pyramid the tiles of the rows ``own``, at so many of the largest levels.

    Strips are of the rows from ``begins`` on, which are more than its own: tiles overlap. Without
    a ``form`` no tiles are written. ``hand_on`` gets its rows of the level above, as red, green
    and blue of each pixel.
    """

    def __init__(
        self,
        size: tuple[int, int],
        own: range,
        begins: int,
        count: int,
        form: Pyramid | None,
        mark: bytes | None,
        keep: Keep,
        hand_on: Callable[[bytes], object],
        pool: Executor,
    ) -> None:
        self._work: Ordered[Encoded] = Ordered(pool, 8, lambda made: keep(*made))
        self._levels: list[_Level] = []
        if form is not None:
            self._levels = _levels(size, form, mark, self._work, own, begins)[:count]
        heights = [height for _, height in levels(size)[:count]]
        self._halves = [_Halves(high, begins >> level) for level, high in enumerate(heights)]
        self._own, self._row = _at(own, count), begins >> count
        self._hand_on = hand_on

    def write(self, strip: Pixels) -> None:
        """Take the next strip, and halve it for each level above."""
        for number, halves in enumerate(self._halves):
            if self._levels:
                self._levels[number].write(strip)
            strip = halves.of(strip)
        first, end = (max(0, edge - self._row) for edge in (self._own.start, self._own.stop))
        self._row += len(strip)
        self._hand_on(strip[first:end].tobytes())

    def finish(self) -> None:
        """Write what is under way."""
        self._work.finish()


def shown(size: tuple[int, int]) -> int:
    """The level of a picture that its preview is, counted from the largest."""
    return next(number for number, sides in enumerate(levels(size)) if max(sides) <= PREVIEW)


def _at(rows: range, level: int) -> range:
    """Rows of a picture at a level, counted from the largest; an odd last one is one there too."""
    return range(rows.start >> level, -(-rows.stop >> level))


class _Halves:
    """The strips of a picture at half of its size; a row that waits for its pair is kept."""

    def __init__(self, height: int, begins: int = 0) -> None:
        self._height, self._seen = height, begins
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


def _levels(
    size: tuple[int, int],
    form: Pyramid,
    mark: bytes | None,
    work: Ordered[Encoded],
    own: range | None = None,
    begins: int = 0,
) -> list[_Level]:
    """All levels of a pyramid, from the largest on; or of its rows ``own`` alone."""
    sizes = levels(size)
    rows = range(size[1]) if own is None else own
    return [
        _Level(form, sides, len(sizes) - 1 - level, mark, work, _at(rows, level), begins >> level)
        for level, sides in enumerate(sizes)
    ]


class _Level:
    """One level: the rows of the tiles that are being filled.

    Of those that begin in its ``rows``, where strips begin at ``begins``, which may be before.
    """

    def __init__(
        self,
        form: Pyramid,
        size: tuple[int, int],
        number: int,
        mark: bytes | None,
        work: Ordered[Encoded],
        rows: range,
        begins: int,
    ) -> None:
        self._form, self._number, self._mark, self._work = form, number, mark, work
        self._width, self._height = size
        self._row, self._end = rows.start // form.tile_size, ceil(rows.stop / form.tile_size)
        self._begin(np.empty((0, self._width, 3), np.uint8))
        self._unused = self._top - begins

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
        unused = min(self._unused, len(strip))
        self._unused -= unused
        strip = strip[unused:]
        while self._row < self._end:
            taken = strip[: len(self._band) - self._filled]
            self._band[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            strip = strip[len(taken) :]
            if self._filled < len(self._band):
                return
            self._encode()
            self._row += 1
            if self._row < self._end:
                full, top = self._band, self._top
                kept = self._row * self._form.tile_size - self._form.overlap - top
                self._begin(full[kept:])

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
