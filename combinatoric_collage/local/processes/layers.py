"""What a function can import: its own code, the layers it was given, and what Lambda brings.

All of it is installed in the one environment that this process runs in. A function's process does
not look there: for the requirements of each layer a folder holds links to just these packages.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

# Where SAM's builds look for what to install into a layer or function.
REQUIREMENTS = "requirements.txt"
# What a laptop may have beside that: it is there where it is installed, and missed nowhere.
OPTIONAL = "optional.txt"
# The SDK and the runtime client are in every Python runtime of Lambda, with what they require.
RUNTIME = ("boto3", "awslambdaric")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# The first part of a path, of the lines of a list of installed files.
TOP = re.compile(r"^[^/,\n]+", re.MULTILINE)
# How the runtime client calls a module that is not there: at the import of the handler, and later.
NOT_THERE = ("Runtime.ImportModuleError", "ModuleNotFoundError")


@dataclass(frozen=True)
class Contents:
    """What a layer, a function's code or the runtime adds to the module path."""

    folders: tuple[Path, ...]
    missing: tuple[str, ...] = ()
    """Requirements that are not installed on this machine."""


def unpacked(content: Path, folder: Path) -> Contents:
    """What the folder of a layer or function holds, and what it requires, linked in `folder`."""
    # A Python layer may be packed as Lambda unpacks it.
    own = content / "python" if (content / "python").is_dir() else content
    required, optional = (_names(content / name) for name in (REQUIREMENTS, OPTIONAL))
    if not required and not optional:
        return Contents((own,))
    missing = _link([*required, *optional], folder)
    return Contents((own, folder), tuple(name for name in missing if name in required))


def _names(requirements: Path) -> list[str]:
    """The packages that a file names, a line each; none where there is no file."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [found[0] for found in map(NAME.match, lines) if found]


def runtime(folder: Path) -> Contents:
    """What Lambda's own Python runtime has, linked in `folder`."""
    names, upcoming = set[str](), list(RUNTIME)
    while upcoming:
        name = upcoming.pop()
        if name in names:
            continue
        with suppress(PackageNotFoundError):
            requires = distribution(name).requires or []
            names.add(name)
            found = (NAME.match(one) for one in requires if "extra ==" not in one)
            upcoming += [one[0] for one in found if one]
    return Contents((folder,), _link(sorted(names), folder))


def say_where(payload: bytes, function: str, layers: Iterable[str]) -> bytes:
    """A failure; one for want of a module says which layers were looked through."""
    with suppress(ValueError, KeyError, TypeError):
        failure = json.loads(payload)
        if failure["errorType"] in NOT_THERE:
            names = ", ".join(layers) or "none"
            failure["errorMessage"] += f" ({function}; its layers: {names})"
            return json.dumps(failure).encode()
    return payload


def _link(names: Iterable[str], folder: Path) -> tuple[str, ...]:
    """Links the packages of distributions into a folder; the names of those that are not there."""
    missing = []
    (folder / "__pycache__").mkdir(parents=True)
    for name in names:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        record = found.read_text("RECORD") or ""
        site = Path(str(found.locate_file("")))
        for top in set(TOP.findall(record)):
            # Commands lie elsewhere, and byte code by its module.
            if top in ("..", "__pycache__") or not (site / top).exists():
                continue
            _link_one(site, top, folder)
    return tuple(missing)


def _link_one(site: Path, top: str, folder: Path) -> None:
    (folder / top).symlink_to(site / top)
    if top.endswith(".py"):
        # Without it every process would compile the module again.
        for compiled in (site / "__pycache__").glob(f"{top[:-3]}.*.pyc"):
            (folder / "__pycache__" / compiled.name).symlink_to(compiled)
