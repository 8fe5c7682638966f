"""A page of pictures under labels, for the documentation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DOCS = Path(__file__).parents[1] / "docs"
GAP, LABEL, MARGIN = 8, 26, 20
LIMIT = 420 * 1024
"""Bytes of a picture of the documentation."""
PAGE, INK = (250, 247, 240), (34, 32, 30)

Pixels = NDArray[np.uint8]


def sheet(pictures: Sequence[tuple[str, Pixels]], columns: int, cell: int) -> Image.Image:
    """The pictures, each ``cell`` pixels wide and high under its label, so many in a row."""
    rows = -(-len(pictures) // columns)
    size = (
        2 * MARGIN + columns * (cell + GAP) - GAP,
        2 * MARGIN + rows * (LABEL + cell + GAP) - GAP,
    )
    page = Image.new("RGB", size, PAGE)
    pen, letters = ImageDraw.Draw(page), ImageFont.load_default(15)
    for number, (label, picture) in enumerate(pictures):
        x = MARGIN + number % columns * (cell + GAP)
        y = MARGIN + number // columns * (LABEL + cell + GAP)
        pen.text((x, y), label, INK, letters)
        shown = Image.fromarray(picture)
        if shown.size != (cell, cell):
            shown = shown.resize((cell, cell), Image.Resampling.LANCZOS)
        page.paste(shown, (x, y + LABEL))
    return page


def save(page: Image.Image, name: str) -> None:
    """Write a page below docs as the best JPEG within `LIMIT`."""
    for quality in range(92, 40, -4):
        file = io.BytesIO()
        page.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LIMIT:
            break
    (DOCS / name).write_bytes(file.getvalue())
