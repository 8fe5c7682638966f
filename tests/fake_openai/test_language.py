"""Text, as the official client asks for it."""

import dataclasses
import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel, Field, ValidationError

from tests.fake_openai import FakeOpenAI, Faults, Filtered, Refusal, TooLong, language
from tests.fake_openai.asked import client


class Styles(BaseModel):
    styles: list[str] = Field(min_length=1, max_length=12)


class Style(BaseModel):
    name: str
    period: int


class Catalogue(BaseModel):
    title: str
    styles: list[Style]


ASK = "List 7 art styles as json, 3 words each at most."


def ask_chat(fake: FakeOpenAI, response_format: Any = openai.omit) -> Any:
    method = client(fake).chat.completions
    typed = isinstance(response_format, type)
    return (method.parse if typed else method.create)(
        model="gpt-6-luna",
        messages=[
            {"role": "system", "content": "You know 1000 styles."},
            {"role": "user", "content": ASK},
        ],
        response_format=response_format,
    )


def ask_responses(fake: FakeOpenAI, text_format: Any = Styles) -> Any:
    return client(fake).responses.parse(
        model="gpt-6-luna", instructions="You know 1000 styles.", input=ASK, text_format=text_format
    )


def test_responses_are_parsed(fake: FakeOpenAI) -> None:
    answer = ask_responses(fake)
    assert len(set(answer.output_parsed.styles)) == 7
    assert answer.status == "completed"
    sent = fake.requests[0].body["text"]["format"]
    assert (sent["type"], sent["name"], sent["strict"]) == ("json_schema", "Styles", True)


def test_chat_is_parsed_and_any_schema_is_filled(fake: FakeOpenAI) -> None:
    assert len(ask_chat(fake, Styles).choices[0].message.parsed.styles) == 7
    catalogue = ask_chat(fake, Catalogue).choices[0].message.parsed
    assert len({style.name for style in catalogue.styles}) == 7
    sent = fake.requests[0].body["response_format"]
    assert (sent["type"], sent["json_schema"]["strict"]) == ("json_schema", True)


def test_json_and_plain_text_list_styles_too(fake: FakeOpenAI) -> None:
    answer = ask_chat(fake, {"type": "json_object"}).choices[0].message.content
    assert len(json.loads(answer)["styles"]) == 7
    lines = ask_chat(fake).choices[0].message.content.splitlines()
    assert [line.partition(".")[0] for line in lines] == [str(number) for number in range(1, 8)]
    assert client(fake).responses.create(model="gpt-6-luna", input=ASK).output_text == "\n".join(
        lines
    )


def test_there_are_as_many_styles_as_anyone_may_ask_for() -> None:
    assert len(set(language.styles(1000))) == 1000


def test_the_script_comes_first(fake: FakeOpenAI) -> None:
    fake.say([{"styles": ["Dada"]}, "no json at all", {"styles": []}])
    assert ask_responses(fake).output_parsed.styles == ["Dada"]
    with pytest.raises(ValidationError):
        ask_chat(fake, Styles)
    with pytest.raises(ValidationError):
        ask_responses(fake)
    assert len(ask_responses(fake).output_parsed.styles) == 7


def test_refusals_cuts_and_filters_are_seen_by_the_sdk(fake: FakeOpenAI) -> None:
    fake.say([Refusal("No."), TooLong(), Filtered()])
    message = ask_chat(fake, Styles).choices[0].message
    assert (message.refusal, message.parsed) == ("No.", None)
    with pytest.raises(openai.LengthFinishReasonError):
        ask_chat(fake, Styles)
    with pytest.raises(openai.ContentFilterFinishReasonError):
        ask_chat(fake, Styles)
    fake.say([Refusal("No."), TooLong()])
    answer = ask_responses(fake)
    assert answer.output_parsed is None
    assert answer.output[0].content[0].refusal == "No."
    with pytest.raises(ValidationError):
        ask_responses(fake)
    fake.say([TooLong()])
    cut = client(fake).responses.create(model="gpt-6-luna", input=ASK)
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_a_poorer_server_makes_clients_climb_down() -> None:
    with FakeOpenAI(supports={"text"}) as fake:
        with pytest.raises(openai.NotFoundError):
            ask_responses(fake)
        with pytest.raises(openai.BadRequestError) as refusal:
            ask_chat(fake, Styles)
        assert refusal.value.param == "response_format"
        with pytest.raises(openai.BadRequestError):
            ask_chat(fake, {"type": "json_object"})
        assert ask_chat(fake).choices[0].message.content.startswith("1. ")


def test_text_may_fail_too() -> None:
    with FakeOpenAI(faults=Faults({1: "429", 2: "drop"}, routes=("responses",))) as fake:
        with pytest.raises(openai.RateLimitError):
            ask_responses(fake)
        with pytest.raises(openai.APIConnectionError):
            ask_responses(fake)
        assert len(ask_responses(fake).output_parsed.styles) == 7
        assert fake.images == 0


OPEN_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}

PART_SCHEMA = OPEN_SCHEMA | {"additionalProperties": False, "required": []}

USER = [{"role": "user", "content": "7 styles"}]

WRONG_CHATS = {
    "unknown": ({"extra_body": {"top_k": 1}}, "unknown_parameter"),
    "no messages": ({"messages": []}, "missing_required_parameter"),
    "stream": ({"stream": True}, "unsupported_value"),
    "no word json": ({"response_format": {"type": "json_object"}}, None),
    "no such format": ({"response_format": {"type": "yaml"}}, "invalid_value"),
    "no schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
        "missing_required_parameter",
    ),
    "no name": (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
        "invalid_value",
    ),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_CHATS.values(), ids=WRONG_CHATS)
def test_a_wrong_chat_is_refused(
    fake: FakeOpenAI, changes: dict[str, Any], code: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client(fake).chat.completions.create(
            **({"model": "gpt-6-luna", "messages": USER} | changes)
        )
    assert refusal.value.code == code


@pytest.mark.parametrize("schema", [OPEN_SCHEMA, PART_SCHEMA, {"type": "array"}])
def test_a_strict_schema_must_be_closed_and_complete(
    fake: FakeOpenAI, schema: dict[str, Any]
) -> None:
    named = {"name": "styles", "strict": True, "schema": schema}
    with pytest.raises(openai.BadRequestError) as refusal:
        client(fake).chat.completions.create(
            model="gpt-6-luna",
            messages=USER,
            response_format={"type": "json_schema", "json_schema": named},
        )
    assert refusal.value.code == "invalid_json_schema"


def test_a_retired_model_of_words_is_not_found(fake: FakeOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client(fake).responses.create(model="text-davinci-003", input="7 styles")


def test_records_can_be_written_down(fake: FakeOpenAI) -> None:
    ask_responses(fake)
    assert json.dumps(dataclasses.asdict(fake.requests[0]))
    assert "7 art styles" in fake.requests[0].prompt
