"""Where results go: a folder of their own unless one is named, and never over another collage."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from collage.errors import InvalidRequest
from collage.manifest import Manifest
from combinatoric_collage.cli.result_files import MANIFEST, Results

PLACE = Path("out")
"""Where folders are made that nobody named."""

SHORT = 8
"""Digits of an id, or of a layout's name, that tell a folder from others."""

LONGEST = 100
"""Letters of a picture's name that a folder's has: with the id well within what a disk takes."""


def named(out: str) -> Path:
    """A folder by its name; an empty one, as of a variable that is not set, names none."""
    if not out:
        raise typer.BadParameter("it is empty; name a folder")
    return Path(out)


Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        parser=named,
        metavar="DIR",
        help="where the results go: a new or an empty folder, or one of the same collage "
        "[default: out/NAME-ID, by the picture's name and the collage's id]",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="replace another collage in --out")]


@dataclass(frozen=True)
class Output:
    """The folder of a result: the one that was named, or one by the collage's own name and id."""

    out: Out = None
    force: Force = False
    name: str | None = None
    """What the collage is called, where that is known: the picture's name, or the recipe's."""

    def check(self, inputs: Iterable[Path] = ()) -> None:
        """Refuse a folder before anything is made for it, as `Results.check`.

        Raises:
            InvalidRequest: when it cannot be written to, or is somebody else's.
        """
        if self.out is not None:
            Results(self.out).check(inputs)
            return
        there = next(path for path in (PLACE, *PLACE.absolute().parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise InvalidRequest(f"out: {PLACE} is no folder that can be written to.")

    def hold(self, collage: Callable[[], str]) -> None:
        """Refuse a named folder that holds another collage than the one to come.

        ``collage`` finds the id of that, and is asked only where something lies in the folder.

        Raises:
            InvalidRequest: when it does, and nothing was said to replace it.
        """
        if self.out is None or self.force:
            return
        there = _held(self.out)
        if there is not None and there != collage():
            raise InvalidRequest(
                f"out: {self.out} holds the collage {there}; give another folder, or --force to "
                "replace it."
            )

    def folder(self, collage: str, layout: str = "") -> Path:
        """The folder for a collage, or for another layout of it by its name in the store."""
        if self.out is not None:
            return self.out
        short = collage[:SHORT]
        name = self.name
        if name is None:
            # Where an earlier command has put it, it is called by the picture's name.
            known = (path for path in sorted(PLACE.glob(f"*-{short}")) if _held(path) == collage)
            name = next((path.name.removesuffix(f"-{short}") for path in known), "collage")
        more = f"-{Path(layout).name[:SHORT]}" if layout else ""
        return PLACE / f"{name[:LONGEST]}-{short}{more}"


def _held(folder: Path) -> str | None:
    """The id of the collage whose result lies in a folder, if one does."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes()).id
    except (OSError, ValidationError):
        return None
