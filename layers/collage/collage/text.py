"""Text: anybody's made safe to stand on one line, and lists as people write them."""

import unicodedata
from collections.abc import Iterable


def line(text: str) -> str:
    """``text`` on one line: no control, no line break, nothing that turns the reading order.

    Joiners and selectors stay, which emoji and some scripts need.
    """
    if text.isascii() and text.isprintable():
        # What most texts are: nothing of it has to be looked at by itself.
        return " ".join(text.split())
    visible = "".join(
        " " if c.isspace() or unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if not _unwanted(c)
    )
    return " ".join(visible.split())


LONGEST_NAME = 100
"""Letters of what a file is called on a picture and beside it."""


def called(text: str) -> str:
    """What a file is called that has this name: on one line, and no longer than can be shown."""
    return line(text)[:LONGEST_NAME].strip()


def _unwanted(c: str) -> bool:
    # Surrogates on their own, byte order marks, what turns the reading order, no characters.
    return (
        "\ud800" <= c <= "\udfff"
        or c == "\ufeff"
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
        or ord(c) & 0xFFFE == 0xFFFE
        or "\ufdd0" <= c <= "\ufdef"
    )


def either(words: Iterable[str]) -> str:
    """``words`` as a choice: "a, b or c"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
