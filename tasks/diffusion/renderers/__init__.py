"""Renderers: one a kind of family. A new kind is a module here and a line in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from collage.engines.diffusion.operations import Options
from collage.tile import Tile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from collage.weights import Kind
    from tasks.diffusion.machine import Machine

Own = TypeVar("Own", bound=Options)
"""The options of one operation."""

MODULES: dict[Kind, str] = {
    "inpainting": "inpainting",
    "text-to-image": "text_to_image",
    "latent-diffusion": "latent_diffusion",
    "image-embedding": "image_embedding",
    "vector-quantized": "vector_quantized",
    "discrete-vae": "discrete_vae",
    "super-resolution": "super_resolution",
}

Step = Callable[[int, int], None]
"""Told of every step: which it was, counted from 1, and of how many. It may raise."""


@dataclass(frozen=True)
class Job(Generic[Own]):
    """A tile to be made: with its options, and the pixels that it is made of."""

    tile: Tile
    options: Own
    source: NDArray[np.uint8] | None = None
    """RGB, (H, W, 3), of the size to work at."""
    mask: NDArray[np.uint8] | None = None
    """(H, W), alpha: 0 = edit, 255 = keep."""


@dataclass(frozen=True)
class Made:
    """A picture, (H, W, 3) in 0..1, and what was measured of it."""

    picture: NDArray[Any]
    measures: Mapping[str, float] = field(default_factory=dict)


class Renderer(Protocol):
    """What every kind of family is to the worker."""

    def render(self, jobs: Sequence[Job[Any]], step: Step) -> list[Made | Exception]:
        """A picture for each job, or why there is none. The jobs are alike: see the engine.

        A job's picture does not depend on the other jobs.
        """


def load(kind: Kind, folder: Path, machine: Machine, *, compiled: bool = False) -> Renderer:
    """The renderer of a family whose checked files lie in ``folder``."""
    module = import_module(f"tasks.diffusion.renderers.{MODULES[kind]}")
    return cast(Renderer, module.load(folder, machine, compiled=compiled))
