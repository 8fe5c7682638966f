"""Protocol Buffers' wire format: messages as lists of numbered fields.

Just what ONNX files are made of, so that no library for them is needed where they are only read:
https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How a field's value is written."""

Value = int | bytes | float
Field = tuple[int, Value]
"""A field's number and value: an int, the bytes of a text or message, or a 32-bit float."""


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in their order; a repeated one comes once for each value.

    Raises:
        ValueError: when the message ends within a field, or has one of a kind that ONNX has not.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == BYTES:
            size, at = _varint(message, at)
        elif kind == FIXED32:
            size = 4
        else:
            raise ValueError(f"a field of wire type {kind} is not read")
        if at + size > len(message):
            raise ValueError("the message ends within a field")
        piece = message[at : at + size]
        at += size
        yield number, piece if kind == BYTES else struct.unpack("<f", piece)[0]


def encode(contents: Iterable[Field]) -> bytes:
    """The message that has these fields."""
    return b"".join(_field(number, value) for number, value in contents)


def integers(packed: Value) -> list[int]:
    """The signed integers of a repeated field, whether packed or one by one."""
    if isinstance(packed, int):
        return [signed(packed)]
    if isinstance(packed, float):
        raise ValueError("a repeated integer is no float")
    found, at = [], 0
    while at < len(packed):
        value, at = _varint(packed, at)
        found.append(signed(value))
    return found


def signed(value: int) -> int:
    """A varint as the 64-bit number in two's complement that it is."""
    return value - (1 << 64) if value >> 63 else value


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, bytes):
        return _encoded(number << 3 | BYTES) + _encoded(len(value)) + value
    if isinstance(value, float):
        return _encoded(number << 3 | FIXED32) + struct.pack("<f", value)
    return _encoded(number << 3 | VARINT) + _encoded(value)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("the message ends within a number")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _encoded(value: int) -> bytes:
    value &= (1 << 64) - 1
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
