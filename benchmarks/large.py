"""A large collage of small tiles, really made on the laptop cloud: ``python -m benchmarks.large``.

Nothing of the workflow is left out but time: as many tiles as ``--laid`` says lie in the store when
it begins, as if an earlier run had made them. They are some painted ones under as many keys; all
others are painted by RenderTile. What is told is the processor time and memory of the cloud and
of its functions, and the number and size of the files.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections import Counter
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest import mock

import collage
from collage import plan, records
from collage.digest import sha256
from collage.engines.painter.engine import Painter
from collage.pictures import masks, source
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.request.accepted import Accepted, Source
from collage.request.parse import parse
from collage.spending.accounts import every
from collage.tile import Sidecar
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.local.state import State

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
STYLES = tuple(f"Style {number}" for number in range(160))
"""Their pairs, each with eight masks, are 101,760 draws: none is repeated."""

PAINTED = 200
"""Different pictures among those that are laid."""


def options(rows: int, cols: int) -> dict[str, Any]:
    """A request for so many different draws, of tiles that take little to paint."""
    return {
        "rows": rows, "cols": cols, "tiles": rows * cols, "size": 64, "cell": 64, "metadata": False,
        "styles": STYLES, "masks": ["halves", "quadrants"],
    }  # fmt: skip


def main() -> int:
    """Make one, and tell what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", type=int)
    asked.add_argument("cols", type=int)
    asked.add_argument("--laid", type=int, default=0, help="tiles that are there already")
    asked.add_argument("--state", type=Path, required=True, help="an empty folder")
    given = asked.parse_args()
    request = options(given.rows, given.cols)
    if given.laid:
        lay(given.state, request, given.laid)
    began = perf_counter()
    seconds = Counter[str]()
    with laptop.running({}, state=given.state) as (cloud, stack):
        seconds["start"] = round(perf_counter() - began)
        seen = None
        for seen in stack.follow(stack.start(PHOTO.read_bytes(), request)):
            seconds[seen.phase or "end"] = round(perf_counter() - began)
        assert seen is not None
        print(seen.model_dump_json(exclude_none=True), file=sys.stderr)
        _ = cloud
    told = {
        "tiles": given.rows * given.cols,
        "laid": given.laid,
        "state": seen.state,
        "seconds_until": seconds,
        "cloud": spent(resource.RUSAGE_SELF),
        "functions": spent(resource.RUSAGE_CHILDREN),
        "files": files(given.state),
    }
    print(json.dumps(told, indent=2))
    return 0 if seen.state == "done" else 1


def spent(whose: int) -> dict[str, float]:
    """Processor seconds, and the megabytes of the largest process."""
    used = resource.getrusage(whose)
    return {
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": used.ru_maxrss // 1024,
    }


def files(state: Path) -> dict[str, Any]:
    """How many objects the bucket holds by what they are, their bytes, and the largest."""
    counts, sizes = Counter[str](), Counter[str]()
    largest = list[tuple[int, str]]()
    for entry in os.scandir(state / "CollagesBucket"):
        if entry.name.endswith(".json"):
            record = json.loads(Path(entry).read_bytes())
            kind = _kind(record["key"])
            counts[kind] += 1
            sizes[kind] += record["size"] or 0
            largest = sorted([*largest, (record["size"] or 0, record["key"])])[-6:]
    return {"count": counts, "bytes": sizes, "largest": {k: n for n, k in largest[::-1]}}


def _kind(key: str) -> str:
    first, _, rest = key.partition("/")
    return first if first != "collages" else rest.partition("/")[2].partition("/")[0]


def lay(state: Path, request: dict[str, Any], count: int) -> None:
    """Put so many of a request's tiles into the folder that a laptop cloud is to use."""
    made, png, drawn = planned(request)
    pictures = [
        Painter().render([tile], png, drawn[str(tile.mask)], str)[0].png
        for tile in made.tiles[:PAINTED]
    ]
    # Nothing of it need outlive the machine.
    with mock.patch("os.fsync"), State(state) as opened:
        folder = opened.folder("CollagesBucket")
        for number, tile in enumerate(made.tiles[:count]):
            picture = pictures[number % len(pictures)]
            sidecar = Sidecar(
                key=tile.key, sha256=sha256(picture), tile=tile, collage="0" * 20, seconds=0,
                created="2026-01-01T00:00:00+00:00", version=collage.__version__,
            )  # fmt: skip
            for name, body, kind in (
                (f"tiles/{tile.key}.png", picture, "image/png"),
                (f"tiles/{tile.key}.json", records.write(sidecar), "application/json"),
            ):
                folder.put(name, described(body, kind), body)


def described(body: bytes, kind: str) -> dict[str, Any]:
    """What the folder says of an object."""
    return {
        "etag": md5(body, usedforsecurity=False).hexdigest(),
        "last_modified": datetime.now(UTC).replace(tzinfo=None).isoformat(),
        "metadata": {"content-type": kind},
        "storage_class": "STANDARD",
    }


def planned(request: dict[str, Any]) -> tuple[Plan, bytes, dict[str, bytes]]:
    """The plan as the workflow makes it, with the prepared source and the masks by name."""
    accepted, styles, prepared, png, drawn = frozen(request)
    made = plan.make(accepted, styles, prepared, {"painter": "painter-1"}, every({}))
    return made, png, drawn


def frozen(
    request: dict[str, Any],
) -> tuple[Accepted, Styles, Prepared, bytes, dict[str, bytes]]:
    """What a plan is made of, with the prepared source and the masks by name."""
    asked = parse(request)
    png = source.prepare(PHOTO.read_bytes(), asked.size, asked.fit)
    drawn = {name: masks.encode(masks.draw(name, asked.size)) for name in asked.masks}
    accepted = Accepted(
        id="0" * 20,
        source=Source(key="", sha256="", format="PNG", width=0, height=0),
        request=asked,
    )
    digests = {name: sha256(mask) for name, mask in drawn.items()}
    prepared = Prepared(source=source.pixel_digest(png), masks=digests)
    return accepted, Styles(styles=STYLES, origin="request"), prepared, png, drawn


if __name__ == "__main__":
    sys.exit(main())
