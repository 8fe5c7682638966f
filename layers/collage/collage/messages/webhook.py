"""A webhook: a message that is posted to an address, signed as Standard Webhooks has it.

::

    webhook-id: the event's id, the same for every try
    webhook-timestamp: seconds since 1970 of this try
    webhook-signature: v1,{base64 of HMAC-SHA256 over "{id}.{timestamp}.{body}"}
"""

from __future__ import annotations

import base64
import hmac
import json
import urllib.parse
from collections.abc import Mapping
from http.client import HTTPException
from time import monotonic

import collage
from collage.errors import PermanentError, TransientError
from collage.internet import Resolve, Target, asked, ip_address, is_public, path_of, resolved
from collage.messages.addressee import LOOPBACK
from collage.messages.event import Event

MOST_SECONDS = 15.0
"""For one try, from finding the host to its answer; Standard Webhooks says 15 to 30."""

GONE = 410
"""The answer of who wants no more of it."""


class NotDelivered(TransientError):
    """A message was not taken this time."""


class AddressRefused(PermanentError):
    """A message is not sent where its address leads, or is not wanted there any more."""


def body(event: Event, stack: str) -> bytes:
    """What is posted: what happened, when, and the event's detail."""
    said = {
        "type": f"collage.{event.kind}",
        "timestamp": event.time,
        "data": {"stack": stack, **event.detail},
    }
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


def signed(secret: str, message: str, at: int, content: bytes) -> dict[str, str]:
    """The headers by which the other side knows who sent it, and when.

    ``secret`` is base64, with or without ``whsec_`` before it; ``at`` in seconds since 1970.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message}.{at}.".encode() + content, "sha256")
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def post(
    address: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    laptop: bool,
    resolve: Resolve = resolved,
) -> None:
    """Post a message, once; of the answer only its status is read, and no redirect is followed.

    ``laptop`` says whether this machine may be told, by plain http.

    Raises:
        AddressRefused: when the address leads inside a network, or wants no more messages.
        NotDelivered: when it was not taken, in MOST_SECONDS.
    """
    host = urllib.parse.urlsplit(address).hostname
    ends = monotonic() + MOST_SECONDS
    named = {
        "Content-Type": "application/json",
        "User-Agent": collage.USER_AGENT,
        **headers,
    }
    try:
        there = target(address, laptop=laptop, resolve=resolve)
        with asked(there, ends, "POST", named, content) as answer:
            status = answer.status
    except (OSError, UnicodeError, HTTPException) as error:
        # The address itself is not told: who knows it may be all that guards it.
        late = monotonic() >= ends
        why = f"nothing in {MOST_SECONDS:.0f} s" if late else type(error).__name__
        raise NotDelivered(f"{host} did not take the message: {why}.") from error
    if status == GONE:
        raise AddressRefused(f"{host} wants no more messages: it answered {GONE}.")
    if not 200 <= status < 300:
        raise NotDelivered(f"{host} did not take the message: it answered {status}.")


def target(address: str, *, laptop: bool, resolve: Resolve) -> Target:
    """Where to connect to for an address, if it is one that messages may go to.

    Raises:
        AddressRefused: when it is not.
        OSError: when its host has no address.
    """
    parts = urllib.parse.urlsplit(address)
    scheme, host = parts.scheme, parts.hostname or ""
    here = laptop and host in LOOPBACK
    if not host or scheme not in (("https", "http") if here else ("https",)):
        raise AddressRefused("A message goes to an address that begins with https:// alone.")
    port = parts.port or (443 if scheme == "https" else 80)
    good = [found for found in resolve(host, port) if _may_lie(found, here)]
    if not good:
        raise AddressRefused(f"{host} is not at a public address; no message goes there.")
    return Target(scheme, host, port, good[0], path_of(parts))


def _may_lie(found: str, here: bool) -> bool:
    known = ip_address(found)
    return known is not None and known.is_loopback if here else is_public(found)
