"""What goes into a picture, and what comes out of one."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias


class Description(NamedTuple):
    """What is to be written into a picture."""

    parameters: str
    record: bytes
    """Canonical JSON."""
    properties: tuple[tuple[str, str], ...]
    """XMP properties: names with a prefix of ``xmp.NAMESPACES``, and their text."""


class Found(NamedTuple):
    """What was found in a picture. All of it is the file's word: anyone can write anything."""

    format: str
    """The format's name."""
    size: tuple[int, int]
    """Width and height of the picture as it is now, in pixels."""
    parameters: str | None
    record: dict[str, Any] | None
    xmp: str | None
    """The XMP packet, as it stands."""


Read: TypeAlias = tuple[tuple[int, int], str | None, bytes | None, bytes | None]
"""Size, parameters, record and XMP packet, as they stand in a file."""

TRUNCATED = "The picture is damaged, or ends before its pixels."
"""What a TruncatedPicture says, whatever the format."""
