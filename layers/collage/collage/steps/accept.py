"""The door: a request and its pictures are checked, and nothing is written or started."""

from __future__ import annotations

from typing import Any

from collage.errors import InvalidRequest
from collage.owners.owner import Owner
from collage.request import letters, rules
from collage.request.accepted import Accepted, Font, Source, collage_id
from collage.request.named_files import Files
from collage.request.parse import complete, parse
from collage.request.request import Request
from collage.services import Services
from collage.steps import capabilities, own_masks
from collage.steps.request_files import (
    files_of,
    inspected,
    inspected_sources,
    inspected_styles,
)
from collage.store.store import Store


def accept(
    store: Store,
    services: Services,
    source: str | None,
    options: dict[str, Any],
    owner: Owner | None = None,
) -> Accepted:
    """Check a request and its source at the door; nothing is written or started.

    ``source`` is a key in the uploads bucket, None where the recipe needs no picture, ``options``
    the fields of the request, ``owner`` whose the collage will be.

    Raises:
        InvalidRequest, EngineUnavailable: when the request is wrong, or wrong for this stack.
        NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when the source,
            a mask or a style picture is.
    """
    asked = parse(options)
    rules.served(asked, source is not None)
    capabilities.check(asked, services)
    most = services.settings.max_source_bytes
    data = None if source is None else store.upload(source, most)
    accepted = let_in(services, asked, data, files_of(store, services, asked), source or "", owner)
    has_source = bool(accepted.every_source)
    capabilities.able(accepted.request, services, has_source)
    capabilities.weights(store, accepted.request, services, has_source)
    return accepted


def let_in(
    services: Services,
    asked: Request,
    source: bytes | None,
    files: Files,
    key: str = "",
    owner: Owner | None = None,
) -> Accepted:
    """What passes the door: a request held to its pictures, complete, and with its id.

    ``key`` is that of the source in the uploads bucket.

    Raises:
        InvalidRequest, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: as `accept`.
    """
    font = _font(asked, files.font)
    letters.check(asked, font.sha256 if font else None)
    picture = None if source is None else inspected(services, source, key)
    mask = None
    if files.mask_source is not None:
        mask = inspected(services, files.mask_source, asked.mask_source or "")
    styles = inspected_styles(services, files.style_pictures, asked.style_pictures)
    sources = inspected_sources(services, asked, files.sources)
    size = _fitting_size(asked, sources[0] if sources else picture, mask)
    if files.mask_source is not None:
        from collage.pictures import mask_files

        mask_files.understand(files.mask_source)
    asked, own = own_masks.let_in(
        services, asked, sources or (picture and [picture]) or [], files.mask_files
    )
    asked = complete(asked, size)
    return Accepted(
        id=collage_id(
            asked,
            picture.sha256 if picture else None,
            mask.sha256 if mask else None,
            {name: each.sha256 for name, each in styles.items()},
            font.sha256 if font else None,
            {name: [each.sha256 if each else None for each in of] for name, of in own.items()},
            [each.sha256 for each in sources],
            owner,
        ),
        source=picture,
        sources=sources,
        mask=mask,
        style_pictures=styles,
        mask_files=own,
        font=font,
        owner=owner,
        request=asked,
    )


def _font(asked: Request, data: bytes | None) -> Font | None:
    """The request's font, known to what writes in this process.

    Raises:
        InvalidRequest: when it cannot be written with.
    """
    if data is None:
        return None
    from collage.sheet import fonts

    fonts.check(data)
    return Font(key=asked.font or "", sha256=fonts.use(data))


def _fitting_size(
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
