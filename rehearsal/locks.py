"""The layers' lock files for this machine, out of the one that holds for all."""

import re
from pathlib import Path

from rehearsal.places import ROOT

ENTRY = re.compile(
    r"^([\w.-]+)(?:\[[\w,-]+\])?==.*?(?=^[\w.-]+(?:\[|==)|\Z)", re.MULTILINE | re.DOTALL
)
"""A package with its version, marker and hashes."""


def write(folder: Path) -> None:
    """Write ``folder/LAYER/requirements.txt`` with the versions that this machine's Python takes.

    A layer's own lock is for the runtime's Python; numpy has another version for an older one. The
    packages of a layer are those that its lock names, versions and hashes those of the lock that
    holds for every Python.
    """
    entries: dict[str, str] = {}
    for entry in ENTRY.finditer((ROOT / "requirements.txt").read_text(encoding="utf-8")):
        entries[entry[1]] = entries.get(entry[1], "") + entry[0]
    for lock in ROOT.glob("layers/*/requirements.txt"):
        names = [entry[1] for entry in ENTRY.finditer(lock.read_text(encoding="utf-8"))]
        made = folder / lock.parent.name / "requirements.txt"
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text("".join(entries[name] for name in names), encoding="utf-8")
