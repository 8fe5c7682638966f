"""What OpenAI's image models cost, by model: dated facts, and what follows from them for a call.

From the provider's own pages as others report them, on PRICED_ON. A model is a free setting: one
that is newer than the table costs what the newest of its kind does, and one that is of no known
kind the most that is known, so that an estimate errs on the safe side.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

PRICED_ON = "2026-11-26"

SQUARE_PIXELS = 1024 * 1024
OBLONG = ((1536, 1024), (1024, 1536))

REFERENCE_TOKENS = 1500
"""Tokens that a picture sent along is counted as, the mask's base among them."""

BELIEVED = 10.0
"""A cost that is told counts up to so many times the dearest that is known for the pictures."""


class Prices(NamedTuple):
    """Of one family of models, in dollars."""

    text: float
    """A million tokens of text that are sent."""
    image: float
    """A million tokens of pictures that are sent."""
    output: float
    """A million tokens of pictures that are made."""
    square: Mapping[str, float]
    """One picture of 1024 x 1024 by quality, without what is sent."""
    oblong: Mapping[str, float]
    """One of 1536 x 1024 or 1024 x 1536, where that is not in proportion to the pixels."""

    @property
    def reference(self) -> float:
        """One picture that is sent along."""
        return self.image * REFERENCE_TOKENS / 1e6


FIRST = ("low", "medium", "high")
FINER = (*FIRST, "xhigh", "max")


def _by(qualities: tuple[str, ...], *prices: float) -> dict[str, float]:
    return dict(zip(qualities, prices, strict=True))


_ONE_AND_HALF = Prices(5, 8, 32, _by(FIRST, 0.009, 0.034, 0.133), _by(FIRST, 0.013, 0.05, 0.2))
_TWO_AND_HALF = Prices(5, 8, 30, _by(FINER, 0.006, 0.013, 0.053, 0.094, 0.211), {})

PRICES: dict[str, Prices] = {
    "gpt-image-1": Prices(
        5, 10, 40, _by(FIRST, 0.011, 0.042, 0.167), _by(FIRST, 0.016, 0.063, 0.25)
    ),
    "gpt-image-1-mini": Prices(
        2, 2.5, 8, _by(FIRST, 0.005, 0.011, 0.036), _by(FIRST, 0.006, 0.015, 0.052)
    ),
    "gpt-image-1.5": _ONE_AND_HALF,
    "chatgpt-image-latest": _ONE_AND_HALF,
    "gpt-image-2": Prices(
        5, 8, 30, _by(FIRST, 0.006, 0.053, 0.211), _by(FIRST, 0.005, 0.041, 0.165)
    ),
    "gpt-image-2.5": _TWO_AND_HALF,
    "gpt-image-2.6": _TWO_AND_HALF,
}
"""By family: a model belongs to one when its name is that or extends it by a hyphen."""


def family(model: str) -> str | None:
    """The family whose prices a model has, by its name behind a gateway's prefix.

    A later point version of a known one has the prices of the latest that is known.
    """
    name = model.rpartition("/")[2].lower()
    mine = [known for known in PRICES if name == known or name.startswith(f"{known}-")]
    if mine:
        return max(mine, key=len)
    version = re.fullmatch(r"gpt-image-(\d+)\.(\d+)(-.*)?", name)
    if version is None:
        return None
    points = [re.fullmatch(rf"gpt-image-{version[1]}(?:\.(\d+))?", known) for known in PRICES]
    before = [found for found in points if found and int(found[1] or 0) < int(version[2])]
    return max(before, key=lambda found: int(found[1] or 0))[0] if before else None


def qualities(model: str) -> tuple[str, ...] | None:
    """What ``quality`` may be for a model; None where only its server knows."""
    name = model.rpartition("/")[2].lower()
    known = family(model)
    if known is None or not (name == known or name.startswith(f"{known}-")):
        return None
    return (*PRICES[known].square, "auto")


def price(
    model: str, quality: str | None, size: tuple[int, int], pictures: int, *, references: int
) -> float:
    """Dollars for one call that makes so many pictures of ``size``.

    ``references`` is how many pictures are sent along. A model that is of no known family, and a
    quality that it has no price for, such as ``auto``, cost the most that is known.
    """
    known = family(model)
    tables = [PRICES[known]] if known else list(PRICES.values())
    priced = [table for table in tables if quality in table.square]
    each = max(
        _picture(table, name, size)
        for table in priced or tables
        for name in table.square
        if not priced or name == quality
    )
    sent = max(table.reference for table in tables) * references
    return (each + sent) * pictures


def _picture(table: Prices, quality: str, size: tuple[int, int]) -> float:
    if size in OBLONG and quality in table.oblong:
        return table.oblong[quality]
    return table.square[quality] * size[0] * size[1] / SQUARE_PIXELS


def is_priced(model: str) -> bool:
    """Whether the table has a price for the model."""
    return family(model) is not None


def cost(
    model: str,
    size: tuple[int, int],
    pictures: int,
    *,
    text: object,
    image: object,
    output: object,
    references: int = 1,
) -> float | None:
    """Dollars by the tokens that an answer says it used; None where that is not to be believed.

    A compatible server may say only a part, and what it does not say was not free; nor were
    pictures that are said to have taken no tokens, or fewer than none.
    """
    counts = [n for n in (text, image, output) if isinstance(n, int) and not isinstance(n, bool)]
    if len(counts) < 3 or min(counts) < 0 or counts[2] == 0:
        return None
    table = PRICES[family(model) or DEAREST]
    usd = (counts[0] * table.text + counts[1] * table.image + counts[2] * table.output) / 1e6
    most = BELIEVED * price(model, None, size, pictures, references=max(1, references))
    return usd if usd <= most else None


DEAREST = max(PRICES, key=lambda name: PRICES[name].output)
"""Whose tokens a model of no known family is settled by."""
