"""Upscaling: a last wave of tiles, each an earlier one made larger."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from collage import engines
from collage.recipes.recipe import Unfolded
from collage.tile import Composition, Tile

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.weights import Weights


LEARNED = "span"
"""Upscales what no model of the stack's own does, unless a request says otherwise."""


def after(unfolded: Unfolded, request: Fields, weights: Weights | None = None) -> Unfolded:
    """``unfolded`` with every tile that is shown made larger at the end, as the request wants.

    The larger ones take the cells of the smaller ones, which stay as what they are made from.
    """
    scale = request.upscale or 1
    upscaler, model = _chosen(request, weights)
    cells = unfolded.cells or ()
    shown = sorted({tile for tile in cells if tile is not None})
    tiles, compositions = list(unfolded.tiles), list(unfolded.compositions)
    larger: dict[int | None, int | None] = {None: None}
    for index in shown:
        tile = tiles[index]
        whole = Composition.of(tile)
        compositions.append(whole)
        larger[index] = len(tiles)
        tiles.append(_upscaled(tile, whole, scale, upscaler, model))
    axes = [*unfolded.axes, *(unfolded.axes[i] for i in shown)] if unfolded.axes else ()
    return replace(
        unfolded,
        tiles=tiles,
        cells=[larger[cell] for cell in cells],
        compositions=compositions,
        axes=axes,
    )


def below(tiles: Sequence[Tile], composed: Mapping[str, Composition]) -> dict[int, int]:
    """Of each tile that was made larger in the end the one that it was made from, by their indices.

    ``composed`` are the compositions by their digests.
    """
    places: dict[str | None, deque[int]] = defaultdict(deque)
    for index, tile in enumerate(tiles):
        places[tile.key].append(index)
    found = {}
    for index, tile in enumerate(tiles):
        whole = composed.get(tile.source or "")
        if tile.operation == "upscale" and whole is not None:
            # Of several that are alike, each has its own larger one, in the same order.
            alike = places[whole.pieces[0].tile]
            found[index] = alike[0]
            alike.rotate(-1)
    return found


def _chosen(request: Fields, weights: Weights | None) -> tuple[str, str]:
    """The engine that upscales, and its model: the stack's own where the request's engine has one.

    Raises:
        NoModel: when there are no weights for it.
    """
    pinned = engines.ENGINES[request.engine].pinned
    if request.upscaler is None and pinned is not None:
        return request.engine, pinned("upscale", None, weights)
    return engines.UPSCALERS[request.upscaler or LEARNED]


def embedded(request: Fields) -> tuple[str, str] | None:
    """The engine of a function that upscales, and its model, where the request has one do so."""
    own = request.upscaler is None and engines.ENGINES[request.engine].pinned is not None
    return None if own or request.upscale is None else _chosen(request, None)


def _upscaled(tile: Tile, whole: Composition, scale: int, engine: str, model: str) -> Tile:
    width, height = tile.size
    return tile.model_copy(
        update={
            "operation": "upscale",
            "mask_sha256": None,
            "source": whole.digest,
            "engine": engine,
            "model": model,
            "options": {"scale": str(scale)},
            "size": (width * scale, height * scale),
        }
    )
