"""The plan: every tile of a collage with its conditioning, written before anything is paid for."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Literal

from pydantic import Field

from collage import engines, formats, recipes, waves
from collage.engines.engine import Wanted
from collage.errors import InvalidRequest, NoStyles
from collage.frozen import Frozen
from collage.names import CollageId
from collage.origins import Origins
from collage.prepared import Prepared
from collage.recipes import again, upscaling
from collage.recipes.recipe import Ingredients, Unfolded
from collage.request.accepted import Accepted, Source
from collage.request.relayout import Relayout
from collage.request.request import Request
from collage.sheet import bands, layout
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.spending import batches, work
from collage.spending.accounts import Accounts, of_engine
from collage.spending.expected import Estimate, estimate
from collage.tile import Call, Composition, Tile
from collage.uncollected import uncollected
from collage.weights import Weights

MOST_SPARES = 8
"""Draws tried in place of a refused one before its cell is left to it."""


class Styles(Frozen):
    """The frozen styles: styles.json. ``origin`` says where they came from."""

    styles: tuple[str, ...]
    origin: Literal["request", "default", "model"]
    model: str | None = None
    """The language model that listed them, if one did."""


class Plan(Frozen):
    """plan.json. The same request, source and seed give the same bytes."""

    version: Literal[1] = 1
    id: CollageId
    request: Request
    source: Source | None
    sources: tuple[Source, ...] = Field(
        default=(),
        exclude_if=lambda sources: not sources,
        description="the sources, where there are several",
    )
    styles: Styles
    prepared: Prepared
    tiles: tuple[Tile, ...]
    spares: tuple[Tile, ...] = Field(description="what takes the place of tiles that are refused")
    compositions: tuple[Composition, ...] = Field(
        description="sources of tiles that are put together from other tiles"
    )
    calls: tuple[tuple[int, ...], ...] = Field(description="the tiles of each engine call")
    waves: tuple[tuple[int, ...], ...] = Field(
        description="calls that can be made at once; each wave needs the tiles of those before"
    )
    axes: tuple[dict[str, str], ...] = Field(description="each tile's place in a table, if any")
    layout: Layout
    estimate: Estimate

    def call(self, index: int) -> Call:
        """The call ``index`` with its tiles in full."""
        numbers = self.calls[index]
        tiles = tuple(self.tiles[i] for i in numbers)
        spares = tuple(self.spares_of(i) for i in numbers)
        return Call(
            index=index,
            tiles=tiles,
            spares=spares if any(spares) else (),
            composition=self._composed.get(tiles[0].source or ""),
            references=self._references(tiles, spares),
            priced=engines.ENGINES[self.tiles[numbers[0]].engine].provider is not None,
        )

    def of_functions(self, wave: int) -> tuple[int, ...]:
        """The calls of a wave that functions make."""
        return tuple(i for i in self.waves[wave] if not self._by_task(i))

    def of_tasks(self, wave: int) -> tuple[int, ...]:
        """The calls of a wave that tasks make, on a GPU."""
        return tuple(i for i in self.waves[wave] if self._by_task(i))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The tiles in the order in which their calls are begun."""
        calls = chain.from_iterable(self.waves)
        return tuple(chain.from_iterable(self.calls[call] for call in calls))

    @cached_property
    def call_of(self) -> Sequence[int]:
        """The call that makes each tile, by the tile's index."""
        calls = array("I", bytes(4 * len(self.tiles)))
        for call, tiles in enumerate(self.calls):
            for tile in tiles:
                calls[tile] = call
        return calls

    @cached_property
    def changes(self) -> dict[int, dict[str, str]]:
        """What single tiles have otherwise than they were unfolded, by their indices.

        A tile that was made larger has what the one has that it was made from.
        """
        given = {
            int(number): {name: str(value) for name, value in change.given.items()}
            for number, change in (self.request.again or {}).items()
        }
        if not given:
            return {}
        larger = {i: given[below] for i, below in self._below.items() if below in given}
        return {**given, **larger}

    def unfolded(self, index: int) -> int:
        """The tile that one was made larger from, by index; any other is what it was unfolded."""
        return self._below.get(index, index)

    @cached_property
    def _below(self) -> dict[int, int]:
        return upscaling.below(self.tiles, self._composed)

    def _by_task(self, call: int) -> bool:
        return engines.ENGINES[self.tiles[self.calls[call][0]].engine].pinned is not None

    def _references(
        self, tiles: tuple[Tile, ...], spares: tuple[tuple[Tile, ...], ...]
    ) -> tuple[Composition, ...]:
        """What is put together for a call beside the source of its tiles."""
        named = dict.fromkeys(
            digest for tile in (*tiles, *chain.from_iterable(spares)) for digest in tile.made_of
        )
        named.pop(tiles[0].source or "", None)
        return tuple(self._composed[digest] for digest in named if digest in self._composed)

    @cached_property
    def origins(self) -> Origins:
        """What its tiles were made of, by name."""
        return Origins(
            names=self.request.source_names or (),
            sources=self.prepared.sources,
            mask_files=self.prepared.mask_files,
            compositions=self._composed,
            tiles=self._composed_of,
        )

    @cached_property
    def _composed_of(self) -> dict[str, Tile]:
        """The tiles that others may be put together from, by key: none where none are."""
        return {tile.key: tile for tile in (*self.tiles, *self.spares)} if self._composed else {}

    @property
    def captions(self) -> dict[int, str]:
        """What is written below the tiles, and below spares in their place, by their indices."""
        said, tiles = self.request.captions, (*self.tiles, *self.spares)
        return {
            index: self.origins.caption(tile, said, self.changes.get(index))
            for index, tile in enumerate(tiles)
        }

    @property
    def labels(self) -> dict[int, str]:
        """Those of them that there are."""
        return self.captions if self.layout.labels else {}

    @cached_property
    def _composed(self) -> dict[str, Composition]:
        return {composition.digest: composition for composition in self.compositions}

    def spares_of(self, index: int) -> tuple[Tile, ...]:
        """What takes the place of the tile ``index`` when it is refused, in this order."""
        return tuple(self.spares[number] for number in self.spare_numbers(index))

    def spare_numbers(self, index: int) -> tuple[int, ...]:
        """The same by their numbers among the spares.

        Each begins with another spare, so two share one only where spares run out. None takes the
        place of a tile of another source, or of one that is there for others to be made from.
        """
        tile, spares = self.tiles[index], self.spares
        those: Sequence[int] = range(len(spares))
        if self.sources:
            those = self._spares_of_sources.get(self.origins.number(tile), ())
        found = (those[(index + i) % len(those)] for i in range(min(len(those), MOST_SPARES)))
        return tuple(n for n in found if spares[n].operation == tile.operation)

    @cached_property
    def _spares_of_sources(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for number, spare in enumerate(self.spares):
            found.setdefault(self.origins.number(spare), []).append(number)
        return found


# Tiles are no garbage, and the collector would go through all of them again and again.
@uncollected()
def make(
    accepted: Accepted,
    styles: Styles,
    prepared: Prepared,
    models: Mapping[str, str],
    accounts: Accounts,
    weights: Weights | None = None,
) -> Plan:
    """Unfold an accepted request into its plan, for each engine's model and provider's account.

    The accounts decide how many tiles a call makes and what it costs, not what the tiles are.
    ``weights`` are the stack's own, where it has any.

    Raises:
        NoModel: when there are no weights for what is asked.
        NoStyles: when the list of styles is empty.
        InvalidRequest: when more styles are combined than there are, or an engine is not able.
        InvalidRequest: when the format has no numbers for so large a picture.
        TooManyCombinations: when the combinations are too many to weigh.
    """
    request = accepted.request
    ingredients = ingredients_of(request, styles, prepared, models, weights)
    unfolded, fixed = _unfold(request, ingredients)
    tiles = tuple(unfolded.tiles)
    for tile in chain(tiles, unfolded.spares):
        check(tile.engine, (Wanted.of(tile),), accounts)
    calls = batches.of(tiles, accounts)
    laid = lay_out(request, unfolded, fixed=fixed, font=accepted.font_digest)
    made = Plan(
        id=accepted.id,
        request=request,
        source=accepted.source,
        sources=accepted.sources,
        styles=styles,
        prepared=prepared,
        tiles=tiles,
        spares=tuple(unfolded.spares),
        compositions=tuple(unfolded.compositions),
        calls=calls,
        waves=waves.divided(tiles, calls, unfolded.compositions),
        axes=tuple(unfolded.axes),
        layout=laid,
        estimate=estimate(work.of([tiles[i] for i in call] for call in calls), accounts),
    )
    check_size(request, laid, geometry(laid, made.labels))
    return made


def ingredients_of(
    request: Request,
    styles: Styles,
    prepared: Prepared,
    models: Mapping[str, str],
    weights: Weights | None,
) -> Ingredients:
    """What a request's recipe has to work with.

    Raises:
        NoStyles: when the list of styles is empty.
    """
    if request.styled and not styles.styles:
        raise NoStyles("The list of styles is empty.")
    return Ingredients(
        request=request,
        styles=styles.styles,
        source=prepared.source,
        sources=prepared.sources,
        masks=prepared.masks,
        mask_files=prepared.mask_files,
        style_pictures=prepared.style_pictures,
        reference_pictures=prepared.reference_pictures,
        models=models,
        weights=weights,
    )


def check(engine: str, wanted: Iterable[Wanted], accounts: Accounts) -> None:
    """Refuse what an engine could never make.

    Raises:
        InvalidRequest: as it says.
    """
    account = of_engine(accounts, engine)
    settings = account.settings if account else None
    for each in wanted:
        engines.ENGINES[engine].check(each, settings)


def _unfold(request: Request, ingredients: Ingredients) -> tuple[Unfolded, bool]:
    """The tiles of a request in their cells, and whether a cell's place tells what it is."""
    unfolded = again.after(recipes.RECIPES[request.recipe].unfold(ingredients), ingredients)
    fixed = unfolded.cells is not None
    if not fixed:
        shown = range(len(unfolded.tiles)) if unfolded.shown is None else unfolded.shown
        shuffled = layout.arrange(request.rows, request.cols, len(shown), request.seed)
        unfolded = replace(unfolded, cells=[shown[place] for place in shuffled])
    if request.upscale is not None:
        unfolded = upscaling.after(unfolded, request, ingredients.weights)
    return unfolded, fixed


def lay_out(
    request: Request, unfolded: Unfolded, *, fixed: bool, font: str | None = None
) -> Layout:
    """The layout that a request asks for, with the tiles where its recipe has put them.

    ``fixed`` says that a cell's place tells what it is; ``font`` is the digest of the user's own.
    """
    return Layout(
        rows=request.rows,
        cols=request.cols,
        cell=request.shown_size,
        gap=request.gap,
        labels=request.labels or request.captions,
        prompts=request.captions,
        title=request.title,
        font=font,
        border=request.border,
        background=request.background,
        joined=request.joined,
        dpi=request.dpi,
        column_headers=unfolded.column_headers,
        row_headers=unfolded.row_headers,
        column_axis=unfolded.column_axis,
        row_axis=unfolded.row_axis,
        fixed=fixed,
        cells=tuple(unfolded.cells or ()),
    )


def laid_again(made: Plan, asked: Request, changes: Relayout) -> Layout:
    """The layout of a plan as it was asked for again.

    Where a cell's place says what it is, and no other places are asked for, the cells keep theirs.
    Otherwise there are no headers, and the cells are left open.
    """
    again = lay_out(asked, Unfolded([]), fixed=False, font=made.layout.font)
    moved = changes.rows or changes.cols or changes.seed is not None or changes.sort != "shuffle"
    if moved or changes.tiles is not None or not made.layout.fixed:
        return again
    kept = ("column_headers", "row_headers", "column_axis", "row_axis", "fixed", "cells")
    return again.model_copy(update={name: getattr(made.layout, name) for name in kept})


def check_size(request: Request, layout: Layout, measured: Geometry) -> None:
    """Refuse a collage that is too large with its title, labels and legend, as it was measured.

    Raises:
        InvalidRequest: naming the limit.
    """
    if not layout.joined or not bands.has_file(layout.rows, layout.cols):
        return
    try:
        formats.check(request.format, measured.size)
    except ValueError as error:
        raise InvalidRequest(f"{error}.") from error


def geometry(layout: Layout, captions: Mapping[int, str]) -> Geometry:
    """Where the cells of a collage will lie, and how large it will be."""
    from collage.sheet.measures import Measures

    return Measures(layout, captions).geometry
