"""What the pages ask of the API, passed on to the stack in the user's own name."""

from __future__ import annotations

from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.studio.responses import JSON, Answer, Request

PREFIX = "/api"
SENT = ("accept", "content-type", "idempotency-key", "if-none-match")
RETURNED = ("allow", "cache-control", "content-security-policy", "etag", "location", "retry-after")
SANDBOX = "sandbox; frame-ancestors 'none'"
"""Answers are data: one that says that it is a page gets no script and no origin."""


def forward(stack: Stack, request: Request) -> Answer:
    """What the API answers, as it answers it.

    Raises:
        CollageError, botocore.exceptions.BotoCoreError: when it cannot be asked.
    """
    headers = {name: request.headers[name] for name in SENT if name in request.headers}
    target = request.target.removeprefix(PREFIX)
    said = stack.api.ask(request.method, target, request.body, headers)
    kept = {name: said.headers[name] for name in RETURNED if name in said.headers}
    own = kept.pop("content-security-policy", None)
    kept["content-security-policy"] = f"{own}, {SANDBOX}" if own else SANDBOX
    kind = said.headers.get("content-type", JSON)
    return Answer(said.status, said.body, kind, kept)
