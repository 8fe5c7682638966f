"""The sheet that cells are laid on: its measures, and all that is drawn on it but the cells.

::

    border
    title
    column axis, column headers
    row axis, row headers | cells, each above its label
    legend, where cells are too narrow for words
    border
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from collage.errors import InvalidRequest
from collage.pixels import black
from collage.sheet import lettering, typesetting
from collage.sheet.geometry import Geometry
from collage.sheet.layout import NARROWEST_LABEL, Layout

if TYPE_CHECKING:
    from collage.sheet.lettering import Pixels

WORDS = 100
"""Pixels of the narrowest cell that has words below it; a narrower one has its tile's number."""

LONGEST_LEGEND = 1000
"""Tiles that a legend lists one by one; what more there are, manifest.json lists."""

LEGEND_COLUMN = 170
"""Pixels of a legend's columns, where it has more than one."""

SIDE = 10
"""Pixels at each side of a title, a legend or a header."""


@dataclass(frozen=True)
class Sheet:
    """A layout with what is to be written on it. ``captions`` are by the index of the tile."""

    layout: Layout
    captions: Mapping[int, str]

    @cached_property
    def geometry(self) -> Geometry:
        """Where the cells lie.

        Raises:
            InvalidRequest: when the cells are too small for their labels or headers.
        """
        layout = self.layout
        (width, height), shim = layout.shown, max(0, layout.gap)
        left = layout.border + self._row_axis_width + self._row_header_width
        top = layout.border + self._title_height + self._column_axis_height + self._header_height
        step = width + shim, height + self.label_height + shim
        grid_width = layout.cols * step[0] - shim
        grid_height = layout.rows * step[1] - shim
        return Geometry(
            rows=layout.rows,
            cols=layout.cols,
            cell=layout.cell,
            gap=layout.gap,
            offset=(left, top),
            step=step,
            visible=layout.shown,
            label=self.label_height,
            size=(
                left + grid_width + layout.border,
                top + grid_height + self._legend_height + layout.border,
            ),
        )

    # What is drawn, part by part, each as pixels (height, width, 3).

    def head(self) -> Pixels:
        """All that lies above the cells."""
        made, layout = self._blank(self.geometry.offset[1]), self.layout
        y = layout.border
        self._write(made, (made.shape[1] // 2, y), self._title_lines, title=True)
        y += self._title_height
        middle = self.geometry.offset[0] + self._grid_width // 2
        self._write(made, (middle, y), self._column_axis_lines)
        y += self._column_axis_height
        for col, lines in enumerate(self._header_lines):
            left = self.geometry.box(0, col)[0]
            if self._upright_headers:
                turned = self._paper(self._header_height, layout.shown[0])
                at = self._pad, (layout.shown[0] - self._line_height) // 2
                self._write(turned, at, lines, centred=False)
                made[y : y + self._header_height, left : left + layout.shown[0]] = np.rot90(turned)
            else:
                at = left + layout.shown[0] // 2, y + self._header_height - self._pad
                at = at[0], at[1] - self._line_height * len(lines)
                self._write(made, at, lines)
        return made

    def row(self, row: int) -> Pixels:
        """A row of cells with their labels and the gap below, the cells' pictures left blank."""
        layout, place = self.layout, self.geometry
        last = row == layout.rows - 1
        height = place.step[1] - (max(0, layout.gap) if last else 0)
        made = self._blank(height)
        if layout.row_headers:
            lines = self._row_header_lines[row]
            at = place.offset[0] - self._row_header_width + SIDE // 2
            y = (place.visible[1] - len(lines) * self._line_height) // 2
            self._write(made, (at, max(0, y)), lines, centred=False)
        if layout.row_axis:
            strip = self._row_axis_picture[row * place.step[1] :][:height]
            made[: strip.shape[0], layout.border : layout.border + strip.shape[1]] = strip
        if layout.labels:
            first = row * layout.cols
            for col, tile in enumerate(layout.cells[first : first + layout.cols]):
                if tile is None:
                    continue
                left = place.box(row, col)[0]
                cell = made[place.visible[1] :, left : left + place.visible[0]]
                middle = place.visible[0] // 2, self._pad
                self._write(cell, middle, self._label_lines(tile))
        return made

    def foot(self) -> Pixels:
        """All that lies below the cells."""
        made = self._blank(self._legend_height + self.layout.border)
        for (x, y), lines in self._legend_places:
            self._write(made, (x, y), lines, centred=False)
        return made

    # What is written.

    @cached_property
    def unwritten(self) -> str:
        """The characters that there are no letters for, in the order of their appearance.

        A text with one of them is written without its accents, or as its number.
        """
        return typesetting.missing(
            [self.layout.title or "", *self._asked_headers, *self._asked_captions], self.layout.font
        )

    @property
    def _asked_headers(self) -> list[str]:
        layout = self.layout
        return [*layout.column_headers, *layout.row_headers, layout.column_axis, layout.row_axis]

    @property
    def _asked_captions(self) -> list[str]:
        return list(self.captions.values()) if self.layout.labels else []

    @cached_property
    def _title(self) -> str:
        return lettering.writable(self.layout.title or "", "", self.layout.font)

    @cached_property
    def _captions(self) -> dict[int, str]:
        font = self.layout.font
        return {i: lettering.writable(text, str(i + 1), font) for i, text in self.captions.items()}

    @cached_property
    def _column_headers(self) -> list[str]:
        return _numbered(self.layout.column_headers, self.layout.font)

    @cached_property
    def _row_headers(self) -> list[str]:
        return _numbered(self.layout.row_headers, self.layout.font)

    @cached_property
    def _tall(self) -> bool:
        """Whether lines need the height that letters of any script have."""
        texts = [*self._asked_headers, *self._asked_captions]
        return not all(lettering.plain(text, self.layout.font) for text in texts)

    @property
    def _tall_title(self) -> bool:
        return not lettering.plain(self._title, self.layout.font)

    def _write(
        self,
        canvas: Pixels,
        at: tuple[int, int],
        lines: list[str],
        *,
        centred: bool = True,
        title: bool = False,
    ) -> None:
        """Draw lines as `lettering.draw` does, in the letters of the sheet or its title."""
        letters = self._title_letters if title else self.letters
        tall = self._tall_title if title else self._tall
        font = self.layout.font
        lettering.draw(canvas, at, lines, letters, centred=centred, tall=tall, font=font)

    # Measures.

    @property
    def letters(self) -> int:
        """Pixels of the letters: in proportion to the cells, but legible."""
        return min(64, max(lettering.LEAST, round(self.layout.shown[0] * 0.06)))

    @property
    def has_words(self) -> bool:
        """Whether labels are words; else they are numbers."""
        return self.layout.shown[0] >= WORDS

    @cached_property
    def label_height(self) -> int:
        """Pixels below each cell's picture: what the longest label needs, or none."""
        if not self.layout.labels:
            return 0
        if self.layout.shown[0] < NARROWEST_LABEL:
            raise InvalidRequest(
                f"labels: of a cell {self.layout.shown[0]} pixels are seen, too few for a label; "
                f"at least {NARROWEST_LABEL} are needed."
            )
        longest = max((len(self._label_lines(tile)) for tile in self.captions), default=1)
        return longest * self._line_height + 2 * self._pad

    def _label_lines(self, tile: int) -> list[str]:
        text = self._captions[tile] if self.has_words else str(tile + 1)
        margin = 2 * self._pad if self.has_words else 0
        return self._wrap(text, self.layout.shown[0] - margin)

    def _wrap(self, text: str, width: int) -> list[str]:
        return lettering.wrap(text, self.letters, width, self.layout.font)

    def _length(self, text: str) -> int:
        return lettering.length(text, self.letters, self.layout.font)

    @property
    def _line_height(self) -> int:
        return lettering.line_height(self.letters, tall=self._tall)

    @property
    def _pad(self) -> int:
        return max(2, self.letters // 5)

    @property
    def _grid_width(self) -> int:
        shim = max(0, self.layout.gap)
        return self.layout.cols * (self.layout.shown[0] + shim) - shim

    @property
    def _grid_height(self) -> int:
        shim = max(0, self.layout.gap)
        height = self.layout.shown[1] + self.label_height
        return self.layout.rows * (height + shim) - shim

    @property
    def _inner_width(self) -> int:
        return self._row_axis_width + self._row_header_width + self._grid_width

    @property
    def _title_letters(self) -> int:
        return min(160, max(16, self._inner_width // 28))

    @cached_property
    def _title_lines(self) -> list[str]:
        width = max(1, self._inner_width - 2 * SIDE)
        return lettering.wrap(self._title, self._title_letters, width, self.layout.font)

    @property
    def _title_height(self) -> int:
        lines = len(self._title_lines)
        height = lettering.line_height(self._title_letters, tall=self._tall_title)
        return lines * height + height // 2 if lines else 0

    @cached_property
    def _column_axis_lines(self) -> list[str]:
        return self._wrap(self.layout.column_axis, self._grid_width)

    @property
    def _column_axis_height(self) -> int:
        lines = len(self._column_axis_lines)
        return lines * self._line_height + self._pad if lines else 0

    @property
    def _upright_headers(self) -> bool:
        """Whether column headers are turned to read upwards, being too long for their columns."""
        return not self.has_words

    @cached_property
    def _header_lines(self) -> list[list[str]]:
        width = self.layout.shown[0] - 2 * self._pad
        if not self._upright_headers:
            texts = self._column_headers
            return [self._wrap(text, width) for text in texts]
        return [[text] for text in self._column_headers]

    @cached_property
    def _header_height(self) -> int:
        if not self.layout.column_headers:
            return 0
        if self._line_height > self.layout.shown[0]:
            raise InvalidRequest(
                f"cell: columns of {self.layout.shown[0]} pixels are too narrow for headers; "
                f"at least {self._line_height} are needed."
            )
        if self._upright_headers:
            longest = max(self._length(t) for t in self._column_headers)
            return longest + 2 * self._pad
        return max(map(len, self._header_lines)) * self._line_height + 2 * self._pad

    @cached_property
    def _row_header_width(self) -> int:
        """As wide as the longest header in as many lines as a row is high, or in fewer."""
        headers, high = self._row_headers, self.layout.shown[1]
        if not headers:
            return 0
        if self._line_height > high:
            raise InvalidRequest(
                f"cell: rows of {high} pixels are too low for headers; "
                f"at least {self._line_height} are needed."
            )
        most = high // self._line_height
        longest = max(self._length(text) for text in headers)
        words = [word for text in headers for word in text.split()]
        word = max((self._length(word) for word in words), default=0)
        width = min(longest, max(WORDS, word, self.layout.shown[0] // 2))
        while max(len(self._wrap(t, width)) for t in headers) > most:
            width = width * 5 // 4
        return width + SIDE

    @cached_property
    def _row_header_lines(self) -> list[list[str]]:
        width = self._row_header_width - SIDE
        return [self._wrap(text, width) for text in self._row_headers]

    @cached_property
    def _row_axis_lines(self) -> list[str]:
        return self._wrap(self.layout.row_axis, self._grid_height)

    @property
    def _row_axis_width(self) -> int:
        lines = len(self._row_axis_lines) if self.layout.row_axis else 0
        return lines * self._line_height + self._pad if lines else 0

    @cached_property
    def _row_axis_picture(self) -> Pixels:
        """The row axis's name, reading upwards beside all of the rows."""
        turned = self._paper(self._grid_height, self._row_axis_width)
        self._write(turned, (turned.shape[1] // 2, 0), self._row_axis_lines)
        return np.rot90(turned)

    @cached_property
    def _legend(self) -> list[str]:
        """What the legend says: a line for each tile that is shown, or where to look them up."""
        if not self.layout.labels or self.has_words:
            return []
        shown = sorted({tile for tile in self.layout.cells if tile is not None})
        if len(shown) > LONGEST_LEGEND:
            return [f"{shown[0] + 1} to {shown[-1] + 1}: the tiles in manifest.json, from 1"]
        return [f"{tile + 1}: {self._captions[tile]}" for tile in shown]

    @cached_property
    def _legend_places(self) -> list[tuple[tuple[int, int], list[str]]]:
        """The entries, wrapped, in columns that are read downwards."""
        if not self._legend:
            return []
        room = max(1, self._inner_width - 2 * SIDE)
        longest = max(self._length(entry) for entry in self._legend)
        width = min(longest, room, LEGEND_COLUMN)
        columns = max(1, (room + 2 * SIDE) // (width + 2 * SIDE))
        width = room if columns == 1 else width
        entries = [self._wrap(entry, width) for entry in self._legend]
        deep = -(-len(entries) // columns)
        places, y = [], 0
        for number, lines in enumerate(entries):
            y = 0 if number % deep == 0 else y
            x = self.layout.border + SIDE + number // deep * (width + 2 * SIDE)
            places.append(((x, SIDE + y), lines))
            y += len(lines) * self._line_height
        return places

    @property
    def _legend_height(self) -> int:
        ends = [y + len(lines) * self._line_height for (_, y), lines in self._legend_places]
        return max(ends) + SIDE if ends else 0

    @cached_property
    def _background(self) -> lettering.Colour:
        return lettering.colour(self.layout.background)

    def _blank(self, height: int) -> Pixels:
        return self._paper(self.geometry.size[0], height)

    def _paper(self, width: int, height: int) -> Pixels:
        made = black(width, height)
        made[:] = self._background
        return made


def _numbered(headers: Sequence[str], font: str | None) -> list[str]:
    """Headers, those that cannot be written as their number, from 1."""
    return [lettering.writable(text, str(i), font) for i, text in enumerate(headers, 1)]
