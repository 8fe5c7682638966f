"""What sizes OpenAI's image models take, and what may be asked of them, without asking them.

From the provider's own pages as others report them. A model is a free setting: one that is not
listed here still works, at a standard size.
"""

from collage.engines.frame import Frame

STANDARD_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))

QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")

CUSTOM_SIZES = ("gpt-image-2", "gpt-image-2.5")
"""Families that take any size in bounds; a name belongs to one when it is it or extends it, behind
a gateway's prefix too."""

CUSTOM_STEP, CUSTOM_LONGEST, CUSTOM_RATIO = 16, 3840, 3.0
CUSTOM_PIXELS = (655_360, 8_294_400)


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
    return Frame.around(size, asked)


def _family(model: str, families: tuple[str, ...]) -> str | None:
    name = model.rpartition("/")[2].lower()
    mine = [f for f in families if name == f or name.startswith(f + "-")]
    return mine[0] if mine else None


def _allowed(size: tuple[int, int]) -> bool:
    least, most = CUSTOM_PIXELS
    return (
        all(side % CUSTOM_STEP == 0 and side <= CUSTOM_LONGEST for side in size)
        and max(size) / min(size) <= CUSTOM_RATIO
        and least <= size[0] * size[1] <= most
    )
