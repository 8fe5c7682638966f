"""The machine: which device there is, in which numbers it works, and chance that is repeatable."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from diffusers import AutoencoderKL

from collage.tile import Tile

NO_ROOM = ("can't allocate memory", "not enough memory")
"""What torch says of a processor's memory, for which it has no error of its own."""


@dataclass(frozen=True)
class Machine:
    """A device and the type of number that models have on it."""

    device: torch.device
    dtype: torch.dtype

    def __str__(self) -> str:
        name = torch.cuda.get_device_name() if self.device.type == "cuda" else self.device.type
        return f"{name}, {str(self.dtype).removeprefix('torch.')}"

    def place(self, module: torch.nn.Module) -> torch.nn.Module:
        """Move a network here, its numbers as they are, in the order in which it is faster.

        Channels lie last, which denoisers and processors convolve faster; but not in an autoencoder
        on a GPU, whose norms over large pictures take half as long again by that, and not in
        networks of video, whose numbers have five dimensions and know no such order.
        """
        decodes = isinstance(module, AutoencoderKL) and self.device.type == "cuda"
        if decodes or any(numbers.dim() == 5 for numbers in module.parameters()):
            return module.to(self.device)
        return module.to(self.device, memory_format=torch.channels_last)


@cache
def machine() -> Machine:
    """This machine: its first GPU, or its processor, in the numbers that it is fast in.

    With ``PRECISION=float32`` in the environment it works in float32 whatever it is.
    """
    torch.backends.cudnn.benchmark = False
    # What is done in float32 is so for a reason, such as a fixed point that has to be found; torch
    # would have a GPU convolve it in the ten bits of TF32.
    torch.backends.cudnn.allow_tf32 = False
    exact = os.environ.get("PRECISION") == "float32"
    if torch.cuda.is_available():
        own = half(torch.cuda.get_device_capability())
        return Machine(torch.device("cuda"), torch.float32 if exact else own)
    own = processed(torch.cpu.get_capabilities())
    return Machine(torch.device("cpu"), torch.float32 if exact else own)


def half(capability: tuple[int, int]) -> torch.dtype:
    """The numbers of half precision that a GPU of this compute capability works in.

    bfloat16 from Ampere on, 8.0; older ones only emulate it, and are fast in float16.
    """
    return torch.bfloat16 if capability >= (8, 0) else torch.float16


def processed(capabilities: Mapping[str, object]) -> torch.dtype:
    """The numbers that a processor works in which can do this, as torch says it.

    bfloat16 where it has instructions for that (AVX-512 BF16 or AMX), float32 where it would have
    to emulate them.
    """
    native = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16"))
    return torch.bfloat16 if native else torch.float32


def generators(tiles: Sequence[Tile]) -> list[torch.Generator]:
    """One generator a tile, seeded by it, on the processor: the same chance on every machine."""
    return [torch.Generator("cpu").manual_seed(tile.seed or 0) for tile in tiles]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device, or the machine, has no room left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in NO_ROOM)


def free() -> None:
    """Give memory back that torch keeps for later."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
