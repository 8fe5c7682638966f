"""What functions take that hold all of a large collage: ``python -m benchmarks.large_steps``.

The plan made and written, the plan read, a slice of its tiles looked for (GatherTiles), the verdict
(JudgeTiles), and that verdict read and written with hashes (JoinBands, without its pictures), each
in a process of its own. The bucket is a folder, and all tiles are said to be there; what a client
of S3 takes for a request comes on top.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Callable, Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

import collage
from benchmarks import large
from benchmarks.growth import in_a_process, peak_megabytes, used_seconds
from collage import records
from collage.plan import Plan
from collage.services import Services
from collage.settings import Settings
from collage.steps.assemble_bands import judge_tiles, told
from collage.steps.assemble_collage import publish
from collage.steps.gather_tiles import gather_tiles
from collage.steps.plan_tiles import plan_tiles
from collage.store.store import Store
from collage.tile import Sidecar

ID = "0" * 20
PADDED = 1_200
"""Bytes of a sidecar in the file that has all of them; here none is longer."""
SERVICES = Services(Settings(uploads_bucket="u", collages_bucket="c"))


class Folder:
    """As much of a client of S3 as these steps ask for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tiles = root / "tiles"

    def lay(self, made: Plan) -> None:
        """Have the sidecars of all tiles of a plan, in the order of their keys."""
        tiles = sorted(made.tiles, key=lambda tile: tile.key)
        with self._tiles.open("wb") as file:
            for tile in tiles:
                sidecar = Sidecar(
                    key=tile.key, sha256=tile.key, tile=tile, collage=ID, seconds=0.123456,
                    created="2026-01-01T00:00:00+00:00", version=collage.__version__,
                )  # fmt: skip
                file.write(records.write(sidecar).ljust(PADDED))
        np.save(self._tiles.with_suffix(".npy"), [int(tile.key[:15], 16) for tile in tiles])

    def get_object(self, **asked: Any) -> dict[str, Any]:
        """An object, or a tile's sidecar."""
        key = asked["Key"]
        if key.startswith("tiles/"):
            return {"Body": io.BytesIO(self._sidecar(key.removeprefix("tiles/")))}
        if not self._file(key).exists():
            said = {"Error": {"Code": "NoSuchKey"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(cast(Any, said), "GetObject")
        return {"Body": StreamingBody(self._file(key).open("rb"), self._file(key).stat().st_size)}

    def put_object(self, **asked: Any) -> dict[str, Any]:
        """An object."""
        self._file(asked["Key"]).write_bytes(asked["Body"])
        return {}

    def create_multipart_upload(self, **_: Any) -> dict[str, Any]:
        """An object that comes in parts."""
        return {"UploadId": "one"}

    def upload_part(self, **asked: Any) -> dict[str, Any]:
        """A part of it."""
        self._file(f"{asked['Key']}.{asked['PartNumber']}").write_bytes(asked["Body"])
        return {"ETag": ""}

    def complete_multipart_upload(self, **asked: Any) -> dict[str, Any]:
        """The parts, joined."""
        with self._file(asked["Key"]).open("wb") as whole:
            for part in asked["MultipartUpload"]["Parts"]:
                whole.write(self._file(f"{asked['Key']}.{part['PartNumber']}").read_bytes())
        return {}

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        """No tile: nothing was made before."""
        return {"IsTruncated": False}

    def get_paginator(self, _: str) -> Folder:
        """What lists."""
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """Nothing: no call failed."""
        yield {}

    def _file(self, key: str) -> Path:
        return self._root / sha256(key.encode()).hexdigest()

    def _sidecar(self, name: str) -> bytes:
        keys, file = self._laid
        place = int(np.searchsorted(keys, int(name[:15], 16)))
        return os.pread(file.fileno(), PADDED, place * PADDED).rstrip()

    @cached_property
    def _laid(self) -> tuple[np.ndarray[Any, Any], io.FileIO]:
        """The first digits of the keys of all tiles, and the file of their sidecars."""
        return np.load(self._tiles.with_suffix(".npy")), io.FileIO(self._tiles)


def plan(store: Store, rows: int, cols: int) -> None:
    """PlanTiles, of which nothing is there yet."""
    accepted, styles, prepared, _, _ = large.frozen(large.options(rows, cols))
    store.put_accepted(accepted)
    store.put_styles(ID, styles)
    store.put_prepared(ID, prepared)
    plan_tiles(store, SERVICES, ID)


def read(store: Store, *_: int) -> None:
    """Whoever needs the plan: it is read."""
    store.plan(ID)


def gather(store: Store, *_: int) -> None:
    """GatherTiles, of one slice."""
    gather_tiles(store, ID, 0)


def others(store: Store, *_: int) -> None:
    """The other slices, of which each is another function's."""
    for number in store.outline(ID).slices[1:]:
        gather_tiles(store, ID, number)


def judge(store: Store, *_: int) -> None:
    """JudgeTiles."""
    judge_tiles(store, SERVICES, ID)


def join(store: Store, rows: int, cols: int) -> None:
    """JoinBands, but for its pictures: the verdict read, and written as the manifest."""
    hashes = {tile: f"{tile:016x}" for tile in range(rows * cols)}
    publish(store, told(store, store.outline(ID), store.draft(ID, 0), hashes))


STEPS: dict[str, Callable[..., None]] = {
    "plan": plan, "read": read, "gather": gather, "others": others, "judge": judge, "join": join,
}  # fmt: skip


def _unfolded(rows: int, cols: int) -> Plan:
    made, _, _ = large.planned(large.options(rows, cols))
    return made


def main() -> None:
    """Take all steps one after another, or one of them in this process."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rows", type=int)
    asked.add_argument("cols", type=int)
    asked.add_argument("--step", choices=(*STEPS, "lay"), help="this one alone")
    asked.add_argument("--folder", type=Path, help="what the steps before have left")
    given = asked.parse_args()
    grid = given.rows, given.cols
    if given.step:
        print(json.dumps(_taken(given.step, given.folder, *grid)))
        return
    with TemporaryDirectory() as folder:
        for step in ("lay", *STEPS):
            here = "--step", step, "--folder", folder
            took = in_a_process("benchmarks.large_steps", *map(str, grid), *here)
            if step in STEPS:
                print(step, json.dumps(took), flush=True)


def _taken(step: str, root: Path, rows: int, cols: int) -> dict[str, float]:
    """The processor seconds of a step, and the most memory of its process."""
    folder = Folder(root)
    if step == "lay":
        folder.lay(_unfolded(rows, cols))
    else:
        STEPS[step](Store(cast(Any, folder), "uploads", "collages"), rows, cols)
    return {"cpu_seconds": round(used_seconds(), 1), "peak_megabytes": peak_megabytes()}


if __name__ == "__main__":
    main()
