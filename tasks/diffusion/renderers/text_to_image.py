"""Text to image, and variations of a source by the same model: Stable Diffusion XL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image

from collage.engines.diffusion.operations import Repainting, Sampling
from collage.weights import ControlNet, IPAdapter
from tasks.diffusion import pipelines
from tasks.diffusion.conditions import Control, Styles
from tasks.diffusion.machine import Machine, generators
from tasks.diffusion.pictures import signed
from tasks.diffusion.prompts import Prompts
from tasks.diffusion.remembered import Remembered
from tasks.diffusion.renderers import Job, Made, Step


class TextToImage:
    """A pipeline, a second one over the same networks for pictures, and what they encoded."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe
        self.varying = AutoPipelineForImage2Image.from_pipe(pipe)
        self.varying.set_progress_bar_config(disable=True)
        self._prompts = Prompts(pipe)
        self._latents: Remembered[torch.Tensor] = Remembered(16)
        self._control: Control | None = None
        self._styles: Styles | None = None

    @property
    def conditionable(self) -> bool:
        """Whether it takes a ControlNet or an IP-Adapter."""
        return True

    def hold_to(self, network: Any, known: ControlNet) -> None:
        """Have a ControlNet hold variations to their sources."""
        self.varying = AutoPipelineForImage2Image.from_pipe(self.pipe, controlnet=network)
        self.varying.set_progress_bar_config(disable=True)
        self._control = Control(known)

    def take_styles(self, known: IPAdapter) -> None:
        """Take styles from pictures by the adapter that the denoiser has now."""
        self._styles = Styles(self.pipe, known)

    def render(self, jobs: Sequence[Job[Sampling]], step: Step) -> list[Made | Exception]:
        """The pictures; those of a source begin with it, under as much noise as strength says."""
        return self._prompts.by_length(jobs, lambda some: self._render(some, step))

    def _render(self, jobs: Sequence[Job[Sampling]], step: Step) -> list[Made | Exception]:
        first = jobs[0]
        texts = [job.tile.prompt for job in jobs]
        given: dict[str, Any] = dict(
            self._prompts.of(texts, [job.options.negative_prompt for job in jobs])
        )
        if self._styles is not None:
            given |= self._styles.of(jobs)
        if isinstance(first.options, Repainting):
            pipe = self.varying
            if self._control is not None:
                given |= self._control.of(jobs)
            given["strength"] = first.options.strength
            given["image"] = torch.cat([self._source(job) for job in jobs])
        else:
            pipe = self.pipe
            given["width"], given["height"] = first.size
        with pipelines.scheduled(pipe, first.options.scheduler):
            answer = pipe(
                **given,
                num_inference_steps=first.options.num_inference_steps,
                guidance_scale=first.options.guidance_scale,
                generator=generators([job.tile for job in jobs]),
                callback_on_step_end=pipelines.told(step),
                output_type="np",
            )
        return pipelines.made(answer)

    def _source(self, job: Job[Sampling]) -> torch.Tensor:
        source = job.source
        if source is None:
            raise ValueError("a variation has a source")
        return self._latents.get(
            (job.tile.source, job.size), lambda: pipelines.encoded(self.pipe.vae, signed(source))
        )


def load(folder: Path, machine: Machine, *, compiled: bool) -> TextToImage:
    """The pipeline in ``folder``."""
    return TextToImage(
        pipelines.load(AutoPipelineForText2Image, folder, machine, compiled=compiled)
    )
