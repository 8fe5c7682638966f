"""The plan: every tile of a collage with its conditioning, written before anything is paid for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from collage import engines, layout, recipes
from collage.errors import NoStyles
from collage.layout import Layout
from collage.request import Accepted, Request, Source
from collage.tile import Call, Tile


class Styles(BaseModel):
    """The frozen styles: styles.json. ``origin`` says where they came from."""

    model_config = ConfigDict(frozen=True)

    styles: tuple[str, ...]
    origin: Literal["request", "default"]


class Prepared(BaseModel):
    """What lies ready for the engine: digests of the source's pixels and the masks' files."""

    model_config = ConfigDict(frozen=True)

    source: str
    masks: dict[str, str]


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
    calls: tuple[tuple[int, ...], ...]
    """The tiles that each engine call makes, by their index."""
    layout: Layout

    def call(self, index: int) -> Call:
        """The call ``index`` with its tiles in full."""
        return Call(index=index, tiles=tuple(self.tiles[i] for i in self.calls[index]))


def make(accepted: Accepted, styles: Styles, prepared: Prepared) -> Plan:
    """Unfold an accepted request into its plan.

    Raises:
        NoStyles: when the list of styles is empty.
        InvalidRequest: when more styles are combined than there are.
        TooManyCombinations: when the combinations are too many to weigh.
    """
    request = accepted.request
    if not styles.styles:
        raise NoStyles("The list of styles is empty.")
    tiles = recipes.load(request.recipe).unfold(
        recipes.Ingredients(
            request=request,
            styles=styles.styles,
            source=prepared.source,
            masks=prepared.masks,
            model=engines.ENGINES[request.engine].model,
        )
    )
    return Plan(
        id=accepted.id,
        request=request,
        source=accepted.source,
        styles=styles,
        prepared=prepared,
        tiles=tuple(tiles),
        calls=tuple((i,) for i in range(len(tiles))),
        layout=Layout(
            rows=request.rows,
            cols=request.cols,
            cell=request.cell_size,
            gap=request.gap,
            cells=layout.arrange(request.rows, request.cols, len(tiles), request.seed),
        ),
    )
