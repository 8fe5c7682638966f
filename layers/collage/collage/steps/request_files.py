"""The files that a request names, out of the uploads bucket, and what is known of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from collage.errors import InvalidRequest, NotInStore, PermanentError, SourceTooLarge
from collage.fields.values import MOST_FONT_BYTES
from collage.request.accepted import Source
from collage.request.named_files import Files, MaskFile
from collage.request.request import Request
from collage.services import Services
from collage.store.store import Store

MOST_TOGETHER = 3
"""How many times what one picture may have several may have together, in bytes and in pixels: the
door decodes them all, in half a minute."""


def files_of(store: Store, services: Services, asked: Request, given: Files | None = None) -> Files:
    """The files that a request names: those that are ``given``, and else what was put in.

    Raises:
        NotInStore, SourceTooLarge: when one is not there, or has too many bytes; of a picture of
            several it is said which it is.
        InvalidRequest: when the font is not there.
    """
    known, most = given or Files(), services.settings.max_source_bytes

    def read(key: str, *named: str) -> bytes:
        with told_of(*named):
            return store.upload(key, most)

    def masks(name: str, keys: Any) -> MaskFile:
        if isinstance(keys, str):
            return read(keys, "mask_files", name)
        return tuple(None if key is None else read(key, "mask_files", name) for key in keys)

    mask_source = known.mask_source
    if mask_source is None and asked.mask_source is not None:
        mask_source = read(asked.mask_source)
    styled = (asked.style_pictures or {}).items()
    return Files(
        mask_source=mask_source,
        mask_files=known.mask_files
        or {name: masks(name, keys) for name, keys in (asked.mask_files or {}).items()},
        style_pictures=known.style_pictures
        or {name: read(key, "style_pictures", name) for name, key in styled},
        font=known.font or _font(store, asked),
        sources=known.sources
        or tuple(
            read(key, "sources", name)
            for key, name in zip(asked.sources or (), asked.source_names or (), strict=True)
        ),
    )


@contextmanager
def told_of(*named: str) -> Iterator[None]:
    """Say of a picture that is refused which of a request's it is: its field, and its name."""
    try:
        yield
    except PermanentError as error:
        if not named or str(error).startswith(f"{named[0]}: "):
            raise
        raise type(error)(": ".join((*named, str(error)))) from error


def inspected(services: Services, data: bytes, key: str = "") -> Source:
    """What is known of a picture within the stack's limits, under its key in the uploads bucket.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when it is refused.
    """
    from collage.pictures.source import inspect

    limits = services.settings
    found = inspect(data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels)
    return Source(key=key, **asdict(found))


def inspected_styles(
    services: Services, files: Mapping[str, bytes], keys: Mapping[str, str] | None
) -> dict[str, Source]:
    """What is known of the pictures that styles are taken from, by the styles' names.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: with the style's name.
    """
    found = {}
    for name, data in files.items():
        with told_of("style_pictures", name):
            found[name] = inspected(services, data, (keys or {}).get(name, ""))
    return found


def inspected_sources(
    services: Services, asked: Request, files: Sequence[bytes]
) -> tuple[Source, ...]:
    """What is known of several sources.

    Raises:
        NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: with the source's name, or
            when they are too much together.
        InvalidRequest: when two are the same.
    """
    names, found = asked.source_names or (), list[Source]()
    _together("sources", "bytes", map(len, files), services.settings.max_source_bytes)
    for name, key, data in zip(names, asked.sources or (), files, strict=True):
        with told_of("sources", name):
            one = inspected(services, data, key)
        for other, before in zip(names, found, strict=False):
            if before.sha256 == one.sha256:
                raise InvalidRequest(f"sources: {other} and {name} are the same picture.")
        found.append(one)
    pixels = (one.width * one.height for one in found)
    _together("sources", "pixels", pixels, services.settings.max_source_pixels)
    return tuple(found)


def _together(field: str, unit: str, sizes: Iterable[int], most_of_one: int) -> None:
    """Refuse pictures that are more than the door can look at in its time."""
    total, most = sum(sizes), MOST_TOGETHER * most_of_one
    if total > most:
        raise SourceTooLarge(
            f"{field}: together they have {total:,} {unit}; at most {most:,} are allowed."
        )


def _font(store: Store, asked: Request) -> bytes | None:
    if asked.font is None:
        return None
    try:
        return store.upload(asked.font, MOST_FONT_BYTES)
    except (NotInStore, SourceTooLarge) as error:
        raise InvalidRequest(f"font: {error}") from error
