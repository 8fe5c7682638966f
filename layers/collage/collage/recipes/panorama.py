"""Panoramas: the source is extended step by step to a larger shape, and itself stays untouched.

A step is a frame that holds some of what is there already, at least half of it by default, and
is outpainted. To the sides first, as high as the source; then up and down, over the whole width.
Every pixel of the panorama belongs to one picture: the source, or the frame that painted it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from collage.errors import InvalidRequest
from collage.pictures.masks import Box
from collage.recipes import sizes
from collage.recipes.recipe import Boxes, Ingredients, Recipe, Shape, Size, Unfolded
from collage.tile import Composition, Piece

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.tile import Tile

FRAME = 1024
"""Longest side of a step upwards or downwards: what models are trained for."""


class Frame(NamedTuple):
    """A step: its place in the panorama, and what of that is new, both as boxes of it."""

    box: Box
    new: Box

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.box[2] - self.box[0], self.box[3] - self.box[1]

    @property
    def mask(self) -> Boxes:
        """What of the frame is to be painted."""
        left, top = self.box[:2]
        new = self.new
        return Boxes(self.size, ((new[0] - left, new[1] - top, new[2] - left, new[3] - top),))

    @property
    def name(self) -> str:
        """Of its mask: frames of one size and one new part share it."""
        return "new-" + "-".join(map(str, (*self.mask.edited[0], *self.size)))


class Panorama(Recipe):
    """The source in a larger shape, which frames around it fill."""

    name = "panorama"
    what = "the source extended to a larger shape, step by step"
    source = "needed"
    uses = frozenset({"prompt", "sample", "count", "target", "anchor", "overlap"})
    operation = "outpaint"
    own_grid = True
    composed = True
    untouched = True
    unsaid = "the scene goes on beyond the edge of the picture"
    alone = False

    def check(self, request: Fields) -> None:
        """It has a size to extend to."""
        if request.target is None:
            raise ValueError("target: a panorama needs the size it is to have, as 1536x512")

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """One panorama, or several below each other; the source keeps its size."""
        count = request.count or 1
        size = sizes.native(source) if source else request.size
        target = request.target or size
        given = request.size if "size" in request.model_fields_set else size
        if target[0] < given[0] or target[1] < given[1] or target == given:
            shrunk = "" if source in (None, given) else f", shrunk from {source[0]}x{source[1]}"
            raise InvalidRequest(
                f"target: {target[0]}x{target[1]} is not larger than the source, which is "
                f"{given[0]}x{given[1]}{shrunk}."
            )
        rows = count * len(self.prompts(request))
        return {"count": count, "rows": rows, "cols": 1, "size": size, "cell": target[0]}

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """One for each kind of step."""
        return {frame.name: frame.mask for frame in _frames(request)}

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The steps of each panorama, and the panorama that they are put together to."""
        request = ingredients.request
        tiles: list[Tile] = []
        compositions: list[Composition] = []
        cells: list[int | None] = []
        for text in self.prompts(request):
            for number in range(request.count or 1):
                steps, whole = _panorama(ingredients, text, number, compositions)
                tiles += steps
                compositions.append(whole)
                cells.append(len(tiles))
                tiles.append(ingredients.as_it_is(text, source=whole.digest, size=whole.size))
        return Unfolded(tiles, cells, compositions=compositions)


def _panorama(
    ingredients: Ingredients, text: str, number: int, compositions: list[Composition]
) -> tuple[list[Tile], Composition]:
    request = ingredients.request
    own = _source_box(request)
    parts: list[tuple[str | None, Box, Box]] = [(None, own, own)]
    steps = []
    for frame in _frames(request):
        known = _composed(frame.box, parts, ingredients.source)
        compositions.append(known)
        tile = ingredients.tile(
            "outpaint",
            text,
            mask=frame.name,
            number=number,
            source=known.digest,
            size=frame.size,
        )
        # What is known of a frame must stay, or the next step would not fit to it.
        steps.append(tile.model_copy(update={"preserve": True}))
        parts.append((steps[-1].key, frame.box, frame.new))
    width, height = _target(request)
    return steps, _composed((0, 0, width, height), parts, ingredients.source)


def _composed(
    box: Box, parts: list[tuple[str | None, Box, Box]], source: str | None
) -> Composition:
    """What is known of a box of the panorama: of each picture the part that is its own."""
    pieces = []
    for key, (left, top, *_), own in parts:
        cut = _common(box, own)
        if cut is not None:
            pieces.append(
                Piece(
                    tile=key,
                    box=(cut[0] - left, cut[1] - top, cut[2] - left, cut[3] - top),
                    at=(cut[0] - box[0], cut[1] - box[1]),
                )
            )
    size = (box[2] - box[0], box[3] - box[1])
    used = source if any(piece.tile is None for piece in pieces) else None
    return Composition(size=size, pieces=tuple(pieces), source=used)


def _frames(request: Fields) -> list[Frame]:
    """The steps, in an order in which each finds what it goes on from."""
    left, top, right, bottom = _source_box(request)
    width, height = _target(request)
    high, share = bottom - top, request.overlap
    wide = min(high, int((right - left) / share), width)
    band = (top, bottom)
    sides = chain(
        (_across(f, band) for f in _along(right, width, wide, share)),
        (_across(_mirrored(f, width), band) for f in _along(width - left, width, wide, share)),
    )
    tall = min(width, int(high / share), FRAME, height)
    below = _along(bottom, height, tall, share)
    above = (_mirrored(f, height) for f in _along(height - top, height, tall, share))
    rows = (
        frame
        for step in chain(below, above)
        for frame in _row(step, min(width, tall), width, share)
    )
    return [*sides, *rows]


class _Step(NamedTuple):
    """A step in one direction: from and to which pixel it goes, and what of that is new."""

    start: int
    stop: int
    new: tuple[int, int]


def _along(known: int, end: int, length: int, share: float) -> Iterator[_Step]:
    """Steps of ``length`` from what is known up to ``end``; the last one ends there."""
    while known < end:
        start = min(known - round(length * share), end - length)
        yield _Step(start, start + length, (known, start + length))
        known = start + length


def _mirrored(step: _Step, end: int) -> _Step:
    """The same step in the other direction."""
    new = (end - step.new[1], end - step.new[0])
    return step._replace(start=end - step.stop, stop=end - step.start, new=new)


def _across(step: _Step, band: tuple[int, int]) -> Frame:
    """A step to the side, as high as the source."""
    top, bottom = band
    return Frame((step.start, top, step.stop, bottom), (step.new[0], top, step.new[1], bottom))


def _row(step: _Step, wide: int, width: int, share: float) -> Iterator[Frame]:
    """A step up or down over the whole width: frames from left to right."""
    first = _Step(0, wide, (0, wide))
    for part in chain([first], _along(wide, width, wide, share)):
        yield Frame(
            (part.start, step.start, part.stop, step.stop),
            (part.new[0], step.new[0], part.new[1], step.new[1]),
        )


def _source_box(request: Fields) -> Box:
    """Where the source lies in the panorama."""
    free = [whole - own for whole, own in zip(_target(request), request.size, strict=True)]
    left = 0 if "left" in request.anchor else free[0] if "right" in request.anchor else free[0] // 2
    top = 0 if "top" in request.anchor else free[1] if "bottom" in request.anchor else free[1] // 2
    return left, top, left + request.size[0], top + request.size[1]


def _target(request: Fields) -> Size:
    return request.target or request.size


def _common(one: Box, other: Box) -> Box | None:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[2], other[2]), min(one[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else None
