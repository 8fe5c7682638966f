"""A request that makes a collage again: cells otherwise, more like one of them, the best anew."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from math import comb
from typing import Any, NamedTuple

from collage import engines, recipes
from collage.choices.selection import select
from collage.errors import FieldError, InvalidRequest, NotInStore
from collage.fields import prompts
from collage.fields.again import MAX_SAMPLE
from collage.manifest import MISSING, Manifest
from collage.pictures.masks import file_of
from collage.recipes import sizes
from collage.recipes.recipe import Recipe
from collage.request.again import LIKE_ONE, AskedAgain, CellChange
from collage.request.parse import parse
from collage.request.request import Request
from collage.store.store import Store
from collage.tile import TRANSFERRED_BY, Tile
from collage.words.seeds import DRAWN, RANDOM
from collage.words.styles import fold

LISTING = ("style_count", "theme", "exclude")
"""Fields that say how styles are listed, beside those that are named."""

UNFOLDING = {
    "recipe", "prompt", "subjects", "axes", "grid_size", "count", "rects", "words", "sample",
    "styles", *LISTING, "combine", "prompt_template", "masks", "mask_files", "rows", "cols",
    "tiles", "target", "sources", "steps", "models", "seed", "order", "transparency", "mask_source",
}  # fmt: skip
"""Fields by which a request unfolds into other tiles, so that their numbers mean others."""

FOLLOWS = ("rows", "cols")
"""Fields that most recipes make of the others."""


class Again(NamedTuple):
    """What is to be asked for: the source's key in the uploads bucket, and the request's fields."""

    source: str | None
    options: dict[str, Any]


def again(store: Store, collage: str, asked: AskedAgain) -> Again:
    """The request that makes a collage again, as somebody wants it; nothing is started.

    The picture that others are to be like is put in, as a source.

    Raises:
        NotInStore: when there is no such collage.
        InvalidRequest: when it has no such cell, term or value, or is not made yet.
    """
    accepted = store.accepted(collage)
    if asked.like is not None:
        return _like(store, collage, asked)
    fields = accepted.request.model_dump(mode="json")
    _name_styles(store, collage, fields, asked)
    if asked.cells is not None:
        fields["again"] = _changed(store, collage, accepted.request, asked)
    elif asked.best is not None:
        _only_styles(fields, _best(store, collage, asked.best))
    for name, values in asked.skip.items():
        _without(fields, name, values)
    if asked.skip or asked.best is not None:
        _fit(fields)
    if asked.skip or asked.best is not None or asked.options.keys() & UNFOLDING:
        fields.pop("again", None)
    return Again(accepted.key, _with(fields, asked.options, accepted.request.recipe))


def _name_styles(store: Store, collage: str, fields: dict[str, Any], asked: AskedAgain) -> None:
    """Name the styles that were listed, so that none is listed anew and all tiles are found."""
    if fields["styles"] is not None or "styles" not in recipes.RECIPES[fields["recipe"]].uses:
        return
    try:
        listed = store.styles(collage)
    except NotInStore:
        return
    if listed.origin == "model" or asked.cells or asked.best or asked.skip:
        fields |= {"styles": list(listed.styles), "style_count": None, "theme": None, "exclude": []}


def _with(fields: dict[str, Any], options: Mapping[str, Any], recipe: str) -> dict[str, Any]:
    """The fields with others set; what follows from them is left to the recipe."""
    if options.keys() & set(LISTING):
        fields["styles"] = None
    follows = type(recipes.RECIPES[recipe]).complete is not Recipe.complete
    if follows and options.keys() & UNFOLDING:
        for name in FOLLOWS:
            fields.pop(name, None)
    return {**fields, **options}


def _manifest(store: Store, collage: str, field: str) -> Manifest:
    try:
        return store.manifest(collage)
    except NotInStore as error:
        raise _wrong(field, "the collage is not made yet, so it has no cells to name") from error


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {message}.", [FieldError(field, message)])


def _tile_at(manifest: Manifest, place: str, field: str, *, planned: bool) -> int:
    """The tile of a place: that a cell was to show where ``planned``, or that it shows."""
    row, colon, col = place.partition(":")
    if not colon:
        if int(place) >= len(manifest.tiles):
            raise _wrong(field, f"there is no tile {place}; the last is {len(manifest.tiles) - 1}")
        return int(place)
    rows, cols = manifest.layout.rows, manifest.layout.cols
    if int(row) >= rows or int(col) >= cols:
        raise _wrong(field, f"there is no cell {place}; the last is {rows - 1}:{cols - 1}")
    cell = manifest.cells[int(row) * cols + int(col)]
    both = (cell.planned, cell.tile) if planned else (cell.tile, cell.planned)
    found = next((tile for tile in both if tile is not None), None)
    if found is None:
        raise _wrong(field, f"the cell {place} is empty")
    return found


def _changed(
    store: Store, collage: str, request: Request, asked: AskedAgain
) -> dict[str, dict[str, Any]]:
    """The changes of tiles, with those that the collage was made by already."""
    if moved := asked.options.keys() & UNFOLDING:
        raise _wrong(
            "options", f"{min(moved)} makes other tiles, so no cell of this collage can be changed"
        )
    manifest, made = _manifest(store, collage, "cells"), store.plan(collage)
    changes = {n: change.given for n, change in (request.again or {}).items()}
    for place, change in (asked.cells or {}).items():
        index = _tile_at(manifest, place, "cells", planned=True)
        number = made.unfolded(index)
        before = changes.get(str(number), {})
        if change.engine not in (None, before.get("engine")):
            # Seeds, models and options belong to the engine.
            before = {name: value for name, value in before.items() if name == "prompt"}
        given = _drawn(change, before, made.tiles[number])
        if not given:
            raise _wrong("cells", f"of {place} nothing is said")
        changes[str(number)] = {**before, **given}
    return changes


def _drawn(change: CellChange, before: Mapping[str, Any], tile: Tile) -> dict[str, Any]:
    """A change with a seed in place of RANDOM, or a sample where the engine has no seeds."""
    given = change.given
    if change.seed != RANDOM:
        return given
    engine = change.engine or before.get("engine") or maker(tile)
    if engines.ENGINES[engine].seeded:
        return {**given, "seed": secrets.randbelow(DRAWN)}
    given.pop("seed")
    return {**given, "sample": secrets.randbelow(MAX_SAMPLE)}


def maker(tile: Tile) -> str:
    """The engine that made what a tile shows."""
    return tile.options.get(TRANSFERRED_BY, tile.engine)


def _like(store: Store, collage: str, asked: AskedAgain) -> Again:
    """Variations of the picture of a cell, by what made it if that can."""
    place = asked.like or ""
    manifest, made = _manifest(store, collage, "like"), store.plan(collage)
    record = manifest.tiles[_tile_at(manifest, place, "like", planned=False)]
    if record.state in MISSING:
        raise _wrong("like", f"of {place} there is no picture, it is {record.state}")
    found = store.finished(record.key)
    if found is None:
        raise _wrong("like", f"the picture of {place} is not there any more")
    by = made.tiles[made.unfolded(record.index)]
    options: dict[str, Any] = {
        "recipe": "variations",
        "count": asked.count or LIKE_ONE,
        **_engine(by),
    }
    if made.request.max_usd is not None:
        options["max_usd"] = made.request.max_usd
    return Again(store.put_source(found[0]), {**options, **asked.options})


def _engine(by: Tile) -> dict[str, Any]:
    """The engine of a tile where it makes variations, with the quality, which decides the price."""
    name = maker(by)
    if "variation" not in engines.ENGINES[name].operations or name not in engines.offered():
        return {}
    quality = by.options.get("quality")
    return {"engine": name} | ({"quality": quality} if quality else {})


def _best(store: Store, collage: str, terms: tuple[str, ...]) -> list[str]:
    """The styles of the tiles that terms choose, those of most tiles first."""
    manifest = _manifest(store, collage, "best")
    try:
        chosen = select(manifest, store.choices(collage), terms)
    except InvalidRequest as error:
        raise _wrong("best", str(error).removeprefix("only: ").rstrip(".")) from error
    named = [style for index in chosen for style in manifest.tiles[index].tile.styles]
    if not named:
        raise _wrong("best", "the chosen tiles have no styles to combine anew")
    return sorted(dict.fromkeys(named), key=lambda style: -named.count(style))


def _only_styles(fields: dict[str, Any], names: list[str]) -> None:
    """These styles and no others, with their own pictures."""
    fields["styles"] = names
    fields["combine"] = min(fields["combine"], len(names))
    known = set(map(fold, names))
    pictures = fields.get("style_pictures") or {}
    kept = {name: key for name, key in pictures.items() if fold(name) in known}
    if kept:
        fields["style_pictures"] = kept
    else:
        fields.pop("style_pictures", None)
    if sizes_of := fields["axes"].get("combine"):
        fields["axes"]["combine"] = [n for n in sizes_of if int(n) <= len(names)] or ["1"]


def _without(fields: dict[str, Any], name: str, values: tuple[str, ...]) -> None:
    """Take values away from a field or an axis of the request.

    Raises:
        InvalidRequest: when it has no such field or value, or would have none left.
    """
    own = {"style": "styles", "mask": "masks", "subject": "subjects"}
    uses = recipes.RECIPES[fields["recipe"]].uses
    there = {name: fields[field] for name, field in own.items() if field in uses and fields[field]}
    there |= fields["axes"]
    if name not in there:
        raise _wrong("skip", f"{name!r} is none of what differs here: {', '.join(there) or 'none'}")
    known = {fold(value): value for value in there[name]}
    for value in values:
        if fold(value) not in known:
            raise _wrong(
                "skip", f"there is no {name} {value!r}; there are: {', '.join(there[name])}"
            )
    gone = set(map(fold, values))
    left = [value for value in there[name] if fold(value) not in gone]
    if not left:
        raise _wrong("skip", f"no {name} would be left")
    if name == "style":
        _only_styles(fields, left)
    elif name in own:
        fields[own[name]] = left
    else:
        fields["axes"] = {**fields["axes"], name: left}
    if name == "mask" and fields.get("mask_files"):
        files = {file_of(mask) for mask in left}
        kept = {file: key for file, key in fields["mask_files"].items() if file in files}
        fields["mask_files"] = kept or None


def _fit(fields: dict[str, Any]) -> None:
    """No more cells than there are draws; in a table as many as its axes say."""
    if "axes" in recipes.RECIPES[fields["recipe"]].uses:
        for name in FOLLOWS:
            fields.pop(name, None)
        return
    if fields["styles"] is None:
        return
    draws = len(fields["masks"]) * comb(len(fields["styles"]), fields["combine"])
    if "sample" in recipes.RECIPES[fields["recipe"]].uses:
        template = fields["prompt_template"]
        draws *= len(prompts.asked(parse(fields), template, prompts.TEMPLATE))
    draws *= max(1, len(fields.get("sources") or ()))
    if draws < fields["rows"] * fields["cols"]:
        fields["rows"], fields["cols"] = sizes.grid(draws)
        fields["tiles"] = None
