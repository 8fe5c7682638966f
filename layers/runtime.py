"""``python -m layers.runtime [ARCHITECTURE ...]``: the runtime's own Python, as Debian packs it.

Writes ``out/runtime/ARCHITECTURE``, for arm64 or amd64 as Debian calls them, in a few seconds:
packages are unpacked and none of their scripts is run. What starts it is the file ``python`` in
there; another processor's is emulated by QEMU. Without an architecture: this machine's. Nothing but
the standard library is needed, and a machine with apt.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "out" / "runtime"
VERSION = "3.14"
SUITE = "forky"
"""Debian's first release with that Python."""
PACKAGES = (f"python{VERSION}", "ca-certificates", "libstdc++6")
"""Python, and what the wheels of the layers expect of a system."""
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
EMULATORS = {"arm64": "qemu-aarch64", "amd64": "qemu-x86_64"}
PROCESSORS = {"arm64": ("-cpu", "neoverse-n1")}
"""Which one is emulated, where it is not QEMU's own choice: Lambda's Graviton2 is a Neoverse N1.
The one that QEMU chooses signs pointers as well, which takes four fifths of Python's time."""
OF_APT = ("Acquire::Check-Valid-Until", "Acquire::http::Proxy", "Acquire::https::Proxy")
"""Settings of this machine's apt without which its mirror may not be readable."""


class NotHereError(Exception):
    """Why this machine cannot have that Python, in one sentence."""


def launcher(architecture: str) -> Path:
    """What starts the Python of an architecture, once `make` made it."""
    return ROOT / architecture / "python"


def native() -> str:
    """This machine's architecture, as Debian calls it.

    Raises:
        NotHereError: when Debian's packages cannot run here.
    """
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        raise NotHereError(
            f"Debian's Python cannot run on {sys.platform} with {platform.machine()}."
        )
    return MACHINES[platform.machine()]


def make(architecture: str) -> Path:
    """Unpack Debian's Python for an architecture, unless it is there; what starts it.

    Raises:
        NotHereError: when a program or a mirror is missing, or Debian's keys do not know the suite.
    """
    start = launcher(architecture)
    if start.exists():
        return start
    emulated = architecture != native()
    _programs(architecture, emulated)
    mirror = _mirror()
    shutil.rmtree(start.parent, ignore_errors=True)
    start.parent.parent.mkdir(parents=True, exist_ok=True)
    command = ["mmdebstrap", "--quiet", "--variant=extract", f"--architectures={architecture}"]
    command += [f"--aptopt={setting}" for setting in _settings()]
    command += [f"--include={','.join(PACKAGES)}", SUITE, str(start.parent)]
    # Without [trusted=yes]: the packages are those that Debian's keys on this machine vouch for.
    made = subprocess.run(
        [*command, f"deb {mirror} {SUITE} main"], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise NotHereError(f"mmdebstrap could not unpack Debian's {SUITE}: {made.stderr.strip()}")
    if not (start.parent / "lib").exists():
        (start.parent / "lib").symlink_to("usr/lib")
    if emulated:
        # Byte code is the same for every processor; emulated, each start would make it again.
        library = start.parent / "usr" / "lib" / f"python{VERSION}"
        compile_all(make(native()), library, str(library))
    start.write_text(
        _script(start.parent, _command(architecture) if emulated else ()), encoding="utf-8"
    )
    start.chmod(0o755)
    return start


def compile_all(python: Path, folder: Path, named: str) -> None:
    """Write byte code below a folder that is believed without a look at its source.

    Tracebacks give the folder the name ``named``. What is no Python of today is passed over: it
    fails when it is imported, not before. Tests, which nothing imports, are left out.
    """
    command = [str(python), "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash"]
    # From within, so that -x sees nothing of the path that leads there.
    subprocess.run(
        [*command, "-x", r"/_?tests?/", "-s", ".", "-p", named, "."], cwd=folder, check=False
    )


def _script(root: Path, emulator: Sequence[str]) -> str:
    """How Python starts: by an emulator, or by the C library that it was made for."""
    python = root / "usr" / "bin" / f"python{VERSION}"
    if emulator:
        command = [*emulator, "-L", str(root)]
    else:
        (loader,) = root.glob("usr/lib/*-linux-gnu/ld-linux*.so.*")
        command = [str(loader), "--library-path", str(loader.parent)]
    return f'#!/bin/sh\nexec {shlex.join([*command, str(python)])} "$@"\n'


def _command(architecture: str) -> tuple[str, ...]:
    """The emulator of an architecture, which is there, and what it is told."""
    return str(_emulator(architecture)), *PROCESSORS.get(architecture, ())


def _emulator(architecture: str) -> str | None:
    name = EMULATORS[architecture]
    return shutil.which(f"{name}-static") or shutil.which(name)


def _programs(architecture: str, emulated: bool) -> None:
    """Install what is missing."""
    wanted = {"mmdebstrap": shutil.which("mmdebstrap")}
    if emulated:
        wanted["qemu-user-static"] = _emulator(architecture)
    missing = [name for name, there in wanted.items() if not there]
    if os.geteuid() or not shutil.which("apt-get"):
        raise NotHereError(f"To have Debian's Python needs root, apt and {' and '.join(wanted)}.")
    for command in (["update", "-qq"], ["install", "-y", "-qq", *missing]):
        if missing:
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, check=True)


def _mirror() -> str:
    """Debian's mirror, as this machine's own sources name it."""
    known = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)"]
    for again in (["apt-get", "update", "-qq"], None):
        listed = subprocess.run(known, capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            origin, codename, address = line.split(" ", 2)
            if origin == "Debian" and not codename.endswith("-security"):
                return address
        # Whose mirror it is stands in its index, which a fresh machine has not read yet.
        if again:
            subprocess.run(again, stdout=subprocess.DEVNULL, check=True)
    raise NotHereError("This machine's apt sources name no mirror of Debian.")


def _settings() -> list[str]:
    found = subprocess.run(
        ["apt-config", "dump", "--format", '%f "%v";%n', *OF_APT],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in found.stdout.splitlines() if '""' not in line]


if __name__ == "__main__":
    try:
        for wanted in sys.argv[1:] or [native()]:
            make(wanted)
    except NotHereError as error:
        sys.exit(str(error))
