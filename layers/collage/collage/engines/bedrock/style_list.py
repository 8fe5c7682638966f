"""Styles from a language model of Bedrock: asked for by Converse, with a tool that it has to call.

A forced tool is what Nova's makers advise for data: the answer is decoded by the tool's schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collage.engines.style_names import question, usable
from collage.errors import BrokenAnswer, NoStyles

if TYPE_CHECKING:
    from collage.engines.bedrock.clients import Clients

PRICE = 0.01
"""Dollars counted for one listing: more than its few thousand tokens cost of any model that is
known for it, the dearest of which takes 5.50 dollars a million."""

MOST_TOKENS = 8000
"""Of an answer: more than two hundred names take."""

TOOL = "name_styles"
TOOLS = {
    "tools": [
        {
            "toolSpec": {
                "name": TOOL,
                "description": "Takes the list of art styles.",
                "inputSchema": {
                    "json": {
                        "type": "object",
                        "properties": {"styles": {"type": "array", "items": {"type": "string"}}},
                        "required": ["styles"],
                    }
                },
            }
        }
    ],
    "toolChoice": {"tool": {"name": TOOL}},
}

ENDS: Mapping[str, str] = {
    "max_tokens": f"it stopped after {MOST_TOKENS} tokens; ask for fewer styles",
    "model_context_window_exceeded": "the question is too long for it; shorten the theme",
    "content_filtered": "a content filter took its answer away; ask for another theme",
    "guardrail_intervened": "a guardrail of the account took its answer away",
    "refusal": "it declined; ask for another theme",
}
"""What else an answer may stop for than that the tool is called, and that would not end otherwise
if it were asked again."""


def ask(
    client: Clients,
    model: str,
    count: int,
    theme: str | None = None,
    exclude: Sequence[str] = (),
    heard: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """``count`` distinct styles, none of them excluded, from the language model.

    It is asked in the first of the Regions, where the functions have the right to.
    ``heard`` is called whenever it has answered, which it bills whatever comes after.

    Raises:
        NoStyles: when the list is still wrong after the last repair, or it will not give one.
        CollageError: by name, what AWS says.
    """
    messages = [_said("user", question(count, theme, exclude))]

    def asked() -> list[str]:
        found = _answer(client, model, messages)
        heard()
        return _named_styles(found)

    def repair(answer: Sequence[str], words: str) -> None:
        messages.extend((_said("assistant", json.dumps(answer)), _said("user", words)))

    return usable(count, exclude, asked, repair)


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"text": text}]}


def _answer(client: Clients, model: str, messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    from collage.engines.bedrock.errors import named

    region = client.places[0]
    with named(region):
        answer: dict[str, Any] = client.of(region).converse(
            modelId=model,
            messages=list(messages),
            inferenceConfig={"maxTokens": MOST_TOKENS},
            toolConfig=TOOLS,
        )
    return answer


def _named_styles(answer: dict[str, Any]) -> list[str]:
    """The names that the tool was called with; none where the model did not call it as it should.

    Raises:
        NoStyles: when asking again would not help.
        BrokenAnswer: when it is no answer of the service's form.
    """
    why = ENDS.get(str(answer.get("stopReason")))
    if why is not None:
        raise NoStyles(f"The language model listed no styles: {why}.")
    try:
        blocks = answer["output"]["message"]["content"]
        calls = [block["toolUse"]["input"] for block in blocks if "toolUse" in block]
    except (KeyError, TypeError) as error:
        raise BrokenAnswer("The language model did not answer in the form asked for.") from error
    given = calls[0].get("styles") if calls and isinstance(calls[0], dict) else None
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
