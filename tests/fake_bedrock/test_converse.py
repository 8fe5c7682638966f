"""Text by Converse: lists of styles by a tool that the model is made to call."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fake_bedrock import FakeBedrock, Faults, Filtered, MalformedTool, Refusal, TooLong
from tests.fake_bedrock.asked import client

NOVA = "us.amazon.nova-2-lite-v1:0"
SCHEMA = {
    "type": "object",
    "properties": {"styles": {"type": "array", "items": {"type": "string"}}},
    "required": ["styles"],
}
TOOL = {"toolSpec": {"name": "styles", "description": "Takes", "inputSchema": {"json": SCHEMA}}}
FORCED = {"tools": [TOOL], "toolChoice": {"tool": {"name": "styles"}}}


def ask(fake: FakeBedrock, region: str = "us-west-2", **changes: Any) -> Any:
    request = {
        "modelId": NOVA,
        "messages": [{"role": "user", "content": [{"text": "List 4 art styles."}]}],
        "system": [{"text": "You know art."}],
        "inferenceConfig": {"maxTokens": 2000, "temperature": 0.7},
        "toolConfig": FORCED,
    }
    kept = {name: value for name, value in (request | changes).items() if value is not None}
    return client(fake, region, parameter_validation=False).converse(**kept)


def content(answer: Any) -> list[dict[str, Any]]:
    return answer["output"]["message"]["content"]


def test_a_forced_tool_is_called_with_as_many_styles_as_were_asked_for(fake: FakeBedrock) -> None:
    answer = ask(fake)

    (block,) = content(answer)
    assert block["toolUse"]["name"] == "styles"
    assert block["toolUse"]["input"] == {
        "styles": ["Impressionism", "Cubism", "Baroque", "Art Nouveau"]
    }
    assert answer["stopReason"] == "tool_use"
    assert answer["usage"]["totalTokens"] > answer["usage"]["outputTokens"] > 0
    (record,) = fake.requests
    assert record.prompt == "List 4 art styles.\nYou know art."
    assert 0 < record.usd < 0.01
    assert fake.images == 0


def test_without_a_tool_the_answer_is_text(fake: FakeBedrock) -> None:
    answer = ask(fake, toolConfig=None)
    assert content(answer)[0]["text"].startswith("1. Impressionism\n2. Cubism")
    assert answer["stopReason"] == "end_turn"


ENDS = {
    "refusal": (Refusal(), "end_turn"),
    "filtered": (Filtered(), "content_filtered"),
    "guardrail": (Filtered("guardrail_intervened"), "guardrail_intervened"),
    "too long": (TooLong(), "max_tokens"),
    "malformed": (MalformedTool(), "malformed_tool_use"),
}


@pytest.mark.parametrize(("reply", "stop"), ENDS.values(), ids=ENDS)
def test_a_model_may_end_without_calling_the_tool(fake: FakeBedrock, reply: Any, stop: str) -> None:
    fake.say([reply])
    answer = ask(fake)
    assert answer["stopReason"] == stop
    assert not [block for block in content(answer) if "toolUse" in block]
    assert ask(fake)["stopReason"] == "tool_use"


@pytest.mark.parametrize("reply", ["Cubism, Baroque", ["Cubism"], {"styles": "Cubism"}, {}])
def test_a_tool_may_be_called_with_what_its_schema_does_not_allow(
    fake: FakeBedrock, reply: Any
) -> None:
    fake.say([reply])
    (block,) = content(ask(fake))
    assert block["toolUse"]["input"] == reply


def tool(**changes: Any) -> dict[str, Any]:
    return {"tools": [{"toolSpec": TOOL["toolSpec"] | changes}]}


WRONG = {
    "no messages": {"messages": []},
    "assistant first": {"messages": [{"role": "assistant", "content": [{"text": "x"}]}]},
    "nothing said": {"messages": [{"role": "user", "content": []}]},
    "blank": {"messages": [{"role": "user", "content": [{"text": " "}]}]},
    "blank system": {"system": [{"text": ""}]},
    "tokens": {"inferenceConfig": {"maxTokens": 0}},
    "tokens in part": {"inferenceConfig": {"maxTokens": 10.5}},
    "temperature": {"inferenceConfig": {"temperature": 1.5}},
    "no tools": {"toolConfig": {"tools": []}},
    "name": {"toolConfig": tool(name="art styles")},
    "schema of a list": {"toolConfig": tool(inputSchema={"json": {"type": "array"}})},
    "schema as text": {"toolConfig": tool(inputSchema={"json": '{"type": "object"}'})},
    "other tool": {"toolConfig": FORCED | {"toolChoice": {"tool": {"name": "list"}}}},
    "two choices": {"toolConfig": FORCED | {"toolChoice": {"any": {}, "tool": {"name": "styles"}}}},
    "schema of the output": {
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": {}}}
    },
    "bare id": {"modelId": "amazon.nova-2-lite-v1:0"},
    "picture model": {"modelId": "us.stability.stable-image-inpaint-v1:0"},
    "sampling": {
        "modelId": "us.anthropic.claude-haiku-5-5",
        "inferenceConfig": {"temperature": 0.5},
    },
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_refused(fake: FakeBedrock, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        ask(fake, **changes)
    assert fake.usd == 0


def test_other_models_and_regions_are_there(fake: FakeBedrock) -> None:
    ask(fake, modelId="global.amazon.nova-2-lite-v1:0")
    ask(fake, modelId="us.anthropic.claude-haiku-4-5-20251001-v1:0", region="us-east-2")
    ask(fake, modelId="amazon.nova-micro-v1:0", region="us-east-1")
    with pytest.raises(ClientError, match="identifier is invalid"):
        ask(fake, region="eu-central-1")


def test_text_is_throttled_and_broken_as_pictures_are(fake: FakeBedrock) -> None:
    fake.faults = Faults({1: "throttling", 2: "internal"}, routes=("nova-2-lite",))
    for code in ("ThrottlingException", "InternalServerException"):
        with pytest.raises(ClientError, match=code):
            ask(fake)
    assert ask(fake)["stopReason"] == "tool_use"
