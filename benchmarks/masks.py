"""Masks at 1024 px, encoded as PNG, against setting them pixel by pixel; by processor time."""

import io
from collections.abc import Callable
from statistics import median
from time import process_time

from PIL import Image

from benchmarks.result import Result
from collage.pictures import masks

SIDE = 1024
ROUNDS = 5


def measure() -> Result:
    """The median processor time of the loop over that of the library, over the four halves."""
    ours, loop = [], []
    for _ in range(ROUNDS):
        began = process_time()
        for name in masks.SETS["halves"]:
            masks.encode(masks.draw(name, (SIDE, SIDE)))
        between = process_time()
        for name in masks.SETS["halves"]:
            pixel_by_pixel(name, SIDE)
        loop.append(process_time() - between)
        ours.append(between - began)
    value = median(loop) / median(ours)
    return Result(
        name="masks",
        value=round(value, 1),
        unit="times faster than putpixel loops",
        aim=">= 50",
        holds=value >= 50,
        parts={"side": SIDE, "rounds": ROUNDS, "loop_seconds": loop, "our_seconds": ours},
    )


def pixel_by_pixel(name: str, side: int) -> bytes:
    """A half mask as it is often written: two nested loops and putpixel."""
    half = side // 2
    inside: dict[str, Callable[[int, int], bool]] = {
        "top": lambda x, y: y < half,
        "bottom": lambda x, y: y >= half,
        "left": lambda x, y: x < half,
        "right": lambda x, y: x >= half,
    }
    mask = Image.new("RGBA", (side, side), (0, 0, 0, 255))
    for y in range(side):
        for x in range(side):
            if inside[name](x, y):
                mask.putpixel((x, y), (0, 0, 0, 0))
    file = io.BytesIO()
    mask.save(file, "PNG")
    return file.getvalue()
