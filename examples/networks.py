"""Shows what the embedded networks make of the sample picture: docs/stylizer.jpg, upscaling.jpg.

    python -m examples.networks

Real-ESRGAN needs `make install-realesrgan`. The three pictures of styles in examples/styles, which
the documentation's commands take, are painted anew as well.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from collage import painting
from collage.engines.stylizer.looks import LOOKS
from collage.engines.stylizer.stylize import stylize
from collage.engines.upscaler.enlarge import enlarge
from collage.engines.upscaler.models import MODELS
from examples.sheets import Pixels, save, sheet

SAMPLE = Path(__file__).with_name("farmhouse.png")
PART = 290, 130, 610, 450
"""Of the sample at 1024 pixels: faces, slats and a roof."""
SMALL, LARGE = 80, 320
STYLES = Path(__file__).with_name("styles")
PAINTED = {
    "sea": ("waves on the sea under stars", "Impressionism"),
    "wood": ("a forest in autumn", "Pointillism"),
    "bars": ("abstract", "Constructivism"),
}
"""What the pictures of styles show, and how the painter paints them."""


def sample(side: int) -> Image.Image:
    """The sample picture, so many pixels wide and high."""
    with Image.open(SAMPLE) as picture:
        return picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def looks() -> list[tuple[str, Pixels]]:
    """Every look, and some mixtures."""
    source = np.asarray(sample(512))
    mixed = (
        ("Cubism", "Baroque"),
        ("Op Art", "Blue Swirls"),
        ("Art Deco", "Stained Glass"),
        ("Batik", "Sanguine"),
    )
    asked = [*((name,) for name in LOOKS), *mixed]
    return [(" + ".join(names), stylize(source, names, {}, 0)) for names in asked]


def style_pictures() -> None:
    """Paint the pictures that stand for a user's own."""
    for name, (prompt, style) in PAINTED.items():
        picture = Image.fromarray(painting.generate(prompt, [style], (384, 384), 3))
        picture.save(STYLES / f"{name}.jpg", quality=88)


def upscaled() -> list[tuple[str, Pixels]]:
    """A part of the sample a quarter as large, and what makes it large again."""
    part = sample(1024).crop(PART)
    small = np.asarray(part.resize((SMALL, SMALL), Image.Resampling.BICUBIC))
    size = LARGE, LARGE
    dots = np.asarray(Image.fromarray(small).resize(size, Image.Resampling.NEAREST))
    return [
        ("what is given, 80 x 80", dots),
        ("lanczos", painting.enlarge(small, size)),
        ("span", enlarge(small, size, MODELS["span"])),
        ("realesrgan", enlarge(small, size, MODELS["realesrgan"])),
        ("what it was, 320 x 320", np.asarray(part)),
    ]


def main() -> None:
    """Write both pictures, and those of styles."""
    style_pictures()
    save(sheet(looks(), columns=6, cell=200), "stylizer.jpg")
    save(sheet(upscaled(), columns=5, cell=LARGE), "upscaling.jpg")


if __name__ == "__main__":
    main()
