"""Reconstruction by a VQ model: what is left of a picture in its discrete codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import VQModel
from numpy.typing import NDArray

from collage.engines.diffusion.operations import Options
from collage.pictures import quality
from tasks.diffusion.machine import Machine
from tasks.diffusion.pictures import Pixels, quantize, signed, unsigned
from tasks.diffusion.renderers import Job, Made, Step


class VectorQuantized:
    """The model: encode, quantize, decode."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def render(self, jobs: Sequence[Job[Options]], step: Step) -> list[Made | Exception]:
        """The pictures that the codes stand for, one after the other."""
        made: list[Made | Exception] = []
        for number, job in enumerate(jobs):
            made.append(self._reconstruct(job))
            step(number + 1, len(jobs))
        return made

    def _reconstruct(self, job: Job[Options]) -> Made:
        if job.source is None:
            raise ValueError("a reconstruction has a source")
        picture = signed(job.source).to(self.model.device, self.model.dtype)
        latents = self.model.encode(picture).latents
        quantized, _, (_, _, codes) = self.model.quantize(latents)
        decoded = self.model.decode(quantized, force_not_quantize=True).sample
        height, width = job.source.shape[:2]
        made = unsigned(decoded)[0, :height, :width]
        return Made(made, measured(codes, made, job.source))


def measured(codes: torch.Tensor, picture: NDArray[Any], source: Pixels) -> dict[str, float]:
    """How many codes a picture is made of, how many different, and how near it is to its source.

    ``picture`` is of the source's size, in 0..1. PSNR is in dB.
    """
    measures = {"codes": float(codes.numel()), "codes_distinct": float(codes.unique().numel())}
    if np.isfinite(picture).all():
        made = quantize(picture)
        psnr = quality.psnr(made, source)
        measures |= {"psnr": round(psnr, 3)} if math.isfinite(psnr) else {}
        measures |= {"ssim": round(quality.ssim(made, source), 4)}
    return measures


def load(folder: Path, machine: Machine, *, compiled: bool) -> VectorQuantized:
    """The model in ``folder``."""
    model = VQModel.from_pretrained(
        folder,
        dtype=machine.dtype,
        use_safetensors=True,
        local_files_only=True,
    )
    return VectorQuantized(machine.place(model).eval())
