"""Paints the sample picture in every style, as one sheet for the documentation.

    python -m examples.contact_sheet [OUT]

Each style shows the whole picture, the left half repainted, and a mixture with the next style.
"""

import io
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from collage.painting import STYLES, inpaint, paint

SAMPLE = Path(__file__).with_name("farmhouse.png")
SHEET = Path(__file__).parents[1] / "docs" / "styles.jpg"
PAINTED, CELL, GAP, LABEL, COLUMNS = 448, 184, 6, 30, 3
MARGIN = 22
LIMIT = 560 * 1024
PAGE, INK, FAINT = (250, 247, 240), (34, 32, 30), (122, 116, 106)


def specimens(source: NDArray[np.uint8], style: str, partner: str) -> list[NDArray[np.uint8]]:
    """The three pictures of one style, each (H, W, 3) RGB."""
    left = np.full(source.shape[:2], 255, np.uint8)
    left[:, : source.shape[1] // 2] = 0
    return [
        paint(source, [style], 1),
        inpaint(source, left, [style], 2),
        paint(source, [style, partner], 3),
    ]


def sheet(source: NDArray[np.uint8]) -> Image.Image:
    """All styles in blocks of three specimens under a label."""
    rows = -(-len(STYLES) // COLUMNS)
    block = 3 * CELL + 2 * GAP
    size = (MARGIN + COLUMNS * (block + MARGIN), MARGIN + rows * (LABEL + CELL + MARGIN))
    page = Image.new("RGB", size, PAGE)
    pen = ImageDraw.Draw(page)
    title, caption = ImageFont.load_default(18), ImageFont.load_default(13)
    for number, style in enumerate(STYLES):
        partner = STYLES[(number + 1) % len(STYLES)]
        x = MARGIN + number % COLUMNS * (block + MARGIN)
        y = MARGIN + number // COLUMNS * (LABEL + CELL + MARGIN)
        pen.text((x, y), style, INK, title)
        pen.text((x + block, y + 5), f"whole, left half, with {partner}", FAINT, caption, "ra")
        for place, picture in enumerate(specimens(source, style, partner)):
            cell = Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.LANCZOS)
            page.paste(cell, (x + place * (CELL + GAP), y + LABEL))
    return page


def main() -> None:
    """Writes the sheet as the best JPEG within the limit for a file in the repository."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else SHEET
    sample = Image.open(SAMPLE).convert("RGB").resize((PAINTED, PAINTED), Image.Resampling.LANCZOS)
    page = sheet(np.asarray(sample))
    for quality in range(90, 30, -4):
        file = io.BytesIO()
        page.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LIMIT:
            break
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(file.getvalue())


if __name__ == "__main__":
    main()
