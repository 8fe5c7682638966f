"""Erasing: a part of the source is cut out and refilled; the rest stays to the pixel."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from collage.errors import InvalidRequest
from collage.recipes import sizes
from collage.recipes.recipe import Boxes, Counted, Ingredients, Recipe, Shape, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields

MASK = "erased"


class Erase(Recipe):
    """Candidates for one hole, which rectangles, a mask file or the source's alpha cut."""

    name = "erase"
    what = "the source with rectangles, or a mask of any shape, cut out and refilled"
    source = "needed"
    uses = frozenset({"prompt", "sample", "count", "rects", "mask_source", "transparency"})
    operation = "inpaint"
    untouched = True
    unsaid = "the background goes on as if nothing had been there"

    def check(self, request: Fields) -> None:
        """One thing says where the hole is."""
        given = (bool(request.rects), request.mask_source is not None, request.transparency)
        if sum(given) != 1:
            raise ValueError("rects: give rects, mask_source or transparency, one of them")

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """One picture of the source's own size, or several in the squarest grid."""
        count = request.count or 1
        rows, cols = sizes.grid(count * len(self.prompts(request)))
        size = sizes.native(source) if source else request.size
        if source:
            _inside(request, source)
        return {"count": count, "rows": rows, "cols": cols, "size": size, "cell": size[0]}

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """One: the rectangles brought to the prepared size, or what a picture says."""
        if request.mask_source is not None:
            return {MASK: "file"}
        if request.transparency or source is None:
            return {MASK: "transparency"}
        across, down = (own / whole for own, whole in zip(request.size, source, strict=True))
        edited = (
            # A pixel that is touched is edited.
            (int(left * across), int(top * down), ceil(right * across), ceil(bottom * down))
            for left, top, right, bottom in request.rects
        )
        return {MASK: Boxes(request.size, tuple(edited))}

    def tiles(self, request: Fields) -> int:
        """So many of each prompt."""
        return len(self.prompts(request)) * (request.count or 1)

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """So many candidates of each prompt."""
        request = ingredients.request
        tiles = ingredients.series("inpaint", self.prompts(request), request.count or 1, mask=MASK)
        return Unfolded(tiles, sizes.row_by_row(len(tiles), request.rows, request.cols))

    def counted(self, ingredients: Ingredients) -> Counted:
        """So many of each prompt."""
        request = ingredients.request
        count = request.count or 1
        kinds = ingredients.counted("inpaint", self.prompts(request), count, mask=MASK)
        return Counted(kinds, Unfolded([]))


def _inside(request: Fields, source: Size) -> None:
    width, height = source
    for left, top, right, bottom in request.rects:
        if right > width or bottom > height:
            raise InvalidRequest(
                f"rects: {top}:{bottom}x{left}:{right} is not inside the source, whose rows go to "
                f"{height} and columns to {width}."
            )
