"""Made again: single tiles of what a recipe unfolded are changed, all others keep their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from collage import engines
from collage.errors import InvalidRequest
from collage.tile import TRANSFERRED_BY, Composition

if TYPE_CHECKING:
    from collage.fields.again import TileChange
    from collage.recipes.recipe import Ingredients, Unfolded
    from collage.tile import Tile


def after(unfolded: Unfolded, ingredients: Ingredients) -> Unfolded:
    """``unfolded`` with the tiles changed that the request wants made again.

    A tile that is composed of another one is changed in that one, which it then has for itself.

    Raises:
        InvalidRequest: when there is no such tile, or its engine has no use for the change.
    """
    changed = unfolded
    for number, change in (ingredients.request.again or {}).items():
        try:
            changed = _one(changed, unfolded, int(number), change, ingredients)
        except ValueError as error:
            raise InvalidRequest(f"again: tile {number}: {error}.") from error
    return changed


def _one(
    so_far: Unfolded, first: Unfolded, index: int, change: TileChange, ingredients: Ingredients
) -> Unfolded:
    if index >= len(first.tiles):
        raise ValueError(f"there is none; the last is {len(first.tiles) - 1}")
    tile, place = first.tiles[index], first.axes[index] if first.axes else {}
    tiles, compositions = list(so_far.tiles), list(so_far.compositions)
    if engines.ENGINES[tile.engine].identity:
        maker, composed = _composed_of(tile, first)
        made = ingredients.changed(maker, place, change)
        anew = _with(composed, maker.key, made.key)
        tiles[index] = _shown_by(tile, made, anew, change)
        if made.key not in {each.key for each in tiles}:
            tiles.append(made)
        compositions.append(anew)
    elif _is_shown(first, index):
        tiles[index] = ingredients.changed(tile, place, change)
    else:
        raise ValueError("it is there for others to be made from; change one that is shown")
    return replace(so_far, tiles=tiles, compositions=compositions)


def _is_shown(unfolded: Unfolded, index: int) -> bool:
    return unfolded.shown is None or index in unfolded.shown


def _composed_of(tile: Tile, unfolded: Unfolded) -> tuple[Tile, Composition]:
    """The tile that another one shows in its source's composition, and that composition."""
    composed = next((each for each in unfolded.compositions if each.digest == tile.source), None)
    keys = {piece.tile for piece in composed.pieces} if composed else set()
    maker = next((each for each in unfolded.tiles if each.key in keys), None)
    if composed is None or maker is None:
        raise ValueError("it shows the source as it is")
    return maker, composed


def _with(composed: Composition, before: str, after: str) -> Composition:
    """The same composition of another tile."""
    pieces = tuple(
        piece.model_copy(update={"tile": after}) if piece.tile == before else piece
        for piece in composed.pieces
    )
    return composed.model_copy(update={"pieces": pieces})


def _shown_by(tile: Tile, made: Tile, composed: Composition, change: TileChange) -> Tile:
    """A composed tile, of another composition."""
    options: Mapping[str, str] = {**tile.options, TRANSFERRED_BY: made.engine}
    return tile.model_copy(
        update={
            "prompt": change.prompt or tile.prompt,
            "source": composed.digest,
            "model": made.model,
            "options": options,
        }
    )
