"""The API's own documents: the description that machines read, and a page of it for people."""

import html
import json
from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from collage.digest import base64_sha256
from description import described

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


@router.get(
    "/openapi.json", tags=["documents"], summary="This API, for machines", operation_id="getOpenapi"
)
def openapi() -> Response[dict[str, Any]]:
    """Describe this API as OpenAPI 3.1."""
    return Response(200, "application/json", described(_app(), _by_token()))


@router.get(
    "/docs",
    tags=["documents"],
    summary="This API, for people",
    operation_id="getDocs",
    responses={
        200: {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
    },
)
def docs() -> Response[str]:
    """Show the same as a page; it needs no script and nothing from elsewhere."""
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(
        200, "text/html; charset=utf-8", _page(described(_app(), _by_token())), headers=headers
    )


def _app() -> APIGatewayHttpResolver:
    return cast(APIGatewayHttpResolver, router.api_resolver)


def _by_token() -> bool:
    """Whether callers of this stack show a token; they sign their requests otherwise.

    The authorizer says so of each request that it let through, this one too.
    """
    return "jwt" in router.current_event["requestContext"].get("authorizer", {})


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
