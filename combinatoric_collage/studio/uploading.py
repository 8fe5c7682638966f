"""A picture that was dropped on a page, put where `POST /uploads` says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus

from combinatoric_collage.cli.stacks.http_api import send_form
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.studio.forwarding import forward
from combinatoric_collage.studio.responses import JSON, Answer, Request, problem

PATH = "/upload"
TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
CODE = re.compile(rb"<Code>(\w+)</Code>")


def upload(stack: Stack, request: Request, size: int, read: Callable[[int], bytes]) -> Answer:
    """Put the picture of ``size`` bytes that ``read`` gives; its key for a request.

    It is read once the stack has said that it takes one of that type and size.

    Raises:
        CollageError, botocore.exceptions.BotoCoreError: when the stack or S3 cannot be asked.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not TYPE.fullmatch(kind):
        return problem(415, "UnsupportedMediaType", "Say in Content-Type what the picture is.")
    asked = json.dumps({"content_type": kind}).encode()
    said = forward(stack, Request("POST", "/api/uploads", {"content-type": JSON}, asked))
    if said.status != HTTPStatus.OK:
        return said
    form = json.loads(said.body)
    if size > form["max_bytes"]:
        detail = f"The picture has {size:,} bytes; at most {form['max_bytes']:,} are allowed."
        return problem(413, "SourceTooLarge", detail)
    put = send_form(form["url"], form["fields"], read(size), kind)
    if put.status >= HTTPStatus.BAD_REQUEST:
        code = CODE.search(put.body)
        why = code[1].decode() if code else f"status {put.status}"
        return problem(502, "NotUploaded", f"S3 does not take the picture: {why}.")
    return Answer(200, json.dumps({"key": form["key"]}).encode(), JSON)
