"""Text by Converse: lists of styles by a tool that is forced, or what a test has the model say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fake_bedrock import errors
from tests.fake_bedrock.models import Model
from tests.fake_openai import language

FIELDS = frozenset({"messages", "system", "inferenceConfig", "toolConfig", "requestMetadata"})
"""Of those that the service has, what this server does something with; it refuses the others."""
INFERENCE = {"maxTokens": (1, 64_000), "temperature": (0, 1), "topP": (0, 1), "stopSequences": None}
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
DEFAULT_COUNT = 10


@dataclass(frozen=True)
class Refusal:
    """The model declines in these words, and calls no tool."""

    text: str = "I will not list these."
    stop: str = "end_turn"


@dataclass(frozen=True)
class TooLong:
    """The model is cut off at its limit of tokens, and the tool's input with it."""

    text: str = "Here are some styles: Impressionism, Cub"


@dataclass(frozen=True)
class MalformedTool:
    """The model's call of the tool is no JSON: there is no call in the answer."""

    text: str = '<tool>{"styles": ["Impressionism", '


@dataclass(frozen=True)
class Filtered:
    """The content filter takes the answer away."""

    stop: str = "content_filtered"


Reply = str | dict[str, Any] | list[Any] | Refusal | TooLong | MalformedTool | Filtered
STOPS = {TooLong: "max_tokens", MalformedTool: "malformed_tool_use"}


@dataclass(frozen=True)
class TextRequest:
    """A request that may be answered: all its text, and the tool that the answer comes by."""

    prompt: str
    tool: str | None
    schema: Mapping[str, Any] | None


def check(model: Model, body: object) -> TextRequest:
    """The request in a body, or the refusal that the service has for it."""
    if not isinstance(body, dict):
        raise errors.malformed("", "expected type: JSONObject, found: something else")
    for name in body:
        if name not in FIELDS:
            raise errors.malformed("", f"extraneous key [{name}] is not permitted")
    _check_inference(model, body.get("inferenceConfig", {}))
    prompt = "\n".join([_said(body.get("messages")), *_texts(body.get("system", []), "system")])
    tool, schema = _tool(body.get("toolConfig"))
    return TextRequest(prompt, tool, schema)


def _said(messages: object) -> str:
    if not isinstance(messages, list) or not messages:
        raise errors.malformed("", "required key [messages] not found")
    said = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role != ("user", "assistant")[number % 2]:
            raise errors.validation(
                "A conversation must start with a user message and alternate between user and "
                "assistant messages. Try again with a conversation that does."
            )
        content = message.get("content")
        if not content:
            raise errors.validation(
                f"The content field in the Message object at messages.{number} is empty. Add a "
                "ContentBlock object to the content field and try again."
            )
        said += _texts(content, f"messages.{number}.content")
    return "\n".join(said)


def _texts(blocks: object, where: str) -> list[str]:
    texts = []
    for number, block in enumerate(blocks if isinstance(blocks, list) else [None]):
        text = block.get("text") if isinstance(block, dict) else None
        if not isinstance(text, str) or not text.strip() or set(block) != {"text"}:
            raise errors.validation(
                f"The text field in the ContentBlock object at {where}.{number} is blank. Add "
                "text to the text field, and try again."
            )
        texts.append(text)
    return texts


def _check_inference(model: Model, config: object) -> None:
    if not isinstance(config, dict):
        raise errors.malformed("/inferenceConfig", "expected type: JSONObject")
    for name, value in config.items():
        if name not in INFERENCE:
            raise errors.malformed("/inferenceConfig", f"extraneous key [{name}] is not permitted")
        if not model.sampling and name in {"temperature", "topP"}:
            raise errors.validation(f"The model does not support {name}.")
        if (bounds := INFERENCE[name]) is None:
            continue
        whole = name == "maxTokens"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise errors.wrong_type(name, "Integer" if whole else "Number", value)
        if not bounds[0] <= value <= bounds[1]:
            raise errors.out_of_bounds(f"inferenceConfig/{name}", *bounds, value)


def _tool(config: object) -> tuple[str | None, Mapping[str, Any] | None]:
    """The tool that must be called, and the schema of its input."""
    if config is None:
        return None, None
    tools = config.get("tools") if isinstance(config, dict) else None
    if not isinstance(tools, list) or not tools or set(config) - {"tools", "toolChoice"}:
        raise errors.malformed("/toolConfig", "required key [tools] not found")
    schemas = dict(_spec(number, tool) for number, tool in enumerate(tools))
    choice = config.get("toolChoice", {"auto": {}})
    if not isinstance(choice, dict) or len(choice) != 1 or set(choice) - {"auto", "any", "tool"}:
        raise errors.malformed("/toolConfig/toolChoice", "must set exactly one of auto, any, tool")
    if "tool" not in choice:
        name = next(iter(schemas))
        return name, schemas[name]
    name = str((choice["tool"] or {}).get("name"))
    if name not in schemas:
        raise errors.validation(f"The tool {name} of toolChoice is not among the tools.")
    return name, schemas[name]


def _spec(number: int, tool: object) -> tuple[str, Mapping[str, Any]]:
    where = f"/toolConfig/tools/{number}/toolSpec"
    spec = tool.get("toolSpec") if isinstance(tool, dict) else None
    if not isinstance(spec, dict):
        raise errors.malformed(where, "expected type: JSONObject")
    if set(spec) - {"name", "description", "inputSchema", "strict"}:
        raise errors.malformed(where, "extraneous key")
    if not TOOL_NAME.fullmatch(str(spec.get("name", ""))):
        raise errors.malformed(f"{where}/name", "does not match pattern [a-zA-Z0-9_-]{1,64}")
    schema = (spec.get("inputSchema") or {}).get("json")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise errors.validation(
            f"The value at toolConfig.tools.{number}.toolSpec.inputSchema.json.type must be one "
            "of the following: object."
        )
    return spec["name"], schema


def default_reply(request: TextRequest, seed: int) -> Reply:
    """As many styles as the first number in the prompt says, in the form that was asked for."""
    number = re.search(r"\d+", request.prompt)
    names = language.styles(int(number[0]) if number else DEFAULT_COUNT, seed)
    if request.schema is None:
        return "\n".join(f"{place}. {name}" for place, name in enumerate(names, 1))
    return language.filled(dict(request.schema), names)


def answer(request: TextRequest, reply: Reply, number: int) -> dict[str, Any]:
    """The body of a reply."""
    stop, content = _content(request, reply, number)
    text = json.dumps(content)
    counts = len(request.prompt) // 4 + 1, len(text) // 4 + 1
    usage = dict(zip(("inputTokens", "outputTokens"), counts, strict=True))
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": usage | {"totalTokens": sum(counts)},
        "metrics": {"latencyMs": 700},
    }


def _content(request: TextRequest, reply: Reply, number: int) -> tuple[str, list[dict[str, Any]]]:
    match reply:
        case Filtered(stop):
            return stop, []
        case Refusal(text, stop):
            return stop, [{"text": text}]
        case TooLong(text) | MalformedTool(text):
            return STOPS[type(reply)], [{"text": text}]
        case str() if request.tool is None:
            return "end_turn", [{"text": reply}]
        case _:
            call = {"toolUseId": f"tooluse_{number:08d}", "name": request.tool, "input": reply}
            return "tool_use", [{"toolUse": call}]
