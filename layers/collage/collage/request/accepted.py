"""A request that passed the door, with the pictures that it came with; and its id."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from collage.digest import canonical, sha256
from collage.frozen import Frozen
from collage.names import CollageId
from collage.owners.owner import Owner
from collage.request.request import Request

LATER = ("sample",)
"""Fields that came after the first ids were given out: not in an id unless they are used.

Those that came after it are not even written down unused; see `fields.unused`.
"""


class Source(Frozen):
    """A picture, the source or a mask, as it was when the request was accepted."""

    key: str = Field(description="its key in the uploads bucket")
    sha256: str
    format: str
    width: int
    height: int
    transparent: bool = False


class Font(Frozen):
    """A font file, as it was when the request was accepted."""

    key: str = Field(description="its key in the uploads bucket")
    sha256: str


class Accepted(Frozen):
    """A request that passed the door: request.json. Its id names the collage and its run."""

    id: CollageId
    source: Source | None
    sources: tuple[Source, ...] = Field(
        default=(),
        exclude_if=lambda sources: not sources,
        description="the sources, where there are several",
    )
    mask: Source | None = Field(default=None, description="the mask file, where there is one")
    style_pictures: dict[str, Source] = Field(
        default={}, description="the pictures of styles, by the styles' names"
    )
    mask_files: dict[str, tuple[Source | None, ...]] = Field(
        default={},
        exclude_if=lambda files: not files,
        description="masks of the user's own by their names, each for every source in turn",
    )
    font: Font | None = Field(default=None, description="the font file, where there is one")
    owner: Owner | None = Field(
        default=None,
        exclude_if=lambda owner: owner is None,
        description="whose it is, where the stack tells people apart",
    )
    request: Request

    @property
    def key(self) -> str | None:
        """Key of the source in the uploads bucket, the first of several; where there is one."""
        return next((each.key for each in self.every_source), None)

    @property
    def every_source(self) -> tuple[Source, ...]:
        """The source, or all of several; none where there is none."""
        return self.sources or (() if self.source is None else (self.source,))

    @property
    def font_digest(self) -> str | None:
        """Of the user's own font, where there is one."""
        return None if self.font is None else self.font.sha256

    @property
    def person(self) -> str | None:
        """Whose share of the day its calls come out of; None where people are not told apart."""
        return None if self.owner is None else self.owner.who

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the source, the first of several; where there is one."""
        return next(((each.width, each.height) for each in self.every_source), None)


def collage_id(
    request: Request,
    source_sha256: str | None,
    mask_sha256: str | None = None,
    style_sha256: Mapping[str, str] | None = None,
    font_sha256: str | None = None,
    mask_files_sha256: Mapping[str, Sequence[str | None]] | None = None,
    sources_sha256: Sequence[str] = (),
    owner: Owner | None = None,
) -> str:
    """The id of a collage: 20 hexadecimal digits over the request and the files that it names.

    Their keys are left out: the same picture under two names is one collage. Of two owners who ask
    for the same each has a collage of their own.
    """
    by_content = {"mask_source", "mask_files", "style_pictures", "font", "sources"}
    left_out = {*by_content, *(name for name in LATER if getattr(request, name) is None)}
    asked = request.model_dump(exclude=left_out)
    content: dict[str, Any] = {"source": source_sha256, "mask": mask_sha256, "request": asked}
    if style_sha256:
        content["style_pictures"] = dict(style_sha256)
    if font_sha256 is not None:
        content["font"] = font_sha256
    if mask_files_sha256:
        content["mask_files"] = {name: list(each) for name, each in mask_files_sha256.items()}
    if sources_sha256:
        content["sources"] = list(sources_sha256)
    if owner is not None:
        content["owner"] = owner.identity
    return sha256(canonical(content))[:20]
