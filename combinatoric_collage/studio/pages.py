"""What the studio shows that is no API: its own page, and collages' pages with their files."""

from __future__ import annotations

import html
import mimetypes
from pathlib import PurePosixPath

from collage import page
from collage.errors import NotInStore
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stored_site import InStore
from combinatoric_collage.studio.responses import Answer

OWN = {
    "studio.html": "text/html; charset=utf-8",
    "studio.css": "text/css; charset=utf-8",
    "studio.js": "text/javascript; charset=utf-8",
}
"""The studio's own files, which its build leaves beside those of a collage's page."""

HTML = b'<html lang="en"'
"""Where both pages are told that they are in a studio."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
AGAIN, KEPT = "no-cache", "private, max-age=86400, immutable"
"""A tile lies under the digest of all that made it."""
UPLOADED = ("sources", "uploads")
"""How keys of uploads begin."""


def is_built() -> bool:
    """Whether there are the pages of both, studio and collage."""
    return page.is_built() and all((page.FOLDER / name).is_file() for name in OWN)


def own(name: str, stack: str) -> Answer:
    """A file of the studio; ``stack`` is what it works on, for the page."""
    data = (page.FOLDER / name).read_bytes()
    if name == "studio.html":
        said = f' data-stack="{html.escape(stack)}"'.encode()
        data = _in_studio(data, said)
    return _answer(data, OWN[name], AGAIN)


def of_collage(stack: Stack, path: PurePosixPath) -> Answer | None:
    """A file of a collage, or of the tiles; None where there is none.

    Raises:
        StoreUnavailable: when the store does not answer.
    """
    index = _in_studio(page.files()["index.html"])
    data = InStore(stack.store, stack.runs, index=index).read(path)
    if data is None:
        return None
    kind = page.TYPES.get(path.name) or mimetypes.guess_type(path.name)[0]
    return _answer(
        data, kind or "application/octet-stream", KEPT if path.parts[0] == "tiles" else AGAIN
    )


def of_upload(stack: Stack, path: PurePosixPath) -> Answer | None:
    """A picture that was uploaded, for a form that is filled in again; None where there is none.

    It goes out as bytes of no type: whatever it is, a browser runs nothing of it.

    Raises:
        SourceTooLarge: when the stack would not take it.
    """
    if path.parts[0] not in UPLOADED or len(path.parts) < 2:
        return None
    try:
        data = stack.store.upload(str(path), stack.settings.max_source_bytes)
    except NotInStore:
        return None
    return Answer(200, data, "application/octet-stream", {"cache-control": AGAIN})


def _in_studio(data: bytes, more: bytes = b"") -> bytes:
    return data.replace(HTML, HTML + b' data-api="/api/"' + more, 1)


def _answer(data: bytes, kind: str, cached: str) -> Answer:
    return Answer(200, data, kind, {"cache-control": cached, "content-security-policy": POLICY})
