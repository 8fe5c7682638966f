"""Art styles: the default list, the parser of a model's answer, the combinations, the phrase."""

import ast
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, combinations, zip_longest
from math import comb

from collage.errors import InvalidRequest, NoStyles, TooManyCombinations

DEFAULT_STYLES = (
    "Impressionism",
    "Cubism",
    "Pointillism",
    "Photorealism",
    "Japanese Wood Block Print",
    "Expressionism",
    "Constructivism",
    "Abstract Expressionism",
    "Surrealism",
    "Baroque",
    "Realism",
    "Neo-Impressionism",
    "Art Deco",
    "Cubo-Futurism",
    "Op Art",
)
"""What a language model answered in the original experiment; the list when there is no model."""

MAX_NAME = 60
"""Characters of a style's name: longer ones are sentences, not names."""

MAX_COMBINATIONS = 50_000
"""Combinations that a plan weighs against each other for each tile, in memory."""

_MARKER = re.compile(r"^\s*(?:\d+\s*[.):]\s*|[-*\u2022\u2013\u2014]\s+)")
_DESCRIPTION = re.compile(r"\s*(?::|\(|\s[-\u2013\u2014]\s).*$", re.DOTALL)
_MACHINE = re.compile(r"\s*(?:```\w*\s*)?[{<]")
"""How JSON and HTML begin, in a block of code too; the names of styles do not."""
_LIST = re.compile(r"\[.*\]", re.DOTALL)


def clean(name: str) -> str:
    """``name`` with only letters, digits, space, hyphen and apostrophe, at most 60 characters.

    Any script's letters may stay, with their marks. What is dropped leaves no gap.
    """
    kept = "".join(c for c in normal(name) if c in " -'" or unicodedata.category(c)[0] in "LNM")
    return " ".join(kept.split())[:MAX_NAME].rstrip()


def normal(name: str) -> str:
    """``name`` in one spelling: composed characters, straight apostrophes, single spaces."""
    text = unicodedata.normalize("NFKC", name).replace("\u2019", "'")
    return " ".join(text.split())


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` without blanks and later duplicates; case and spaces do not tell two apart."""
    seen: dict[str, str] = {}
    for name in names:
        if name:
            seen.setdefault(fold(name), name)
    return tuple(seen.values())


def parse(text: str) -> tuple[str, ...]:
    """The styles in a language model's free text.

    Reads a Python list, numbered lines (``1. X``, ``1) X``), bullets, or one name a line.
    Where some lines are marked as items, the others are talk; what follows a colon, a dash or
    a bracket in an item is its description. Data and pages without such a list name none.

    Raises:
        NoStyles: when no name is left.
    """
    names = distinct(clean(item) for item in _items(text))
    if not names:
        raise NoStyles("The list of styles is empty: no style name could be read from the answer.")
    return names


def default(
    count: int | None = None, exclude: Sequence[str] = (), more: Sequence[str] = ()
) -> tuple[str, ...]:
    """The first ``count`` default styles that are not excluded, or all of them.

    ``more`` are others that are listed in turn with them.

    Raises:
        InvalidRequest: when there are not so many.
    """
    barred = {fold(name) for name in exclude}
    known = chain.from_iterable(zip_longest(DEFAULT_STYLES, more))
    names = tuple(name for name in known if name and fold(name) not in barred)
    if not names or (count is not None and count > len(names)):
        raise InvalidRequest(
            f"style_count: {count or 1} styles were asked for; without a language model there "
            f"are {len(names)}. Name the styles instead."
        )
    return names[:count]


def combine(styles: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Every unordered combination of ``size`` styles, in the order of the list.

    Raises:
        InvalidRequest: when ``size`` is not between 1 and the number of styles.
        TooManyCombinations: when there are more than a plan can weigh.
    """
    try:
        check_size(size, len(styles))
    except ValueError as error:
        raise InvalidRequest(f"{error}.") from error
    if comb(len(styles), size) > MAX_COMBINATIONS:
        raise TooManyCombinations(
            f"combine: {len(styles)} styles have {comb(len(styles), size):,} combinations of "
            f"{size}; at most {MAX_COMBINATIONS:,} can be planned."
        )
    return list(combinations(styles, size))


def check_size(size: int, count: int) -> None:
    """Check that so many of ``count`` styles can be combined.

    Raises:
        ValueError: saying how many can.
    """
    if not 1 <= size <= count:
        raise ValueError(
            f"combine: {size} of {count} styles cannot be combined; give a number from 1 to {count}"
        )


def phrase(styles: Sequence[str]) -> str:
    """The styles as English enumerates them, with the Oxford comma: ``A, B, and C``."""
    if len(styles) <= 2:
        return " and ".join(styles)
    return f"{', '.join(styles[:-1])}, and {styles[-1]}"


def fold(name: str) -> str:
    """What makes two names the same: case and spaces do not count."""
    return "".join(name.casefold().split())


def _items(text: str) -> list[str]:
    if (found := _LIST.search(text)) is not None:
        try:
            value = ast.literal_eval(found.group())
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            value = None
        names = [item for item in value if isinstance(item, str)] if value else []
        if names or found.group() == text.strip():
            return names
    if _MACHINE.match(text):
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if _MARKER.match(line)]
    if not marked and len(lines) == 1:
        return lines[0].split(",")
    return [_DESCRIPTION.sub("", _MARKER.sub("", line)) for line in marked or lines]
