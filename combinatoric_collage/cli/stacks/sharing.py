"""Shares of a stack's collages, asked for by its HTTP API, and the key that it signs them with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import sleep
from typing import Any

from collage import errors
from collage.errors import CollageError
from collage.sharing import key_pair
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack

ABOUT = "Signs the addresses of what is shared. Public half: "
"""How the description of a secret begins; the rest of it is the public half."""


def share(stack: Stack, collage: str, days: int, *, tiles: bool) -> dict[str, Any]:
    """Share a collage, and wait for the copy; the share as the API has it, with its address.

    Raises:
        RunFailed: by the name that the stack gives, when there is no copy in the end.
        CollageError: when the stack refuses.
    """
    asked = {"days": days, "tiles": tiles}
    seen = _asked(stack, "POST", f"/collages/{collage}/share", asked)
    while seen["state"] == "running":
        sleep(stack.poll_seconds)
        seen = _asked(stack, "GET", seen["links"]["self"])
    if seen["state"] != "open":
        what = seen.get("message") or "The share was ended while it was made."
        raise RunFailed(seen.get("error") or "Ended", what)
    return seen


def shares(stack: Stack, collage: str) -> list[dict[str, Any]]:
    """The shares of a collage, the oldest first."""
    return list(_asked(stack, "GET", f"/collages/{collage}/shares")["items"])


def unshare(stack: Stack, collage: str, only: str | None = None) -> list[dict[str, Any]]:
    """End all shares of a collage, or ``only`` one; those that were ended.

    Raises:
        NotInStore: when there is no such collage or share.
    """
    if only is not None:
        return [_asked(stack, "DELETE", f"/collages/{collage}/shares/{only}")]
    return list(_asked(stack, "DELETE", f"/collages/{collage}/share")["items"])


def known_key(secrets: Any, secret: str) -> str | None:
    """The public half of the key in a secret, if there is such a secret; the key is not read.

    Raises:
        RunFailed: OtherSecret, when it was not made by `new_key`.
    """
    try:
        described = secrets.describe_secret(SecretId=secret)
    except secrets.exceptions.ResourceNotFoundException:
        return None
    about = str(described.get("Description", ""))
    if not about.startswith(ABOUT):
        raise RunFailed("OtherSecret", f"The secret {secret} holds something else; name another.")
    return about.removeprefix(ABOUT)


def new_key(secrets: Any, secret: str, *, first: bool) -> str:
    """Make a pair, put the private half into a secret and nowhere else; the public half.

    The ``first`` one makes the secret. Of a later one the secret keeps the one before, which signs
    until the stack knows the public half of this.
    """
    private, public = key_pair.make()
    if first:
        secrets.create_secret(Name=secret, Description=ABOUT + public, SecretString=private)
    else:
        secrets.update_secret(SecretId=secret, Description=ABOUT + public, SecretString=private)
    return public


def _asked(
    stack: Stack, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the API answers.

    Raises:
        CollageError: by the name that it gives, when it refuses.
    """
    sent = json.dumps(body).encode() if body is not None else b""
    kind = {"Content-Type": "application/json"} if body is not None else {}
    answer = stack.api.ask(method, path, sent, kind)
    try:
        said: dict[str, Any] = json.loads(answer.body)
    except ValueError:
        said = {}
    if answer.status < 300:
        return said
    raise _named(answer.status, said)


def _named(status: int, said: Mapping[str, Any]) -> CollageError:
    name = str(said.get("type", "")).rpartition(":")[2] or "Refused"
    reason = str(said.get("detail") or said.get("message") or f"The API answers {status}.")
    kind: Any = getattr(errors, name, None)
    known = isinstance(kind, type) and issubclass(kind, CollageError)
    return kind(reason) if known else RunFailed(name, reason)
