"""The API's description, OpenAPI 3.1: what the routes say of themselves, and what all have.

And a page of it. Both are asked for by few, so that this is imported for those alone.
"""

import html
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

import collage
from collage.digest import base64_sha256
from problems import MEDIA_TYPE, Problem

TAGS = ("uploads", "collages", "catalogue", "documents")

PROBLEMS = {
    "400": "The body is no JSON.",
    "403": "The collage is one's group's, and what is asked for is for its owner.",
    "404": "There is no such collage, or it is not for the caller to see.",
    "405": "What stands in the path leads elsewhere, and that takes other methods.",
    "409": "The collage is not in a state for that.",
    "413": "The body is too large.",
    "415": "The body is of another type than JSON.",
    "422": "A field is wrong; `errors` names it and what is allowed.",
    "429": "AWS is asked too often; try again when `Retry-After` says.",
    "500": "Something went wrong in the function.",
    "503": "Something the stack needs did not answer; try again.",
}
GATEWAY = {
    "401": "The JSON web token is missing or not accepted.",
    "403": "The caller is not known, or may not do that.",
    "429": "Too many requests.",
}
SECURITY = {
    "Sigv4": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "description": "AWS Signature Version 4 of the service execute-api, by a role that may "
        "execute-api:Invoke",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "Jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "a token of the stack's JwtIssuer, with its JwtAudience and JwtScope",
    },
}
"""How a caller can say who it is; a stack takes one of them."""

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff }
h2 { border-top: 1px solid #bbb; padding-top: 1rem; font-size: 1.1rem }
h2 code { font-size: 1rem } dt { font-family: monospace }
dd { margin-left: 2rem; min-height: .3rem; color: #444 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #181818 } dd { color: #bbb } }
"""
POLICY = f"default-src 'none'; style-src 'sha256-{base64_sha256(STYLE.encode())}'"

REFERENCE = "#/components/schemas/"
MESSAGE = "GatewayMessage"


@cache
def described(app: APIGatewayHttpResolver, by_token: bool) -> dict[str, Any]:
    """The whole description; ``by_token`` where callers show a JSON web token."""
    made: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(
            title="Combinatoric collages",
            version=collage.__version__,
            description="Every pair of art styles repaints a part of your picture.",
        )
    )
    made["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    made["security"] = [{"Jwt" if by_token else "Sigv4": []}]
    made["components"]["securitySchemes"] = SECURITY
    schemas = made["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(mode="serialization")
    schemas[MESSAGE] = {
        "type": "object",
        "title": MESSAGE,
        "description": "What API Gateway answers of itself.",
        "properties": {"message": {"type": "string"}},
    }
    for path, item in made["paths"].items():
        for operation in item.values():
            # The framework says of every route that its parameters may be wrong, in its own form.
            operation["responses"].pop("422", None)
            operation["responses"] |= _errors(path, operation)
    made["components"]["schemas"] = _used(made["paths"], schemas)
    # In the order in which one has a use for them.
    made["paths"] = dict(sorted(made["paths"].items(), key=lambda pair: _rank(*pair)))
    return made


def page(described: dict[str, Any]) -> str:
    """The description as a page for people."""
    operations = "".join(
        _operation(path, method, operation, described)
        for path, item in described["paths"].items()
        for method, operation in item.items()
    )
    title = html.escape(described["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{html.escape(described['info']['description'])} "
        f'For machines: <a href="openapi.json">openapi.json</a>.</p>{operations}</body></html>'
    )


def _operation(path: str, method: str, operation: dict[str, Any], described: dict[str, Any]) -> str:
    fields = {one["name"]: one for one in operation.get("parameters", [])}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if reference := body.get("schema", {}).get("$ref"):
        schema = described["components"]["schemas"][reference.rpartition("/")[2]]
        fields |= schema["properties"]
    items = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(_said(field))}</dd>"
        for name, field in fields.items()
    )
    statuses = ", ".join(sorted(operation["responses"]))
    return (
        f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>"
        f"<p><strong>{html.escape(operation['summary'])}.</strong> "
        f"{html.escape(operation.get('description', ''))}</p><dl>{items}</dl>"
        f"<p>Answers {statuses}.</p>"
    )


def _said(field: dict[str, Any]) -> str:
    """What a field is for, and what it is unless it is given."""
    default = field.get("default", field.get("schema", {}).get("default"))
    text = str(field.get("description", ""))
    if default in (None, "", [], {}):
        return text
    return f"{text} (default: {json.dumps(default)})".strip()


def _used(paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas that the paths lead to, and no others; each that they name has to be there."""
    wanted, found = list(_named(paths)), set[str]()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += _named(schemas[name])
    return {name: schema for name, schema in schemas.items() if name in found}


def _named(part: Any) -> Iterator[str]:
    """The schemas that a part of the description refers to."""
    if isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(REFERENCE)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _named(each)


def _rank(path: str, item: dict[str, Any]) -> tuple[int, str]:
    (tag,) = next(iter(item.values()))["tags"]
    return TAGS.index(tag), path


def _errors(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    own = {"429", "500", "503"}
    own |= {"422"} if {"parameters", "requestBody"} & operation.keys() else set()
    own |= {"403", "404", "405"} if "{" in path else set()
    own |= {"400", "413", "415"} if "requestBody" in operation else set()
    own |= (
        {"409"}
        if path.endswith(("/again", "/assemble", "/choices", "/exports", "/share"))
        or (path.endswith("/deletion") and "202" in operation["responses"])
        else set()
    )
    schema = {"$ref": f"{REFERENCE}Problem"}
    message = {"$ref": f"{REFERENCE}{MESSAGE}"}
    said: dict[str, Any] = {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, text in PROBLEMS.items()
        if status in own
    }
    for status, text in GATEWAY.items():
        # Some come from the function as well as from API Gateway, each in its own form.
        here = said.get(status, {"description": text, "content": {}})
        content = {**here["content"], "application/json": {"schema": message}}
        said[status] = {**here, "content": content}
    return said
