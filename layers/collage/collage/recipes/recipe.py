"""What a recipe is: its facts and defaults, what it works with, and what it makes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from collage import engines
from collage.digest import canonical
from collage.fields import prompts
from collage.pictures.masks import file_of
from collage.tile import STYLE_PICTURES, Composition, Interned, Kind, Operation, Tile
from collage.words.seeds import MAX_SEED
from collage.words.styles import fold

if TYPE_CHECKING:
    from collage.fields.again import TileChange
    from collage.fields.fields import Fields
    from collage.pictures.masks import Box
    from collage.weights import Weights

Size = tuple[int, int]
"""Width and height in pixels."""

STYLED = frozenset(
    {
        "styles",
        "style_count",
        "style_pictures",
        "theme",
        "exclude",
        "prompt_template",
        "masks",
        "mask_files",
    }
)
"""The fields of recipes whose tiles have styles."""


SEVERAL = frozenset({"sources", "source_names"})
"""The fields of recipes that can have several sources."""


MOST_COUNTED = 1_000_000
"""Prompts that are gone through to count the tiles that have them: a second's work, or three."""


@dataclass(frozen=True)
class Ingredients:
    """What a recipe has to work with: frozen styles, and digests of what was prepared."""

    request: Fields
    styles: tuple[str, ...]
    source: str | None
    """Digest of the prepared source's pixels, where there is one."""
    masks: Mapping[str, str]
    """Digest of each mask's file, by the mask's name."""
    models: Mapping[str, str]
    """What renders, by engine."""
    weights: Weights | None = None
    """The stack's own models, where it has any."""
    style_pictures: Mapping[str, str] = field(default_factory=dict)
    """Digest of the pixels of each style picture, by the style's name."""
    reference_pictures: Mapping[str, str] = field(default_factory=dict)
    """The same, of the larger ones that some engines take."""
    mask_files: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    """What tiles call masks of the user's own, by their names, each for every source in turn."""
    sources: Sequence[str] = ()
    """The same of several sources."""
    number: int = 0
    """Which of the sources it is that they are of."""
    interned: Interned = field(default_factory=Interned, compare=False)
    """What the tiles have alike that are made of them."""

    @property
    def of_each_source(self) -> tuple[Ingredients, ...]:
        """The same with each of several sources alone, as a collage of that one has them."""
        if not self.sources:
            return (self,)
        return tuple(
            replace(self, source=digest, sources=(), number=number)
            for number, digest in enumerate(self.sources)
        )

    @property
    def own_masks(self) -> tuple[str, ...]:
        """The masks that there are of its source, of those that the request names."""
        return self.request.masks_of(self.number)

    @property
    def masks_differ(self) -> bool:
        """Whether no two of these are the same under two names."""
        return len({self.drawn(mask) for mask in self.own_masks}) == len(self.own_masks)

    def drawn(self, mask: str) -> str:
        """What tiles call a mask that a request names."""
        name = file_of(mask)
        found = mask if name is None else self.mask_files[name][self.number]
        if found is None:
            raise KeyError(f"the source {self.number} has no mask {mask}")
        return found

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
        asked, given = self.request, settings or {}
        name = str(given.get("engine", asked.engine))
        engine = engines.ENGINES[name]
        wanted = {field: given.get(field, getattr(asked, field)) for field in engine.options}
        if unwanted := wanted.get("negative_prompt"):
            wanted["negative_prompt"] = prompts.single(unwanted, asked.words, "negative_prompt")
        own = {field: str(value) for field, value in wanted.items() if value is not None}
        fixed = engine.model is not None or "model" not in given
        model = self.models[name] if fixed else str(given["model"])
        model = engine.model_of(operation, bool(prompt.strip()), model)
        if engine.pinned:
            named = asked.model if name in asked.unfolded_engines else None
            model = engine.pinned(operation, given.get("model", named), self.weights)
        if engine.style_pictures and engine.style_pictures_of(model, self.weights):
            own |= self._pictures_of(styles, large=engine.references)
        seed = int(given.get("seed", asked.seed))
        drawn = None if mask is None else self.drawn(mask)
        made = Tile(
            operation=operation,
            prompt=prompt,
            styles=styles,
            mask=drawn,
            mask_sha256=None if drawn is None else self.masks[drawn],
            source=None if operation == "generate" else source or self.source,
            engine=name,
            model=model,
            options={**own, **(options or {})},
            size=size or asked.size,
            seed=(seed + number) % (MAX_SEED + 1) if engine.seeded else None,
            sample=None if engine.seeded else number,
            preserve=asked.preserve,
        )
        return self.interned.tile(made)

    def changed(self, tile: Tile, place: Mapping[str, str], change: TileChange) -> Tile:
        """``tile`` with what ``change`` says otherwise of it; ``place`` is where a table has it.

        What follows from the engine, as its model and its options, is that of the new engine where
        the change names one.

        Raises:
            ValueError: for what its engine has no use for.
        """
        asked = self.request
        settings: dict[str, Any] = {n: v for n, v in place.items() if n in asked.axes}
        base = int(settings.get("seed", asked.seed))
        number = tile.sample if tile.seed is None else (tile.seed - base) % (MAX_SEED + 1)
        engine = change.engine or tile.engine
        change.check(engine)
        if engine == tile.engine:
            kept = dict(tile.options)
            if change.model is not None:
                kept.pop(STYLE_PICTURES, None)
        else:
            # A model and options belong to their engine; what is left says what the tile is.
            own = {*engines.ENGINES[tile.engine].options, STYLE_PICTURES}
            kept = {name: value for name, value in tile.options.items() if name not in own}
            settings.pop("model", None)
            if engine not in asked.unfolded_engines:
                settings |= dict.fromkeys(engines.ENGINES[engine].options)
        if change.seed is not None or change.sample is not None:
            number = change.sample or 0
        named = {"seed": change.seed, "engine": engine, "model": change.model}
        settings |= {name: value for name, value in named.items() if value is not None}
        prompt = tile.prompt if change.prompt is None else change.prompt
        made = self.tile(
            tile.operation,
            prompt,
            number=number or 0,
            styles=tile.styles,
            mask=tile.mask,
            source=tile.source,
            settings=settings,
            size=tile.size,
            options={**kept, **change.options},
        )
        stays = engine == tile.engine and change.model is None
        if stays and self._alike(tile, prompt, made.model):
            made = made.model_copy(update={"model": tile.model})
        return made.model_copy(update={"preserve": tile.preserve})

    def _alike(self, tile: Tile, prompt: str, model: str) -> bool:
        """Whether its engine makes it by the same model with this prompt as with its own."""
        of = engines.ENGINES[tile.engine].model_of
        texts = (bool(text.strip()) for text in (tile.prompt, prompt))
        return len({of(tile.operation, prompted, model) for prompted in texts}) == 1

    def has_picture(self, style: str) -> bool:
        """Whether the user gave a picture of a style."""
        return fold(style) in map(fold, (*self.style_pictures, *self.reference_pictures))

    def _pictures_of(self, styles: Sequence[str], *, large: bool) -> dict[str, str]:
        """The option that says which of the styles are those of which pictures, where any are."""
        pictures = self.reference_pictures if large else self.style_pictures
        digests = {fold(name): digest for name, digest in pictures.items()}
        found = {name: digests[fold(name)] for name in styles if fold(name) in digests}
        return {STYLE_PICTURES: canonical(found).decode()} if found else {}

    def series(
        self,
        operation: Operation,
        texts: Sequence[str],
        count: int,
        *,
        mask: str | None = None,
    ) -> list[Tile]:
        """So many tiles of each text, told apart by their numbers."""
        return [
            self.tile(operation, text, number=number, mask=mask)
            for text in texts
            for number in range(count)
        ]

    def counted(
        self,
        operation: Operation,
        texts: Sequence[str],
        count: int,
        *,
        mask: str | None = None,
    ) -> list[Kind]:
        """The kinds of such a series."""
        return [Kind(self.tile(operation, text, mask=mask), {count: 1}) for text in texts]

    def as_it_is(self, prompt: str, *, source: str | None = None, size: Size | None = None) -> Tile:
        """A tile that shows its source untouched."""
        return self.tile(
            "reconstruct", prompt, source=source, size=size, settings={"engine": engines.identity()}
        )


@dataclass(frozen=True)
class Unfolded:
    """The tiles of a collage and how they are laid out."""

    tiles: list[Tile]
    cells: Sequence[int | None] | None = None
    """What each cell shows, row by row: a tile's position, or nothing. None: `shown`, shuffled."""
    shown: Sequence[int] | None = None
    """The positions of the tiles that shuffled cells show. None: all."""
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
    axes: Sequence[dict[str, str]] = ()
    """Where each tile stands on the axes of a table, by the axes' names."""


class Counted(NamedTuple):
    """What a collage unfolds into, by numbers: what is alike in all that a price goes by."""

    kinds: Sequence[Kind]
    heads: Unfolded
    """What is written beside the cells, and no tile."""
    prompts: Sequence[str] = ()
    """All that tiles of these kinds may have; none where the kinds' own are all."""


class Boxes(NamedTuple):
    """A mask that edits what lies in boxes of a picture of ``size``."""

    size: Size
    edited: tuple[Box, ...]


Shape = str | Boxes
"""A mask: one of `collage.pictures.masks` by name, boxes, ``transparency``: what of the source is
transparent, or ``file``: the request's mask file."""


class Recipe(ABC):
    """How a request unfolds into tiles, and how these are laid out."""

    name: ClassVar[str]
    """What a request calls it."""
    what: ClassVar[str]
    """What it makes."""
    source: ClassVar[Literal["needed", "optional", "unused"]]
    """Whether it works on a source picture."""
    uses: ClassVar[frozenset[str]]
    """The fields of the request that are its own, beside those that every recipe has."""
    operation: ClassVar[Operation]
    """What engines are asked to do."""
    untouched: ClassVar[bool] = False
    """Whether the source is prepared to the tile's own size, because it is shown to the pixel."""
    prompted: ClassVar[bool] = False
    """Whether it makes nothing without a prompt."""
    unsaid: ClassVar[str] = ""
    """The prompt where a request has none: some models make nothing without."""
    alone: ClassVar[bool] = True
    """Whether each tile that it shows stands alone, so that it can be changed by itself."""
    own_grid: ClassVar[bool] = False
    """Whether its rows and columns follow from what it makes, and are no matter of taste."""
    composed: ClassVar[bool] = False
    """Whether its tiles are put together from other tiles."""
    keeps_engine: ClassVar[bool] = False
    """Whether a tile that is changed by itself must stay with its engine and model."""

    def check(self, request: Fields) -> None:
        """Check what of a request must go together for this recipe alone.

        Raises:
            ValueError: with the field that is wrong and what it may be.
            InvalidRequest: for a text that cannot be read.
        """
        if self.prompted and request.prompt is None:
            raise ValueError(f"prompt: the recipe {self.name} needs one")

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """Values for fields that were left open, by the request's others and the source's size.

        Raises:
            InvalidRequest: when the fields do not fit the source.
        """
        return {}

    def operation_on(self, has_source: bool) -> Operation:
        """What engines are asked to do, with a source or without."""
        return self.operation

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """The masks it needs, by the names that its tiles give them."""
        return {}

    @abstractmethod
    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The tiles, the most wanted first, and their places."""

    def tiles(self, request: Fields) -> int:
        """How many tiles a complete request has, where it can have more than cells; else 0."""
        return 0

    def counted(self, ingredients: Ingredients) -> Counted | None:
        """What `unfold` gives, by numbers; None where these are not known without it.

        Only of tiles without pictures of styles, of which none has spares.
        """
        return None

    def prompts(self, request: Fields) -> tuple[str, ...]:
        """Every prompt that the request's text stands for."""
        own_way = self.operation in engines.ENGINES[request.engine].unprompted
        return prompts.asked(request, request.prompt or ("" if own_way else self.unsaid))
