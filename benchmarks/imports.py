"""The import of every function's module against a bare boto3 with an S3 client.

This is what a cold start costs beyond the runtime itself. render_tile is measured but not held
to the aim: it brings the imaging libraries at its first tile.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.result import Result

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 7
BARE = "import boto3; boto3.client('s3', region_name='us-east-1')"
TIMED = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
EXEMPT = "render_tile"


def measure() -> Result:
    """The worst function's median import time over that of bare boto3, rounds interleaved."""
    names = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    seconds: dict[str, list[float]] = {name: [] for name in ["boto3", *names]}
    for _ in range(ROUNDS):
        seconds["boto3"].append(_import(BARE, None))
        for name in names:
            seconds[name].append(_import("import app", name))
    bare = median(seconds["boto3"])
    ratios = {name: round(median(seconds[name]) / bare, 2) for name in names}
    value = max(ratio for name, ratio in ratios.items() if name != EXEMPT)
    return Result(
        name="imports",
        value=value,
        unit="times a bare boto3 with an S3 client, worst",
        aim="<= 1.3",
        holds=value <= 1.3,
        parts={"rounds": ROUNDS, "boto3_seconds": bare, "ratios": ratios},
    )


def _import(statement: str, function: str | None) -> float:
    folders = [ROOT / "layers/collage"] + ([ROOT / "functions" / function] if function else [])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    answer = subprocess.run(
        [sys.executable, "-c", TIMED.format(statement)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(answer.stdout)
