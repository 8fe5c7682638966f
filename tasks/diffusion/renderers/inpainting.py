"""Inpainting and outpainting: any pipeline that diffusers loads for it, SDXL's first of all.

What tiles share is encoded once: a source, a mask over it, a text. Pipelines other than Stable
Diffusion's take pictures and texts as they are, and encode them in every batch; so do, of pictures,
those with a ControlNet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoPipelineForInpainting,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLInpaintPipeline,
)
from PIL import Image

from collage.engines.diffusion.operations import Repainting
from collage.weights import ControlNet, IPAdapter
from tasks.diffusion import pipelines
from tasks.diffusion.conditions import Control, Styles
from tasks.diffusion.machine import Machine, generators
from tasks.diffusion.pictures import signed
from tasks.diffusion.prompts import Prompts
from tasks.diffusion.remembered import Remembered
from tasks.diffusion.renderers import Job, Made, Step

SHARING = (StableDiffusionXLInpaintPipeline, StableDiffusionInpaintPipeline)


class Inpainting:
    """An inpainting pipeline, and what it has encoded."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        self._prompts = Prompts(pipe) if isinstance(pipe, SHARING) else None
        self._latents: Remembered[torch.Tensor] = Remembered(64)
        self._control: Control | None = None
        self._styles: Styles | None = None

    @property
    def conditionable(self) -> bool:
        """Whether it takes a ControlNet or an IP-Adapter."""
        return self._prompts is not None

    def hold_to(self, network: Any, known: ControlNet) -> None:
        """Have a ControlNet hold the pictures to their sources."""
        self.pipe = AutoPipelineForInpainting.from_pipe(self.pipe, controlnet=network)
        self.pipe.set_progress_bar_config(disable=True)
        self._control = Control(known)

    def take_styles(self, known: IPAdapter) -> None:
        """Take styles from pictures by the adapter that the denoiser has now."""
        self._styles = Styles(self.pipe, known)

    def render(self, jobs: Sequence[Job[Repainting]], step: Step) -> list[Made | Exception]:
        """The repainted pictures, in which nothing is restored yet."""
        if self._prompts is None:
            return self._render(jobs, step)
        return self._prompts.by_length(jobs, lambda some: self._render(some, step))

    def _render(self, jobs: Sequence[Job[Repainting]], step: Step) -> list[Made | Exception]:
        first = jobs[0]
        given = self._plain(jobs) if self._prompts is None else self._shared(jobs, self._prompts)
        with pipelines.scheduled(self.pipe, first.options.scheduler):
            answer = self.pipe(
                **given,
                width=first.size[0],
                height=first.size[1],
                num_inference_steps=first.options.num_inference_steps,
                guidance_scale=first.options.guidance_scale,
                strength=first.options.strength,
                generator=generators([job.tile for job in jobs]),
                callback_on_step_end=pipelines.told(step),
                output_type="np",
            )
        return pipelines.made(answer)

    def _shared(self, jobs: Sequence[Job[Repainting]], prompts: Prompts) -> dict[str, Any]:
        texts = [job.tile.prompt for job in jobs]
        negative = [job.options.negative_prompt for job in jobs]
        given: dict[str, Any] = dict(prompts.of(texts, negative))
        if self._styles is not None:
            given |= self._styles.of(jobs)
        if self._control is not None:
            return {**given, **_pictures(jobs), **self._control.of(jobs)}
        return {
            **given,
            "image": torch.cat([self._source(job) for job in jobs]),
            "mask_image": torch.cat([_white(job) for job in jobs]),
            "masked_image_latents": torch.cat([self._masked(job) for job in jobs]),
        }

    def _plain(self, jobs: Sequence[Job[Repainting]]) -> dict[str, Any]:
        return {
            "prompt": [job.tile.prompt for job in jobs],
            "negative_prompt": [job.options.negative_prompt for job in jobs],
            **_pictures(jobs),
        }

    def _source(self, job: Job[Repainting]) -> torch.Tensor:
        return self._latents.get(
            (job.tile.source, job.size),
            lambda: pipelines.encoded(self.pipe.vae, signed(_pixels(job))),
        )

    def _masked(self, job: Job[Repainting]) -> torch.Tensor:
        """The latents of the source with grey in place of what is edited."""
        return self._latents.get(
            (job.tile.source, job.size, job.tile.mask_sha256),
            lambda: pipelines.encoded(
                self.pipe.vae, signed(_pixels(job)) * (_white(job) < 0.5).float()
            ),
        )


def load(folder: Path, machine: Machine, *, compiled: bool) -> Inpainting:
    """The pipeline in ``folder``."""
    return Inpainting(pipelines.load(AutoPipelineForInpainting, folder, machine, compiled=compiled))


def _pictures(jobs: Sequence[Job[Repainting]]) -> dict[str, Any]:
    return {
        "image": [Image.fromarray(_pixels(job)) for job in jobs],
        "mask_image": [Image.fromarray(255 - _alpha(job)) for job in jobs],
    }


def _pixels(job: Job[Repainting]) -> Any:
    if job.source is None:
        raise ValueError("a tile to inpaint has a source")
    return job.source


def _alpha(job: Job[Repainting]) -> Any:
    if job.mask is None:
        raise ValueError("a tile to inpaint has a mask")
    return job.mask


def _white(job: Job[Repainting]) -> torch.Tensor:
    """The mask as pipelines take it, (1, 1, H, W): 1 = edit."""
    return 1 - torch.from_numpy(_alpha(job).copy())[None, None].float() / 255
