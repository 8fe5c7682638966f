"""Another layout for a collage that is made."""

from typing import Any

from pydantic import Field

from collage.digest import canonical, sha256
from collage.fields.fields import unused
from collage.fields.values import LEAST_DPI, MOST_DPI, Colour, FormatName
from collage.frozen import Frozen
from collage.request.parse import parse, validated
from collage.request.request import Request
from collage.sheet.layout import Sort
from collage.words.seeds import MAX_SEED, RANDOM, seeded


class Relayout(Frozen, extra="forbid"):
    """How to lay the tiles of a collage out again; what is left out stays as it was."""

    rows: int | None = Field(default=None, ge=1, le=200)
    cols: int | None = Field(default=None, ge=1, le=200)
    cell: int | None = Field(default=None, ge=16, le=16_384)
    gap: int | None = Field(default=None, ge=-256, le=256)
    labels: bool | None = None
    title: str | None = Field(default=None, max_length=200)
    border: int | None = Field(default=None, ge=0, le=1024)
    background: Colour | None = None
    format: FormatName | None = None
    dpi: int | None = Field(default=None, ge=LEAST_DPI, le=MOST_DPI, exclude_if=unused)
    joined: bool | None = Field(default=None, exclude_if=unused)
    sort: Sort = "shuffle"
    seed: int | None = Field(default=None, ge=RANDOM, le=MAX_SEED)


def parse_relayout(changes: dict[str, Any]) -> Relayout:
    """The new layout in ``changes``. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(validated(Relayout, changes))


def relaid(asked: Request, changes: Relayout) -> Request:
    """The request with another layout; the rules of a request hold for that as well.

    Raises:
        InvalidRequest: when the new layout breaks them.
    """
    changed = changes.model_dump(exclude_none=True, exclude={"sort"})
    return parse({**asked.model_dump(), **changed, "tiles": None})


def layout_name(changes: Relayout) -> str:
    """The folder of a new layout, below ``layouts/`` of the collage: the same for the same."""
    return sha256(canonical(changes.model_dump(mode="json")))[:12]
