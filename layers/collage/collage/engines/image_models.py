"""What is known of OpenAI's image models without asking them: sizes and prices.

Facts of PRICED_ON, from the provider's own pages as others report them; a model is a free
setting, so one that is not listed here still works: at a standard size, and at the highest
price known, so that an estimate errs on the safe side.
"""

from dataclasses import dataclass

PRICED_ON = "2026-11-21"

STANDARD_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))

QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")

CUSTOM_SIZES = ("gpt-image-2", "gpt-image-2.5")
"""Families that take any size in bounds; a name belongs to one when it is it or extends it."""

CUSTOM_STEP, CUSTOM_LONGEST, CUSTOM_RATIO = 16, 3840, 3.0
CUSTOM_PIXELS = (655_360, 8_294_400)

PRICES = {
    "gpt-image-2": {"low": 0.006, "medium": 0.053, "high": 0.211},
    "gpt-image-2.5": {
        "low": 0.006,
        "medium": 0.013,
        "high": 0.053,
        "xhigh": 0.094,
        "max": 0.211,
    },
}
"""Dollars for one picture of PRICED_PIXELS, by family and quality."""

PRICED_PIXELS = 1024 * 1024
REFERENCE_PRICE = 0.012
"""Dollars for each picture that is sent along, the mask's base among them."""

TOKEN_PRICES = {"text": 5e-6, "image": 8e-6, "output": 30e-6}
"""Dollars a token, for what an answer says it used."""


@dataclass(frozen=True)
class Frame:
    """A picture of some shape inside one of an allowed size: both (width, height) in pixels."""

    asked: tuple[int, int]
    """The size to ask the model for."""
    inner: tuple[int, int]
    """What the tile's own shape takes up of it, centred."""


def frame(model: str, size: tuple[int, int]) -> Frame:
    """The nearest size that ``model`` allows for a tile of ``size``.

    The size itself where a model takes it; otherwise the standard size of the most similar
    shape, in which the tile lies as large as it fits.
    """
    if _family(model, CUSTOM_SIZES) is not None and _allowed(size):
        return Frame(size, size)
    width, height = size
    ratio = width / height
    asked = min(STANDARD_SIZES, key=lambda s: max(ratio * s[1] / s[0], s[0] / s[1] / ratio))
    scale = min(asked[0] / width, asked[1] / height)
    return Frame(asked, (round(width * scale), round(height * scale)))


def price(model: str, quality: str | None, size: tuple[int, int], pictures: int) -> float:
    """Dollars for one call that edits a picture of ``size`` into so many pictures.

    A model that is not listed, and the quality ``auto``, cost the most that is known.
    """
    family = _family(model, tuple(PRICES))
    tables = [PRICES[family]] if family else list(PRICES.values())
    known = [table[quality] for table in tables if quality in table]
    each = max(known or [price for table in tables for price in table.values()])
    pixels = size[0] * size[1] / PRICED_PIXELS
    return (each * pixels + REFERENCE_PRICE) * pictures


def is_priced(model: str) -> bool:
    """Whether the table has a price for the model."""
    return _family(model, tuple(PRICES)) is not None


def _family(model: str, families: tuple[str, ...]) -> str | None:
    mine = [f for f in families if model == f or model.startswith(f + "-")]
    return mine[0] if mine else None


def _allowed(size: tuple[int, int]) -> bool:
    least, most = CUSTOM_PIXELS
    return (
        all(side % CUSTOM_STEP == 0 and side <= CUSTOM_LONGEST for side in size)
        and max(size) / min(size) <= CUSTOM_RATIO
        and least <= size[0] * size[1] <= most
    )
