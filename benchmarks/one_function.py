"""10,000 tiles of 512 px assembled with what AssembleCollage has: 3,008 MB, and 1.7 processors.

Where a control group can be made (Linux, root), it holds the process to both, and the seconds are
the clock's. Elsewhere the memory is a limit of the address space, which is never less than what is
used, and the processors are reckoned: seconds of processor time by 1.7. The bucket is a process
beside it, which is not held.
"""

import shutil
import tempfile
from pathlib import Path

from benchmarks import bucket, cgroup
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
        with (
            bucket.serving(folder) as address,
            cgroup.of_size(megabytes / MEGABYTES_A_PROCESSOR, megabytes) as join,
        ):
            if join:
                run = assembled(address, first=join)
            else:
                run = assembled(address, most_bytes=megabytes * 2**20)
        shutil.rmtree(folder / "tiles")
    reckoned = run["cpu_seconds"] * MEGABYTES_A_PROCESSOR / megabytes
    seconds = round(run["seconds"] if join else reckoned)
    return Result(
        name="one_function",
        value=seconds,
        unit="seconds of 1.7 processors and 3 GB, 10,000 tiles of 512 px",
        aim=f"<= {AIM_SECONDS}",
        holds=seconds <= AIM_SECONDS,
        parts={"megabytes": megabytes, "held_by_a_cgroup": join is not None, "run": run},
    )
