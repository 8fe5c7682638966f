"""Plans of 4,000 and 40,000 tiles: whether a tile's share grows."""

from io import BytesIO
from time import process_time

from PIL import Image

from benchmarks.planned import planned
from benchmarks.result import Result

COUNTS = (4_000, 40_000)
ROUNDS = 3
MOST_SECONDS = 3
"""Processor seconds of the larger plan, at most."""
STYLES = tuple(f"Style {number}" for number in range(143))
"""Their pairs, each with four masks, are a little more than 40,000 draws: none is repeated."""


def measure() -> Result:
    """Processor time a tile of the largest plan over that of one a tenth as large."""
    file = BytesIO()
    Image.new("RGB", (96, 64), "teal").save(file, "PNG")
    planned(file.getvalue(), options(4))
    rounds = [{count: spent(file.getvalue(), count) for count in COUNTS} for _ in range(ROUNDS)]
    # What others do on the machine only adds to it.
    seconds = {count: min(each[count] for each in rounds) for count in COUNTS}
    small, large = COUNTS
    value = seconds[large] / large / (seconds[small] / small)
    return Result(
        name="plan",
        value=round(value, 2),
        unit="times the CPU a tile of 4,000 tiles",
        aim="<= 1.2",
        holds=value <= 1.2 and seconds[large] <= MOST_SECONDS,
        parts={"styles": len(STYLES), "cpu_seconds": seconds},
    )


def spent(source: bytes, count: int) -> float:
    """Processor seconds for a plan of so many tiles."""
    began = process_time()
    planned(source, options(count))
    return process_time() - began


def options(count: int) -> dict[str, object]:
    """A request for so many different draws."""
    return {
        "rows": 1 if count < 200 else count // 200, "cols": min(count, 200), "tiles": count,
        "styles": STYLES, "masks": ["halves"], "size": 64, "cell": 16,
    }  # fmt: skip
