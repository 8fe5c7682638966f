"""Transformers that flow from noise to a picture: Z-Image, FLUX, Qwen-Image and what edits by them.

A family has a pipeline for each operation, all over the same networks. One tile is made at a time:
such a transformer fills a GPU with a single picture, and a tile depends on no other.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import diffusers
from PIL import Image

from collage.engines.diffusion.operations import Repainting, Sampling
from collage.tile import Operation
from tasks.diffusion import picture_processor, pipelines, repository
from tasks.diffusion.machine import Machine, generators
from tasks.diffusion.prompts import cut
from tasks.diffusion.renderers import Job, Made, Step

CHAT = 16
"""Tokens of a prompt's length that a chat around it may take."""

UNGUIDED: dict[str, float] = {"ZImagePipeline": 0.0}
"""The guidance that means none, where that is not 1."""


class FlowMatching:
    """A family's pipelines by operation, and by which argument they are guided."""

    def __init__(
        self, pipe: Any, pipes: Mapping[Operation, Any], guidance: str, unguided: float
    ) -> None:
        self.pipe = pipe
        self.pipes = pipes
        self.guidance = guidance
        self.unguided = unguided

    def render(self, jobs: Sequence[Job[Sampling]], step: Step) -> list[Made | Exception]:
        """The pictures, one after the other."""
        made: dict[str, Made | Exception] = {}
        for job in jobs:
            # A batch is filled up with its last tile, which is not made twice.
            if job.tile.key not in made:
                made[job.tile.key] = self._render(job, step)
        return [made[job.tile.key] for job in jobs]

    def _render(self, job: Job[Sampling], step: Step) -> Made | Exception:
        pipe, options = self.pipes[job.tile.operation], job.options
        given: dict[str, Any] = {
            "prompt": job.tile.prompt,
            "negative_prompt": options.negative_prompt,
            "width": job.size[0],
            "height": job.size[1],
            "num_inference_steps": options.num_inference_steps,
            self.guidance: options.guidance_scale or self.unguided,
            "generator": generators([job.tile])[0],
            "callback_on_step_end": pipelines.told(step),
            "output_type": "np",
        }
        if isinstance(options, Repainting):
            given["strength"] = options.strength
        if job.source is not None:
            given["image"] = Image.fromarray(job.source)
        if job.mask is not None:
            given["mask_image"] = Image.fromarray(255 - job.mask)
        (made,) = pipelines.made(pipe(**pipelines.taken(pipe, given)))
        if isinstance(made, Exception):
            return made
        longest = inspect.signature(pipe.__call__).parameters["max_sequence_length"].default
        # Of FLUX.1's two encoders the second reads all of a text, and ends it with one token.
        second = getattr(pipe, "tokenizer_2", None)
        most = longest - (CHAT if second is None else 1)
        return Made(made.picture, cut(second or pipe.tokenizer, job.tile.prompt, most))


def load(folder: Path, machine: Machine, *, compiled: bool) -> FlowMatching:
    """The pipelines over the networks in ``folder``."""
    name = json.loads((folder / "model_index.json").read_bytes())["_class_name"]
    given = {"processor": picture_processor.load(folder)} if (folder / "processor").is_dir() else {}
    base = pipelines.load(getattr(diffusers, name), folder, machine, compiled=compiled, **given)
    pipes = {
        operation: base if pipeline == name else _over(base, getattr(diffusers, pipeline))
        for operation, pipeline in repository.FLOWING[name].items()
    }
    traits = repository.traits("flow-matching", folder)
    guidance = "guidance_scale" if traits is None else traits.guidance
    return FlowMatching(base, pipes, guidance, UNGUIDED.get(name, 1.0))


def _over(base: Any, pipeline: type[Any]) -> Any:
    """Another pipeline over the networks of one; they stay where, and as precise as, they are."""
    wanted = inspect.signature(pipeline.__init__).parameters
    there = {**base.config, **base.components}
    made = pipeline(**{name: value for name, value in there.items() if name in wanted})
    made.set_progress_bar_config(disable=True)
    return made
