"""The latent-diffusion model of 2022 that makes a picture of a text, 256 pixels wide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffusers import LDMTextToImagePipeline

from collage.engines.diffusion.operations import Sampling
from tasks.diffusion import pipelines
from tasks.diffusion.machine import Machine, generators
from tasks.diffusion.prompts import cut
from tasks.diffusion.renderers import Job, Made, Step

READ = 75
"""Tokens of a text that the pipeline reads: it has 77, with those that begin and end it."""


class LatentDiffusion:
    """The pipeline, which has no way to tell its steps but by its denoiser."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    def render(self, jobs: Sequence[Job[Sampling]], step: Step) -> list[Made | Exception]:
        """The pictures."""
        first = jobs[0]
        steps = first.options.num_inference_steps or 1
        made = iter(range(1, steps + 1))
        hook = self.pipe.unet.register_forward_hook(lambda *_: step(next(made), steps))
        try:
            with pipelines.scheduled(self.pipe, "ddim"):
                pictures = self.pipe(
                    prompt=[job.tile.prompt for job in jobs],
                    width=first.size[0],
                    height=first.size[1],
                    num_inference_steps=steps,
                    guidance_scale=first.options.guidance_scale,
                    generator=generators([job.tile for job in jobs]),
                    output_type="pt",
                ).images
        finally:
            hook.remove()
        # Its own way to arrays does not know bfloat16.
        arrays = pictures.float().permute(0, 2, 3, 1).cpu().numpy()
        said = [cut(self.pipe.tokenizer, job.tile.prompt, READ) for job in jobs]
        return [Made(array, measures) for array, measures in zip(arrays, said, strict=True)]


def load(folder: Path, machine: Machine, *, compiled: bool) -> LatentDiffusion:
    """The pipeline in ``folder``."""
    return LatentDiffusion(
        pipelines.load(LDMTextToImagePipeline, folder, machine, compiled=compiled)
    )
