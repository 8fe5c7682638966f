"""Prompts with alternatives: ``{a|b}``, ``{2$$ and $$a|b|c}`` and ``__name__`` for a word list.

The language is that of the dynamic prompts people know from diffusion front ends. Of n options out
of several every combination is made once, in the order given: ``a and b`` is not made again as
``b and a``, unless ``{2!$$ and $$a|b|c}`` asks for it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from collage.errors import InvalidRequest
from collage.words import MAX_PROMPTS, Words

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.words.prompt_unfolding import Unfolding

__all__ = ["MAX_PROMPTS", "TEMPLATE", "asked", "expand", "single"]

TEMPLATE = "prompt_template"
"""The field whose prompts have ``{styles}``, and in which a lone ``{name}`` stays as it is."""

MAX_MISSES = 1000
"""Draws in a row that bring nothing new: there is nothing else, or it is rare."""


def asked(request: Fields, text: str, field: str = "prompt") -> tuple[str, ...]:
    """The prompts that a text of the request stands for there: all, or so many at random.

    Raises:
        InvalidRequest: of ``field``, as `expand`.
    """
    return expand(text, request.words, field, sample=request.sample, seed=request.seed)


def expand(
    text: str,
    words: Words | None = None,
    field: str = "prompt",
    *,
    sample: int | None = None,
    seed: int = 0,
) -> tuple[str, ...]:
    """Every prompt that ``text`` stands for, each once; the first alternative varies slowest.

    With ``sample`` so many different ones are drawn by ``seed`` and the weights (``0.5::a``), which
    otherwise change nothing; more begin with the same. It is fewer when there are no more.

    Raises:
        InvalidRequest: of ``field``, for what cannot be read, an unknown list, or too many prompts.
    """
    # The whole language, of which most that import this read nothing.
    from collage.words.prompt_unfolding import Unfolding

    unfolding, template = Unfolding(words or {}), field == TEMPLATE
    try:
        if sample is None:
            found = unfolding.all(text, template=template)
            return tuple(dict.fromkeys(map(_even, found)))
        return _sampled(unfolding, text, sample, seed, template=template)
    except ValueError as error:
        raise InvalidRequest(f"{field}: {error}") from error
    except RecursionError:
        raise InvalidRequest(f"{field}: {text[:80]!r} is nested too deeply.") from None


def single(text: str, words: Words | None, field: str) -> str:
    """The one prompt that ``text`` stands for where there can be no more; plain text as it is.

    Raises:
        InvalidRequest: of ``field``, as `expand`, and when there are several.
    """
    found = expand(text, words, field)
    if len(found) != 1:
        raise InvalidRequest(
            f"{field}: {text[:80]!r} stands for {len(found):,} texts; here there can be only one."
        )
    return text if found[0] == _even(text) else found[0]


def _sampled(
    unfolding: Unfolding, text: str, sample: int, seed: int, *, template: bool
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    drawn = unfolding.drawn(text, f"{seed} {text}", template=template)
    misses = 0
    while len(found) < sample and misses < MAX_MISSES:
        before = len(found)
        found.update(dict.fromkeys(map(_even, islice(drawn, 1))))
        misses = misses + 1 if len(found) == before else 0
    return tuple(found)


def _even(prompt: str) -> str:
    return " ".join(prompt.split())
