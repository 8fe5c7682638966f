"""Transfers: the whole source once in each style, laid in by any number of masks.

A style is a picture: the user's own, or a study in it that the engine makes once, unless it knows
the style's look by itself. The source is transferred style by style, and a combination by the
transfer of a transfer. Each of these is a tile with a key of its own, which other collages share;
a cell is composed of the source and one of them, and costs nothing.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from math import ceil, comb, sqrt
from typing import TYPE_CHECKING, Any

from collage import engines
from collage.digest import canonical
from collage.engines.engine import REFERENCE_SIZE
from collage.fields import prompts
from collage.recipes import sizes
from collage.recipes.collage import Draw, balanced_order, in_turn, random_order
from collage.recipes.recipe import SEVERAL, STYLED, Ingredients, Recipe, Shape, Size, Unfolded
from collage.tile import STYLE_PICTURES, TRANSFERRED_BY, Composition, Piece
from collage.words import styles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collage.fields.fields import Fields
    from collage.tile import Tile

STYLES = 8
"""Styles that are listed unless a request says otherwise: four masks and their pairs fill a
hundred cells by 36 transfers."""

COMBINE = 2
"""Styles that are combined unless a request says otherwise, where there are so many."""

CELLS = 100
"""Cells of the largest grid, unless a request says otherwise."""

WIDEST = 3
"""How many times as many columns as rows a grid may have."""


class Transfer(Recipe):
    """The source in every combination of styles, each made once and shown through every mask."""

    name = "transfer"
    what = "the whole source once in each style and combination, shown through every mask"
    source = "needed"
    uses = STYLED | SEVERAL | {"combine", "tiles", "order", "replace_refused"}
    operation = "transfer"
    untouched = True
    # Studies and the strength of a second transfer are made for the engine that is to take them.
    composed = True
    keeps_engine = True

    def check(self, request: Fields) -> None:
        """There are styles enough to combine, one prompt, and a draw for each tile."""
        count, combined = _count(request), _combined(request)
        styles.check_size(combined, count)
        prompts.single(request.prompt_template, request.words, prompts.TEMPLATE)
        space = request.drawn_count * comb(count, combined)
        if request.tiles is not None and request.tiles > space:
            raise ValueError(
                f"tiles: {request.tiles} are more than the {space} draws of {request.drawn_count} "
                f"masks and {count} styles, {combined} combined"
            )

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """Eight styles in pairs, in a grid that has a cell for every draw, up to a hundred."""
        count, combined = _count(request), _combined(request)
        listed = {"style_count": count} if request.styles is None else {}
        wanted = request.tiles or request.drawn_count * comb(count, combined)
        grid = dict[str, int]()
        if not {"rows", "cols"} & request.model_fields_set and wanted < CELLS:
            grid = dict(zip(("rows", "cols"), _grid(wanted), strict=True))
        return {**listed, "combine": combined, **grid}

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """Those that are asked for."""
        return {name: name for name in request.masks}

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """Studies and transfers, each before those that need it, then the cells.

        Only what cells need is made. Several sources take turns, as in a collage; studies are the
        same for all. Spares are the draws that come next and need nothing more.
        """
        request = ingredients.request
        combinations = styles.combine(ingredients.styles, request.combine)
        parts = ingredients.of_each_source
        spaces = [len(part.own_masks) * len(combinations) for part in parts]
        wanted = request.tiles or min(request.rows * request.cols, sum(spaces))
        needed = min(sum(spaces), 2 * wanted) if request.replace_refused else wanted
        turns = list(islice(in_turn(spaces), needed))
        counts = Counter(number for number, _ in turns)
        order = random_order if request.order == "random" else balanced_order
        draws = [
            order(part.own_masks, combinations, request.seed, counts[number])
            for number, part in enumerate(parts)
        ]
        transfers = Transfers(ingredients)
        drawn = [(parts[number], draws[number][i]) for number, i in turns]
        cells = [transfers.cell(*each) for each in drawn[:wanted]]
        shown = {(part.number, draw[1]) for part, draw in drawn[:wanted]}
        spares = [
            transfers.cell(part, draw)
            for part, draw in drawn[wanted:]
            if (part.number, draw[1]) in shown
        ]
        made = transfers.tiles
        return Unfolded(
            [*made, *cells],
            shown=range(len(made), len(made) + len(cells)),
            spares=spares,
            compositions=transfers.compositions,
        )


class Transfers:
    """Studies and transfers as cells come to need them, in an order in which each can be made."""

    def __init__(self, ingredients: Ingredients) -> None:
        self.ingredients = ingredients
        self.tiles: list[Tile] = []
        self._composed: dict[str, Composition] = {}
        self._studies: dict[str, Tile] = {}
        self._made: dict[tuple[int, tuple[str, ...]], Tile] = {}

    @property
    def compositions(self) -> list[Composition]:
        """What tiles and cells name by digest."""
        return list(self._composed.values())

    def cell(self, part: Ingredients, draw: Draw) -> Tile:
        """The tile of a draw: the part's source, and over it the transfer where the mask edits."""
        mask, combination = part.drawn(draw[0]), draw[1]
        one, digest = self._transfer(part, combination), part.masks[mask]
        box = (0, 0, *one.size)
        pieces = (
            Piece(tile=None, box=box, at=(0, 0)),
            Piece(tile=one.key, box=box, at=(0, 0), mask=mask, mask_sha256=digest),
        )
        laid_in = Composition(size=one.size, pieces=pieces, source=part.source)
        template = part.request.prompt_template
        shown = part.as_it_is(
            template.format(styles=styles.phrase(combination)), source=self._digest(laid_in)
        )
        return shown.model_copy(
            update={
                "styles": combination,
                "mask": mask,
                "mask_sha256": digest,
                "model": one.model,
                "options": {
                    TRANSFERRED_BY: one.engine,
                    "transfers": " then ".join(self._in_turn(combination)),
                },
                "preserve": True,
            }
        )

    def _transfer(self, part: Ingredients, combination: tuple[str, ...]) -> Tile:
        """A source in a combination of styles: that in all but one, transferred to this one."""
        known = part.number, combination
        if known not in self._made:
            below, last = self._parted(combination)
            source = self._digest(Composition.of(self._transfer(part, below))) if below else None
            text = part.request.prompt_template.format(styles=last)
            options = {**(self._again if below else {}), **self._reference(last)}
            tile = part.tile("transfer", text, styles=(last,), source=source, options=options)
            self._made[known] = self._added(tile)
        return self._made[known]

    @property
    def _again(self) -> Mapping[str, str]:
        """The options of a transfer of a transfer, unless the request has its own strength."""
        request = self.ingredients.request
        return {} if request.strength else engines.ENGINES[request.engine].transferred_again

    def _in_turn(self, combination: tuple[str, ...]) -> tuple[str, ...]:
        """The styles of a combination as they are transferred, one after another."""
        below, last = self._parted(combination)
        return (*(self._in_turn(below) if below else ()), last)

    def _parted(self, combination: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """A combination without the style that comes last, and shows most, and that style.

        Each style does so about equally often.
        """
        listed = self.ingredients.styles
        last = sum(map(listed.index, combination)) % len(combination)
        return combination[:last] + combination[last + 1 :], combination[last]

    def _reference(self, style: str) -> dict[str, str]:
        """The option that says which picture a style is transferred from, where one is made."""
        known = engines.ENGINES[self.ingredients.request.engine]
        if not known.references or self.ingredients.has_picture(style):
            return {}
        if style not in self._studies:
            study = self.ingredients.tile(
                "generate",
                f"an abstract study in the style of {style}",
                styles=(style,),
                size=REFERENCE_SIZE,
            )
            self._studies[style] = self._added(study)
        digest = self._digest(Composition.of(self._studies[style]))
        return {STYLE_PICTURES: canonical({style: digest}).decode()}

    def _added(self, tile: Tile) -> Tile:
        # Whether the source is kept outside a mask changes nothing of what has no mask.
        self.tiles.append(tile.model_copy(update={"preserve": True}))
        return self.tiles[-1]

    def _digest(self, composition: Composition) -> str:
        self._composed[composition.digest] = composition
        return composition.digest


def _count(request: Fields) -> int:
    """How many styles there are, or are to be listed."""
    if request.styles is not None:
        return len(request.styles)
    known = styles.default(None, request.exclude, request.known_styles)
    return request.style_count or min(STYLES, len(known))


def _combined(request: Fields) -> int:
    if "combine" in request.model_fields_set:
        return request.combine
    return min(COMBINE, _count(request))


def _grid(count: int) -> tuple[int, int]:
    """Rows and columns for so many cells: all full where that is possible, else the squarest."""
    for cols in range(ceil(sqrt(count)), count + 1):
        if count % cols == 0 and cols <= WIDEST * (count // cols):
            return count // cols, cols
    return sizes.grid(count)
