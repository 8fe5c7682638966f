"""What the painter makes of each operation, as one sheet for the documentation.

python -m examples.operations [OUT]
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from collage.painting import extend, generate, refill, vary
from examples.contact_sheet import GAP, INK, LABEL, MARGIN, PAGE, SAMPLE

SHEET = Path(__file__).parents[1] / "docs" / "painter.jpg"
SIDE, CELL = 512, 216
PROMPTS = (
    "a cat",
    "a lighthouse at sunset",
    "two boats on a lake in autumn",
    "an owl at night",
    "a robot in a forest in the style of Impressionism",
    "harmony",
)

Pixels = NDArray[np.uint8]


def generated() -> list[Pixels]:
    """One picture a prompt."""
    return [generate(prompt, (), (SIDE, SIDE), 3) for prompt in PROMPTS]


def extended(source: Pixels) -> list[Pixels]:
    """Halves of the source in a frame of its size, carried on to all sides."""
    half = SIDE // 2
    quarter = half // 2
    small = np.asarray(Image.fromarray(source).resize((half, half), Image.Resampling.LANCZOS))
    given = [
        (source[:, :half], 0, half, ()),
        (source[:, half:], 0, 0, ()),
        (source[:half], half, 0, ()),
        (small, quarter, quarter, ()),
        (source[:, half:], 0, 0, ("Impressionism",)),
        (source[:, -12:], 0, 0, ()),
    ]
    made = []
    for part, top, left, styles in given:
        area = np.s_[top : top + part.shape[0], left : left + part.shape[1]]
        frame, alpha = np.zeros_like(source), np.zeros((SIDE, SIDE), np.uint8)
        frame[area], alpha[area] = part, 255
        made.append(extend(frame, alpha, "", styles, 1))
    return made


def refilled(source: Pixels) -> list[Pixels]:
    """Rectangles cut out and refilled; by prompt with something in them."""
    given = [
        ((0, 60, 290, 340), ""),
        ((120, 260, 410, 512), ""),
        ((140, 290, 285, 390), ""),
        ((290, 512, 200, 300), ""),
        ((300, 500, 20, 160), "a ginger cat"),
        ((150, 330, 380, 512), "a tree"),
    ]
    made = []
    for (top, bottom, left, right), prompt in given:
        alpha = np.full((SIDE, SIDE), 255, np.uint8)
        alpha[top:bottom, left:right] = 0
        made.append(refill(source, alpha, prompt, 1))
    return made


def main() -> None:
    """Draws and writes the sheet."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else SHEET
    with Image.open(SAMPLE) as picture:
        sample = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    source = np.asarray(sample)
    rows = {
        "generate": generated(),
        "outpaint": extended(source),
        "inpaint without styles": refilled(source),
        "variation": [vary(source, (), seed) for seed in range(6)],
    }
    block = LABEL + CELL + GAP
    page = Image.new("RGB", (2 * MARGIN + 6 * (CELL + GAP), MARGIN + len(rows) * block), PAGE)
    pen = ImageDraw.Draw(page)
    for number, (name, pictures) in enumerate(rows.items()):
        top = MARGIN // 2 + number * block
        pen.text((MARGIN, top), name, INK, ImageFont.load_default(18))
        for place, pixels in enumerate(pictures):
            cell = Image.fromarray(pixels).resize((CELL, CELL), Image.Resampling.LANCZOS)
            page.paste(cell, (MARGIN + place * (CELL + GAP), top + LABEL))
    page.save(out, quality=82, optimize=True)


if __name__ == "__main__":
    main()
