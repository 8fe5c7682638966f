"""A function as it is deployed: its code, its layers unpacked as one, and its environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks import layers
from layers import runtime
from tests.infrastructure.shipped import ROOT, resolved, template

HERE = Path(__file__).resolve().parent
RUNTIME = ROOT / "requirements" / "runtime.txt"
"""What Lambda's runtime brings beside Python."""
SHARED = ("boto3", "collage.store.store")
"""Modules that every function begins with, of the runtime and of layers that all of them have."""


class StepError(Exception):
    """A function that did not answer."""


@dataclass(frozen=True)
class Emulated:
    """The functions of the template, run by another Python with nothing but their layers."""

    python: Path
    built: Path
    """The layers as `sam build` leaves them."""
    folder: Path
    """Where they are unpacked, and processes have their files."""
    references: Mapping[str, str]
    """What the template's parameters and resources are called."""
    holds: frozenset[str]
    """The template's conditions that hold."""
    environment: Mapping[str, str]
    """The variables by which they find what they call."""
    invoked: set[str] = field(default_factory=set)
    """The logical ids of those that answered."""

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        command += ["--require-hashes", "--target", str(self.folder / "runtime")]
        subprocess.run([*command, "-r", str(RUNTIME)], check=True)
        runtime.compile_all(runtime.make(runtime.native()), self.folder / "runtime", "/var/runtime")

    def invoke(self, name: str, *events: Any) -> dict[str, Any]:
        """What ``invoke.py`` says of the function ``name``, such as MakeMasks, and its answers.

        One at a time: it is forked off the process that has what all functions begin with.

        Raises:
            StepError: with the end of what it printed, when it did not answer.
        """
        files = {
            part: self.folder / f"{name}.{part}.{ending}"
            for part, ending in (("events", "json"), ("answers", "json"), ("printed", "log"))
        }
        files["events"].write_text(json.dumps(events))
        environment = self._environment(f"{name}Function")
        job = {
            "environment": environment,
            "path": environment["PYTHONPATH"].split(os.pathsep),
            "handler": template()["Globals"]["Function"]["Handler"],
            **{part: str(path) for part, path in files.items()},
        }
        parent = self._parent
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(json.dumps(job) + "\n")
        parent.stdin.flush()
        if parent.stdout.readline() != "0\n":
            printed = files["printed"].read_text() if files["printed"].exists() else ""
            raise StepError(f"{name} did not answer:\n{printed[-4000:]}")
        self.invoked.add(f"{name}Function")
        return dict(json.loads(files["answers"].read_text()))

    def end(self) -> None:
        """End the process that functions are forked off."""
        self._parent.communicate()

    @cached_property
    def _parent(self) -> subprocess.Popen[str]:
        """A process with the layers that all functions have, and none that any of them lacks."""
        given = [names for _, names in layers.functions(template()).values()]
        common = [name for name in given[0] if all(name in names for names in given)]
        path = (self._unpacked("Shared", common), self.folder / "runtime")
        return subprocess.Popen(
            [self.python, "-s", "-P", str(HERE / "invoke.py"), *SHARED],
            env={
                "PATH": os.defpath,
                "TMPDIR": str(self.folder),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join(map(str, path)),
            },
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, name: str, script: str, *arguments: str) -> None:
        """Run a script as a process of the function ``name`` would."""
        process = subprocess.run(
            [self.python, "-s", "-P", script, *arguments],
            env=self._environment(f"{name}Function"),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if process.returncode:
            raise StepError(f"{name} did not answer:\n{process.stdout[-4000:]}")

    def _environment(self, logical: str) -> dict[str, str]:
        code, names = layers.functions(template())[logical]
        function = template()["Resources"][logical]["Properties"]
        shared = template()["Globals"]["Function"]["Environment"]["Variables"]
        own = function.get("Environment", {}).get("Variables", {})
        given = {**shared, **own}
        return {
            **{name: resolved(given[name], self.references, self.holds) for name in given},
            "PATH": os.defpath,
            "TMPDIR": str(self.folder),
            "AWS_LAMBDA_FUNCTION_NAME": logical,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            **self.environment,
            # As where nothing can be written.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(
                map(str, (code, self._unpacked(logical, names), self.folder / "runtime"))
            ),
        }

    def _unpacked(self, logical: str, names: Iterable[str]) -> Path:
        """One folder with all layers of a function, the later over the earlier, as Lambda does."""
        opt = self.folder / logical / "opt"
        if not opt.exists():
            for layer in names:
                shutil.copytree(
                    self.built / layer, opt, copy_function=_link, dirs_exist_ok=True, symlinks=True
                )
        return opt / "python"


def _link(source: str, target: str) -> None:
    Path(target).unlink(missing_ok=True)
    os.link(source, target)
