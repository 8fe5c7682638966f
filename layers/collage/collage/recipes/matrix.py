"""The matrix: a table whose every cell is made, subject by style, and further axes as blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from collage.errors import FieldError, InvalidRequest
from collage.fields import prompts, values
from collage.fields.fields import MOST_SIDE, SEARCH_AND_REPLACE
from collage.fields.values import MAX_SOURCES
from collage.pictures.masks import file_of
from collage.recipes.recipe import (
    MOST_COUNTED,
    SEVERAL,
    STYLED,
    Counted,
    Ingredients,
    Recipe,
    Shape,
    Size,
    Unfolded,
)
from collage.tile import Kind, Tile
from collage.words import styles

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.tile import Operation


TEXTS = {"subject", "style", "prompt", SEARCH_AND_REPLACE}
"""The axes that say what is in a prompt."""


class _Table(NamedTuple):
    """Axes by name: those that tell rows apart, block by block, and columns; and the others."""

    rows: dict[str, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    fixed: dict[str, str]

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """All of them."""
        return {
            **{name: (value,) for name, value in self.fixed.items()},
            **self.rows,
            **self.columns,
        }


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
        table = _table(request, tuple(combinations), _drawn(ingredients))
        rows, columns = _lines(request, table)
        parts = dict(zip(request.source_names or ("",), ingredients.of_each_source, strict=True))
        searched = _searched(request)
        tiles, axes, cells = list[Tile](), list[dict[str, str]](), list[int | None]()
        for row, column in product(rows, columns):
            place = table.fixed | row | column
            if not _is_there(request, place):
                cells.append(None)
                continue
            cells.append(len(tiles))
            part = parts[place.get("source", "")]
            tiles.append(_tile(part, place, combinations, searched))
            del place["prompt"]
            axes.append({name: _said(name, value) for name, value in place.items()})
        heads = _heads(table, rows, columns)
        return replace(heads, tiles=tiles, cells=cells, axes=axes)

    def counted(self, ingredients: Ingredients) -> Counted | None:
        """Of each source, and of all values of an axis that says how tiles are made, every prompt.

        A kind of tiles has all of them, with every mask.
        """
        request = ingredients.request
        combinations = _combinations(ingredients.styles, _combined(request, request.combine))
        drawn = _drawn(ingredients)
        table = _table(request, tuple(combinations), drawn)
        heads = _heads(table, *_lines(request, table))
        said = {name: values for name, values in table.axes.items() if name in TEXTS}
        made = {
            name: values
            for name, values in table.axes.items()
            if name in request.axes and name not in TEXTS
        }
        if max(prod(map(len, axes.values())) for axes in (said, made)) > MOST_COUNTED:
            return None
        searched = _searched(request)
        texts = [(place["style"], _text(place, searched)) for place in _positions(said)]
        parts = ingredients.of_each_source
        if len(set(texts)) < len(texts) or (drawn and not all(p.masks_differ for p in parts)):
            return None
        first = {name: values[0] for name, values in said.items()}
        kinds = []
        for part in parts:
            masks = [{"mask": mask} for mask in part.own_masks] if drawn else [{}]
            if not masks:
                continue
            for place in _positions(made):
                tile = _tile(part, first | masks[0] | place, combinations, searched)
                kinds.append(Kind(tile, {1: len(texts) * len(masks)}))
        return Counted(kinds, heads, [text for _, text in texts])


def _drawn(ingredients: Ingredients) -> tuple[str, ...]:
    """The masks, where there is a source to repaint."""
    return ingredients.request.masks if ingredients.source or ingredients.sources else ()


def _heads(
    table: _Table, rows: Sequence[Mapping[str, str]], columns: Sequence[Mapping[str, str]]
) -> Unfolded:
    """What is written beside the rows and above the columns of a table, without its tiles."""
    return Unfolded(
        [],
        column_headers=tuple(map(_heading, columns)),
        row_headers=tuple(map(_heading, rows)) if table.rows else (),
        column_axis=", ".join(table.columns),
        row_axis=", ".join(table.rows),
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


def _text(place: Mapping[str, str], searched: Mapping[str, str]) -> str:
    """The prompt of a place; ``searched`` is what each value of that axis stands for, in order."""
    subject, template = place.get("subject", ""), place["prompt"]
    text = template.format(styles=place["style"], subject=subject)
    if subject and "{subject}" not in template:
        text = f"{subject} {text}"
    if SEARCH_AND_REPLACE in place:
        text = text.replace(next(iter(searched.values())), searched[place[SEARCH_AND_REPLACE]])
    return text


def _tile(
    ingredients: Ingredients,
    place: Mapping[str, str],
    combinations: Mapping[str, tuple[str, ...]],
    searched: Mapping[str, str],
) -> Tile:
    request = ingredients.request
    return ingredients.tile(
        "inpaint" if "mask" in place else "generate",
        _text(place, searched),
        styles=combinations[place["style"]],
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


def _searched(request: Fields) -> dict[str, str]:
    """What is looked for in prompts, and all that it is replaced by, itself first.

    By the values of the axis, which may be written with the words of lists.
    """
    given = request.axes.get(SEARCH_AND_REPLACE, ())
    return {text: prompts.single(text, request.words, "axes") for text in given}


def _check_search(request: Fields) -> None:
    """What is looked for must be in every prompt: otherwise cells would be the same.

    Raises:
        ValueError: with a prompt that lacks it.
    """
    searched = [*_searched(request).values()]
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
