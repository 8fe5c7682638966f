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

    from collage.weights import ControlNet, IPAdapter, Kind
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
    "flow-matching": "flow_matching",
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
    """(H, W), alpha: 0 = edit, 255 = keep; of the same size."""
    at: tuple[int, int] | None = None
    """Width and height to work at, where they are not the tile's."""
    kept: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
    """Source and mask of the tile's own size, where what lies outside the mask is laid back."""
    styles: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    """Pictures that styles are taken from, RGB, by the digests of their pixels."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture to be made."""
        return self.at or self.tile.size


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


def load(
    kind: Kind,
    folder: Path,
    machine: Machine,
    *,
    compiled: bool = False,
    adapters: Mapping[str, float] | None = None,
    controlnet: ControlNet | None = None,
    ip_adapter: IPAdapter | None = None,
) -> Renderer:
    """The renderer of a family whose checked files lie in ``folder``.

    ``adapters`` are LoRAs among them, by their path, and how strongly each is applied;
    ``controlnet`` and ``ip_adapter`` are what lies there beside the family's own networks.

    Raises:
        NoModel: when one of these is none for this family. Loaders raise whatever they stumble
            over.
    """
    module = import_module(f"tasks.diffusion.renderers.{MODULES[kind]}")
    made = module.load(folder, machine, compiled=compiled)
    if adapters or controlnet or ip_adapter:
        from tasks.diffusion.adapters import add

        add(made, folder, machine, adapters or {}, controlnet, ip_adapter)
    return cast(Renderer, made)
