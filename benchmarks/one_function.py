"""10,000 tiles of 512 px assembled with what AssembleCollage has: 3,008 MB, and 1.7 processors.

The memory is a limit of the process's address space, which is never less than what it uses; the
processors are reckoned: seconds of processor time by 1.7, so that a machine with other work to do
says the same as a quiet one. Reading and writing go on meanwhile, see `growth`.
"""

import shutil
import tempfile
from pathlib import Path

from benchmarks import bucket
from benchmarks.growth import PAINTED, SIZE, assembled, painted, prepare
from benchmarks.layers import template
from benchmarks.result import Result

SIDE = 100
MEGABYTES_A_PROCESSOR = 1769
"""Memory with which a function has one whole processor, by AWS's documentation of Lambda."""
AIM_SECONDS = 300


def measure() -> Result:
    """Seconds that the function takes for the assembly."""
    megabytes = template()["Resources"]["AssembleCollageFunction"]["Properties"]["MemorySize"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, SIDE, painted(SIZE, PAINTED))
        with bucket.serving(folder) as address:
            run = assembled(address, most_bytes=megabytes * 2**20)
        shutil.rmtree(folder / "tiles")
    seconds = round(run["cpu_seconds"] * MEGABYTES_A_PROCESSOR / megabytes)
    return Result(
        name="one_function",
        value=seconds,
        unit="seconds of 1.7 processors and 3 GB, 10,000 tiles of 512 px",
        aim=f"<= {AIM_SECONDS}",
        holds=seconds <= AIM_SECONDS,
        parts={"megabytes": megabytes, "run": run},
    )
