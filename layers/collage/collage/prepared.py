"""What lies ready for the engine: prepared.json."""

from pydantic import Field

from collage.frozen import Frozen
from collage.names import MaskName


class Prepared(Frozen):
    """What lies ready for the engine: digests of the source's pixels and the masks' files."""

    source: str | None
    masks: dict[MaskName, str]
    style_pictures: dict[str, str] = Field(
        default={}, description="digests of the pixels of style pictures, by the styles' names"
    )
    reference_pictures: dict[str, str] = Field(
        default={},
        exclude_if=lambda pictures: not pictures,
        description="the same, of the larger ones that some engines take",
    )
    sources: tuple[str, ...] = Field(
        default=(),
        exclude_if=lambda digests: not digests,
        description="digests of the sources' pixels, where there are several",
    )
    mask_files: dict[str, tuple[MaskName | None, ...]] = Field(
        default={},
        exclude_if=lambda files: not files,
        description="what masks of the user's own are called in tiles, by their names, each for "
        "every source in turn",
    )
