"""Recipes: how a request unfolds into tiles. A new one is a module here and a registry line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from collage import engines

if TYPE_CHECKING:
    from collage.pictures.masks import Box
    from collage.request.fields import Fields
    from collage.tile import Composition, Operation, Tile
    from collage.weights import Weights

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Recipe:
    """What is known of a recipe without loading it."""

    what: str
    """What it makes."""
    source: Literal["needed", "optional", "unused"]
    """Whether it works on a source picture."""
    uses: frozenset[str]
    """The fields of the request that are its own, beside those that every recipe has."""
    untouched: bool = False
    """Whether the source is kept at its own size, to the pixel."""


STYLED = frozenset({"styles", "style_count", "theme", "exclude", "prompt_template", "masks"})

RECIPES: dict[str, Recipe] = {
    "collage": Recipe(
        "every mask with every combination of styles, in a shuffled grid",
        source="needed",
        uses=STYLED | {"combine", "tiles", "order", "replace_refused", "sample"},
    ),
    "matrix": Recipe(
        "a table of subjects and styles, or of any other axes, every cell of it made",
        source="optional",
        uses=STYLED | {"combine", "subjects", "axes", "sample"},
    ),
    "samples": Recipe(
        "a grid of pictures of one prompt, by consecutive seeds",
        source="unused",
        uses=frozenset({"prompt", "sample", "grid_size"}),
    ),
    "variations": Recipe(
        "pictures that are like the source in meaning, not in pixels",
        source="needed",
        uses=frozenset({"prompt", "sample", "count"}),
    ),
    "erase": Recipe(
        "the source with rectangles, or a mask of any shape, cut out and refilled",
        source="needed",
        uses=frozenset({"prompt", "sample", "count", "rects", "mask_source", "transparency"}),
        untouched=True,
    ),
    "panorama": Recipe(
        "the source extended to a larger shape, step by step",
        source="needed",
        uses=frozenset({"prompt", "sample", "count", "target", "anchor", "overlap"}),
        untouched=True,
    ),
    "interpolation": Recipe(
        "a triangle of pictures between the source, a text and the source's meaning",
        source="needed",
        uses=frozenset({"prompt", "steps"}),
    ),
    "reconstruction": Recipe(
        "the source beside what models of discrete codes keep of it, measured",
        source="needed",
        uses=frozenset({"models"}),
    ),
}
"""Every recipe by its name; its module here has the same."""


SEEDS = 2**64
"""How many seeds there are; the one after the last is 0."""


@dataclass(frozen=True)
class Ingredients:
    """What a recipe has to work with: frozen styles, and digests of what was prepared."""

    request: Fields
    styles: tuple[str, ...]
    source: str | None
    """Digest of the prepared source's pixels."""
    masks: Mapping[str, str]
    """Digest of each mask's file, by the mask's name."""
    models: Mapping[str, str]
    """What renders, by engine."""
    weights: Weights | None = None
    """The stack's own models, where it has any."""

    def tile(
        self,
        operation: Operation,
        prompt: str,
        *,
        number: int = 0,
        styles: tuple[str, ...] = (),
        mask: str | None = None,
        source: str | None = None,
        settings: Mapping[str, Any] | None = None,
        size: Size | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Tile:
        """A tile by the request's engine, or by what ``settings`` say in place of its fields.

        ``number`` tells pictures of the same conditioning apart: it is added to the seed, or is
        the number of the sample where an engine has no seed. ``source`` is the prepared one unless
        a composition's digest is given, and none at all for ``generate``.
        """
        from collage.request.prompts import single
        from collage.tile import Tile

        asked, given = self.request, settings or {}
        name = str(given.get("engine", asked.engine))
        engine = engines.ENGINES[name]
        wanted = {field: given.get(field, getattr(asked, field)) for field in engine.options}
        if unwanted := wanted.get("negative_prompt"):
            wanted["negative_prompt"] = single(unwanted, asked.words, "negative_prompt")
        own = {field: str(value) for field, value in wanted.items() if value is not None}
        fixed = engine.model is not None or "model" not in given
        model = self.models[name] if fixed else str(given["model"])
        if engine.pinned:
            model = engine.pinned(operation, given.get("model", asked.model), self.weights)
        seed = int(given.get("seed", asked.seed))
        return Tile(
            operation=operation,
            prompt=prompt,
            styles=styles,
            mask=mask,
            mask_sha256=None if mask is None else self.masks[mask],
            source=None if operation == "generate" else source or self.source,
            engine=name,
            model=model,
            options={**own, **(options or {})},
            size=size or asked.size,
            seed=(seed + number) % SEEDS if engine.seeded else None,
            sample=None if engine.seeded else number,
            preserve=asked.preserve,
        )


@dataclass(frozen=True)
class Unfolded:
    """The tiles of a collage and how they are laid out."""

    tiles: list[Tile]
    cells: Sequence[int | None] | None = None
    """What each cell shows, row by row: a tile's position, or nothing. None: all, shuffled."""
    spares: list[Tile] = field(default_factory=list)
    """What takes the place of refused tiles."""
    compositions: Sequence[Composition] = ()
    """Sources of tiles that are put together from other tiles."""
    column_headers: tuple[str, ...] = ()
    """Headings above the columns of cells."""
    row_headers: tuple[str, ...] = ()
    """Headings beside the rows of cells."""
    column_axis: str = ""
    """What the headings above the columns are values of."""
    row_axis: str = ""
    """What the headings beside the rows are values of."""
    axes: Sequence[Mapping[str, str]] = ()
    """Where each tile stands on the axes of a table, by the axes' names."""


@dataclass(frozen=True)
class Boxes:
    """A mask that edits what lies in boxes of a picture of ``size``."""

    size: Size
    edited: tuple[Box, ...]


Shape = str | Boxes
"""A mask: one of `collage.pictures.masks` by name, boxes, ``transparency``: what of the source is
transparent, or ``file``: the request's mask file."""


class Module(Protocol):
    """What every recipe's module offers."""

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """Values for fields that were left open, by the request's others and the source's size."""

    def operations(self, request: Fields, source: bool) -> set[Operation]:
        """What engines are asked to do."""

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """The masks it needs, by the names that its tiles give them."""

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The tiles, the most wanted first, and their places."""


def load(name: str) -> Module:
    """The recipe ``name``."""
    return cast(Module, import_module(f"collage.recipes.{name}"))
