"""`collage run` of 3 x 3 tiles to the first tile that is seen, against making one tile alone.

Both begin as a new process. The command has a state of its own that is empty: its laptop cloud
starts cold, and no tile is there yet. Only the template's translation may lie in the cache, as it
does from the second start on. It runs on a terminal, and a tile is seen when the row of tiles says
so. The other way imports the library, makes one such tile by its functions and writes it to a file.
The two run in turn.
"""

from __future__ import annotations

import os
import pty
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.result import Result

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDE, ROUNDS, AIM = 3, 9, 3
SEEN = re.compile(rb"\b[1-9]/%d\b" % SIDE**2)
"""What the row of tiles says once there is one."""


def measure() -> Result:
    """The median time to the first tile over that of a tile alone."""
    in_cloud(), alone()
    rounds = [{way.__name__: _timed(way) for way in (in_cloud, alone)} for _ in range(ROUNDS)]
    ours, theirs = (median(one[way][0] for one in rounds) for way in ("in_cloud", "alone"))
    value = ours / theirs
    return Result(
        name="first_tile",
        value=round(value, 2),
        unit="times importing the library, making one tile",
        aim=f"<= {AIM}",
        holds=value <= AIM,
        parts={"cells": SIDE**2, "seconds_and_cpu_seconds": rounds},
    )


def _timed(way: Callable[[], float]) -> tuple[float, float]:
    """What a way says it took, and processor seconds of its processes until they have ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = way()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(seconds, 2), round(spent, 2)


def in_cloud() -> float:
    """Seconds from the command to its first tile; then it is stopped.

    Raises:
        RuntimeError: when it ended without one, with what it said.
    """
    seconds, said = None, b""
    screen, terminal = pty.openpty()
    with tempfile.TemporaryDirectory() as folder, os.fdopen(screen, "rb", buffering=0) as shown:
        command = [
            *(str(Path(sys.executable).with_name("collage")), "run", str(PHOTO)),
            *("--rows", f"{SIDE}", "--cols", f"{SIDE}"),
            *("--state", f"{folder}/state", "--out", f"{folder}/out"),
        ]
        began = perf_counter()
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        ) as process:
            os.close(terminal)
            for part in _parts(shown):
                said += part
                if seconds is None and SEEN.search(said):
                    seconds = perf_counter() - began
                    process.terminate()
    if seconds is None:
        raise RuntimeError(said.decode(errors="replace"))
    return seconds


def _parts(shown: FileIO) -> Iterator[bytes]:
    """What a terminal is told, until nobody has it any more, which Linux calls an error."""
    with suppress(OSError):
        while part := shown.read(65_536):
            yield part


def alone() -> float:
    """Seconds that a process of its own takes to make one tile."""
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        subprocess.run(
            [sys.executable, "-m", "benchmarks.first_tile", f"{folder}/tile.png"], check=True
        )
        return perf_counter() - began


def _main(out: Path) -> None:
    from benchmarks.planned import planned
    from collage.engines.painter.engine import Painter

    made, png, drawn = planned(PHOTO.read_bytes(), {"rows": SIDE, "cols": SIDE})
    tile = made.tiles[0]
    (rendered,) = Painter().render([tile], png, drawn[str(tile.mask)], str)
    out.write_bytes(rendered.png)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
