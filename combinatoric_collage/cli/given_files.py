"""The files beside a photo that a command is given: masks, pictures of styles, a font."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from collage.errors import PermanentError
from collage.pictures import masks
from collage.request.named_files import Files
from collage.settings import Settings
from collage.sheet import fonts
from combinatoric_collage.cli import input_files, picture_process, style_pictures

AS_PUT = "sources/file"
"""The key of a file until it is put in."""


@dataclass(frozen=True)
class GivenFiles:
    """Paths of the files that fields of the request stand for."""

    mask_source: Path | None
    mask_files: Mapping[str, Path]
    style_pictures: Mapping[str, Path]
    font: Path | None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of them."""
        alone = filter(None, (self.mask_source, self.font))
        return (*alone, *self.mask_files.values(), *self.style_pictures.values())

    @property
    def as_put(self) -> dict[str, Any]:
        """The fields of the request, before the files are put in."""
        alone = {"mask_source": self.mask_source, "font": self.font}
        put: dict[str, Any] = {name: AS_PUT for name, file in alone.items() if file}
        if self.mask_files:
            put["mask_files"] = dict.fromkeys(self.mask_files, AS_PUT)
        if self.style_pictures:
            put["style_pictures"] = dict.fromkeys(self.style_pictures, AS_PUT)
        return put

    def read(self, limits: Settings) -> Files:
        """Their bytes, which a stack with these limits will accept as far as is seen from here.

        Raises:
            PermanentError: with the file's name, when one is refused.
        """

        def pictures(files: Mapping[str, Path]) -> dict[str, bytes]:
            return {name: picture(file, limits) for name, file in files.items()}

        return Files(
            mask_source=picture(self.mask_source, limits) if self.mask_source else None,
            mask_files=pictures(self.mask_files),
            style_pictures=pictures(self.style_pictures),
            font=_font(self.font) if self.font else None,
        )


def given(
    options: dict[str, Any],
    mask_file: Path | None,
    style_picture: Iterable[str] | None,
    font: Path | None,
) -> GivenFiles:
    """The files that ``options`` and options of their own name.

    Of the masks in ``options`` those that are files are called by their names from then on.

    Raises:
        typer.BadParameter: when two of them would be called the same.
    """
    return GivenFiles(mask_file, _masks(options), style_pictures.files(style_picture), font)


def picture(file: Path, limits: Settings) -> bytes:
    """The bytes of a picture that a stack with these limits will accept.

    Raises:
        PermanentError: with the file's name, when it is refused.
    """
    data = input_files.read(file)
    try:
        picture_process.inspect(
            data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels
        )
    except PermanentError as error:
        # Of several files it must be said which one it is.
        raise type(error)(f"{file}: {error}") from error
    return data


def _masks(options: dict[str, Any]) -> dict[str, Path]:
    """The files among the masks, by what they are called: as their files are, without ending."""
    put, named = options.get("mask_files") or {}, options.get("masks")
    if not isinstance(named, list):
        return {}
    found: dict[str, Path] = {}
    for position, mask in enumerate(named):
        file = masks.file_of(mask) if isinstance(mask, str) else None
        # Those of a request in a file can be put in already.
        if file is None or file in put:
            continue
        path = Path(file)
        if found.setdefault(path.stem, path) != path:
            said = f"two masks would be called {path.stem!r}: {found[path.stem]} and {path}"
            raise typer.BadParameter(said, param_hint="--masks")
        named[position] = f"{masks.FILE}{path.stem}"
    return found


def _font(file: Path) -> bytes:
    """The bytes of a font that can be written with."""
    data = input_files.read(file)
    fonts.check(data)
    return data
