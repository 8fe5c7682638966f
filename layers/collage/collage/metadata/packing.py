"""How long a record can be, and unpacking no more than that."""

import zlib

from collage.errors import NoMetadata

COMPRESS_ABOVE = 2000
"""Bytes of the record; below, the file stays readable by eye for little more."""

MAX_RECORD = 64_000_000
"""Bytes of text that are unpacked from a picture, and so the longest record that is written:
three times what the largest grid needs. Pillow unpacks 64 MiB of text in all."""


def unpack(data: bytes, room: int) -> bytes:
    """Inflate at most ``room`` bytes; more is refused and not held in memory."""
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(data, max(1, room))
    if inflater.unconsumed_tail or len(unpacked) > room:
        raise NoMetadata(f"The picture's metadata unpacks to more than {MAX_RECORD:,} bytes.")
    if not inflater.eof:
        raise NoMetadata("The picture's metadata is damaged.")
    return unpacked
