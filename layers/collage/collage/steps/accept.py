"""The door: a request and its pictures are checked, and nothing is written or started."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from collage.errors import InvalidRequest
from collage.request import letters, rules
from collage.request.accepted import Accepted, Source, collage_id
from collage.request.parse import complete, parse
from collage.request.request import Request
from collage.services import Tools
from collage.steps import served
from collage.store.store import Store


def accept(store: Store, tools: Tools, source: str | None, options: dict[str, Any]) -> Accepted:
    """Check a request and its source at the door; nothing is written or started.

    ``source`` is a key in the uploads bucket, None where the recipe needs no picture, ``options``
    the fields of the request.

    Raises:
        InvalidRequest, EngineUnavailable: when the request is wrong, or wrong for this stack.
        NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when the source or
            the mask is.
    """
    asked = parse(options)
    rules.served(asked, source is not None)
    served.check(asked, tools)
    letters.check(asked)
    files = [
        None if key is None else store.upload(key, tools.settings.max_source_bytes)
        for key in (source, asked.mask_source)
    ]
    pictures = [
        None if key is None or data is None else inspected(tools, data, key)
        for key, data in zip((source, asked.mask_source), files, strict=True)
    ]
    size = fitting_size(asked, *pictures)
    if files[1] is not None:
        from collage.pictures import mask_files

        mask_files.understand(files[1])
    asked = complete(asked, size)
    served.weights(store, asked, tools, source is not None)
    return Accepted(
        id=collage_id(asked, *(p.sha256 if p else None for p in pictures)),
        source=pictures[0],
        mask=pictures[1],
        request=asked,
    )


def identify(tools: Tools, source: bytes | None, asked: Request, mask: bytes | None = None) -> str:
    """The id that `accept` gives to a request of these pictures.

    Raises:
        InvalidRequest, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: as there.
    """
    pictures = [None if each is None else inspected(tools, each) for each in (source, mask)]
    asked = complete(asked, fitting_size(asked, *pictures))
    return collage_id(asked, *(each.sha256 if each else None for each in pictures))


def inspected(tools: Tools, data: bytes, key: str = "") -> Source:
    """What is known of a picture within the stack's limits, under its key in the uploads bucket.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when it is refused.
    """
    from collage.pictures.source import inspect

    limits = tools.settings
    found = inspect(data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels)
    return Source(key=key, **asdict(found))


def fitting_size(
    asked: Request, source: Source | None, mask: Source | None
) -> tuple[int, int] | None:
    """The size of the source, which a mask file must share."""
    if source is None:
        return None
    if mask is not None and (mask.width, mask.height) != (source.width, source.height):
        raise InvalidRequest(
            f"mask_source: it is {mask.width} x {mask.height} pixels, the source "
            f"{source.width} x {source.height}; both must have one size."
        )
    if asked.transparency and not source.transparent:
        raise InvalidRequest("transparency: no part of the source is transparent.")
    return source.width, source.height
