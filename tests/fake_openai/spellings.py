"""What other servers answer where OpenAI has its own words: refusals above all, then the rest.

Each is a status, a body and headers, after what users of these servers have shown of them. Those
of xAI and OpenRouter are shapes from their documentation, not answers that were seen.
"""

from typing import Any

SAFETY = "Your request was rejected as a result of our safety system."
OPENAIS = {
    "message": SAFETY,
    "type": "image_generation_user_error",
    "param": None,
    "code": "moderation_blocked",
}
AZURES = "The response was filtered due to the prompt triggering Azure's content management policy."

Answer = tuple[int, Any, dict[str, str]]


def _error(status: int, **error: Any) -> Answer:
    return status, {"error": error}, {}


REFUSALS: dict[str, Answer] = {
    "azure": _error(
        400,
        code="contentFilter",
        message="Your task failed as a result of our safety system.",
        inner_error={"code": "ResponsibleAIPolicyViolation", "content_filter_results": {}},
    ),
    "azure_filter": _error(
        400,
        code="content_filter",
        message=AZURES,
        param="prompt",
        innererror={"code": "ResponsibleAIPolicyViolation"},
    ),
    "litellm": _error(
        400,
        message=f"litellm.BadRequestError: OpenAIException - {OPENAIS}",
        type="invalid_request_error",
        param="None",
        code="400",
    ),
    "litellm_policy": _error(
        400,
        message="litellm.ContentPolicyViolationError: litellm.BadRequestError: OpenAIException - "
        + SAFETY,
        type=None,
        param=None,
        code="400",
    ),
    "words": _error(400, message=SAFETY, type="invalid_request_error", param=None, code=None),
    "xai": (
        400,
        {"code": "invalid", "error": "Generated image rejected by content moderation."},
        {},
    ),
    "xai_422": (422, {"error": "Generated image rejected by content moderation."}, {}),
    "openrouter": _error(
        403,
        code=403,
        message="This model requires moderation and your input was flagged.",
        metadata={"reasons": ["violence"], "flagged_input": "…"},
    ),
    "ok_refusal": (200, {"created": 1, "error": OPENAIS}, {}),
}
"""Refusals of one prompt or picture."""

OTHERS: dict[str, Answer] = {
    "no_reason": _error(400, message="Something is wrong with this one.", type="error", code=None),
    "detail": (422, {"detail": [{"loc": ["body", "n"], "msg": "must be 1", "type": "value"}]}, {}),
    "detail_text": (400, {"detail": "Model 'flux' is not supported here"}, {}),
    "scopes": _error(
        401,
        message="You have insufficient permissions for this operation. Missing scopes: "
        "api.model.images.request.",
        type="invalid_request_error",
        code=None,
    ),
    "unverified": _error(
        403,
        message="Your organization must be verified to use the model `gpt-image-2`.",
        type="invalid_request_error",
        code=None,
    ),
    "page": (
        404,
        "<html><head><title>404 Not Found</title></head><body>nginx</body></html>",
        {},
    ),
    "moved": (308, "", {"location": "https://elsewhere.net/v1/images/generations"}),
    "ok_error": (200, {"error": {"message": "The backend is asleep."}}, {}),
    "ok_words": (200, "Welcome to the hotel.", {}),
}
"""Errors in other shapes, none of them a refusal."""

SPELT = REFUSALS | OTHERS
