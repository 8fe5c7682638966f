"""From plain values to a request, and from what is wrong with them to what the user is told."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from collage import recipes
from collage.errors import FieldError, InvalidRequest
from collage.fields.again import TileChange
from collage.request.request import MOST_INVOLVED, Request
from collage.sheet import bands
from collage.words import lists
from collage.words.seeds import seeded

Model = TypeVar("Model", bound=BaseModel)

BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")
"""What of a field's JSON Schema tells a user which values are allowed."""

REPORTED = 10
"""Faults of a request that are told one by one; of others only their number is."""


def parse(options: dict[str, Any]) -> Request:
    """The request in ``options``, field names to plain values. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(validated(Request, options))


def from_texts(options: Mapping[str, str]) -> dict[str, Any]:
    """Options that could only be written as text: lists as in CSV, and names with hyphens.

    Raises:
        InvalidRequest: for a list whose quotes do not fit.
    """
    named = {name.replace("-", "_"): text for name, text in options.items()}
    return {name: lists.cut(text) if name in _lists() else text for name, text in named.items()}


def complete(asked: Request, source: tuple[int, int] | None) -> Request:
    """``asked`` with what its recipe makes of the fields that were left open.

    ``source`` is the width and height of the source, where there is one. What is complete stays
    as it is.

    Raises:
        InvalidRequest: when the fields do not fit the source.
    """
    recipe = recipes.RECIPES[asked.recipe]
    follows = recipe.complete(asked, source)
    if recipe.own_grid:
        _check_grid(asked, follows)
    left = {name: value for name, value in follows.items() if name not in asked.model_fields_set}
    made = parse({**asked.model_dump(exclude_unset=True), **left})
    _check_tiles(made)
    return made


def _check_tiles(made: Request) -> None:
    """Refuse more tiles than a plan can have, or than can be put together in cells so few."""
    recipe, (most, what) = recipes.RECIPES[made.recipe], made.most
    if not bands.is_large(made.rows, made.cols):
        # One function assembles it, which has all tiles in memory.
        most, what = MOST_INVOLVED, f" of {made.rows:,} x {made.cols:,} cells"
    tiles = recipe.tiles(made)
    if tiles > most:
        field = "grid_size" if "grid_size" in recipe.uses else "count"
        said = f"it makes {tiles:,} tiles of all prompts; a collage{what} has at most {most:,}"
        raise InvalidRequest(f"{field}: {said}.", (FieldError(field, said),))


def _check_grid(asked: Request, follows: Mapping[str, Any]) -> None:
    """Refuse other rows or columns than follow from what a recipe makes."""
    for field in ("rows", "cols"):
        has = follows[field]
        if field in asked.model_fields_set and getattr(asked, field) != has:
            message = f"in the recipe {asked.recipe} they follow from the rest, and are {has} here"
            raise InvalidRequest(
                f"{field}: {message}; leave {field} out.", (FieldError(field, message, [has]),)
            )


def validated(model: type[Model], options: dict[str, Any]) -> Model:
    """``model`` of plain values.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise invalid(error.errors(), model) from error


def invalid(errors: Iterable[Any], model: type[BaseModel]) -> InvalidRequest:
    """What pydantic found wrong with the fields of ``model``, as the pack says it.

    At most REPORTED faults are told; how many others there are, the message ends with.
    """
    found = list(errors)
    # Made once: it takes longer than all else here.
    schema = model.model_json_schema()["properties"]
    fields = tuple(_field_error(error, model, schema) for error in found[:REPORTED])
    said = (f"{one.field}: {one.message}" if one.field else one.message for one in fields)
    # Several values of a field, such as a width and a height, may be wrong in the same way.
    clauses = [*dict.fromkeys(said)]
    if len(found) > REPORTED:
        clauses.append(f"and {len(found) - REPORTED:,} more")
    return InvalidRequest("; ".join(clauses) + ".", fields)


def _field_error(error: Any, model: type[BaseModel], schema: Mapping[str, Any]) -> FieldError:
    """One of pydantic's errors; a rule over several fields names one of them in its message."""
    message = str(error["msg"]).removeprefix("Value error, ")
    field = str(error["loc"][0]) if error["loc"] else ""
    if not field and message.partition(":")[0] in model.model_fields:
        field, _, message = message.partition(": ")
    if field == "again" and len(error["loc"]) > 1:
        return _in_a_change(error, message)
    if error["type"] == "extra_forbidden":
        known = list(model.model_fields)
        message = f"there is no such option; there are: {', '.join(known)}"
        return FieldError(field, message, known)
    cause = error.get("ctx", {}).get("error")
    return FieldError(
        field, message, getattr(cause, "allowed", None) or _rule(schema.get(field, {}))
    )


def _in_a_change(error: Any, message: str) -> FieldError:
    """One of pydantic's errors in the change of a single tile, which the message names."""
    number, *within = (str(part) for part in error["loc"][1:])
    if error["type"] == "extra_forbidden":
        message = f"there is no such change; there are: {', '.join(TileChange.model_fields)}"
    if within == ["[key]"]:
        return FieldError("again", f"{number!r} is no number of a tile; they count from 0")
    place = ", ".join([f"tile {number}", *within])
    cause = error.get("ctx", {}).get("error")
    return FieldError("again", f"{place}: {message}", getattr(cause, "allowed", None))


@cache
def _lists() -> frozenset[str]:
    """The fields of a request that are lists."""
    fields = Request.model_json_schema()["properties"]
    return frozenset(
        name
        for name, schema in fields.items()
        for one in schema.get("anyOf", [schema])
        if "items" in one and "prefixItems" not in one
    )


def _rule(schema: Mapping[str, Any]) -> Any:
    """What JSON Schema says of a field's values: a list of them, or bounds."""
    for one in schema.get("anyOf", [schema]):
        if "enum" in one:
            return one["enum"]
        if bounds := {rule: one[rule] for rule in BOUNDS if rule in one}:
            return bounds
    return None
