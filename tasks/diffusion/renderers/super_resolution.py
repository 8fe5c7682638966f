"""Upscaling by networks of the ESRGAN family, large pictures piece by piece.

Pieces overlap, and fade into each other over the overlap, so that no seam is to be seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from collage.engines.diffusion.operations import Options
from collage.errors import BrokenPicture
from tasks.diffusion.machine import Machine
from tasks.diffusion.pictures import quantize, resized
from tasks.diffusion.renderers import Job, Made, Step

PIECE = 256
"""Pixels of a piece's side before it is enlarged."""
OVERLAP = 32


class SuperResolution:
    """A network that enlarges by a whole number."""

    def __init__(self, model: Any, piece: int = PIECE, overlap: int = OVERLAP) -> None:
        self.model = model
        self.piece = piece
        self.overlap = overlap

    def render(self, jobs: Sequence[Job[Options]], step: Step) -> list[Made | Exception]:
        """The enlarged sources, brought to the size of the tile where the scale is another."""
        made: list[Made | Exception] = []
        for job in jobs:
            try:
                made.append(self._enlarged(job, step))
            except BrokenPicture as error:
                made.append(error)
        return made

    def _enlarged(self, job: Job[Options], step: Step) -> Made:
        if job.source is None:
            raise ValueError("a picture to upscale is a source")
        picture = self.enlarge(torch.from_numpy(job.source.copy()), step)
        if (picture.shape[1], picture.shape[0]) == job.tile.size:
            return Made(picture)
        return Made(resized(quantize(picture), job.tile.size) / np.float32(255))

    def enlarge(self, pixels: torch.Tensor, step: Step) -> np.ndarray[Any, Any]:
        """A picture (H, W, 3) of 0..255, enlarged, in 0..1."""
        height, width = pixels.shape[:2]
        scale = self.model.scale
        whole = pixels.permute(2, 0, 1)[None].float() / 255
        made = torch.zeros(3, height * scale, width * scale)
        weight = torch.zeros(1, height * scale, width * scale)
        corners = [(top, left) for top in self._starts(height) for left in self._starts(width)]
        for number, (top, left) in enumerate(corners):
            bottom, right = min(height, top + self.piece), min(width, left + self.piece)
            piece = whole[:, :, top:bottom, left:right].to(self.model.device, self.model.dtype)
            enlarged = self.model(piece)[0].float().cpu()
            share = (
                self._ramp(top, bottom, height)[:, None] * self._ramp(left, right, width)[None]
            )[None]
            rows, cols = slice(top * scale, bottom * scale), slice(left * scale, right * scale)
            made[:, rows, cols] += enlarged * share
            weight[:, rows, cols] += share
            step(number + 1, len(corners))
        return np.asarray((made / weight).clamp(0, 1).permute(1, 2, 0))

    def _starts(self, side: int) -> list[int]:
        """Where pieces begin along a side: evenly, overlapping at least as much as asked."""
        if side <= self.piece:
            return [0]
        count = -(-(side - self.overlap) // (self.piece - self.overlap))
        return [round(i * (side - self.piece) / (count - 1)) for i in range(count)]

    def _ramp(self, start: int, end: int, side: int) -> torch.Tensor:
        """How much a piece counts, along one side.

        Nothing where its own border shows, in the outer quarter of an overlap; there the
        neighbour counts fully. From there on ever more.
        """
        scale = self.model.scale
        length, quarter = (end - start) * scale, self.overlap * scale / 4
        position = torch.arange(length, dtype=torch.float32) + 0.5
        share = torch.ones(length)
        if start > 0:
            share = torch.minimum(share, (position - quarter) / (2 * quarter))
        if end < side:
            share = torch.minimum(share, (length - position - quarter) / (2 * quarter))
        return share.clamp(0, 1)


def load(folder: Path, machine: Machine, *, compiled: bool) -> SuperResolution:
    """The network in ``folder``, of any architecture that its parameters' names tell."""
    with _torchvision():
        import spandrel
    (file,) = folder.glob("*.safetensors")
    model = spandrel.ModelLoader(device="cpu").load_from_file(file)
    if not isinstance(model, spandrel.ImageModelDescriptor):
        raise TypeError(f"{file.name} is no network that makes a picture of a picture")
    if machine.device.type == "cuda" and not model.supports_bfloat16:
        return SuperResolution(model.to(machine.device).eval())
    return SuperResolution(model.to(machine.device, machine.dtype).eval())


@contextmanager
def _torchvision() -> Iterator[None]:
    """Stand-ins for torchvision where it is not installed.

    Two architectures that this task does not use import names from it. They are gone afterwards:
    other libraries would take them for the real thing.
    """
    if find_spec("torchvision"):
        yield
        return
    functional = ModuleType("torchvision.transforms.functional")
    functional.__getattr__ = lambda name: None  # type: ignore[method-assign]
    transforms = ModuleType("torchvision.transforms")
    names = {
        "torchvision": ModuleType("torchvision"),
        "torchvision.transforms": transforms,
        "torchvision.transforms.functional": functional,
    }
    sys.modules.update(names)
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
