"""Open models on a laptop: which Python has what they need, and where their weights lie."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from combinatoric_collage.local import CloudError, Container
from combinatoric_collage.pack import ROOT

VARIABLE = "COLLAGE_MODELS"

STAND_INS = {
    "EnableGpu": "true",
    "GpuImage": "none",
    "GpuVpc": "vpc-00000000",
    "GpuSubnets": "subnet-00000000",
}
"""Parameters that a laptop has no use for, and the template asks for."""


def folder() -> Path | None:
    """The folder of weights that the command was told of, if any."""
    given = os.environ.get(VARIABLE)
    return Path(given).expanduser().resolve() if given else None


def parameters(models: Path) -> dict[str, str]:
    """The parameters of a stack that runs open models, as a laptop does."""
    return {**STAND_INS, "ModelsLocation": str(models)}


def containers() -> Mapping[str, Container]:
    """What runs here in the place of the GPU task's image.

    Raises:
        CloudError: when no Python here has torch.
    """
    return {
        "diffusion": Container(
            [str(python()), "-m", "tasks.diffusion"], cwd=ROOT, environment=environment()
        )
    }


def environment() -> dict[str, str]:
    """Where that Python finds this pack."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "collage")])}


def python() -> Path:
    """The Python that has torch: the one of `make install-diffusion`, or this one.

    Raises:
        CloudError: when neither is there.
    """
    own = ROOT / ".venv-diffusion" / "bin" / "python"
    if own.is_file():
        return own
    if find_spec("torch") and find_spec("diffusers"):
        return Path(sys.executable)
    raise CloudError("Open models need torch, which is not installed here: make install-diffusion.")


def make_tiny(place: Path) -> None:
    """Make tiny models with random weights in ``place``.

    Raises:
        CloudError: when it did not work; what went wrong was printed.
    """
    command = [str(python()), "-m", "tasks.diffusion.tiny", str(place.resolve())]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment()}, check=False)  # noqa: S603
    if done.returncode:
        raise CloudError("The tiny models could not be made.")


def pin(names: Sequence[str]) -> int:
    """Have models.toml pin what is published now of these families; the exit code.

    Raises:
        CloudError: when no Python here has what asks the Hub.
    """
    command = [str(python()), "-m", "tasks.diffusion.pin", *names]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment()}, check=False)  # noqa: S603
    return done.returncode


def manage(models: Path, words: Sequence[str], *, torch: bool) -> int:
    """Have the task's own code do what these words say with a folder of models; its exit code.

    Raises:
        CloudError: when it needs ``torch`` and no Python here has it.
    """
    command = [
        str(python()) if torch else sys.executable,
        "-m",
        "tasks.diffusion.models_folder",
        str(models.expanduser().resolve()),
        *words,
    ]
    done = subprocess.run(command, env={**os.environ, **environment()}, check=False)  # noqa: S603
    return done.returncode
