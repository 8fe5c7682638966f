"""The first look at a picture, in a process of its own that may take only so much.

The functions of a stack have their time-outs and memory; a command has neither. A picture that a
decoder loses its way in, or breaks down at, ends this process and not the command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from collage import errors
from collage.errors import CollageError, TruncatedPicture

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY")
"""One thread each: every other one would reserve address space by the hundred megabytes."""


@dataclass(frozen=True)
class Bounds:
    """What looking at one picture may take: processor time, and address space in bytes.

    A hundred megapixels take two seconds and less than a gigabyte.
    """

    seconds: int = 120
    memory: int = 4_000_000_000


def inspect(data: bytes, *, max_bytes: int, max_pixels: int, bounds: Bounds | None = None) -> None:
    """Refuse a bad picture as `source.inspect` does, within bounds where the system has them.

    A good one is known to this process then, which does not decode it for that again.

    Raises:
        NotAPicture, SourceTooLarge, SourceTooThin, TruncatedPicture: as `source.inspect`; the last
            also for one that cannot be decoded within the bounds.
    """
    limits = bounds or Bounds()
    asked = {"max_bytes": max_bytes, "max_pixels": max_pixels, **asdict(limits)}
    too_much = TruncatedPicture(
        f"The source cannot be decoded in {limits.seconds} s with "
        f"{limits.memory / 10**9:.1f} GB of memory."
    )
    try:
        ended = subprocess.run(  # noqa: S603 - this file
            [
                sys.executable,
                "-P",
                "-m",
                "combinatoric_collage.cli.picture_process",
                json.dumps(asked),
            ],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **dict.fromkeys(THREADS, "1")},
            timeout=2 * limits.seconds,
            check=False,
        )
        said = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise too_much from error
    if said["error"] is not None:
        kind: type[CollageError] = getattr(errors, said["error"])
        raise kind(said["message"])
    from collage.pictures import source

    source.remember(source.Inspected(**said["found"]))


def _look(asked: dict[str, int], data: bytes) -> dict[str, Any]:
    """What `source.inspect` says of a picture, in this process."""
    # There is none on Windows, and macOS does not take all of them.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
        resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    from collage.pictures import source

    try:
        found = source.inspect(data, max_bytes=asked["max_bytes"], max_pixels=asked["max_pixels"])
    except CollageError as error:
        return {"error": error.name, "message": str(error)}
    return {"error": None, "found": asdict(found)}


if __name__ == "__main__":
    found = _look(json.loads(sys.argv[1]), sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(found))
