"""What the tests of the engine ask for."""

from __future__ import annotations

from typing import Any

import numpy as np

from collage.engines.bedrock import models
from collage.pictures import masks
from collage.tile import Operation, Tile
from tests.unit.pictures import encode, noise, quarters

SIZE = (96, 64)
SOURCE = encode(quarters(SIZE))
REFERENCE = encode(noise((1024, 1024)))


def left_half(size: tuple[int, int] = SIZE) -> bytes:
    """A mask whose left half is to be painted: alpha 0 there."""
    across = np.where(np.arange(size[0]) < size[0] // 2, 0, 255).astype(np.uint8)
    return masks.encode(np.repeat(across[None], size[1], axis=0))


MASK = left_half()


def tile(operation: Operation = "inpaint", **changes: Any) -> Tile:
    """A tile as a plan would have it, changed."""
    prompt = changes.get("prompt", "in the style of Cubism")
    given: dict[str, Any] = {
        "operation": operation,
        "prompt": prompt,
        "styles": ("Cubism",),
        "mask": "left" if operation in ("inpaint", "outpaint") else None,
        "mask_sha256": None,
        "source": None if operation == "generate" else "digest",
        "engine": "bedrock",
        "model": models.model_of(operation, bool(prompt), models.CORE),
        "options": {},
        "size": SIZE,
        "seed": 7,
        "sample": None,
        "preserve": True,
    }
    return Tile(**{**given, **changes})


def materials(asked: Tile) -> tuple[bytes | None, bytes | None]:
    """The source and the mask of a tile, where it has them."""
    return (None if asked.source is None else SOURCE), (MASK if asked.mask else None)


def here() -> str:
    """The turn of a call that is asked in the first Region."""
    return ""
