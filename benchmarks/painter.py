"""What each style of the painter takes, and what its other operations do, at 512 pixels.

All are seconds of processor time. The dearest style is held against the median of the fifteen, for
a tile of which half is repainted, and the dearest other operation against their mean.
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
ROUNDS = 5
MOST_OF_MEDIAN, MOST_OF_MEAN = 2, 8

Work = Callable[[], object]


def measure() -> Result:
    """The dearest style's time over the median style's."""
    with Image.open(PHOTO) as picture:
        source = np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    half = masks.draw("right", (SIDE, SIDE))
    hole = masks.draw("centre", (SIDE, SIDE))
    small = np.ascontiguousarray(source[::2, ::2])
    styles = _seconds(
        {style: partial(painting.inpaint, source, half, [style], 1) for style in painting.STYLES}
    )
    operations = _seconds(
        {
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
    )
    middle, repainted = median(styles.values()), mean(styles.values())
    value = max(styles.values()) / middle
    others = max(operations.values()) / repainted
    return Result(
        name="painter",
        value=round(value, 2),
        unit="times the median style, the dearest",
        aim=f"<= {MOST_OF_MEDIAN}",
        holds=value <= MOST_OF_MEDIAN and others <= MOST_OF_MEAN,
        parts={
            "side": SIDE,
            "repainted": round(repainted, 3),
            "operations": dearest_first(operations),
            "styles": dearest_first(styles),
            "dearest operation of a repainted tile": round(others, 2),
        },
        table=in_milliseconds(
            {"the median style": middle, "the mean": repainted} | styles | operations
        ),
    )


def dearest_first(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds of processor time by what takes them."""
    dearest = sorted(seconds, key=seconds.__getitem__, reverse=True)
    return {name: round(seconds[name], 3) for name in dearest}


def in_milliseconds(seconds: Mapping[str, float]) -> str:
    """A line for each of what takes so many seconds, the dearest first."""
    return "\n".join(
        f"{taken * 1000:6.0f} ms  {name}" for name, taken in dearest_first(seconds).items()
    )


def _seconds(works: Mapping[str, Work]) -> dict[str, float]:
    """The least processor time of each in some rounds, in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = process_time()
            work()
            taken[name].append(process_time() - began)
    return {name: min(seconds) for name, seconds in taken.items()}
