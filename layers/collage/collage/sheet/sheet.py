"""The sheet that cells are laid on: all that is drawn on it but the cells.

::

    border
    title
    column axis, column headers
    row axis, row headers | cells, each above its label
    legend, where cells are too narrow for words
    border
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from collage.pixels import black
from collage.sheet import lettering
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.sheet.measures import SIDE, Measures

if TYPE_CHECKING:
    from collage.sheet.lettering import Pixels


@dataclass(frozen=True)
class Sheet:
    """A layout with what is to be written on it. ``captions`` are by the index of the tile."""

    layout: Layout
    captions: Mapping[int, str]

    @cached_property
    def measures(self) -> Measures:
        """What is written on it, and the room that takes."""
        return Measures(self.layout, self.captions)

    @property
    def geometry(self) -> Geometry:
        """Where the cells lie.

        Raises:
            InvalidRequest: when the cells are too small for their labels or headers.
        """
        return self.measures.geometry

    # What is drawn, part by part, each as pixels (height, width, 3).

    def head(self) -> Pixels:
        """All that lies above the cells."""
        made, layout, measures = self._blank(self.geometry.offset[1]), self.layout, self.measures
        y = layout.border
        self._write(made, (made.shape[1] // 2, y), measures.title_lines, title=True)
        y += measures.title_height
        middle = self.geometry.offset[0] + measures.grid_width // 2
        self._write(made, (middle, y), measures.column_axis_lines)
        y += measures.column_axis_height
        width, height = layout.shown[0], measures.header_height
        for col, lines in enumerate(measures.header_lines):
            left = self.geometry.box(0, col)[0]
            if measures.upright_headers:
                turned = self._paper(height, width)
                at = measures.pad, (width - measures.line_height) // 2
                self._write(turned, at, lines, centred=False)
                made[y : y + height, left : left + width] = np.rot90(turned)
            else:
                deep = measures.line_height * len(lines)
                self._write(made, (left + width // 2, y + height - measures.pad - deep), lines)
        return made

    def row(self, row: int) -> Pixels:
        """A row of cells with their labels and the gap below, the cells' pictures left blank."""
        layout, place, measures = self.layout, self.geometry, self.measures
        last = row == layout.rows - 1
        height = place.step[1] - (max(0, layout.gap) if last else 0)
        made = self._blank(height)
        if layout.row_headers:
            lines = measures.row_header_lines[row]
            at = place.offset[0] - measures.row_header_width + SIDE // 2
            y = (place.visible[1] - len(lines) * measures.line_height) // 2
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
                middle = place.visible[0] // 2, measures.pad
                self._write(cell, middle, measures.label_lines(tile))
        return made

    def foot(self) -> Pixels:
        """All that lies below the cells."""
        made = self._blank(self.measures.legend_height + self.layout.border)
        for (x, y), lines in self.measures.legend_places:
            self._write(made, (x, y), lines, centred=False)
        return made

    @cached_property
    def _background(self) -> lettering.Colour:
        return lettering.colour(self.layout.background)

    def _blank(self, height: int) -> Pixels:
        return self._paper(self.geometry.size[0], height)

    def _paper(self, width: int, height: int) -> Pixels:
        made = black(width, height)
        # By rows: pixel by pixel numpy takes twenty times as long.
        made[:] = np.tile(np.asarray(self._background, np.uint8), (width, 1))
        return made

    @cached_property
    def _row_axis_picture(self) -> Pixels:
        """The row axis's name, reading upwards beside all of the rows."""
        turned = self._paper(self.measures.grid_height, self.measures.row_axis_width)
        self._write(turned, (turned.shape[1] // 2, 0), self.measures.row_axis_lines)
        return np.rot90(turned)

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
        letters = self.measures.title_letters if title else self.measures.letters
        tall = self.measures.tall_title if title else self.measures.tall
        font = self.layout.font
        lettering.draw(canvas, at, lines, letters, centred=centred, tall=tall, font=font)
