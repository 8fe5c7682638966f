"""Tiles become cells, cells become one picture. libvips joins and encodes in a stream."""

from collections.abc import Mapping

import pyvips

from collage.layout import Layout

WHITE = [255, 255, 255]


def shrink(png: bytes, size: tuple[int, int]) -> bytes:
    """A tile's PNG as a cell of ``size`` (width, height): raw 8-bit RGB, row by row."""
    width, height = size
    picture = pyvips.Image.thumbnail_buffer(png, width, height=height, size="force")
    if picture.hasalpha():
        picture = picture.flatten(background=WHITE)
    picture = picture.colourspace("srgb").cast("uchar")
    return bytes(picture.write_to_memory())


def join(layout: Layout, cells: Mapping[int, bytes]) -> bytes:
    """The collage as PNG, from raw cells (see `shrink`) by the index of their tile.

    A gap shows as a white line between cells. An overlap lets each cell cover the right and
    lower edge of the neighbours before it, so every cell shows that much less of itself.
    """
    width, height = layout.cell
    overlap, shim = max(0, -layout.gap), max(0, layout.gap)
    pictures = {
        tile: pyvips.Image.new_from_memory(raw, width, height, 3, "uchar").crop(
            0, 0, width - overlap, height - overlap
        )
        for tile, raw in cells.items()
    }
    collage = pyvips.Image.arrayjoin(
        [pictures[tile] for tile in layout.cells],
        across=layout.cols,
        shim=shim,
        background=WHITE,
    ).copy(interpretation="srgb")
    return bytes(collage.pngsave_buffer(compression=6))
