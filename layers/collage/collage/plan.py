"""The plan: every tile of a collage with its conditioning, written before anything is paid for."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from collage import engines, formats, layout, recipes
from collage.digest import canonical
from collage.engines.image_models import PRICED_ON
from collage.errors import InvalidRequest, NoStyles
from collage.layout import Layout
from collage.request import Accepted, Request, Source
from collage.tile import Call, Tile

MOST_SPARES = 8
"""Draws tried in place of a refused one before its cell is left to it."""


class Styles(BaseModel):
    """The frozen styles: styles.json. ``origin`` says where they came from."""

    model_config = ConfigDict(frozen=True)

    styles: tuple[str, ...]
    origin: Literal["request", "default", "model"]
    model: str | None = None
    """The language model that listed them, if one did."""


class Prepared(BaseModel):
    """What lies ready for the engine: digests of the source's pixels and the masks' files."""

    model_config = ConfigDict(frozen=True)

    source: str
    masks: dict[str, str]


class Estimate(BaseModel):
    """What a plan would take if nothing of it were in the store yet."""

    model_config = ConfigDict(frozen=True)

    calls: int
    tiles: int
    usd: float = Field(description="dollars, by the prices of `priced_on`")
    minutes: float | None = Field(description="at the account's pace; none where there is no pace")
    priced_on: str = PRICED_ON


class Plan(BaseModel):
    """plan.json. The same request, source and seed give the same bytes."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    id: str
    request: Request
    source: Source
    styles: Styles
    prepared: Prepared
    tiles: tuple[Tile, ...]
    spares: tuple[Tile, ...] = Field(description="what takes the place of tiles that are refused")
    calls: tuple[tuple[int, ...], ...] = Field(description="the tiles of each engine call")
    layout: Layout
    estimate: Estimate

    def call(self, index: int) -> Call:
        """The call ``index`` with its tiles in full."""
        numbers = self.calls[index]
        return Call(
            index=index,
            tiles=tuple(self.tiles[i] for i in numbers),
            spares=tuple(self.spares_of(i) for i in numbers) if self.spares else (),
        )

    def spares_of(self, index: int) -> tuple[Tile, ...]:
        """What takes the place of the tile ``index`` when it is refused, in this order.

        Each tile begins with another spare, so two tiles share one only where spares run out.
        """
        count = len(self.spares)
        return tuple(self.spares[(index + i) % count] for i in range(min(count, MOST_SPARES)))


def make(
    accepted: Accepted,
    styles: Styles,
    prepared: Prepared,
    model: str,
    images_per_minute: float,
) -> Plan:
    """Unfold an accepted request into its plan, for the engine's ``model`` at the account's pace.

    Raises:
        NoStyles: when the list of styles is empty.
        InvalidRequest: when more styles are combined than there are.
        InvalidRequest: when the format has no numbers for so large a picture.
        TooManyCombinations: when the combinations are too many to weigh.
    """
    request = accepted.request
    if not styles.styles:
        raise NoStyles("The list of styles is empty.")
    unfolded = recipes.load(request.recipe).unfold(
        recipes.Ingredients(
            request=request,
            styles=styles.styles,
            source=prepared.source,
            masks={name: prepared.masks[name] for name in request.masks},
            model=model,
        )
    )
    tiles = tuple(unfolded.tiles)
    calls = batch(tiles, engines.ENGINES[request.engine].batch)
    arranged = layout.arrange(request.rows, request.cols, len(tiles), request.seed)
    laid = lay_out(request, arranged)
    captions = [tile.caption for tile in (*tiles, *unfolded.spares)]
    check_size(request, laid, dict(enumerate(captions)))
    return Plan(
        id=accepted.id,
        request=request,
        source=accepted.source,
        styles=styles,
        prepared=prepared,
        tiles=tiles,
        spares=tuple(unfolded.spares),
        calls=calls,
        layout=laid,
        estimate=estimate([[tiles[i] for i in call] for call in calls], images_per_minute),
    )


def lay_out(request: Request, cells: tuple[int, ...]) -> Layout:
    """The layout that a request asks for, with these tiles in its cells."""
    return Layout(
        rows=request.rows,
        cols=request.cols,
        cell=request.cell_size,
        gap=request.gap,
        labels=request.labels,
        title=request.title,
        border=request.border,
        background=request.background,
        cells=cells,
    )


def check_size(request: Request, layout: Layout, captions: Mapping[int, str]) -> None:
    """Refuse a collage that is too large with its title, labels and legend.

    Raises:
        InvalidRequest: naming the limit.
    """
    from collage.sheet import Sheet

    try:
        formats.check(request.format, Sheet(layout, captions).geometry.size)
    except ValueError as error:
        raise InvalidRequest(f"{error}.") from error


def batch(tiles: Sequence[Tile], most: int) -> tuple[tuple[int, ...], ...]:
    """Group tiles that differ only in their sample's number into calls of at most ``most``."""
    alike: dict[bytes, list[int]] = {}
    for index, tile in enumerate(tiles):
        apart = {"sample"} if most > 1 else set()
        same = canonical(tile.model_dump(exclude=apart))
        alike.setdefault(same, []).append(index)
    return tuple(
        tuple(group[start : start + most])
        for group in alike.values()
        for start in range(0, len(group), most)
    )


def estimate(calls: Sequence[Sequence[Tile]], images_per_minute: float) -> Estimate:
    """What these calls would take: dollars, and minutes where the engine has a pace."""
    tiles = sum(len(call) for call in calls)
    paced = any(engines.ENGINES[tile.engine].price for call in calls for tile in call)
    return Estimate(
        calls=len(calls),
        tiles=tiles,
        usd=round(sum(price(call) for call in calls), 4),
        minutes=round(tiles / images_per_minute, 2) if paced else None,
    )


def price(tiles: Sequence[Tile]) -> float:
    """What one call for these tiles is expected to cost, in dollars."""
    known = engines.ENGINES[tiles[0].engine].price if tiles else None
    return known(tiles) if known else 0.0
