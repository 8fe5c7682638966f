"""A run that is killed is run again: it ends as an undisturbed one, and makes no tile twice."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from collage.manifest import Manifest
from collage.watch.look import STARTING, look, newest
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack
from tests.function_processes import of_function
from tests.unit.pictures import decode
from tests.workflow.running import SMALL, ended, eventually, photo, run

ROOT = Path(__file__).parents[2]
TILES = 12
OPTIONS: dict[str, Any] = {"rows": 3, "cols": 4, "size": 256}
# Tiles that take a while, and few of them at once: there is a middle to be stopped in.
LONG = OPTIONS | {"size": 512}
SLOWLY = {"MaxConcurrency": "2"}
KILLS = (2, 7)
"""How many tiles are finished when a host is killed, and the next one."""

# The same request in a process of its own, which dies as soon as so many tiles are finished.
HOST = """
import json, os, signal, sys, threading
from pathlib import Path

import psutil

from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.local.state import Folder
from tests.workflow.running import photo, run
from tests.workflow.test_resume import finished

state, put, dying = Path(sys.argv[1]), Folder.put, threading.Lock()
tiles, parameters, options = json.loads(sys.argv[2])

def put_and_die(self, *given):
    done = put(self, *given)
    if finished(state) >= tiles:
        # Two threads would write their numbers into each other's.
        with dying:
            print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    return done

Folder.put = put_and_die
with laptop.running(parameters, state=state) as (_, stack):
    run(stack, photo(20), **options)
"""

Result = tuple[bytes, dict[str, bytes]]
"""The pixels of a collage, and the files of its tiles by key."""


def result(stack: Stack, manifest: Manifest) -> Result:
    tiles = {record.key: stack.store.tile(record.tile) for record in manifest.tiles}
    picture = decode(stack.store.collage(manifest.id))
    return picture.tobytes(), {key: tile[0] for key, tile in tiles.items() if tile}


@dataclass(frozen=True)
class Left:
    """What a run leaves."""

    state: Path
    manifest: Manifest
    sidecars: dict[str, bytes]
    result: Result


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Of a run that came to no harm."""
    state = tmp_path_factory.mktemp("undisturbed") / "state"
    with laptop.running({}, state=state) as (_, stack):
        manifest = run(stack, photo(20), **OPTIONS)
        return Left(state, manifest, sidecars(stack), result(stack, manifest))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def sidecars(stack: Stack) -> dict[str, bytes]:
    """The marks of finished tiles; each tells when its tile was made and how long that took."""
    s3, bucket = stack.client("s3"), stack.outputs["CollagesBucket"]
    found = s3.list_objects_v2(Bucket=bucket, Prefix="tiles/").get("Contents", [])
    keys = [item["Key"] for item in found if item["Key"].endswith(".json")]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def finished(state: Path) -> int:
    """How many tiles are finished, as it lies on disk while a host is at work."""
    records = (state / "CollagesBucket").glob("*.json")
    keys = [str(json.loads(record.read_bytes())["key"]) for record in records]
    return sum(key.startswith("tiles/") and key.endswith(".json") for key in keys)


def record_of(state: Path, key: str) -> Path:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return state / "CollagesBucket" / f"{digest}.json"


def body_of(state: Path, key: str) -> Path:
    record = record_of(state, key)
    return record.with_name(json.loads(record.read_bytes())["body"])


def renderers() -> list[psutil.Process]:
    """The processes in which tiles are made."""
    return of_function("RenderTile")


def kill_a_host(state: Path, tiles: int) -> None:
    """Runs the collage in a host of its own, which is killed once so many tiles are finished."""
    arguments = [str(state), json.dumps([tiles, SLOWLY, OPTIONS])]
    host = subprocess.run(
        [sys.executable, "-c", HOST, *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert host.returncode == -signal.SIGKILL
    functions = [int(pid) for pid in host.stdout.split()]
    assert functions
    eventually(lambda: not any(map(psutil.pid_exists, functions)))
    assert tiles <= finished(state) < TILES


def test_a_host_that_is_killed_twice(state: Path, undisturbed: Left) -> None:
    for tiles in KILLS:
        kill_a_host(state, tiles)

    with laptop.running({}, state=state) as (_, stack):
        before = sidecars(stack)
        manifest = run(stack, photo(20), **OPTIONS)
        after = sidecars(stack)

        assert len(before) >= KILLS[-1]
        assert len(after) == TILES
        assert before.items() < after.items()
        assert manifest.tile_counts == {"done": TILES}
        assert result(stack, manifest) == undisturbed.result


def test_a_function_that_is_killed(state: Path, undisturbed: Left) -> None:
    with laptop.running(SLOWLY, state=state) as (_, stack):
        started = stack.start(photo(20), SMALL | OPTIONS)
        eventually(lambda: finished(state))
        eventually(renderers)[0].kill()
        ended(stack, started)
        manifest = stack.store.manifest(started["id"])
        # What it was at costs nothing, so it was tried once more.
        assert manifest.missing == 0
        assert len(sidecars(stack)) == TILES
        assert result(stack, manifest) == undisturbed.result


def test_tiles_that_are_damaged_on_disk(state: Path, undisturbed: Left) -> None:
    shutil.copytree(undisturbed.state, state)
    before = undisturbed.sidecars
    tiles = [record.key for record in undisturbed.manifest.tiles[:4]]
    record_of(state, f"tiles/{tiles[0]}.json").unlink()
    record_of(state, f"tiles/{tiles[1]}.png").unlink()
    os.truncate(body_of(state, f"tiles/{tiles[2]}.png"), 100)
    picture = body_of(state, f"tiles/{tiles[3]}.png")
    picture.write_bytes(picture.read_bytes()[::-1])

    with laptop.running({}, state=state) as (_, stack):
        manifest = run(stack, photo(20), **OPTIONS)
        after = sidecars(stack)

        made_again = {key for key in after if after[key] != before[key]}
        assert made_again == {f"tiles/{tile}.json" for tile in tiles}
        assert manifest.tile_counts == {"done": TILES}
        assert result(stack, manifest) == undisturbed.result


def test_results_are_read_where_they_lie_as_the_cloud_gives_them(
    state: Path, undisturbed: Left, tmp_path: Path
) -> None:
    shutil.copytree(undisturbed.state, state)
    with laptop.running({}, state=state) as (_, stack):
        by_cloud, made = replace(stack, kept=None), undisturbed.manifest.id
        stack.fetch(made, tmp_path / "disk")
        by_cloud.fetch(made, tmp_path / "cloud")
        assert stack.look(made) == by_cloud.look(made)

    disk, cloud = (files(tmp_path / name) for name in ("disk", "cloud"))
    assert disk == cloud
    assert len([name for name in disk if name.parent.name == "tiles"]) == TILES


def files(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_next_cloud_lists_what_the_last_one_made(state: Path) -> None:
    with laptop.running(SLOWLY, state=state) as (_, stack):
        done = run(stack, photo(21), **SMALL).id
        interrupted = stack.start(photo(22), SMALL | LONG)["id"]
        eventually(lambda: look(stack.store, stack.runs, interrupted).tiles.done)

    with laptop.running({}, state=state) as (_, stack):
        asked = stack.store.progress(interrupted)
        ago = datetime.fromisoformat(asked.created) - STARTING
        stack.store.put_progress(asked.model_copy(update={"created": ago.isoformat()}))
        found, _ = newest(stack.store, stack.runs, 10)
        ended(stack, stack.resume(interrupted))
        resumed = look(stack.store, stack.runs, interrupted)

    assert [(one.id, one.state) for one in found] == [(interrupted, "failed"), (done, "done")]
    assert found[0].error == "Interrupted"
    assert resumed.state == "done"
