"""What the embedded engine's other operations take beside a repainted tile, at 512 pixels.

All are counted in seconds of processor time. The yardstick is a tile that is repainted in one
style, the mean over the fifteen; the table has each of them, the dearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import mean, median
from time import process_time

import numpy as np
from PIL import Image

from benchmarks.result import Result
from collage import painting
from collage.pictures import masks

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDE = 512
ROUNDS = 3


def measure() -> Result:
    """The dearest operation's time over that of repainting."""
    with Image.open(PHOTO) as picture:
        source = np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    half = masks.draw("right", (SIDE, SIDE))
    hole = masks.draw("centre", (SIDE, SIDE))
    small = np.ascontiguousarray(source[::2, ::2])
    styles = {
        style: _seconds(partial(painting.inpaint, source, half, [style], 1))
        for style in painting.STYLES
    }
    repainted, middle = mean(styles.values()), median(styles.values())
    operations: dict[str, Callable[[], object]] = {
        "generate": lambda: painting.generate("a cat", (), (SIDE, SIDE), 1),
        "generate in a style": lambda: painting.generate(
            "a forest", ("Impressionism",), (SIDE, SIDE), 1
        ),
        "outpaint": lambda: painting.extend(source, half, "", (), 1),
        "outpaint in a style": lambda: painting.extend(source, half, "", ("Baroque",), 1),
        "refill": lambda: painting.refill(source, hole, "", 1),
        "variation": lambda: painting.vary(source, (), 1),
        "upscale": lambda: painting.enlarge(small, (SIDE, SIDE)),
    }
    seconds = {name: round(_seconds(operation), 3) for name, operation in operations.items()}
    value = max(seconds.values()) / repainted
    return Result(
        name="painter",
        value=round(value, 2),
        unit="times a repainted tile, at most",
        aim="<= 8",
        holds=value <= 8,
        parts={
            "side": SIDE,
            "repainted": round(repainted, 3),
            "seconds": seconds,
            "styles": by_style(styles),
            "dearest style of the median": round(max(styles.values()) / middle, 2),
        },
    )


def by_style(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds of processor time by style, the dearest first."""
    dearest = sorted(seconds, key=seconds.__getitem__, reverse=True)
    return {style: round(seconds[style], 3) for style in dearest}


def _seconds(work: Callable[[], object]) -> float:
    """The least processor time of some rounds, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return min(taken)
