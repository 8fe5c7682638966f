"""The painter on two processors: the same picture in every style, held against each other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
from PIL import Image

from collage.painting import STYLES
from tests.emulated.functions import HERE, Emulated, StepError
from tests.infrastructure.shipped import ROOT

SIDE = 96
MOST_APART = 1
MOST_SHARE = 1e-4
"""What docs/painter.md says of two processors, in steps of 255 and as a share of the values."""


def compare(functions: Emulated) -> Iterator[str]:
    """A line for the report.

    Raises:
        StepError: when the pictures differ by more than the documentation says.
    """
    folder = functions.folder
    source, here, there = (folder / name for name in ("source.png", "here.raw", "there.raw"))
    with Image.open(ROOT / "examples" / "farmhouse.png") as picture:
        picture.convert("RGB").resize((SIDE, SIDE)).save(source)
    script = str(HERE / "paint.py")
    subprocess.run([sys.executable, script, str(source), str(here)], check=True)
    functions.run("RenderTile", script, str(source), str(there))

    ours, theirs = (np.frombuffer(path.read_bytes(), np.uint8) for path in (here, there))
    apart = np.abs(ours.astype(int) - theirs).reshape(len(STYLES), -1)
    alike = int((apart.max(axis=1) == 0).sum())
    share = float((apart > 0).mean())
    line = (
        f"painter: {alike} of {len(STYLES)} styles are the same here and there; the others differ "
        f"by {apart.max()} of 255 at most, in {share:.4%} of all values"
    )
    if apart.max() > MOST_APART or share >= MOST_SHARE:
        raise StepError(line)
    yield line
