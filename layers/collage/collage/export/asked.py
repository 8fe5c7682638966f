"""What somebody wants to take away of a collage, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from collage.digest import canonical, sha256
from collage.fields.values import LEAST_DPI, MOST_DPI, Colour, format_name
from collage.formats import FORMATS
from collage.frozen import Frozen
from collage.manifest import Manifest
from collage.names import CollageId
from collage.request.parse import validated
from collage.text import either

Kind = Literal["zip", "picture", "poster", "sheet", "film", "blocks"]

FieldName = Annotated[str, Field(min_length=1, max_length=100)]

ExportName = Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
"""What an export is called: its folder below ``exports/`` of the collage."""

LAID = ("rows", "cols", "columns")
"""Options that say where tiles lie."""

SHEET = ("gap", "labels", "title", "border", "background")
"""Options that say what is around them."""

PAPER = ("paper", "landscape", "margin", "dpi")
"""Options of what is printed."""

FILMS = {"gif": "GIF", "webp": "WebP", "mp4": "MP4", "webm": "WebM"}
"""Formats that move: as options name them, and as people write them."""

USES: dict[str, frozenset[str]] = {
    "zip": frozenset({"names"}),
    "picture": frozenset({*LAID, *SHEET, "cell", "format", "dpi"}),
    "poster": frozenset({*LAID, *SHEET, *PAPER, "bleed", "marks", "fit", "enlarge"}),
    "film": frozenset({*LAID, *SHEET, "by", "cell", "format", "seconds"}),
    "blocks": frozenset({*LAID, *SHEET, "by", "cell", "format", "dpi"}),
    "sheet": frozenset({*PAPER, "columns", "gap", "labels", "title", "background"}),
}
"""Which options each kind has, beside those that all have."""


class Export(Frozen, extra="forbid"):
    """What to take away of a collage. An option that is left open has the default of its kind."""

    kind: Kind = Field(
        description="zip: the tiles as they were made, with manifest and choices; picture: tiles "
        "as one picture; poster: one page for a printer; sheet: pages of tiles with captions; "
        "film: one value after the other; blocks: a picture for each value"
    )
    only: tuple[Annotated[str, Field(max_length=60_000)], ...] = Field(
        default=(),
        max_length=200,
        description="terms that must all hold of a tile: starred, score>=4, FIELD=VALUE, "
        "cells=ROW:COL; unless given, all that are not hidden",
    )
    names: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="how files are named: text with {row}, {col}, {number}, {style}, {mask}, "
        "{seed}, {engine} or an axis in it",
    )

    rows: FieldName | None = Field(
        default=None, description="field whose values the rows of a table are: style, an axis"
    )
    cols: FieldName | None = Field(default=None, description="the same of its columns")
    columns: int | None = Field(
        default=None, ge=1, le=200, description="tiles in a row, where they are no table"
    )
    cell: int | None = Field(
        default=None, ge=16, le=16_384, description="width of a cell in pixels"
    )
    gap: int | None = Field(default=None, ge=0, le=256, description="pixels between cells")
    labels: bool | None = Field(default=None, description="write below each tile what it is")
    title: str | None = Field(
        default=None, max_length=200, description="written above; an empty one is none"
    )
    border: int | None = Field(default=None, ge=0, le=1024, description="pixels around the cells")
    background: Colour | None = Field(
        default=None, description="colour of gaps, border and labels: a name, or #rrggbb"
    )
    by: FieldName | None = Field(
        default=None,
        description="field whose values a film shows one after the other, or blocks are made for",
    )
    seconds: float | None = Field(
        default=None, ge=0.02, le=60, description="that a film shows each value; unless given, 1"
    )
    format: Annotated[str, BeforeValidator(format_name)] | None = Field(
        default=None,
        description=f"of pictures: {either(FORMATS)}; unless given, png; of a film: "
        f"{either(FILMS)}; unless given, gif",
    )
    dpi: int | None = Field(
        default=None, ge=LEAST_DPI, le=MOST_DPI, description="pixels of an inch on paper"
    )

    paper: str | None = Field(
        default=None,
        max_length=40,
        description="A0 to A6, Letter, Legal, Tabloid, or WIDTHxHEIGHT in mm; unless given, A4",
    )
    landscape: bool | None = Field(default=None, description="the paper lies on its long side")
    margin: float | None = Field(
        default=None, ge=0, le=500, description="mm left free at each side of the paper"
    )
    bleed: float | None = Field(
        default=None, ge=0, le=50, description="mm printed beyond the cut at each side"
    )
    marks: bool | None = Field(default=None, description="lines at the corners to cut along")
    fit: Literal["contain", "cover"] | None = Field(
        default=None, description="contain: all is on the page; cover: the page is full, and cuts"
    )
    enlarge: bool | None = Field(
        default=None, description="print tiles that have fewer pixels than the dpi asks for"
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        own = USES[self.kind]
        for name in type(self).model_fields:
            given = name in self.model_fields_set and getattr(self, name) is not None
            if given and name not in own | {"kind", "only"}:
                raise ValueError(
                    f"{name}: {self.kind} has no use for it; it has: {', '.join(sorted(own))}"
                )
        formats = tuple(FILMS if self.kind == "film" else FORMATS)
        if self.format is not None and self.format not in formats:
            raise ValueError(
                f"format: {self.format[:20]!r} is none of a {self.kind}; there are: "
                + ", ".join(formats)
            )
        return self


class ExportAsked(Frozen):
    """asked.json: an export that was asked for, and when, in UTC."""

    id: CollageId
    name: ExportName
    asked: Export
    at: str


class Exported(Frozen):
    """export.json: an export that is there; it is written last."""

    id: CollageId
    name: ExportName
    kind: str
    file: Annotated[str, Field(pattern="^[a-z]{1,20}[.][a-z0-9]{1,5}$")] = Field(
        description="name of the file, beside this one"
    )
    bytes: int
    tiles: int = Field(description="how many it shows or holds")
    notes: tuple[str, ...] = Field(default=(), description="what is worth knowing of it")
    created: str


def parse_export(options: dict[str, Any]) -> Export:
    """The export in ``options``, field names to plain values.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return validated(Export, options)


def folder_of(name: str) -> str:
    """Where an export lies, below the folder of its collage."""
    return f"exports/{name}"


def name_of(asked: Export, manifest: Manifest, tiles: Sequence[int], beside: object) -> str:
    """The name of an export: the same for the same tiles of a collage, taken in the same way.

    ``beside`` is what it holds beside the tiles, as JSON has it.
    """
    how = asked.model_dump(mode="json", exclude={"only"}, exclude_none=True)
    keys = [manifest.tiles[index].key for index in tiles]
    return sha256(canonical([how, keys, manifest.created, beside]))[:12]
