"""Prompts with alternatives: ``{a|b}``, ``{2$$ and $$a|b|c}`` and ``__name__`` for a word list.

The syntax is that of the dynamic prompts people know from diffusion front ends. Of n options out
of several every combination is made once, in the order given: ``a and b`` is not made again as
``b and a``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, islice, product
from math import comb

from collage.errors import InvalidRequest

MAX_PROMPTS = 10_000
"""Prompts that one text may stand for."""

Words = Mapping[str, Sequence[str]]

_LIST = re.compile(r"__([A-Za-z0-9][A-Za-z0-9/ -]*(?:_[A-Za-z0-9/ -]+)*)__")
_CHOICE = re.compile(r"(?:(\d+)(?:-(\d+))?)?\$\$")
_WEIGHT = re.compile(r"^\s*\d+(?:\.\d+)?::")
_ESCAPED = re.compile(r"\\([{}|\\])")


def expand(text: str, words: Words | None = None, field: str = "prompt") -> tuple[str, ...]:
    """Every prompt that ``text`` stands for, each once; the first alternative varies slowest.

    A group without alternatives, such as ``{styles}``, stays as it is. A backslash makes a brace
    or bar a plain character. Weights (``0.5::a``) are accepted, and change nothing: all are made.

    Raises:
        InvalidRequest: of ``field``, for an unclosed brace, an unknown list, or too many prompts.
    """
    try:
        found = tuple(dict.fromkeys(_expand(text, words or {}, ())))
    except ValueError as error:
        raise InvalidRequest(f"{field}: {error}") from error
    except RecursionError:
        raise InvalidRequest(f"{field}: {text[:80]!r} is nested too deeply.") from None
    return tuple(_ESCAPED.sub(r"\1", " ".join(prompt.split())) for prompt in found)


def _expand(text: str, words: Words, inside: tuple[str, ...]) -> list[str]:
    parts = [_alternatives(part, words, inside) for part in _split(text)]
    total = 1
    for part in parts:
        total *= len(part)
        if total > MAX_PROMPTS:
            raise _too_many(text)
    return ["".join(chosen) for chosen in product(*parts)]


def _split(text: str) -> list[str]:
    """Plain text and whole groups in braces, in turn."""
    parts, depth, start, position = [], 0, 0, 0
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            position += 1
        elif letter == "{":
            if depth == 0:
                parts.append(text[start:position])
                start = position
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth < 0:
                break
            if depth == 0:
                parts.append(text[start : position + 1])
                start = position + 1
        position += 1
    if depth:
        raise ValueError(f"a brace is not closed, or not opened, in {text[:80]!r}.")
    return [*parts, text[start:]]


def _alternatives(part: str, words: Words, inside: tuple[str, ...]) -> list[str]:
    if not part.startswith("{"):
        return _listed(part, words, inside)
    least, most, joint, options = _choice(part[1:-1])
    if len(options) == 1 and least is None:
        return [part]
    pools = [_expand(_WEIGHT.sub("", option), words, inside) for option in options]
    sizes = range(1 if least is None else least, (1 if most is None else most) + 1)
    if sizes.stop - 1 > len(pools) or len(sizes) == 0:
        raise ValueError(f"{part[:80]!r} asks for more alternatives than it has.")
    if sum(comb(len(pools), size) for size in sizes) > MAX_PROMPTS:
        raise _too_many(part)
    return _bounded(
        part,
        (
            joint.join(chosen)
            for size in sizes
            for picked in combinations(pools, size)
            for chosen in product(*picked)
        ),
    )


def _choice(text: str) -> tuple[int | None, int | None, str, list[str]]:
    """How few and how many to choose, what joins them, and the options."""
    options = _bars(text)
    head = _CHOICE.match(options[0])
    if head is None or head.group(1) is None:
        return None, None, "", options
    least, most = int(head.group(1)), int(head.group(2) or head.group(1))
    rest = options[0][head.end() :]
    joint, marked, first = rest.partition("$$")
    options[0] = first if marked else rest
    return least, most, joint if marked else ", ", options


def _bars(text: str) -> list[str]:
    """``text`` cut at the bars that stand in no inner group."""
    options, depth, start, position = [], 0, 0, 0
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            position += 1
        elif letter in "{}":
            depth += 1 if letter == "{" else -1
        elif letter == "|" and depth == 0:
            options.append(text[start:position])
            start = position + 1
        position += 1
    return [*options, text[start:]]


def _listed(text: str, words: Words, inside: tuple[str, ...]) -> list[str]:
    found = _LIST.search(text)
    if found is None:
        return [text]
    name = found.group(1)
    if name not in words:
        known = ", ".join(sorted(words)) or "none"
        raise ValueError(f"there is no word list {name!r}; there are: {known}.")
    if name in inside:
        raise ValueError(f"the word list {name!r} holds itself.")
    within = (*inside, name)
    middle = _bounded(text, (each for word in words[name] for each in _expand(word, words, within)))
    rest = _listed(text[found.end() :], words, inside)
    before = text[: found.start()]
    return _bounded(text, (before + word + after for word in middle for after in rest))


def _bounded(text: str, made: Iterable[str]) -> list[str]:
    """What is made of ``text``, which is not made to its end where that is too much."""
    found = list(islice(made, MAX_PROMPTS + 1))
    if len(found) > MAX_PROMPTS:
        raise _too_many(text)
    return found


def _too_many(text: str) -> ValueError:
    return ValueError(f"{text[:80]!r} stands for more than {MAX_PROMPTS:,} prompts.")
