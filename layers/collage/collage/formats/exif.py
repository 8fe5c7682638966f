"""EXIF: a TIFF of one directory that points to another, which holds the one text."""

import struct

HEAD = b"Exif\0\0"
"""Stands before the block in a JPEG, and by some writers in a WebP."""

_DIRECTORY, _USER_COMMENT, _LONG, _UNDEFINED = 0x8769, 0x9286, 4, 7
_UNICODE = b"UNICODE\0"


def block(text: str) -> bytes:
    """An EXIF block that has the text as the user's comment."""
    comment = _UNICODE + text.encode("utf-16-be")
    first_at, second_at, comment_at = 8, 26, 44
    return (
        struct.pack(">2sHI", b"MM", 42, first_at)
        + struct.pack(">HHHIII", 1, _DIRECTORY, _LONG, 1, second_at, 0)
        + struct.pack(">HHHIII", 1, _USER_COMMENT, _UNDEFINED, len(comment), comment_at, 0)
        + comment
    )


def user_comment(tiff: bytes) -> str | None:
    """The comment in an EXIF block, if it has one in Unicode."""
    order = {b"MM": ">", b"II": "<"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        pointer = _entry(tiff, order, at, _DIRECTORY)
        entry = pointer and _entry(tiff, order, pointer[1], _USER_COMMENT)
    except struct.error:
        return None
    if not entry:
        return None
    comment = tiff[entry[1] : entry[1] + entry[0]]
    if not comment.startswith(_UNICODE):
        return None
    codec = "utf-16-be" if order == ">" else "utf-16-le"
    return comment[len(_UNICODE) :].decode(codec)


def _entry(tiff: bytes, order: str, at: int, wanted: int) -> tuple[int, int] | None:
    """Count and value of the tag ``wanted`` in the directory that begins ``at`` there."""
    (entries,) = struct.unpack_from(order + "H", tiff, at)
    for number in range(entries):
        tag, _, count, value = struct.unpack_from(order + "HHII", tiff, at + 2 + 12 * number)
        if tag == wanted:
            return count, value
    return None
