"""The machine: which device there is, in which numbers it works, and chance that is repeatable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch

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
        """Move a network here, its numbers as they are.

        Channels lie last, which every device convolves faster; only networks of video, whose
        numbers have five dimensions, know no such order.
        """
        if any(numbers.dim() == 5 for numbers in module.parameters()):
            return module.to(self.device)
        return module.to(self.device, memory_format=torch.channels_last)


@cache
def machine() -> Machine:
    """This machine: its first GPU in half precision, or its processor in float32."""
    torch.backends.cudnn.benchmark = False
    if torch.cuda.is_available():
        return Machine(torch.device("cuda"), half(torch.cuda.get_device_capability()))
    return Machine(torch.device("cpu"), torch.float32)


def half(capability: tuple[int, int]) -> torch.dtype:
    """The numbers of half precision that a GPU of this compute capability works in.

    bfloat16 from Ampere on, 8.0; older ones only emulate it, and are fast in float16.
    """
    return torch.bfloat16 if capability >= (8, 0) else torch.float16


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
