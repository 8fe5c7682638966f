"""What the pipelines of diffusers have in common: loading, schedulers, latents, steps."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diffusers
import torch

from collage.errors import Refused
from collage.weights import Scheduler
from tasks.diffusion.machine import Machine
from tasks.diffusion.renderers import Made, Step

diffusers.utils.logging.disable_progress_bar()

SCHEDULERS: dict[Scheduler, type[Any]] = {
    "ddim": diffusers.DDIMScheduler,
    "dpmpp_2m": diffusers.DPMSolverMultistepScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
    "euler_a": diffusers.EulerAncestralDiscreteScheduler,
    "unipc": diffusers.UniPCMultistepScheduler,
}


def load(
    loader: type[Any], folder: Path, machine: Machine, *, compiled: bool = False, **given: Any
) -> Any:
    """A pipeline from its folder, of safetensors only, on the machine, silent.

    Files of half precision, where a folder has them, are named with the variant fp16. Pictures
    are decoded one at a time: a batch of them would need more memory than all the denoising.
    """
    halves = any(folder.rglob("*.fp16.safetensors"))
    pipe = loader.from_pretrained(
        folder,
        dtype=machine.dtype,
        variant="fp16" if halves else None,
        use_safetensors=True,
        local_files_only=True,
        **_unchecked(folder),
        **given,
    )
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            machine.place(part)
    if isinstance(pipe.components.get("vae"), diffusers.AutoencoderKL):
        pipe.vae.enable_slicing()
    if compiled:
        denoiser = pipe.components.get("unet") or pipe.components["transformer"]
        denoiser.compile()
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _unchecked(folder: Path) -> dict[str, Any]:
    """What loads a family without the safety checker that its index names and it does not have."""
    index = json.loads((folder / "model_index.json").read_bytes())
    if "safety_checker" not in index or any(folder.glob("safety_checker/*.safetensors")):
        return {}
    return {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}


def made(answer: Any) -> list[Made | Exception]:
    """The pictures that a pipeline answers with, by numpy, and which of them it held back."""
    flagged = getattr(answer, "nsfw_content_detected", None) or [False] * len(answer.images)
    return [
        Refused("The model's own safety checker held this picture back.") if held else Made(picture)
        for picture, held in zip(answer.images, flagged, strict=True)
    ]


def taken(pipe: Any, given: dict[str, Any]) -> dict[str, Any]:
    """What of these arguments a pipeline has, and has a value; the door refused the others."""
    known = inspect.signature(pipe.__call__).parameters
    return {name: value for name, value in given.items() if name in known and value is not None}


@contextmanager
def scheduled(pipe: Any, name: Scheduler | None) -> Iterator[None]:
    """Have a pipeline use another scheduler than its own for a while."""
    own = pipe.scheduler
    if name is not None:
        pipe.scheduler = SCHEDULERS[name].from_config(own.config)
    try:
        yield
    finally:
        pipe.scheduler = own


def told(step: Step) -> Any:
    """A pipeline's ``callback_on_step_end`` that tells ``step``."""

    def callback(pipe: Any, index: int, timestep: Any, given: dict[str, Any]) -> dict[str, Any]:
        step(index + 1, pipe.num_timesteps)
        return {}

    return callback


def encoded(vae: Any, picture: torch.Tensor) -> torch.Tensor:
    """The latents of a picture, (1, 3, H, W) in -1..1, as the denoiser knows them.

    The middle of what the encoder says, where it says a distribution: nothing is left to chance.
    """
    own = vae.dtype
    upcast = vae.config.force_upcast and own != torch.float32
    if upcast:
        vae.to(torch.float32)
    latents = vae.encode(picture.to(vae.device, vae.dtype)).latent_dist.mode()
    if upcast:
        vae.to(own)
    mean, std = vae.config.get("latents_mean"), vae.config.get("latents_std")
    if mean is not None and std is not None:
        shape = (1, -1, 1, 1)
        mean, std = (torch.tensor(x, device=latents.device).view(shape) for x in (mean, std))
        latents = (latents - mean) / std
    return (latents * vae.config.scaling_factor).to(own)
