"""Styles from a language model: asked for as data, checked, repaired, whatever the server can.

OpenAI's own servers answer structured output. Compatible ones may know only some of it, so the
question goes down a ladder until a rung is understood; every answer is checked the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from collage.engines.call_ends import is_counted
from collage.engines.style_names import question, usable
from collage.errors import BadRequest, BrokenAnswer, NoStyles, Rejected
from collage.frozen import Frozen
from collage.words import styles

if TYPE_CHECKING:
    import openai

PRICE = 0.01
"""Dollars counted for one listing: more than its few thousand tokens cost."""

Messages = list[dict[str, str]]
Ask = Callable[["openai.OpenAI", str, Messages], list[str]]


class StyleList(Frozen):
    """What is asked for as structured output."""

    styles: list[str]


def ask(
    client: openai.OpenAI,
    model: str,
    count: int,
    theme: str | None = None,
    exclude: Sequence[str] = (),
    heard: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """``count`` distinct styles, none of them excluded, from the language model.

    ``heard`` is called whenever it has answered, which it may bill whatever comes after.

    Raises:
        NoStyles: when the list is still wrong after the last repair; the message says how.
        CollageError: by name, what the provider says.
    """
    messages: Messages = [{"role": "user", "content": question(count, theme, exclude)}]
    rungs = list(LADDER)

    def asked() -> list[str]:
        answer = _climb_down(rungs, client, model, messages, heard)
        heard()
        return answer

    def repair(answer: Sequence[str], words: str) -> None:
        messages.append({"role": "assistant", "content": json.dumps(answer)})
        messages.append({"role": "user", "content": words})

    return usable(count, exclude, asked, repair)


def _climb_down(
    rungs: list[Ask],
    client: openai.OpenAI,
    model: str,
    messages: Messages,
    heard: Callable[[], None],
) -> list[str]:
    """Ask on the highest rung that the server understands, and forget those above it.

    Some servers refuse what they do not know, others take no notice of it.
    """
    from collage.engines.openai.errors import named

    while True:
        try:
            with named(client), _readable():
                return rungs[0](client, model, messages)
        except (BadRequest, BrokenAnswer, Rejected) as error:
            if is_counted(error):
                heard()
            if len(rungs) == 1:
                raise
            rungs.pop(0)


@contextmanager
def _readable() -> Iterator[None]:
    """The SDK hands on whatever came, in whatever shape, and trips over some of it itself."""
    try:
        yield
    except (ValidationError, AttributeError, IndexError, TypeError) as error:
        raise BrokenAnswer("The language model did not answer in the form asked for.") from error


def _responses(client: openai.OpenAI, model: str, messages: Messages) -> list[str]:
    given: Any = messages
    answer = client.responses.parse(model=model, input=given, text_format=StyleList)
    return answer.output_parsed.styles if answer.output_parsed else []


def _schema(client: openai.OpenAI, model: str, messages: Messages) -> list[str]:
    import openai

    given: Any = messages
    try:
        answer = client.chat.completions.parse(
            model=model, messages=given, response_format=StyleList
        )
    except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError):
        return []
    parsed = answer.choices[0].message.parsed
    return parsed.styles if parsed else []


def _json(client: openai.OpenAI, model: str, messages: Messages) -> list[str]:
    hint = {"role": "system", "content": 'Answer with JSON: {"styles": ["...", "..."]}'}
    given: Any = [hint, *messages]
    answer = client.chat.completions.create(
        model=model, messages=given, response_format={"type": "json_object"}
    )
    return StyleList.model_validate_json(answer.choices[0].message.content or "").styles


def _text(client: openai.OpenAI, model: str, messages: Messages) -> list[str]:
    hint = {"role": "system", "content": "Answer with a numbered list and nothing else."}
    given: Any = [hint, *messages]
    answer = client.chat.completions.create(model=model, messages=given)
    try:
        return list(styles.parse(answer.choices[0].message.content or ""))
    except NoStyles:
        return []


LADDER: tuple[Ask, ...] = (_responses, _schema, _json, _text)
"""From what OpenAI's servers do to what every server does."""
