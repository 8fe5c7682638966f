"""Blocks: the tiles of each value of a field as a picture of their own, in a ZIP file."""

from __future__ import annotations

from collage.export import file_names
from collage.export.asked import Export
from collage.export.frames import frames
from collage.export.spool import Archive
from collage.formats import FORMATS
from collage.steps.exports.drawn_sheet import Drawing, cell_of_width
from collage.steps.exports.kind import Material, Notes, Sink

FORMAT = "png"


def check(material: Material) -> Notes:
    """Refuse blocks that cannot be laid out, or are too large; what is worth knowing.

    Raises:
        InvalidRequest: naming the option.
    """
    file_format = material.asked.format or FORMAT
    field, drawings = _drawings(material)
    notes = [note for _, drawing in drawings for note in drawing.check(file_format)]
    return (f"{len(drawings)} blocks, by {field}.", *dict.fromkeys(notes))


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return "zip"


def write(material: Material, sink: Sink) -> Notes:
    """Write one block after the other; the file of one is held."""
    notes = check(material)
    file_format = material.asked.format or FORMAT
    archive, taken = Archive(sink, material.manifest.created), set[str]()
    field, drawings = _drawings(material)
    for value, drawing in drawings:
        parts: list[bytes] = []
        drawing.write(file_format, parts.append)
        name = file_names.distinct(f"{field}-{value}", f".{FORMATS[file_format].ending}", taken)
        archive.add(name, b"".join(parts))
    archive.finish()
    return notes


def _drawings(material: Material) -> tuple[str, list[tuple[str, Drawing]]]:
    field, found = frames(material.manifest, material.tiles, material.asked)
    cell = cell_of_width(material, material.asked.cell or material.manifest.layout.cell[0])
    return field, [(frame.value, Drawing.of(material, frame.there, cell)) for frame in found]
