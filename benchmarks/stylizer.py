"""What each style of the stylizer takes: the dearest beside the median, at 256 and 512 pixels.

All are seconds of processor time for a whole tile in one style, the mean over some seeds, since a
seed's brush decides at which size the networks work.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean, median
from time import process_time

import numpy as np
from PIL import Image

from benchmarks.painter import dearest_first, in_milliseconds
from benchmarks.result import Result
from collage import painting
from collage.engines.stylizer.looks import LOOKS
from collage.engines.stylizer.networks import STYLE_SIDE
from collage.engines.stylizer.stylize import stylize
from collage.pictures import pixels
from collage.pictures.pixels import Pixels

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SIDES = 256, 512
SEEDS = range(1, 7)


def measure() -> Result:
    """The dearest style's time over the median of all, at the size where that is more."""
    pictures = {
        file.stem.title(): pixels.encoded(_read(file, STYLE_SIDE))
        for file in sorted((EXAMPLES / "styles").glob("*.jpg"))
    }
    kinds = {"a look": LOOKS, "the painter's": painting.STYLES, "a picture's": tuple(pictures)}
    parts, tables, worst = {}, list[str](), 0.0
    for side in SIDES:
        source = _read(EXAMPLES / "farmhouse.png", side)
        taken = {
            kind: {name: _seconds(source, name, pictures) for name in names}
            for kind, names in kinds.items()
        }
        every = {name: seconds for styles in taken.values() for name, seconds in styles.items()}
        dearest = max(every, key=every.__getitem__)
        ratio = every[dearest] / median(every.values())
        worst = max(worst, ratio)
        parts[str(side)] = {
            "seconds": {
                kind: [round(number(styles.values()), 3) for number in (min, median, max)]
                for kind, styles in taken.items()
            },
            "styles": dearest_first(every),
            "dearest": dearest,
            "times": round(ratio, 2),
        }
        middle = {"the median style": median(every.values()), "the mean": mean(every.values())}
        tables.append(f"{side} x {side} pixels\n{in_milliseconds(every | middle)}")
    return Result(
        name="stylizer",
        value=round(worst, 2),
        unit="times the median style, the dearest",
        aim="<= 2",
        holds=worst <= 2,
        parts=parts,
        table="\n\n".join(tables),
    )


def _read(file: Path, side: int) -> Pixels:
    with Image.open(file) as picture:
        small = picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(small)


def _seconds(source: Pixels, style: str, pictures: dict[str, bytes]) -> float:
    """Processor time of a tile in a style, after one that reads networks and samples."""
    stylize(source, (style,), pictures, 0)
    taken = []
    for seed in SEEDS:
        began = process_time()
        stylize(source, (style,), pictures, seed)
        taken.append(process_time() - began)
    return mean(taken)
