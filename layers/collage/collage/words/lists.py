"""Lists written as text: values apart by commas, as in CSV, or by ``||``; and ranges of numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from collage.errors import InvalidRequest

MOST = 1000
"""Numbers that a range may stand for; no field takes more."""

_NUMBER = r"\d{1,20}(?:\.\d{1,6})?"
_RANGE = re.compile(rf"({_NUMBER})\s*(-|\.\.)\s*({_NUMBER})")


def cut(text: str) -> list[str]:
    """The values of a list, without the space around them.

    A value in double quotes may hold commas, and quotes written twice (RFC 4180); one in braces may
    as well. Where ``||`` stands outside of quotes and braces it alone is what separates.

    Raises:
        InvalidRequest: when a quote is not closed, or is closed in the middle of a value.
    """
    pieces = _apart(text, "||")
    return [_unquoted(piece) for piece in (pieces if len(pieces) > 1 else _apart(text, ","))]


def numbers(values: list[str]) -> list[str]:
    """Values with the numbers of ranges in their place.

    ``1-5`` and ``1..5`` go up by one; ``1,3..9`` and ``1,3,..,9`` by the step of the first two.

    Raises:
        InvalidRequest: for a range that does not go up, or is too long.
    """
    found: list[str] = []
    for position, value in enumerate(values):
        before = values[position - 1] if position else ""
        match = _RANGE.fullmatch(value)
        if value == "..":
            continue
        if before == "..":
            if len(found) < 2:
                raise InvalidRequest(f"{value!r}: before .. there must be two numbers.")
            found += _up(found[-2], found[-1], value)[2:]
        elif match is None:
            found.append(value)
        elif match.group(2) == ".." and len(found) == 1 and re.fullmatch(_NUMBER, found[0]):
            found += _up(found[0], match.group(1), match.group(3))[1:]
        else:
            first, _, last = match.groups()
            found += _up(str(Decimal(first) - 1), first, last)[1:]
    return found


def _up(before: str, first: str, last: str) -> list[str]:
    """Two numbers, and on by their step up to ``last``."""
    if not (re.fullmatch(rf"-?{_NUMBER}", before) and re.fullmatch(_NUMBER, first)):
        raise InvalidRequest(f"{before!r} and {first!r} are no numbers to go on from.")
    if not re.fullmatch(_NUMBER, last):
        raise InvalidRequest(f"{last!r} is no number to go up to.")
    number, step = Decimal(first), Decimal(first) - Decimal(before)
    if step <= 0 or number > Decimal(last):
        raise InvalidRequest(f"{first} to {last} by {step} does not go up; name the numbers.")
    if (Decimal(last) - number) / step > MOST:
        raise InvalidRequest(f"{first} to {last} by {step} are more than {MOST:,} numbers.")
    found = [before, first]
    while (number := number + step) <= Decimal(last):
        found.append(str(number))
    return found


def _apart(text: str, sign: str) -> list[str]:
    """``text`` cut at a sign, but for those in braces, or in quotes that begin a value."""
    pieces, depth, quoted, position = [""], 0, False, 0
    while position < len(text):
        letter = text[position]
        if letter == '"' and (quoted or not pieces[-1].strip()):
            quoted = not quoted
            # A quote written twice does not end the value.
            if not quoted and text[position + 1 : position + 2] == '"':
                pieces[-1] += letter
                position, quoted = position + 1, True
        elif letter == "\\" and not quoted:
            pieces[-1] += letter
            position += 1
            letter = text[position : position + 1]
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(letter, 0)
            if depth == 0 and text.startswith(sign, position):
                pieces.append("")
                position += len(sign)
                continue
        pieces[-1] += letter
        position += 1
    if quoted:
        raise InvalidRequest(f"In {text[:80]!r} a quote is not closed.")
    return pieces


def _unquoted(piece: str) -> str:
    value = piece.strip()
    if not value.startswith('"'):
        return value
    inside = value[1:-1]
    if not value.endswith('"') or len(value) < 2 or '"' in inside.replace('""', ""):
        raise InvalidRequest(
            f"{value[:80]!r} has a quote in the middle; quote all of a value, and write a quote "
            "inside of it twice."
        )
    return inside.replace('""', '"')
