"""Changes of single tiles of what a request unfolds to; all its other tiles stay as they are."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from collage import engines
from collage.engines.diffusion import operations
from collage.fields.values import EngineName, Prompt
from collage.frozen import Frozen
from collage.weights import Scheduler
from collage.words.seeds import MAX_SEED

MOST_CHANGED = 1000
"""Tiles of one request that can be changed one by one."""

MAX_SAMPLE = 1_000_000


def _open(value: object) -> bool:
    return value is None


class TileChange(Frozen, extra="forbid"):
    """What one tile has otherwise. What is left open stays, and is not written down."""

    seed: int | None = Field(
        default=None, ge=0, le=MAX_SEED, exclude_if=_open, description="where its engine has seeds"
    )
    sample: int | None = Field(
        default=None,
        ge=0,
        le=MAX_SAMPLE,
        exclude_if=_open,
        description="where its engine has none: another number is another picture",
    )
    prompt: Prompt | None = Field(
        default=None, exclude_if=_open, description="as it stands, without alternatives"
    )
    engine: EngineName | None = Field(default=None, exclude_if=_open)
    model: str | None = Field(default=None, min_length=1, max_length=100, exclude_if=_open)
    quality: str | None = Field(default=None, exclude_if=_open)
    guidance_scale: operations.Guidance | None = Field(default=None, exclude_if=_open)
    num_inference_steps: operations.Steps | None = Field(default=None, exclude_if=_open)
    strength: operations.Strength | None = Field(default=None, exclude_if=_open)
    scheduler: Scheduler | None = Field(default=None, exclude_if=_open)
    negative_prompt: operations.NegativePrompt | None = Field(default=None, exclude_if=_open)

    @property
    def given(self) -> dict[str, Any]:
        """What it says, by the fields' names."""
        return self.model_dump()

    @property
    def options(self) -> dict[str, str]:
        """What it says of the engine's own options, as a tile has them."""
        own = {"seed", "sample", "prompt", "engine", "model"}
        return {name: str(value) for name, value in self.given.items() if name not in own}

    def check(self, engine: str) -> None:
        """Whether an engine has a use for all that is changed.

        Raises:
            ValueError: with what it has none for.
        """
        known = engines.ENGINES[engine]
        if not self.given:
            raise ValueError(f"it says nothing; there are: {', '.join(TileChange.model_fields)}")
        if self.seed is not None and not known.seeded:
            raise ValueError(
                f"{engine} has no seeds; give sample: another number makes another picture"
            )
        if self.sample is not None and known.seeded:
            raise ValueError(f"{engine} numbers no samples; give seed")
        if self.model is not None and known.model is not None:
            raise ValueError(f"the engine {engine} has only the model {known.model}")
        for name in self.options:
            if name not in known.options:
                has = ", ".join(known.options) or "none"
                raise ValueError(f"the engine {engine} has no {name}; it has: {has}")
        if self.quality is not None and self.quality not in known.qualities:
            raise ValueError(f"quality: {self.quality!r} is none of: {', '.join(known.qualities)}")


Changes = Annotated[
    dict[Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,5})$")], TileChange],
    Field(max_length=MOST_CHANGED),
]
"""By the number of the tile, as the recipe unfolds it, from 0."""
