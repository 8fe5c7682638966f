"""How long a record can be, and unpacking and reading no more than that."""

import zlib
from typing import Any

from pydantic_core import from_json

from collage.errors import NoMetadata

COMPRESS_ABOVE = 2000
"""Bytes of the record; below, the file stays readable by eye for little more."""

MAX_RECORD = 64_000_000
"""Bytes of text that are unpacked from a picture, and so the longest record that is written:
three times what the largest grid needs. Pillow unpacks 64 MiB of text in all."""


MOST_VALUES = 6_000_000
"""Values in a record: three times what the largest grid needs. Each takes some sixty bytes."""

MAX_TEXT = 1_000_000
"""Bytes of `parameters`, and of XMP beside a record: many times what is written."""


def values(record: bytes) -> Any:
    """What a record holds, which is JSON.

    Raises:
        NoMetadata: when it holds more than a record can; nothing of it is unpacked then.
        ValueError: when it is no JSON.
    """
    if sum(map(record.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise NoMetadata(f"The picture's record holds more than {MOST_VALUES:,} values.")
    return from_json(record, allow_inf_nan=False)


def unpack(data: bytes, room: int) -> bytes:
    """Inflate at most ``room`` bytes; more is refused and not held in memory."""
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(data, max(1, room))
    if inflater.unconsumed_tail or len(unpacked) > room:
        raise NoMetadata(f"The picture's metadata unpacks to more than {room:,} bytes.")
    if not inflater.eof:
        raise NoMetadata("The picture's metadata is damaged.")
    return unpacked
