"""The components that layers, page and image hold, by the lock files that they are built from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYERS = sorted(ROOT.glob("layers/*/requirements.txt"))
IMAGE = ROOT / "tasks" / "diffusion" / "requirements.txt"
TORCH = ROOT / "requirements" / "torch.in"
DOCKERFILE = ROOT / "tasks" / "diffusion" / "Dockerfile"
PAGE = ROOT / "web" / "package-lock.json"


@dataclass(frozen=True)
class Component:
    """Something of others' that is shipped."""

    name: str
    version: str
    where: str
    """``layer NAME``, ``page`` or ``image``."""
    purl: str
    """The package URL: github.com/package-url/purl-spec."""
    licence: str | None
    """An SPDX expression, or what the package says in its own words; None where it is not known."""


def layers() -> list[Component]:
    """What each layer holds."""
    return [
        _python(name, version, f"layer {lock.parent.name}")
        for lock in LAYERS
        for name, version in pinned(lock)
    ]


def page() -> list[Component]:
    """What is bundled into the page: the packages that are not only for building it."""
    packages = json.loads(PAGE.read_text(encoding="utf-8"))["packages"]
    return [
        Component(
            name=path.removeprefix("node_modules/"),
            version=package["version"],
            where="page",
            purl=f"pkg:npm/{path.removeprefix('node_modules/')}@{package['version']}",
            licence=package.get("license"),
        )
        for path, package in packages.items()
        if path and not package.get("dev") and not package.get("optional")
    ]


def image() -> list[Component]:
    """What the image of the GPU task holds over its base, and that base.

    Packages of the base are not among them: a scanner of the image that was built finds those.
    """
    (base,) = re.findall(r"^FROM (\S+?):(\S+)$", DOCKERFILE.read_text(encoding="utf-8"), re.M)
    return [
        Component(base[0], base[1], "image", f"pkg:docker/{base[0]}@{base[1]}", None),
        *(_python(name, version, "image") for name, version in (*pinned(TORCH), *pinned(IMAGE))),
    ]


def pinned(lock: Path) -> list[tuple[str, str]]:
    """(name, version) of every package that a lock file names."""
    return re.findall(r"^([\w.-]+)==([\w.+!]+)", lock.read_text(encoding="utf-8"), re.M)


def _python(name: str, version: str, where: str) -> Component:
    purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"
    return Component(name, version, where, purl, licence(name))


def licence(name: str) -> str | None:
    """What the metadata of a package that is installed here says; None where there is none.

    It may be of another version than the layer's, for another Python.
    """
    try:
        known = metadata(name)
    except PackageNotFoundError:
        return None
    for name_of_field in ("License-Expression", "License"):
        if name_of_field in known and (said := known[name_of_field].strip()):
            return said.splitlines()[0]
    return None
