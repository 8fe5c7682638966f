"""Whole processes killed: the command with its cloud, and the workers in which functions run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.faults.invariants import hold
from tests.faults.report import Report, Shard
from tests.function_processes import of_function
from tests.unit.pictures import encode, noise

MOMENTS = (1.0, 4.0, 8.0, 16.0)
"""Seconds after the command was given: while the cloud starts, and while it is at work."""

COMMAND = ["--rows", "3", "--cols", "4", "--size", "512", "--parameter", "MaxConcurrency=2"]
WORKERS = ("PlanTiles", "RenderTile", "RenderTile", "AssembleCollage")
LONGEST = 300.0


def run(report: Report, shard: Shard) -> None:
    """Kill the command at several moments, and each kind of worker once."""
    for moment in shard.of(MOMENTS):
        _try(report, "process: the command, SIGKILL", lambda m=moment: _killed_at(m))
    for function in shard.of(WORKERS):
        _try(report, "process: a worker, SIGKILL", lambda f=function: _worker_killed(f))


def _try(report: Report, kind: str, attempt: Callable[[], bool]) -> None:
    try:
        struck = attempt()
    except (AssertionError, subprocess.TimeoutExpired, ValueError) as broken:
        report.note(kind, str(broken))
    else:
        if struck:
            report.note(kind)


def _killed_at(seconds: float) -> bool:
    """Killed with all of its group, and given again: that is complete."""
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder))
        process = _begin(home)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
        struck = process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _complete(home)
        return struck


def _worker_killed(function: str) -> bool:
    """A worker is killed at its work: the run ends, and the same command again completes it."""
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder))
        process = _begin(home)
        struck = _kill_worker(process, function)
        process.communicate(timeout=LONGEST)
        hold(process.returncode in (0, 1, 3), f"the run ended with {process.returncode}")
        _complete(home)
        return struck


def _kill_worker(process: subprocess.Popen[bytes], function: str) -> bool:
    while process.poll() is None:
        # The cloud itself may end while it is looked at, and so may its processes.
        with suppress(psutil.Error):
            for child in of_function(function, process.pid):
                child.kill()
                return True
        time.sleep(0.02)
    return False


def _complete(home: Path) -> None:
    """The same command, undisturbed, makes the whole collage and leaves nothing temporary."""
    process = _begin(home)
    told, errors = process.communicate(timeout=LONGEST)
    hold(process.returncode == 0, f"given again it ended with {process.returncode}: {errors!r}")
    manifest: dict[str, Any] = json.loads((home / "out" / "manifest.json").read_bytes())
    hold(set(manifest["tile_counts"]) <= {"done", "reused"}, f"tiles are missing: {told!r}")
    left = [path.name for path in (home / "tmp").iterdir() if path.name.startswith("laptop-cloud")]
    hold(not left, f"left behind: {left}")


def _home(folder: Path) -> Path:
    (folder / "tmp").mkdir()
    (folder / "photo.png").write_bytes(encode(noise((96, 96))))
    return folder


def _begin(home: Path) -> subprocess.Popen[bytes]:
    own = ("OPENAI_", "AWS_", "COLLAGE_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "combinatoric_collage.cli.main",
            "run",
            "photo.png",
            "--out",
            "out",
            *COMMAND,
        ],
        cwd=home,
        env={**kept, "HOME": str(home), "TMPDIR": str(home / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
