"""What AWS's own tools do with the pack: build, deploy, delete."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rehearsal import emulator, locks, variant
from rehearsal.places import ROOT, SAM


class Failed(Exception):
    """One of the tools ended with an error; the message is the end of what it said."""


def run(command: list[str], environment: Mapping[str, str], log: Path) -> str:
    """Run a tool in the repository; what it said, which ``log`` keeps too.

    Raises:
        Failed: when it ends with another code than 0.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=emulator.plain(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with log.open("a", encoding="utf-8") as out:
        out.write(done.stdout)
    if done.returncode:
        raise Failed(f"{' '.join(command)}\n{done.stdout[-4000:]}")
    return done.stdout


def build(made: variant.Variant, folder: Path, log: Path) -> Path:
    """`sam build` of a variant with the layers for this machine; the folder of what was built.

    Raises:
        Failed: when SAM does.
    """
    locks.write(folder / "locks")
    environment = {
        "SAM_CLI_TELEMETRY": "0",
        # The layers' Makefiles call python3: that of .venv, which is the functions' version.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LOCKS": str(folder / "locks"),
        "WHEELS": "",
        "BYTECODE": "true",
    }
    built = folder / "build"
    command = [str(SAM), "build", "--template", str(made.write(folder / "template"))]
    command += ["--build-dir", str(built), "--parallel"]
    run(command, environment, log)
    return built


def deploy(
    built: Path, stack: str, parameters: Mapping[str, str], cloud: emulator.Emulator, log: Path
) -> None:
    """`sam deploy` of what was built.

    Raises:
        Failed: when SAM does.
    """
    given = [f"{name}={value}" for name, value in parameters.items()]
    command = [str(SAM), "deploy", "--template-file", str(built / "template.yaml")]
    command += ["--stack-name", stack, "--capabilities", "CAPABILITY_IAM", "--resolve-s3"]
    # Of its progress there is a line for each 256 KiB.
    command += ["--no-confirm-changeset", "--no-progressbar", "--tags", "project=rehearsal"]
    command += ["--parameter-overrides", *given]
    run(command, {**cloud.environment, "SAM_CLI_TELEMETRY": "0"}, log)
