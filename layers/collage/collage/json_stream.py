"""JSON that is read as it comes: an object's fields one after another, and an array's elements.

What is read so is never held whole: a large plan has hundreds of megabytes of text, and several
times as much as plain values.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any

SPACE = " \t\n\r"

BEHIND = f"{SPACE},:]}}"
"""What may stand behind a value: where nothing does yet, a number may go on."""


class JsonStream:
    """The text of one object, in pieces. Every method raises ValueError where it is none."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._texts = codecs.iterdecode(pieces, "utf-8")
        self._text = ""
        self._at = 0
        self._decode = json.JSONDecoder().raw_decode

    def fields(self) -> Iterator[str]:
        """The names of its fields. The value of each is to be read before the next."""
        more = self._opens("{", "}")
        while more:
            name = self.value()
            if not isinstance(name, str):
                raise ValueError(f"{name} is no name of a field")
            self._take(":")
            yield name
            more = self._take(",}") == ","
        if "".join([self._text[self._at :], *self._texts]).strip(SPACE):
            raise ValueError("it goes on behind its end")

    def elements(self) -> Iterator[Any]:
        """The elements of the array that comes next."""
        more = self._opens("[", "]")
        while more:
            yield self.value()
            more = self._take(",]") == ","

    def value(self) -> Any:
        """What comes next, whole."""
        self._next()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                # It may be that its end is still to come.
                self._more(len(self._text) - self._at)
                continue
            if end < len(self._text) and self._text[end] in BEHIND:
                self._at = end
                return value
            self._more(1)

    def _opens(self, bracket: str, end: str) -> bool:
        """Whether something follows the bracket; where nothing does, its end is read too."""
        self._take(bracket)
        if self._next() != end:
            return True
        self._take(end)
        return False

    def _take(self, wanted: str) -> str:
        found = self._next()
        if found not in wanted:
            raise ValueError(f"{found} where one of {wanted} should be")
        self._at += 1
        return found

    def _next(self) -> str:
        """The character that comes next, but for spaces; it stays there."""
        while True:
            if self._at == len(self._text):
                self._more(1)
            found = self._text[self._at]
            if found not in SPACE:
                return found
            self._at += 1

    def _more(self, least: int) -> None:
        """At least so many more characters of the text, as far as there are any: one, in any case.

        What was read of it goes. A value that is longer than what was there has its text doubled,
        so that it is tried a few times only.
        """
        texts, count = [self._text[self._at :]], 0
        for text in self._texts:
            texts.append(text)
            count += len(text)
            if count >= max(1, least):
                break
        if not count:
            raise ValueError("it ends before its end")
        self._text, self._at = "".join(texts), 0
