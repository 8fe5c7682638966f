"""The text routes: lists of styles, or whatever the test has put on the tongue of the model."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fake_openai import errors
from tests.fake_openai.forms import Form

SUPPORTS = frozenset({"responses", "json_schema", "json_object", "text"})
RETIRED_MODELS = frozenset({"text-davinci-003", "code-davinci-002"})
DEFAULT_COUNT = 10

STYLES = (
    *("Impressionism", "Cubism", "Baroque", "Art Nouveau", "Pointillism", "Ukiyo-e", "Surrealism"),
    *("Bauhaus", "Rococo", "Fauvism", "Expressionism", "Pop Art", "Gothic", "Futurism"),
    *("Minimalism", "Romanticism", "Art Deco", "Renaissance", "Suprematism", "Mosaic", "Dada"),
    *("Byzantine", "Realism", "Symbolism", "Op Art", "Constructivism", "Folk Art", "Mannerism"),
    *("Tonalism", "Vorticism", "Op-Kinetic", "Naive Art", "De Stijl", "Sumi-e", "Orphism"),
    *("Stained Glass", "Woodcut", "Fresco", "Street Art", "Tachisme"),
)
PERIODS = ("", "Early ", "Late ", "Neo-", "Post-", "Proto-", "Northern ", "Southern ")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHARED_FIELDS = _names(
    "metadata model moderation parallel_tool_calls prompt_cache_key prompt_cache_options "
    "prompt_cache_retention safety_identifier service_tier store stream stream_options "
    "temperature tool_choice tools top_logprobs top_p user"
)
FIELDS = {
    "chat": SHARED_FIELDS
    | _names(
        "messages audio frequency_penalty function_call functions logit_bias logprobs "
        "max_completion_tokens max_tokens modalities n prediction presence_penalty "
        "reasoning_effort response_format seed stop verbosity web_search_options"
    ),
    "responses": SHARED_FIELDS
    | _names(
        "access_programs background context_management conversation image include input "
        "instructions max_output_tokens max_tool_calls previous_response_id prompt reasoning "
        "text truncation"
    ),
}


@dataclass(frozen=True)
class Refusal:
    """The model declines, in these words."""

    text: str = "I will not list these."


@dataclass(frozen=True)
class TooLong:
    """The model is cut off at its limit of tokens, in the middle of this."""

    text: str = '{"styles": ["Impressionism", "Cub'


@dataclass(frozen=True)
class Filtered:
    """The content filter stops the model in the middle of this."""

    text: str = '{"styles": ["'


Reply = str | dict[str, Any] | list[Any] | Refusal | TooLong | Filtered


@dataclass(frozen=True)
class TextRequest:
    """A request that may be answered: all its text, and the form the answer must have."""

    model: str
    prompt: str
    wants: str
    schema: dict[str, Any] | None


def check(route: str, form: Form, supports: frozenset[str]) -> TextRequest:
    """The request in a form, or the refusal the API has for it."""
    for name in form.names:
        if name not in FIELDS[route]:
            raise errors.unknown(name)
    if form.values.get("stream"):
        raise errors.invalid("This server does not stream.", "stream", "unsupported_value")
    model = form.values.get("model")
    if model is None or model == "":
        raise errors.missing("model")
    if not isinstance(model, str):
        raise errors.wrong_type("model", "a string", model)
    if model in RETIRED_MODELS:
        raise errors.no_such_model(model)
    where = "messages" if route == "chat" else "input"
    if not form.values.get(where):
        raise errors.missing(where)
    prompt = said(route, form)
    wants, schema = _wanted(route, form)
    param = "response_format" if route == "chat" else "text.format"
    if wants not in supports:
        raise errors.invalid(f"'{param}' of type '{wants}' is not supported.", param, None)
    if wants == "json_object" and "json" not in prompt.lower():
        message = f"'{where}' must contain the word 'json' to have '{param}' 'json_object'."
        raise errors.invalid(message, where, None)
    return TextRequest(model, prompt, wants, schema)


def said(route: str, form: Form) -> str:
    """All the text of a request: first what the user says, then the instructions."""
    turns = form.values.get("messages" if route == "chat" else "input")
    if isinstance(turns, str):
        turns = [{"role": "user", "content": turns}]
    turns = [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    turns.sort(key=lambda turn: turn.get("role") != "user")
    spoken = [_text(turn.get("content")) for turn in turns]
    return "\n".join([*spoken, str(form.values.get("instructions", ""))])


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _wanted(route: str, form: Form) -> tuple[str, dict[str, Any] | None]:
    """The kind of answer asked for, and its schema."""
    if route == "chat":
        wanted = form.values.get("response_format") or {}
        named, param = wanted.get("json_schema") or {}, "response_format"
    else:
        wanted = (form.values.get("text") or {}).get("format") or {}
        named, param = wanted, "text.format"
    kind = wanted.get("type", "text")
    errors.one_of(f"{param}.type", kind, ("text", "json_object", "json_schema"))
    if kind != "json_schema":
        return kind, None
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(named.get("name", ""))):
        raise errors.invalid(f"'{param}' needs a plain name.", f"{param}.name")
    schema = named.get("schema")
    if not isinstance(schema, dict):
        raise errors.missing(f"{param}.schema")
    if named.get("strict"):
        _check_strict(schema, param)
    return kind, schema


def _check_strict(schema: dict[str, Any], param: str) -> None:
    """A strict schema is an object, and every object in it is closed and complete."""
    if schema.get("type") != "object":
        raise errors.invalid("The schema must be an object.", param, "invalid_json_schema")
    waiting: list[object] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        if not isinstance(part, dict):
            continue
        if part.get("type") == "object":
            if part.get("additionalProperties") is not False:
                message = "'additionalProperties' must be given and be false."
                raise errors.invalid(message, param, "invalid_json_schema")
            if set(part.get("required", ())) != set(part.get("properties", {})):
                message = "'required' must name every property."
                raise errors.invalid(message, param, "invalid_json_schema")
        waiting += part.values()


def styles(count: int, seed: int = 0) -> list[str]:
    """That many styles, no two alike."""
    names = []
    for number in range(count):
        turn, place = divmod(number, len(STYLES))
        name = STYLES[(place + seed) % len(STYLES)]
        again, period = divmod(turn, len(PERIODS))
        names.append(PERIODS[period] + name + (f" {again + 1}" if again else ""))
    return names


def default_reply(request: TextRequest, seed: int) -> str:
    """As many styles as the first number in the prompt says, in the form that was asked for."""
    number = re.search(r"\d+", request.prompt)
    names = styles(int(number[0]) if number else DEFAULT_COUNT, seed)
    if request.wants == "text":
        return "\n".join(f"{place}. {name}" for place, name in enumerate(names, 1))
    if request.schema is None:
        return json.dumps({"styles": names})
    return json.dumps(filled(request.schema, names))


def filled(schema: dict[str, Any], names: list[str]) -> Any:
    """A value of this schema that holds these styles."""
    return _filled(schema, schema, names, names[0] if names else "")


def _filled(schema: dict[str, Any], root: dict[str, Any], names: list[str], name: str) -> Any:
    """A value of the schema's shape: lists hold one entry for each style, texts its name."""
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _filled(target, root, names, name)
    for choice in ("anyOf", "allOf", "oneOf"):
        if choice in schema:
            return _filled(schema[choice][0], root, names, name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        parts = schema.get("properties", {})
        return {key: _filled(part, root, names, name) for key, part in parts.items()}
    if kind == "array":
        # Bounds hold in structured answers, whatever the prompt says.
        count = min(max(len(names), schema.get("minItems", 0)), schema.get("maxItems", 10**6))
        some = names if count <= len(names) else styles(count)
        return [_filled(schema.get("items", {}), root, names, one) for one in some[:count]]
    return {"string": name, "integer": 1, "number": 1.0, "boolean": True}.get(str(kind))


def answer(route: str, request: TextRequest, reply: Reply, number: int, now: int) -> dict[str, Any]:
    """The body of a reply as its route writes it."""
    if isinstance(reply, Refusal | TooLong | Filtered):
        text = reply.text
    else:
        text = reply if isinstance(reply, str) else json.dumps(reply)
    write = _chat if route == "chat" else _response
    return write(request, reply, text, number, now)


def _chat(request: TextRequest, reply: Reply, text: str, number: int, now: int) -> dict[str, Any]:
    refused = isinstance(reply, Refusal)
    ends = {TooLong: "length", Filtered: "content_filter"}
    tokens = _tokens(request, text)
    message = {
        "role": "assistant",
        "content": None if refused else text,
        "refusal": text if refused else None,
        "annotations": [],
    }
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": ends.get(type(reply), "stop"),
    }
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": now,
        "model": request.model,
        "choices": [choice],
        "usage": {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        },
    }


def _response(
    request: TextRequest, reply: Reply, text: str, number: int, now: int
) -> dict[str, Any]:
    reasons = {TooLong: "max_output_tokens", Filtered: "content_filter"}
    reason = reasons.get(type(reply))
    status = "incomplete" if reason else "completed"
    tokens = _tokens(request, text)
    if isinstance(reply, Refusal):
        content: dict[str, Any] = {"type": "refusal", "refusal": text}
    else:
        content = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [content],
    }
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": now,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": request.model,
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens[0],
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": tokens[1],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": sum(tokens),
        },
    }


def _tokens(request: TextRequest, text: str) -> tuple[int, int]:
    return len(request.prompt) // 4 + 1, len(text) // 4 + 1
