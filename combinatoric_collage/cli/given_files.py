"""The files that a command is given: photos, masks, pictures of styles, a font."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from collage import text
from collage.errors import PermanentError
from collage.fields.values import MOST_FONT_BYTES
from collage.pictures import masks
from collage.request.named_files import Files, MaskFile
from collage.settings import Settings
from collage.sheet import fonts
from combinatoric_collage.cli import input_files, picture_process, style_pictures

AS_PUT = "sources/file"
"""The key of a file until it is put in."""


MaskPath = Path | tuple[Path | None, ...]
"""A mask file, or one for each of several photos."""


@dataclass(frozen=True)
class GivenFiles:
    """Paths of the files that fields of the request stand for, and of a single photo."""

    photo: Path | None
    sources: tuple[Path, ...]
    mask_source: Path | None
    mask_files: Mapping[str, MaskPath]
    style_pictures: Mapping[str, Path]
    font: Path | None

    @property
    def name(self) -> str | None:
        """What a collage of them is called: as the first photo."""
        return next((photo.stem for photo in (self.photo, *self.sources) if photo), None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of them."""
        alone = (self.photo, *self.sources, self.mask_source, self.font)
        own = (each for file in self.mask_files.values() for each in _each(file))
        return tuple(filter(None, (*alone, *own, *self.style_pictures.values())))

    @property
    def as_put(self) -> dict[str, Any]:
        """The fields of the request, before the files are put in."""
        alone = {"mask_source": self.mask_source, "font": self.font}
        put: dict[str, Any] = {name: AS_PUT for name, file in alone.items() if file}
        if self.sources:
            put["sources"] = [AS_PUT] * len(self.sources)
        if self.mask_files:
            put["mask_files"] = {
                name: AS_PUT if isinstance(file, Path) else [one and AS_PUT for one in file]
                for name, file in self.mask_files.items()
            }
        if self.style_pictures:
            put["style_pictures"] = dict.fromkeys(self.style_pictures, AS_PUT)
        return put

    def read(self, limits: Settings) -> Files:
        """Their bytes, which a stack with these limits will accept as far as is seen from here.

        Raises:
            PermanentError: with the file's name, when one is refused.
        """

        def mask(file: MaskPath) -> MaskFile:
            if isinstance(file, Path):
                return picture(file, limits)
            return tuple(picture(one, limits) if one else None for one in file)

        styled = self.style_pictures.items()
        return Files(
            mask_source=picture(self.mask_source, limits) if self.mask_source else None,
            mask_files={name: mask(file) for name, file in self.mask_files.items()},
            style_pictures={name: picture(file, limits) for name, file in styled},
            font=_font(self.font) if self.font else None,
            sources=tuple(picture(file, limits) for file in self.sources),
        )

    def read_photo(self, limits: Settings) -> bytes | None:
        """The bytes of a single photo. Raises as `read`."""
        return picture(self.photo, limits) if self.photo else None


def given(
    options: dict[str, Any],
    photos: Sequence[Path],
    mask_file: Path | None,
    style_picture: Iterable[str] | None,
    font: Path | None,
) -> GivenFiles:
    """The files that ``options`` and options of their own name.

    Of the masks in ``options`` those that are files are called by their names from then on, and so
    are several photos.

    Raises:
        typer.BadParameter: when two of them would be called the same, or a folder has no masks.
    """
    several = tuple(photos) if len(photos) > 1 else ()
    if several and "source_names" not in options:
        options["source_names"] = _names(several)
    return GivenFiles(
        photo=photos[0] if len(photos) == 1 else None,
        sources=several,
        mask_source=mask_file,
        mask_files=_masks(options, photos),
        style_pictures=style_pictures.files(style_picture),
        font=font,
    )


def picture(file: Path, limits: Settings) -> bytes:
    """The bytes of a picture that a stack with these limits will accept.

    Raises:
        PermanentError: with the file's name, when it is refused.
    """
    data = input_files.read(file, limits.max_source_bytes)
    try:
        picture_process.inspect(
            data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels
        )
    except PermanentError as error:
        # Of several files it must be said which one it is.
        raise type(error)(f"{file}: {error}") from error
    return data


def _names(photos: Sequence[Path]) -> list[str]:
    """What photos are called: as their files are, and with their folders where two are the same."""
    names = [text.called(photo.name) for photo in photos]
    return [
        text.called(str(photo)) if names.count(called) > 1 else called
        for photo, called in zip(photos, names, strict=True)
    ]


def _masks(options: dict[str, Any], photos: Sequence[Path]) -> dict[str, MaskPath]:
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
        path, called = Path(file), text.called(Path(file).stem)
        if found.setdefault(called, path) != path:
            said = f"two masks would be called {called!r}: {found[called]} and {path}"
            raise typer.BadParameter(said, param_hint="--masks")
        named[position] = f"{masks.FILE}{called}"
    return {
        called: _within(path, photos) if path.is_dir() else path for called, path in found.items()
    }


def _within(folder: Path, photos: Sequence[Path]) -> MaskPath:
    """The masks in a folder that are called as the photos are, whatever their endings."""
    there = [file for file in sorted(folder.iterdir()) if file.is_file()]
    found = tuple(next((m for m in there if m.stem == photo.stem), None) for photo in photos)
    if not any(found):
        said = f"{folder} has no mask that is called as a photo is"
        raise typer.BadParameter(said, param_hint="--masks")
    return found[0] if len(found) == 1 and found[0] else found


def _each(file: MaskPath) -> tuple[Path | None, ...]:
    return (file,) if isinstance(file, Path) else file


def _font(file: Path) -> bytes:
    """The bytes of a font that can be written with."""
    data = input_files.read(file, MOST_FONT_BYTES)
    fonts.check(data)
    return data
