"""The matrix: a table whose every cell is made, subject by style, and further axes as blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from collage.errors import FieldError, InvalidRequest
from collage.fields import prompts, values
from collage.fields.fields import MOST_SIDE, SEARCH_AND_REPLACE
from collage.fields.values import MAX_SOURCES
from collage.pictures.masks import file_of
from collage.recipes.recipe import SEVERAL, STYLED, Ingredients, Recipe, Shape, Size, Unfolded
from collage.words import styles

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.tile import Operation, Tile


class _Table(NamedTuple):
    """Axes by name: those that tell rows apart, block by block, and columns; and the others."""

    rows: dict[str, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    fixed: dict[str, str]


class Matrix(Recipe):
    """A table of everything that varies, each of its cells a tile."""

    name = "matrix"
    what = "a table of subjects and styles, or of any other axes, every cell of it made"
    source = "optional"
    uses = STYLED | SEVERAL | {"combine", "subjects", "axes", "sample"}
    operation = "generate"
    own_grid = True

    def check(self, request: Fields) -> None:
        """There are styles enough to combine, where a number is asked for, and what is searched."""
        if "combine" in request.model_fields_set:
            styles.check_size(request.combine, request.style_total)
        for size in request.axes.get("combine", ()):
            styles.check_size(int(size), request.style_total)
        _check_search(request)

    def operation_on(self, has_source: bool) -> Operation:
        """A source is repainted; without one every cell starts from nothing."""
        return "inpaint" if has_source else "generate"

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """As many rows and columns as the axes say; a source is repainted whole."""
        if source and "size" in request.axes:
            raise InvalidRequest(
                "axes: size is for tables without a picture, which is prepared to one size."
            )
        count = request.style_count or len(
            styles.default(None, request.exclude, request.known_styles)
        )
        listed = {"style_count": count} if request.styles is None else {}
        named = request.styles or tuple(map(str, range(count)))
        combine = request.combine if "combine" in request.model_fields_set else 1
        chosen = request.masks if "masks" in request.model_fields_set else ("all",)
        combinations = _combinations(named, _combined(request, combine))
        table = _table(request, tuple(combinations), chosen if source else ())
        rows, columns = _lines(request, table)
        return {
            **listed,
            "combine": combine,
            "masks": chosen,
            **_room(request),
            "rows": len(rows),
            "cols": len(columns),
        }

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """Those that are asked for, when there is a source to repaint."""
        return {name: name for name in request.masks} if source else {}

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """A tile for each cell of the table, row by row.

        A cell is empty whose mask there is not of its source.
        """
        request = ingredients.request
        combinations = _combinations(ingredients.styles, _combined(request, request.combine))
        drawn = request.masks if ingredients.source or ingredients.sources else ()
        table = _table(request, tuple(combinations), drawn)
        rows, columns = _lines(request, table)
        cells = [table.fixed | row | column for row in rows for column in columns]
        parts = dict(zip(request.source_names or ("",), ingredients.of_each_source, strict=True))
        places = [place for place in cells if _is_there(request, place)]
        tiles = [_tile(parts[place.get("source", "")], place, combinations) for place in places]
        numbers = iter(range(len(tiles)))
        return Unfolded(
            tiles,
            [next(numbers) if _is_there(request, place) else None for place in cells],
            column_headers=tuple(map(_heading, columns)),
            row_headers=tuple(map(_heading, rows)) if table.rows else (),
            column_axis=", ".join(table.columns),
            row_axis=", ".join(table.rows),
            axes=[
                {name: _said(name, value) for name, value in place.items() if name != "prompt"}
                for place in places
            ],
        )


def _table(request: Fields, names: tuple[str, ...], drawn: tuple[str, ...]) -> _Table:
    """The styles stand above the columns, or else the last axis does.

    The first of the others is the rows of a block, and each value of what is left is a block.
    """
    axes: dict[str, tuple[str, ...]] = {}
    if request.source_names:
        axes["source"] = request.source_names
    if subjects := _subjects(request):
        axes["subject"] = tuple(subjects)
    axes["style"] = names
    axes["prompt"] = prompts.asked(request, request.prompt_template, prompts.TEMPLATE)
    if drawn:
        axes["mask"] = drawn
    axes |= {name: values for name, values in request.axes.items() if name != "combine"}
    varying = [name for name, values in axes.items() if len(values) > 1]
    across = "style" if "style" in varying else varying[-1] if varying else "style"
    first, *blocks = [name for name in varying if name != across] or [""]
    order = [*blocks, first] if first else []
    return _Table(
        {name: axes[name] for name in order},
        {across: axes[across]},
        {name: values[0] for name, values in axes.items() if name not in (across, *order)},
    )


def _lines(request: Fields, table: _Table) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows and the columns of a table, by their values: without rows that are all empty.

    Raises:
        InvalidRequest: when they would be too many in any case.
    """
    # Of a source without a mask the rows are left out, and at most those of all sources but one.
    many = prod(map(len, table.rows.values()))
    if many > MOST_SIDE * MAX_SOURCES:
        said = f"the axes make {many:,} of them; a table has at most {MOST_SIDE:,}"
        raise InvalidRequest(f"rows: {said}.", [FieldError("rows", said)])
    rows, columns = _positions(table.rows), _positions(table.columns)
    found = [
        row
        for row in rows
        if any(_is_there(request, table.fixed | row | column) for column in columns)
    ]
    return found, columns


def _is_there(request: Fields, place: Mapping[str, str]) -> bool:
    """Whether there is the mask of a place of its source."""
    names = request.source_names or ("",)
    source = names.index(place.get("source", names[0]))
    return "mask" not in place or request.has_mask(place["mask"], source)


def _positions(axes: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def _tile(
    ingredients: Ingredients, place: Mapping[str, str], combinations: Mapping[str, tuple[str, ...]]
) -> Tile:
    request = ingredients.request
    subject, names = place.get("subject", ""), combinations[place["style"]]
    template = place["prompt"]
    text = template.format(styles=place["style"], subject=subject)
    if subject and "{subject}" not in template:
        text = f"{subject} {text}"
    if SEARCH_AND_REPLACE in place:
        found, *_ = searched = _searched(request)
        wanted = request.axes[SEARCH_AND_REPLACE].index(place[SEARCH_AND_REPLACE])
        text = text.replace(found, searched[wanted])
    return ingredients.tile(
        "inpaint" if "mask" in place else "generate",
        text,
        styles=names,
        mask=place.get("mask"),
        size=values.size(place["size"]) if "size" in place else None,
        settings={name: value for name, value in place.items() if name in request.axes},
    )


def _room(request: Fields) -> dict[str, Size]:
    """The size whose shape cells have, where tiles have several: that in which each has room."""
    if "size" not in request.axes:
        return {}
    widths, heights = zip(*request.sizes, strict=True)
    return {"size": (max(widths), max(heights))}


def _searched(request: Fields) -> list[str]:
    """What is looked for in prompts, and all that it is replaced by, itself first."""
    given = request.axes.get(SEARCH_AND_REPLACE, ())
    return [prompts.single(text, request.words, "axes") for text in given]


def _check_search(request: Fields) -> None:
    """What is looked for must be in every prompt: otherwise cells would be the same.

    Raises:
        ValueError: with a prompt that lacks it.
    """
    searched = _searched(request)
    if not searched:
        return
    for subject in _subjects(request) or [""]:
        for template in prompts.asked(request, request.prompt_template, prompts.TEMPLATE):
            if searched[0] not in template and searched[0] not in subject:
                raise ValueError(
                    f"axes: {SEARCH_AND_REPLACE} looks for {searched[0]!r}, which is neither in "
                    f"the subject {subject!r} nor in the prompt_template {template!r}"
                )


def _subjects(request: Fields) -> list[str]:
    """Every subject that the texts of subjects stand for, once."""
    texts = (prompts.asked(request, each, "subjects") for each in request.subjects or ())
    return list(dict.fromkeys(chain.from_iterable(texts)))


def _heading(place: Mapping[str, str]) -> str:
    return ", ".join(_said(name, value) for name, value in place.items())


def _said(name: str, value: str) -> str:
    """A value of an axis as people call it."""
    return file_of(value) or value if name == "mask" else value


def _combined(request: Fields, combine: int) -> list[int]:
    """How many styles are combined: of one number, or of each that is an axis's value."""
    return [int(size) for size in request.axes.get("combine", ())] or [combine]


def _combinations(named: Sequence[str], sizes: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Combinations by how they are written; of one size after the other."""
    return {styles.phrase(names): names for size in sizes for names in styles.combine(named, size)}
