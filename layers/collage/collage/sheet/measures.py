"""What is written on a sheet, line by line, and the room that all of it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from collage.errors import InvalidRequest
from collage.sheet import lettering, typesetting
from collage.sheet.geometry import Geometry
from collage.sheet.layout import NARROWEST_LABEL, Layout

WORDS = 100
"""Pixels of the narrowest cell that has words below it; a narrower one has its tile's number."""

LONGEST_LEGEND = 1000
"""Tiles that a legend lists one by one; what more there are, manifest.json lists."""

LEGEND_COLUMN = 170
"""Pixels of a legend's columns, where it has more than one."""

SIDE = 10
"""Pixels at each side of a title, a legend or a header."""


@dataclass(frozen=True)
class Measures:
    """Of a layout with its captions, by the index of the tile: lines of text, in pixels."""

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
        left = layout.border + self.row_axis_width + self.row_header_width
        top = layout.border + self.title_height + self.column_axis_height + self.header_height
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
                top + grid_height + self.legend_height + layout.border,
            ),
        )

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
    def tall(self) -> bool:
        """Whether lines need the height that letters of any script have."""
        texts = [*self._asked_headers, *self._asked_captions]
        return not all(lettering.plain(text, self.layout.font) for text in texts)

    @property
    def tall_title(self) -> bool:
        """Whether the title needs the height that letters of any script have."""
        return not lettering.plain(self._title, self.layout.font)

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
        longest = max((len(self.label_lines(tile)) for tile in self.captions), default=1)
        return longest * self.line_height + 2 * self.pad

    def label_lines(self, tile: int) -> list[str]:
        """What is written below a tile's cell: its caption, or its number from 1."""
        text = self._captions[tile] if self.has_words else str(tile + 1)
        margin = 2 * self.pad if self.has_words else 0
        return self._wrap(text, self.layout.shown[0] - margin)

    def _wrap(self, text: str, width: int) -> list[str]:
        return lettering.wrap(text, self.letters, width, self.layout.font)

    def _length(self, text: str) -> int:
        return lettering.length(text, self.letters, self.layout.font)

    @property
    def line_height(self) -> int:
        """Pixels from one line to the next, in all but the title."""
        return lettering.line_height(self.letters, tall=self.tall)

    @property
    def pad(self) -> int:
        """Pixels left free around what is written."""
        return max(2, self.letters // 5)

    @property
    def grid_width(self) -> int:
        """Pixels across all columns and what is between them."""
        shim = max(0, self.layout.gap)
        return self.layout.cols * (self.layout.shown[0] + shim) - shim

    @property
    def grid_height(self) -> int:
        """Pixels down all rows, their labels and what is between them."""
        shim = max(0, self.layout.gap)
        height = self.layout.shown[1] + self.label_height
        return self.layout.rows * (height + shim) - shim

    @property
    def _inner_width(self) -> int:
        return self.row_axis_width + self.row_header_width + self.grid_width

    @property
    def title_letters(self) -> int:
        """Pixels of the title's letters."""
        return min(160, max(16, self._inner_width // 28))

    @cached_property
    def title_lines(self) -> list[str]:
        """The title, as broken as the sheet is wide."""
        width = max(1, self._inner_width - 2 * SIDE)
        return lettering.wrap(self._title, self.title_letters, width, self.layout.font)

    @property
    def title_height(self) -> int:
        """Pixels of the title and the space below it."""
        if not self.title_lines:
            return 0
        height = lettering.line_height(self.title_letters, tall=self.tall_title)
        return len(self.title_lines) * height + height // 2

    @cached_property
    def column_axis_lines(self) -> list[str]:
        """The name of the axis that columns are of."""
        return self._wrap(self.layout.column_axis, self.grid_width)

    @property
    def column_axis_height(self) -> int:
        """Pixels of that and the space below it."""
        lines = len(self.column_axis_lines)
        return lines * self.line_height + self.pad if lines else 0

    @property
    def upright_headers(self) -> bool:
        """Whether column headers are turned to read upwards, being too long for their columns."""
        return not self.has_words

    @cached_property
    def header_lines(self) -> list[list[str]]:
        """The header of each column."""
        width = self.layout.shown[0] - 2 * self.pad
        if not self.upright_headers:
            texts = self._column_headers
            return [self._wrap(text, width) for text in texts]
        return [[text] for text in self._column_headers]

    @cached_property
    def header_height(self) -> int:
        """Pixels of the highest of them, upright ones by their length."""
        if not self.layout.column_headers:
            return 0
        if self.line_height > self.layout.shown[0]:
            raise InvalidRequest(
                f"cell: columns of {self.layout.shown[0]} pixels are too narrow for headers; "
                f"at least {self.line_height} are needed."
            )
        if self.upright_headers:
            longest = max(self._length(t) for t in self._column_headers)
            return longest + 2 * self.pad
        return max(map(len, self.header_lines)) * self.line_height + 2 * self.pad

    @cached_property
    def row_header_width(self) -> int:
        """As wide as the longest header in as many lines as a row is high, or in fewer."""
        headers, high = self._row_headers, self.layout.shown[1]
        if not headers:
            return 0
        if self.line_height > high:
            raise InvalidRequest(
                f"cell: rows of {high} pixels are too low for headers; "
                f"at least {self.line_height} are needed."
            )
        most = high // self.line_height
        longest = max(self._length(text) for text in headers)
        words = [word for text in headers for word in text.split()]
        word = max((self._length(word) for word in words), default=0)
        width = min(longest, max(WORDS, word, self.layout.shown[0] // 2))
        while max(len(self._wrap(t, width)) for t in headers) > most:
            width = width * 5 // 4
        return width + SIDE

    @cached_property
    def row_header_lines(self) -> list[list[str]]:
        """The header of each row."""
        width = self.row_header_width - SIDE
        return [self._wrap(text, width) for text in self._row_headers]

    @cached_property
    def row_axis_lines(self) -> list[str]:
        """The name of the axis that rows are of, which reads upwards."""
        return self._wrap(self.layout.row_axis, self.grid_height)

    @property
    def row_axis_width(self) -> int:
        """Pixels of that across, and the space beside it."""
        lines = len(self.row_axis_lines) if self.layout.row_axis else 0
        return lines * self.line_height + self.pad if lines else 0

    @cached_property
    def legend(self) -> list[str]:
        """What the legend says: a line for each tile that is shown, or where to look them up."""
        if not self.layout.labels or self.has_words:
            return []
        shown = sorted({tile for tile in self.layout.cells if tile is not None})
        if len(shown) > LONGEST_LEGEND:
            return [f"{shown[0] + 1} to {shown[-1] + 1}: the tiles in manifest.json, from 1"]
        return [f"{tile + 1}: {self._captions[tile]}" for tile in shown]

    @cached_property
    def legend_places(self) -> list[tuple[tuple[int, int], list[str]]]:
        """The entries, wrapped, in columns that are read downwards."""
        if not self.legend:
            return []
        room = max(1, self._inner_width - 2 * SIDE)
        longest = max(self._length(entry) for entry in self.legend)
        width = min(longest, room, LEGEND_COLUMN)
        columns = max(1, (room + 2 * SIDE) // (width + 2 * SIDE))
        width = room if columns == 1 else width
        entries = [self._wrap(entry, width) for entry in self.legend]
        deep = -(-len(entries) // columns)
        places, y = [], 0
        for number, lines in enumerate(entries):
            y = 0 if number % deep == 0 else y
            x = self.layout.border + SIDE + number // deep * (width + 2 * SIDE)
            places.append(((x, SIDE + y), lines))
            y += len(lines) * self.line_height
        return places

    @property
    def legend_height(self) -> int:
        """Pixels of the legend and the space around it."""
        ends = [y + len(lines) * self.line_height for (_, y), lines in self.legend_places]
        return max(ends) + SIDE if ends else 0


def _numbered(headers: Sequence[str], font: str | None) -> list[str]:
    """Headers, those that cannot be written as their number, from 1."""
    return [lettering.writable(text, str(i), font) for i, text in enumerate(headers, 1)]
