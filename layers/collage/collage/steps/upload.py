"""Uploads: what a picture that was put into the bucket says of the collage it is for.

::

    uploads/photo.jpg                the picture; its metadata may hold options: collage-rows: 12
    uploads/photo.jpg.json           options beside it, a JSON object; it outdoes the metadata
    uploads/photo.jpg.failure.json   why it was refused, if it was

The events of a picture and its options may come in any order, and more than once. Options that were
put before the picture are found with it. A picture that is put first, and marked with the metadata
``collage-options: sidecar``, waits for them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collage.errors import InvalidRequest, NotInStore, SourceTooLarge
from collage.request.parse import from_texts
from collage.request.request import Request
from collage.words.seeds import RANDOM, seeded

if TYPE_CHECKING:
    from collage.store.store import Store

SIDECAR, FAILURE = ".json", ".failure.json"
PREFIX = "collage-"
WAIT, SIDECAR_COMES = "options", "sidecar"
"""The metadata, less its prefix, of a picture whose options come later."""

LARGEST_SIDECAR = 65_536


@dataclass(frozen=True)
class Upload:
    """A picture's key, the options that came with it, and an address that is to be told."""

    source: str
    options: dict[str, Any]
    notify: Any = None


def picture(key: str) -> str:
    """The key of the picture that an object in the bucket is, or lies beside."""
    return key.removesuffix(SIDECAR)


def read(store: Store, key: str) -> Upload | None:
    """What the object ``key`` asks for; None while a part of it is still to come.

    Raises:
        NotInStore: when a picture is not there any more.
        InvalidRequest: when its options cannot be read.
    """
    if key.endswith(FAILURE) or (key.endswith("/") and _is_folder(store, key)):
        return None
    source = picture(key)
    try:
        said = store.upload_metadata(source)
    except NotInStore:
        if key == source:
            raise
        return None
    options = {
        name.removeprefix(PREFIX): text for name, text in said.items() if name.startswith(PREFIX)
    }
    beside = _beside(store, source)
    waits = options.pop(WAIT, None)
    if waits not in (None, SIDECAR_COMES):
        raise InvalidRequest(f"{WAIT}: {waits!r} is not known; there is: {SIDECAR_COMES}.")
    if beside is None and waits is not None:
        return None
    asked = from_texts(options) | (beside or {})
    if str(asked.get("seed")) == str(RANDOM):
        # An event may come twice: this upload has one seed.
        drawn = seeded(Request(seed=RANDOM), *store.upload_time(source))
        asked["seed"] = drawn.seed
    return Upload(source, asked, asked.pop("notify", None))


def _is_folder(store: Store, key: str) -> bool:
    """Whether it is what S3's console puts for a folder: nothing, by a name with a slash."""
    try:
        return not store.upload(key, 0)
    except SourceTooLarge:
        return False


def _beside(store: Store, source: str) -> dict[str, Any] | None:
    try:
        found = json.loads(store.upload(source + SIDECAR, LARGEST_SIDECAR))
    except NotInStore:
        return None
    except SourceTooLarge as error:
        raise InvalidRequest(
            f"{source}{SIDECAR}: options have at most {LARGEST_SIDECAR:,} bytes."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"{source}{SIDECAR}: it cannot be read as JSON.") from error
    if not isinstance(found, dict):
        raise InvalidRequest(f"{source}{SIDECAR}: it has to be a JSON object.")
    return found
