"""A function's modules as Lambda has them: layers unpacked where nothing can be written."""

from __future__ import annotations

import os
import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

from benchmarks.layers import ROOT, functions, template
from layers import runtime

BROUGHT = ROOT / "requirements" / "runtime.txt"
"""What Lambda's runtime has of packages."""
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def unpack(folder: Path, *, compiled: bool) -> None:
    """Write every function's code, layers and what the runtime brings, below ``folder``.

    The layers that are deployed are of another processor. These have the same packages as this
    environment has them, for this processor and this Python. What the runtime brings has byte code
    in any case, and a function's own code where the template has it built.
    """
    sam = template()
    wanted = functions(sam)
    for name in {layer for _, layers in wanted.values() for layer in layers}:
        content = ROOT / sam["Resources"][name]["Properties"]["ContentUri"]
        _packages(content / "requirements.txt", folder / name)
    _modules(ROOT / "layers" / "collage" / "collage", folder / "CollageLayer" / "collage")
    if compiled:
        runtime.compile_all(Path(sys.executable), folder, "/opt/python")
    _packages(BROUGHT, folder / "runtime")
    runtime.compile_all(Path(sys.executable), folder / "runtime", "/var/runtime")
    for name, (code, _) in wanted.items():
        _modules(code, folder / name)
        if compiled and "BuildMethod" in sam["Resources"][name]["Metadata"]:
            runtime.compile_all(Path(sys.executable), folder / name, "/var/task")


def path(folder: Path, function: str | None = None) -> str:
    """PYTHONPATH of a function, or of one that has no code and no layers."""
    layers = functions(template())[function][1] if function else []
    places = [*([function] if function else []), *layers, "runtime"]
    return os.pathsep.join(str(folder / place) for place in places)


def _packages(lock: Path, folder: Path) -> None:
    """Link the files of the packages that a lock names; those are not written to."""
    for name in LOCKED.findall(lock.read_text(encoding="utf-8")):
        for file in distribution(name).files or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                (folder / file.parent).mkdir(parents=True, exist_ok=True)
                os.link(str(file.locate()), folder / file)


def _modules(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
