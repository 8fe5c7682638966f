"""DDIM inversion: from a picture's latents back to the noise that makes them again.

A deterministic step from a noisier latent x to a cleaner one uses the noise that the model sees
in x. Going back, x is what is looked for, so each step is solved by iterating to a fixed point;
the plain inversion takes the noise seen in the cleaner latent, and ends somewhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

Predict = Callable[[torch.Tensor, int], torch.Tensor]
"""The noise that a model sees in latents, (N, C, H, W), at a timestep."""

TOLERANCE = 1e-4
"""Relative change below which a step is taken for solved."""
MOST_ITERATIONS = 12


@dataclass(frozen=True)
class Path:
    """The timesteps of a sampling, the noisiest first, and how much signal is left at each."""

    timesteps: tuple[int, ...]
    signal: tuple[float, ...]
    """Cumulative alphas, one more than timesteps: the last is that of the finished latent."""


def path(scheduler: Any, steps: int) -> Path:
    """The path of a DDIM scheduler in ``steps`` steps."""
    scheduler.set_timesteps(steps)
    timesteps = tuple(int(t) for t in scheduler.timesteps)
    alphas = [float(scheduler.alphas_cumprod[t]) for t in timesteps]
    return Path(timesteps, (*alphas, float(scheduler.final_alpha_cumprod)))


def sample(predict: Predict, noise: torch.Tensor, path: Path) -> torch.Tensor:
    """The finished latents of ``noise``: DDIM without any further chance."""
    latents = noise
    for index, timestep in enumerate(path.timesteps):
        here, there = path.signal[index], path.signal[index + 1]
        seen = predict(latents, timestep)
        clean = (latents - (1 - here) ** 0.5 * seen) / here**0.5
        latents = there**0.5 * clean + (1 - there) ** 0.5 * seen
    return latents


def invert(predict: Predict, latents: torch.Tensor, path: Path) -> tuple[torch.Tensor, float]:
    """The noise that `sample` makes ``latents`` of, and the worst step's residual.

    The residual is the last relative change of a step's solution: above `TOLERANCE` it is not
    solved.
    """
    worst = 0.0
    for index in reversed(range(len(path.timesteps))):
        noisier, cleaner = path.signal[index], path.signal[index + 1]
        solution, residual = latents, 0.0
        for _ in range(MOST_ITERATIONS):
            seen = predict(solution, path.timesteps[index])
            clean = (latents - (1 - cleaner) ** 0.5 * seen) / cleaner**0.5
            better = noisier**0.5 * clean + (1 - noisier) ** 0.5 * seen
            residual = relative(solution, better)
            solution = better
            if residual <= TOLERANCE:
                break
        worst = max(worst, residual)
        latents = solution
    return latents, worst


def relative(one: torch.Tensor, other: torch.Tensor) -> float:
    """The distance of two tensors, as a share of the length of the second."""
    return float((one - other).norm() / other.norm().clamp_min(1e-12))


def slerp(one: torch.Tensor, other: torch.Tensor, share: float) -> torch.Tensor:
    """From ``one`` to ``other`` by ``share`` along the sphere that noise lies on."""
    flat, towards = one.flatten().double(), other.flatten().double()
    cosine = torch.dot(flat, towards) / (flat.norm() * towards.norm())
    angle = torch.arccos(cosine.clamp(-1, 1))
    if share == 0 or angle < 1e-6:
        return one
    mixed = (torch.sin((1 - share) * angle) * flat + torch.sin(share * angle) * towards) / (
        torch.sin(angle)
    )
    return mixed.reshape(one.shape).to(one.dtype)
