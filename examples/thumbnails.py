"""Writes the studio's small pictures of what each recipe makes, from those of docs/recipes.

``python -m examples.thumbnails``, or with all of docs/recipes by `make recipes`. The two recipes
that only open models make, on a GPU, are shown by how their tables look: the sample picture and a
painted one blended by weights, and the sample picture beside a coarse copy of itself.
"""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from collage.recipes import RECIPES

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / "docs" / "recipes"
OUT = ROOT / "web" / "studio" / "recipes"
SCRIPT = ROOT / "web" / "studio" / "ask" / "recipe_pictures.js"
SIZE = 240, 180
"""Pixels: a card shows 200 x 150 of them or fewer."""
CORNERS = 4
"""Rows of the triangle."""
COARSE = 28
"""Pixels of the copy that discrete codes keep, across."""


def _filled(picture: Image.Image) -> Image.Image:
    """The middle of a picture, as much as fills a card."""
    scale = max(SIZE[0] / picture.width, SIZE[1] / picture.height)
    width, height = round(SIZE[0] / scale), round(SIZE[1] / scale)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.convert("RGB").resize(
        SIZE, Image.Resampling.LANCZOS, (left, top, left + width, top + height)
    )


def _whole(name: str) -> Image.Image:
    return _filled(Image.open(MADE / f"{name}.jpg"))


def _near(name: str) -> Image.Image:
    """Half of a collage's cells across and down, so that one sees what is in them."""
    whole = Image.open(MADE / f"{name}.jpg")
    return whole.crop((0, 0, whole.width // 2, whole.height // 2))


def _strip() -> Image.Image:
    """All of the panorama, above it what it was made from."""
    whole = Image.open(MADE / "panorama.jpg").convert("RGB")
    high = round(SIZE[0] * whole.height / whole.width)
    sheet = Image.new("RGB", SIZE, "white")
    source = _farmhouse()
    small = source.resize((SIZE[0] * 4 // 15, SIZE[1] * 4 // 15), Image.Resampling.LANCZOS)
    top = (SIZE[1] - high - small.height - 8) // 2
    sheet.paste(small, ((SIZE[0] - small.width) // 2, top))
    sheet.paste(
        whole.resize((SIZE[0], high), Image.Resampling.LANCZOS), (0, top + small.height + 8)
    )
    return sheet


def _triangle() -> Image.Image:
    source, text, meaning = _farmhouse(), _part("variations", 0), _part("variations", 2)
    side = SIZE[0] // CORNERS, SIZE[1] // CORNERS
    sheet = Image.new("RGB", SIZE, "white")
    for row in range(CORNERS):
        for column in range(CORNERS - row):
            mixed = Image.blend(source, text, row / (CORNERS - 1))
            mixed = Image.blend(mixed, meaning, column / (CORNERS - 1))
            small = mixed.resize((side[0] - 2, side[1] - 2), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * side[0], row * side[1]))
    return sheet


def _pair() -> Image.Image:
    source = _farmhouse()
    coarse = source.resize((COARSE, COARSE * SIZE[1] // SIZE[0]), Image.Resampling.BOX)
    sheet = source.copy()
    right = (SIZE[0] // 2, 0, *SIZE)
    sheet.paste(coarse.resize(SIZE, Image.Resampling.NEAREST).crop(right), right[:2])
    return sheet


def _farmhouse() -> Image.Image:
    return _filled(Image.open(ROOT / "examples" / "farmhouse.png"))


def _part(name: str, column: int) -> Image.Image:
    """A cell of the upper row of a recipe's picture."""
    whole = Image.open(MADE / f"{name}.jpg")
    side = whole.width // 3
    left = column * side
    return _filled(whole.crop((left, 0, left + side, side)))


OWN: dict[str, Callable[[], Image.Image]] = {
    "collage": lambda: _filled(_near("collage")),
    "transfer": lambda: _filled(_near("transfer")),
    "panorama": _strip,
    "interpolation": _triangle,
    "reconstruction": _pair,
}
"""Recipes that their picture in the docs does not show at a glance, in the shape of a card."""


def script() -> str:
    """The studio's module that has them all, by the recipes' names."""
    called = {name: name.replace("-", "_") for name in sorted(RECIPES)}
    entries = (name if name == own else f'"{name}": {own}' for name, own in called.items())
    return "\n".join(
        [
            "/** What each recipe makes, in small; `python -m examples.thumbnails` writes them. */",
            "",
            *(f'import {own} from "../recipes/{name}.jpg";' for name, own in called.items()),
            "",
            "/** @type {Record<string, string>} */",
            f"export const pictures = {{ {', '.join(entries)} }};",
            "",
        ]
    )


def main() -> None:
    """Write them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in RECIPES:
        picture = OWN[name]() if name in OWN else _whole(name)
        picture.save(OUT / f"{name}.jpg", quality=72, optimize=True)
    SCRIPT.write_text(script(), encoding="utf-8")


if __name__ == "__main__":
    main()
