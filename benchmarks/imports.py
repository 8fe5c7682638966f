"""The import of every function's module against a bare boto3 with an S3 client.

This is what a cold start costs beyond the runtime itself, with the layers as they are deployed, and
with the same without their byte code. Counted is the processor's time: an import does little else,
and a busy machine does not change it much. RenderTile is measured but not held to the aim: it
brings the imaging libraries at its first tile.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import deployed
from benchmarks.layers import ROOT, functions, template
from benchmarks.result import Result

ROUNDS = 7
ROUNDS_WITHOUT = 3
BARE = "import boto3; boto3.client('s3', region_name='us-east-1')"
TIMED = "import time; t = time.process_time(); {}; print(time.process_time() - t)"
EXEMPT = "RenderTileFunction"
AIM = 1.2
READ = ("PYDANTIC_DISABLE_PLUGINS", "OPENBLAS_NUM_THREADS")
"""Variables of all functions that are read as modules are imported."""


def measure() -> Result:
    """The worst function's median import time over that of bare boto3, rounds interleaved."""
    names = list(functions(template()))
    # Beside .venv, whose files are linked to.
    (ROOT / "out").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as folder:
        trees = {kind: Path(folder, kind) for kind in ("compiled", "plain")}
        for kind, tree in trees.items():
            deployed.unpack(tree, compiled=kind == "compiled")
        seconds: dict[tuple[str, str], list[float]] = {}
        for number in range(ROUNDS):
            for kind, tree in trees.items():
                if kind == "plain" and number >= ROUNDS_WITHOUT:
                    continue
                for name in ("", *names):
                    seconds.setdefault((kind, name), []).append(_import(tree, name))
    middle = {key: median(values) for key, values in seconds.items()}
    bare = middle["compiled", ""]
    ratios = {name: round(middle["compiled", name] / bare, 2) for name in names}
    without = {name: round(middle["plain", name] / bare, 2) for name in names}
    value = max(ratio for name, ratio in ratios.items() if name != EXEMPT)
    return Result(
        name="imports",
        value=value,
        unit="times a bare boto3 with an S3 client, worst, layers as they are deployed",
        aim=f"<= {AIM}",
        holds=value <= AIM,
        parts={
            "python": platform.python_version(),
            "rounds": ROUNDS,
            "boto3_seconds": bare,
            "ratios": ratios,
            "ratios_without_byte_code": without,
        },
    )


def _import(tree: Path, function: str) -> float:
    """Seconds that a new process takes for a function's module; for boto3 where there is none."""
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    environment = {
        **{name: variables[name] for name in READ},
        "PATH": os.defpath,
        "PYTHONPATH": deployed.path(tree, function or None),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    answer = subprocess.run(
        # -S: nothing of this environment beside what is named.
        [sys.executable, "-S", "-P", "-c", TIMED.format("import app" if function else BARE)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(answer.stdout)
