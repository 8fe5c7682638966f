"""What a request would have written on its picture, held against the letters that there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from collage import recipes
from collage.errors import InvalidRequest
from collage.fields import prompts
from collage.request.request import Request

NAMED = 5
"""How many of the characters that cannot be written are named."""


def check(asked: Request, font: str | None = None) -> None:
    """Refuse texts of a request that would be drawn and for which there are no letters.

    ``font`` is that of the user's own, as `fonts.use` calls it.

    Styles that a language model lists are not known here; see `sheet.measures.Measures.unwritten`.

    Raises:
        InvalidRequest: naming the field and the first such characters.
    """
    if asked.model_dump_json().isascii():
        return
    for field, texts in _drawn(asked):
        if not all(text.isascii() for text in texts):
            _check(field, texts, font)


def check_title(title: str | None, font: str | None = None) -> None:
    """Refuse a title for which there are no letters.

    Raises:
        InvalidRequest: naming the first such characters.
    """
    if title and not title.isascii():
        _check("title", (title,), font)


def _check(field: str, texts: tuple[str, ...], font: str | None) -> None:
    from collage.sheet import typesetting

    missing = typesetting.missing(texts, font)
    if missing:
        named = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:NAMED])
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise InvalidRequest(f"{field}: there are no letters to write {named}{more} with.")


def _drawn(asked: Request) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields whose texts are written on the picture, with these texts."""
    table = "axes" in recipes.RECIPES[asked.recipe].uses
    yield "title", (asked.title or "",)
    if asked.labels or asked.captions or table or "masks" not in recipes.RECIPES[asked.recipe].uses:
        yield "source_names", asked.source_names or ()
    if asked.labels or asked.captions or table:
        yield "styles", asked.styles or ()
        yield "mask_files", tuple(asked.mask_files or ())
    if asked.captions or table:
        templates = prompts.asked(asked, asked.prompt_template, prompts.TEMPLATE)
        # A table has headers for what differs.
        yield prompts.TEMPLATE, templates if asked.captions or len(templates) > 1 else ()
        subjects = (prompts.asked(asked, each, "subjects") for each in asked.subjects or ())
        yield "subjects", tuple(chain.from_iterable(subjects))
    if asked.captions and asked.prompt:
        yield "prompt", prompts.asked(asked, asked.prompt)
    if asked.labels or asked.captions:
        yield "again", tuple(change.prompt or "" for change in (asked.again or {}).values())
    if table:
        yield "axes", tuple(chain.from_iterable(asked.axes.values()))
