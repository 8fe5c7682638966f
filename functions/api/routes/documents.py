"""The API's own documents: the description that machines read, and a page of it for people."""

import html
import json
from functools import cache
from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import collage
from collage.digest import base64_sha256
from problems import MEDIA_TYPE, Problem

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff }
h2 { border-top: 1px solid #bbb; padding-top: 1rem; font-size: 1.1rem }
h2 code { font-size: 1rem } dt { font-family: monospace }
dd { margin-left: 2rem; min-height: .3rem; color: #444 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #181818 } dd { color: #bbb } }
"""
POLICY = f"default-src 'none'; style-src 'sha256-{base64_sha256(STYLE.encode())}'"

TAGS = ("uploads", "collages", "catalogue", "documents")

PROBLEMS = {
    "400": "The body is no JSON.",
    "404": "There is no such collage.",
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


@router.get("/openapi.json", tags=["documents"], summary="This API, for machines")
def openapi() -> Response[dict[str, Any]]:
    """Describe this API as OpenAPI 3.1."""
    return Response(200, "application/json", _described(_app()))


@router.get(
    "/docs",
    tags=["documents"],
    summary="This API, for people",
    responses={
        200: {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
    },
)
def docs() -> Response[str]:
    """Show the same as a page; it needs no script and nothing from elsewhere."""
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(200, "text/html; charset=utf-8", _page(_described(_app())), headers=headers)


def _app() -> APIGatewayHttpResolver:
    return cast(APIGatewayHttpResolver, router.api_resolver)


@cache
def _described(app: APIGatewayHttpResolver) -> dict[str, Any]:
    """The description that the routes give of themselves, and the errors that all have."""
    made: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(
            title="Combinatoric collages",
            version=collage.__version__,
            description="Every pair of art styles repaints a part of your picture.",
        )
    )
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(mode="serialization")
    for path, item in made["paths"].items():
        for operation in item.values():
            operation["responses"] |= _errors(path, operation)
    # In the order in which one has a use for them.
    made["paths"] = dict(sorted(made["paths"].items(), key=lambda pair: _rank(*pair)))
    return made


def _rank(path: str, item: dict[str, Any]) -> tuple[int, str]:
    (tag,) = next(iter(item.values()))["tags"]
    return TAGS.index(tag), path


def _errors(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    own = {"422", "429", "500", "503"}
    own |= {"404", "405"} if "{" in path else set()
    own |= {"400", "413", "415"} if "requestBody" in operation else set()
    own |= {"409"} if path.endswith("/assemble") else set()
    schema = {"$ref": "#/components/schemas/Problem"}
    message = {"type": "object", "properties": {"message": {"type": "string"}}}
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


def _page(described: dict[str, Any]) -> str:
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
