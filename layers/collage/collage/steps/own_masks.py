"""Masks of the user's own: held to their sources at the door, and drawn as others are.

A mask's name in tiles, and so in their keys, is made of what it edits: the same mask is the same
under any name, and in any collage. What people call it stands in the request and the manifest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collage.digest import sha256
from collage.errors import InvalidRequest
from collage.pictures import masks
from collage.request.accepted import Source
from collage.request.named_files import MaskFile
from collage.request.parse import parse
from collage.request.request import Request
from collage.services import Services
from collage.steps.request_files import inspected, told_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIELD = "mask_files"

MaskSources = dict[str, tuple[Source | None, ...]]
"""What is known of mask files by their names, each for every source in turn."""


def let_in(
    services: Services, asked: Request, sources: Sequence[Source], files: Mapping[str, MaskFile]
) -> tuple[Request, MaskSources]:
    """A request without masks that edit what another does, and what is known of the others.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when a file is refused.
        InvalidRequest: when it has another shape than its source, or selects nothing.
    """
    if not files:
        return asked, {}
    found: MaskSources = {}
    edited = [set[str]() for _ in sources]
    for name, given in files.items():
        known: list[Source | None] = []
        pairs = zip(each(given, len(sources)), _keys(asked, name, len(sources)), strict=True)
        for number, (data, key) in enumerate(pairs):
            mask = None
            if data is not None:
                said = _said(asked, name, number)
                mask = _inspected(services, said, data, key)
                _same_shape(said, mask, sources[number])
                edits = sha256(alpha(said, data, asked.size, asked.fit).tobytes())
                mask = None if edits in edited[number] else mask
                edited[number].add(edits)
            known.append(mask)
        if any(known):
            found[name] = tuple(known)
    return _without(asked, found), found


def each(file: MaskFile, count: int) -> tuple[bytes | None, ...]:
    """A mask file for each of so many sources."""
    return file if isinstance(file, tuple) else (file,) * count


def alpha(name: str, data: bytes, size: tuple[int, int], fit: Any) -> NDArray[np.uint8]:
    """What the mask file edits of its source at a size: (height, width), 0 = edit.

    Raises:
        InvalidRequest: when that is nothing, or it is not clear what.
        NotAPicture, TruncatedPicture: when it cannot be decoded.
    """
    from collage.pictures import mask_files

    with told_of(FIELD, name):
        found = mask_files.alpha(data, size, fit, f"{FIELD}: {name}")
    if (found == 255).all():
        raise InvalidRequest(
            f"{FIELD}: {name}: nothing of it is selected at {size[0]} x {size[1]} pixels."
        )
    return found


def drawn_as(png: bytes) -> str:
    """What tiles call a mask, by its file as it was drawn."""
    return f"file-{sha256(png)[:16]}"


def _inspected(services: Services, name: str, data: bytes, key: str) -> Source:
    with told_of(FIELD, name):
        return inspected(services, data, key)


def _said(asked: Request, name: str, number: int) -> str:
    """What a mask file is called where it is refused: of several sources also whose it is."""
    return f"{name} of {asked.source_names[number]}" if asked.source_names else name


def _keys(asked: Request, name: str, count: int) -> Sequence[str]:
    """The keys of a mask file for each of the sources, as far as the request has them."""
    keys: Any = (asked.mask_files or {}).get(name, "")
    return [key or "" for key in ((keys,) * count if isinstance(keys, str) else keys)]


def _same_shape(name: str, mask: Source, source: Source) -> None:
    """A mask may be of another size than its source, but for a pixel not of another shape."""
    across, down = source.width / mask.width, source.height / mask.height
    off = abs(mask.height * across - source.height), abs(mask.width * down - source.width)
    if min(off[0] / across, off[1] / down) > 1:
        raise InvalidRequest(
            f"{FIELD}: {name}: it is {mask.width} x {mask.height} pixels, the source "
            f"{source.width} x {source.height}; both must have one shape."
        )


def _without(asked: Request, found: MaskSources) -> Request:
    """The request with the masks that were found."""
    named: dict[str, Any] = asked.mask_files or {}
    if found.keys() == named.keys() and all(all(known) for known in found.values()):
        return asked
    kept = [name for name in asked.masks if masks.file_of(name) in (None, *found)]
    files = {
        name: named[name]
        if all(known)
        else [
            key if one else None
            for key, one in zip(_keys(asked, name, len(known)), known, strict=True)
        ]
        for name, known in found.items()
    }
    return parse({**asked.model_dump(exclude_unset=True), "masks": kept, FIELD: files})
