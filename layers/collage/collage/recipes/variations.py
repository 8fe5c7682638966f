"""Variations: other pictures of what the source shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collage.recipes import Ingredients, Shape, Size, Unfolded, sizes
from collage.request import prompts

if TYPE_CHECKING:
    from collage.request.fields import Fields
    from collage.tile import Operation

PROMPT = "another picture of the same subject, in the same mood, composed differently"
"""What is asked of a model that makes nothing without a prompt."""

SIDE = 1024
"""Longest side of a variation unless a size is asked for: what models are trained for."""


def complete(request: Fields, source: Size | None) -> dict[str, Any]:
    """Four of the source's shape, in the squarest grid."""
    count = request.count or 4
    rows, cols = sizes.grid(count * len(_prompts(request)))
    size = sizes.native(source, SIDE) if source else request.size
    return {
        "count": count, "rows": rows, "cols": cols, "size": size, "cell": min(512, size[0]),
    }  # fmt: skip


def operations(request: Fields, source: bool) -> set[Operation]:
    """What an image embedding, or a strong img2img, does."""
    return {"variation"}


def masks(request: Fields, source: Size | None) -> Mapping[str, Shape]:
    """None."""
    return {}


def unfold(ingredients: Ingredients) -> Unfolded:
    """So many of each prompt that the text stands for."""
    request = ingredients.request
    tiles = [
        ingredients.tile("variation", text, number=number)
        for text in _prompts(request)
        for number in range(request.count or 1)
    ]
    return Unfolded(tiles, sizes.row_by_row(len(tiles), request.rows, request.cols))


def _prompts(request: Fields) -> tuple[str, ...]:
    return prompts.asked(request, request.prompt or PROMPT)
