"""What conditions a tile beside its text: the edges of its source, and pictures of its styles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image

from collage.weights import ControlKind, ControlNet, IPAdapter
from tasks.diffusion.pictures import Pixels
from tasks.diffusion.remembered import Remembered
from tasks.diffusion.renderers import Job

THRESHOLDS = 100, 200
"""Of Canny's edges, as the published ControlNets of that kind were trained and are shown."""


_BLACK: Pixels = np.zeros((8, 8, 3), np.uint8)
"""In the place of a picture where there is none: it is not looked at."""


class Control:
    """What a ControlNet is shown of the sources, and how strongly it holds to that."""

    def __init__(self, known: ControlNet) -> None:
        self._known = known

    def of(self, jobs: Sequence[Job[Any]]) -> dict[str, Any]:
        """The pipeline's arguments for these jobs, all of which have a source."""
        shown = [shown_of(job.source, self._known.kind) for job in jobs if job.source is not None]
        return {
            "control_image": [Image.fromarray(picture) for picture in shown],
            "controlnet_conditioning_scale": self._known.scale,
        }


def shown_of(source: Pixels, kind: ControlKind) -> Pixels:
    """What a ControlNet of this kind is shown of a source: its edges, white on black, or itself."""
    if kind == "tile":
        return source
    edges = cv2.Canny(cv2.cvtColor(source, cv2.COLOR_RGB2GRAY), *THRESHOLDS)
    return np.repeat(edges[:, :, None], 3, axis=2).astype(np.uint8)


class Styles:
    """Pictures of styles as the denoiser attends to them, each encoded once."""

    def __init__(self, pipe: Any, known: IPAdapter) -> None:
        self._pipe = pipe
        self._scale = known.scale
        self._pictures: Remembered[tuple[torch.Tensor, torch.Tensor]] = Remembered(64)

    def of(self, jobs: Sequence[Job[Any]]) -> dict[str, Any]:
        """The pipeline's arguments for these jobs, all of which have the same pictures, or none.

        A pipeline takes one set of pictures for all of a batch. Several pictures are the mean of
        what they are encoded to: a mixture of styles.
        """
        styles = jobs[0].styles or {"": _BLACK}
        # At 0 the denoiser does not look at them at all: the tile is as without an adapter.
        self._pipe.set_ip_adapter_scale(self._scale if jobs[0].styles else 0.0)
        found = [
            self._pictures.get(digest, partial(self._encode, picture))
            for digest, picture in sorted(styles.items())
        ]
        wanted = torch.stack([embeds for _, embeds in found]).mean(dim=0)
        guided = (jobs[0].options.guidance_scale or 1) > 1
        return {"ip_adapter_image_embeds": [torch.cat([found[0][0], wanted]) if guided else wanted]}

    def _encode(self, picture: Pixels) -> tuple[torch.Tensor, torch.Tensor]:
        (both,) = self._pipe.prepare_ip_adapter_image_embeds(
            [Image.fromarray(picture)], None, self._pipe.device, 1, True
        )
        against, embeds = both.chunk(2)
        return against, embeds
