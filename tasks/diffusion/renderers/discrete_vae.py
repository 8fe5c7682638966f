"""Reconstruction by OpenAI's discrete VAE, with the preparation that it was published with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from collage.engines.diffusion.operations import Options
from tasks.diffusion import dvae
from tasks.diffusion.machine import Machine
from tasks.diffusion.pictures import Pixels, resized
from tasks.diffusion.renderers import Job, Made, Step
from tasks.diffusion.renderers.vector_quantized import measured

SIDE = 256
"""Pixels of a picture's side as the model knows them: 32 x 32 codes."""


class DiscreteVae:
    """The encoder and the decoder."""

    def __init__(self, encoder: dvae.Encoder, decoder: dvae.Decoder) -> None:
        self.encoder = encoder
        self.decoder = decoder

    def render(self, jobs: Sequence[Job[Options]], step: Step) -> list[Made | Exception]:
        """The pictures that the codes stand for, brought to the size of the tile."""
        made: list[Made | Exception] = []
        for number, job in enumerate(jobs):
            made.append(self._reconstruct(job))
            step(number + 1, len(jobs))
        return made

    def _reconstruct(self, job: Job[Options]) -> Made:
        if job.source is None:
            raise ValueError("a reconstruction has a source")
        place = self.encoder.blocks.input.w
        source = prepared(job.source)
        pixels = torch.from_numpy(source.copy()).permute(2, 0, 1)[None]
        codes = dvae.encode(self.encoder, (pixels.float() / 255).to(place.device, place.dtype))
        picture = dvae.decode(self.decoder, codes, place.dtype)[0].permute(1, 2, 0)
        array = np.asarray(picture.float().cpu())
        measures = measured(codes, array, source)
        if job.tile.size != (SIDE, SIDE) and np.isfinite(array).all():
            whole = resized(np.round(array * 255).astype(np.uint8), job.tile.size)
            array = np.asarray(whole, np.float32) / 255
        return Made(array, measures)


def prepared(pixels: Pixels) -> Pixels:
    """The shorter side resized to 256, then the middle cut out."""
    height, width = pixels.shape[:2]
    scale = SIDE / min(height, width)
    size = max(SIDE, round(width * scale)), max(SIDE, round(height * scale))
    picture = Image.fromarray(resized(pixels, size))
    left, top = (size[0] - SIDE) // 2, (size[1] - SIDE) // 2
    return np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)))


def load(folder: Path, machine: Machine, *, compiled: bool) -> DiscreteVae:
    """The two networks in ``folder``."""
    encoder = dvae.encoder_of(load_file(folder / "encoder.safetensors"))
    decoder = dvae.decoder_of(load_file(folder / "decoder.safetensors"))
    for network in (encoder, decoder):
        machine.place(network.to(machine.dtype)).eval()
    return DiscreteVae(encoder, decoder)
