"""Tiles become cells, cells become one picture. libvips joins and encodes in a stream."""

import colorsys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyvips
from PIL import Image, ImageDraw, ImageFont

from collage.layout import Layout
from collage.tile import Tile

WHITE = [255, 255, 255]
INK = (40, 40, 40)


def shrink(png: bytes, size: tuple[int, int]) -> bytes:
    """A tile's PNG as a cell of ``size`` (width, height): raw 8-bit RGB, row by row."""
    width, height = size
    picture = pyvips.Image.thumbnail_buffer(png, width, height=height, size="force")
    if picture.hasalpha():
        picture = picture.flatten(background=WHITE)
    picture = picture.colourspace("srgb").cast("uchar")
    return bytes(picture.write_to_memory())


def join(layout: Layout, cells: Mapping[int, bytes], labels: Mapping[int, str]) -> bytes:
    """The collage as PNG, from raw cells (see `shrink`) by the index of their tile.

    A gap shows as a white line between cells. An overlap lets each cell cover the right and
    lower edge of the neighbours before it, so every cell shows that much less of itself.
    ``labels`` are written below the cells, where the layout has labels.
    """
    width, height = layout.cell
    pictures: dict[int | None, pyvips.Image] = {}
    for tile, raw in cells.items():
        picture = pyvips.Image.new_from_memory(raw, width, height, 3, "uchar")
        picture = picture.crop(0, 0, *layout.shown)
        if layout.labels:
            picture = picture.join(label(labels[tile], layout), "vertical")
        pictures[tile] = picture
    pictures[None] = pyvips.Image.black(*layout.shown, bands=3).linear(0, WHITE).cast("uchar")
    collage = pyvips.Image.arrayjoin(
        [pictures[tile] for tile in layout.cells],
        across=layout.cols,
        shim=max(0, layout.gap),
        background=WHITE,
    ).copy(interpretation="srgb")
    return bytes(collage.pngsave_buffer(compression=6, keep="none"))


def label(text: str, layout: Layout) -> pyvips.Image:
    """``text`` on white, in two lines as wide as a cell; the letters shrink until it fits."""
    width, height = layout.shown[0], layout.strip
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    for size in range(layout.letters, 3, -1):
        font = ImageFont.load_default(size)
        lines = _wrapped(text, draw, font, width - 4)
        if len(lines) <= 2 and all(draw.textlength(line, font) <= width - 4 for line in lines):
            break
    draw.multiline_text(
        (width / 2, height / 2), "\n".join(lines[:2]), INK, font, "mm", spacing=1, align="center"
    )
    return pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")


def caption(tile: Tile) -> str:
    """What a label says of a tile: its styles and its mask."""
    return " + ".join(tile.styles) + (f", {tile.mask}" if tile.mask else "")


def hue(cell: bytes) -> float:
    """The hue of a raw cell's mean colour, 0..1 round the colour circle from red."""
    mean = np.frombuffer(cell, np.uint8).reshape(-1, 3).mean(axis=0)
    return colorsys.rgb_to_hsv(*(mean / 255))[0]


def _wrapped(text: str, draw: ImageDraw.ImageDraw, font: Any, width: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
