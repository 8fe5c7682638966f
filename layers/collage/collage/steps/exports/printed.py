"""What exports for paper have in common: a document, and what it says of itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from collage.export.slices import title_of
from collage.formats import xmp
from collage.formats.jpeg import JPEG
from collage.formats.pdf import Document
from collage.provenance.describe import describe_collage
from collage.steps.exports.drawn_sheet import WORKERS
from collage.steps.exports.kind import Material, Sink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collage.formats.description import Description
    from collage.pixels import Pixels

DPI = 300
"""Pixels of an inch, as printers ask for of pictures."""


def document(material: Material, sink: Sink) -> Document:
    """A document that says how what it shows was made, where the collage says it."""
    plan, manifest = material.plan, material.manifest
    said = None
    if plan.request.metadata:
        said = xmp.packet(describe_collage(plan, manifest).properties)
    title = title_of(manifest, material.asked) or f"Collage {manifest.id}"
    return Document(sink, title, manifest.created, said)


def put_picture(
    on: Document,
    size: tuple[int, int],
    strips: Iterable[Pixels],
    dpi: int,
    description: Description | None = None,
) -> int:
    """Write a picture of ``size`` (width, height) into a document; its number there."""
    number = on.begin_picture(size)
    with ThreadPoolExecutor(WORKERS) as pool:
        writer = JPEG.writer(size, description, on.write, pool, dpi)
        for strip in strips:
            writer.write(strip)
        writer.finish()
    on.end_picture()
    return number
