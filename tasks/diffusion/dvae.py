"""The discrete VAE of "Zero-Shot Text-to-Image Generation" (Ramesh et al., 2021).

An encoder turns a picture into a grid of codes, an eighth of its sides, each one of 8192; a
decoder turns them back. The networks are laid out, and their parameters named, as published, so
that the published weights fit; the sizes are read off the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, one_hot

EDGE = 0.1
"""The share of the range that pixels are kept off on either side, so that their logits end."""

GROUPS = 4
LAYERS = 8
"""Blocks on the way through either network, by whose square each block's part is divided."""


def map_pixels(pixels: Tensor) -> Tensor:
    """Pixels in 0..1 as the encoder takes them."""
    return (1 - 2 * EDGE) * pixels + EDGE


def unmap_pixels(pixels: Tensor) -> Tensor:
    """What the decoder gives as pixels in 0..1."""
    return ((pixels - EDGE) / (1 - 2 * EDGE)).clamp(0, 1)


class Conv(nn.Module):  # type: ignore[misc]
    """A convolution that keeps height and width, its parameters named ``w`` and ``b``."""

    def __init__(self, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(outputs, inputs, side, side))
        self.b = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        return conv2d(x, self.w, self.b, padding=self.w.shape[-1] // 2)


class Block(nn.Module):  # type: ignore[misc]
    """A bottleneck of four convolutions, beside a way past them."""

    def __init__(self, inputs: int, outputs: int, sides: tuple[int, int, int, int]) -> None:
        super().__init__()
        hidden = outputs // 4
        widths = (inputs, hidden, hidden, hidden, outputs)
        self.id_path = Conv(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.res_path = nn.Sequential()
        for i, side in enumerate(sides):
            self.res_path.add_module(f"relu_{i + 1}", nn.ReLU())
            self.res_path.add_module(f"conv_{i + 1}", Conv(widths[i], widths[i + 1], side))

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H, W)."""
        past: Tensor = self.id_path(x) + self.res_path(x) / LAYERS**2
        return past


def _network(
    first: Conv,
    widths: tuple[int, ...],
    sides: tuple[int, int, int, int],
    between: nn.Module,
    last: Conv,
) -> nn.Sequential:
    """Four groups of two blocks each, ``between`` which the sides change."""
    network = nn.Sequential()
    network.add_module("input", first)
    for number in range(GROUPS):
        group = nn.Sequential()
        group.add_module("block_1", Block(widths[number], widths[number + 1], sides))
        group.add_module("block_2", Block(widths[number + 1], widths[number + 1], sides))
        if number < GROUPS - 1:
            group.add_module("pool" if isinstance(between, nn.MaxPool2d) else "upsample", between)
        network.add_module(f"group_{number + 1}", group)
    end = nn.Sequential()
    end.add_module("relu", nn.ReLU())
    end.add_module("conv", last)
    network.add_module("output", end)
    return network


class Encoder(nn.Module):  # type: ignore[misc]
    """From pixels to the logits of codes."""

    def __init__(self, hidden: int = 256, codes: int = 8192) -> None:
        super().__init__()
        widths = (hidden, hidden, 2 * hidden, 4 * hidden, 8 * hidden)
        self.blocks = _network(
            Conv(3, hidden, 7), widths, (3, 3, 3, 1), nn.MaxPool2d(2), Conv(8 * hidden, codes, 1)
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """(N, 3, H, W), mapped, to (N, codes, H / 8, W / 8)."""
        logits: Tensor = self.blocks(pixels)
        return logits


class Decoder(nn.Module):  # type: ignore[misc]
    """From codes, as vectors with a single one, to the mean and spread of pixels."""

    def __init__(self, hidden: int = 256, codes: int = 8192, initial: int = 128) -> None:
        super().__init__()
        widths = (initial, 8 * hidden, 4 * hidden, 2 * hidden, hidden)
        self.codes = codes
        self.blocks = _network(
            Conv(codes, initial, 1),
            widths,
            (1, 3, 3, 3),
            nn.Upsample(scale_factor=2),
            Conv(hidden, 6, 1),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """(N, codes, h, w) to (N, 6, 8h, 8w): three channels of the mean, three of its spread."""
        statistics: Tensor = self.blocks(vectors)
        return statistics


def encode(encoder: Encoder, pixels: Tensor) -> Tensor:
    """The codes (N, H / 8, W / 8) of pixels (N, 3, H, W) in 0..1."""
    return encoder(map_pixels(pixels)).argmax(dim=1)


def decode(decoder: Decoder, codes: Tensor, dtype: torch.dtype) -> Tensor:
    """The pixels (N, 3, 8h, 8w) in 0..1 that codes (N, h, w) stand for."""
    vectors = one_hot(codes, decoder.codes).permute(0, 3, 1, 2).to(dtype)
    return unmap_pixels(torch.sigmoid(decoder(vectors)[:, :3]))


def encoder_of(weights: Mapping[str, Tensor]) -> Encoder:
    """The encoder of these weights.

    Raises:
        RuntimeError: when they are not an encoder's.
    """
    sizes = weights["blocks.input.w"].shape[0], weights["blocks.output.conv.w"].shape[0]
    encoder = Encoder(*sizes)
    encoder.load_state_dict(weights)
    return encoder


def decoder_of(weights: Mapping[str, Tensor]) -> Decoder:
    """The decoder of these weights.

    Raises:
        RuntimeError: when they are not a decoder's.
    """
    initial, codes = weights["blocks.input.w"].shape[:2]
    decoder = Decoder(weights["blocks.output.conv.w"].shape[1], codes, initial)
    decoder.load_state_dict(weights)
    return decoder
