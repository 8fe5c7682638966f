"""The API's own documents: the description that machines read, and a page of it for people."""

from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get(
    "/openapi.json", tags=["documents"], summary="This API, for machines", operation_id="getOpenapi"
)
def openapi() -> Response[dict[str, Any]]:
    """Describe this API as OpenAPI 3.1."""
    from description import described

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
    from description import POLICY, described, page

    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(
        200, "text/html; charset=utf-8", page(described(_app(), _by_token())), headers=headers
    )


def _app() -> APIGatewayHttpResolver:
    return cast(APIGatewayHttpResolver, router.api_resolver)


def _by_token() -> bool:
    """Whether callers of this stack show a token; they sign their requests otherwise.

    The authorizer says so of each request that it let through, this one too.
    """
    return "jwt" in router.current_event["requestContext"].get("authorizer", {})
