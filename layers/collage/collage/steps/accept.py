"""The door: a request and its pictures are checked, and nothing is written or started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from collage.digest import sha256
from collage.errors import InvalidRequest, NotInStore, PermanentError, SourceTooLarge
from collage.fields.values import MOST_FONT_BYTES
from collage.request import letters, rules
from collage.request.accepted import Accepted, Font, Source, collage_id
from collage.request.parse import complete, parse
from collage.request.request import Request
from collage.services import Tools
from collage.steps import capabilities
from collage.store.store import Store


def accept(store: Store, tools: Tools, source: str | None, options: dict[str, Any]) -> Accepted:
    """Check a request and its source at the door; nothing is written or started.

    ``source`` is a key in the uploads bucket, None where the recipe needs no picture, ``options``
    the fields of the request.

    Raises:
        InvalidRequest, EngineUnavailable: when the request is wrong, or wrong for this stack.
        NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when the source,
            the mask or a style picture is.
    """
    asked = parse(options)
    rules.served(asked, source is not None)
    capabilities.check(asked, tools)
    font = font_of(store, asked)
    letters.check(asked, font.sha256 if font else None)
    files = [
        None if key is None else store.upload(key, tools.settings.max_source_bytes)
        for key in (source, asked.mask_source)
    ]
    picture, mask = (
        None if key is None or data is None else inspected(tools, data, key)
        for key, data in zip((source, asked.mask_source), files, strict=True)
    )
    style_pictures = inspected_styles(tools, style_files(store, tools, asked), asked.style_pictures)
    size = fitting_size(asked, picture, mask)
    if files[1] is not None:
        from collage.pictures import mask_files

        mask_files.understand(files[1])
    asked = complete(asked, size)
    capabilities.able(asked, tools, source is not None)
    capabilities.weights(store, asked, tools, source is not None)
    return Accepted(
        id=collage_id(
            asked,
            picture.sha256 if picture else None,
            mask.sha256 if mask else None,
            {name: each.sha256 for name, each in style_pictures.items()},
            font.sha256 if font else None,
        ),
        source=picture,
        mask=mask,
        style_pictures=style_pictures,
        font=font,
        request=asked,
    )


def style_files(store: Store, tools: Tools, asked: Request) -> dict[str, bytes]:
    """The files of the pictures that styles are taken from, by the styles' names.

    Raises:
        NotInStore, SourceTooLarge: when one is not there, or has too many bytes.
    """
    most = tools.settings.max_source_bytes
    return {name: store.upload(key, most) for name, key in (asked.style_pictures or {}).items()}


def font_of(store: Store, asked: Request, data: bytes | None = None) -> Font | None:
    """The request's font, known to what writes in this process; of ``data``, or as uploaded.

    Raises:
        InvalidRequest: when it is not there, or cannot be written with.
    """
    if asked.font is None:
        return None
    from collage.sheet import fonts

    try:
        data = data or store.upload(asked.font, MOST_FONT_BYTES)
    except (NotInStore, SourceTooLarge) as error:
        raise InvalidRequest(f"font: {error}") from error
    fonts.check(data)
    return Font(key=asked.font, sha256=fonts.use(data))


def identify(
    tools: Tools,
    source: bytes | None,
    asked: Request,
    mask: bytes | None = None,
    style_pictures: Mapping[str, bytes] | None = None,
    font: bytes | None = None,
) -> str:
    """The id that `accept` gives to a request of these pictures.

    Raises:
        InvalidRequest, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: as there.
    """
    picture, drawn = (None if each is None else inspected(tools, each) for each in (source, mask))
    asked = complete(asked, fitting_size(asked, picture, drawn))
    return collage_id(
        asked,
        picture.sha256 if picture else None,
        drawn.sha256 if drawn else None,
        {name: sha256(data) for name, data in (style_pictures or {}).items()},
        None if font is None else sha256(font),
    )


def inspected(tools: Tools, data: bytes, key: str = "") -> Source:
    """What is known of a picture within the stack's limits, under its key in the uploads bucket.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when it is refused.
    """
    from collage.pictures.source import inspect

    limits = tools.settings
    found = inspect(data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels)
    return Source(key=key, **asdict(found))


def inspected_styles(
    tools: Tools, files: Mapping[str, bytes], keys: Mapping[str, str] | None = None
) -> dict[str, Source]:
    """What is known of the pictures that styles are taken from, by the styles' names.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: with the style's name.
    """
    found = {}
    for name, data in files.items():
        try:
            found[name] = inspected(tools, data, (keys or {}).get(name, ""))
        except PermanentError as error:
            raise type(error)(f"style_pictures: {name}: {error}") from error
    return found


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
