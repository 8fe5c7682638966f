"""Tiles as one picture: those that are chosen, as a table, as in the collage, or side by side."""

from __future__ import annotations

from collage.export.asked import Export
from collage.export.slices import arranged
from collage.formats import FORMATS
from collage.steps.exports.drawn_sheet import Drawing, cell_of_width
from collage.steps.exports.kind import Material, Notes, Sink

FORMAT = "png"


def check(material: Material) -> Notes:
    """Refuse what cannot be laid out, or is too large; what is worth knowing.

    Raises:
        InvalidRequest: naming the option.
    """
    return _drawing(material).check(_format(material.asked))


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return FORMATS[_format(asked)].ending


def write(material: Material, sink: Sink) -> Notes:
    """Write the picture, a row of cells at a time."""
    notes = check(material)
    _drawing(material).write(_format(material.asked), sink)
    return notes


def _format(asked: Export) -> str:
    return asked.format or FORMAT


def _drawing(material: Material) -> Drawing:
    there = arranged(material.manifest, material.tiles, material.asked)
    width = material.asked.cell or material.manifest.layout.cell[0]
    return Drawing.of(material, there, cell_of_width(material, width))
