"""Pictures that a server answers by address: where they may lie, how large, how long it may take.

An address in an answer is someone else's word. It is followed only to the server's own domain or
to hosts that the stack names, never to an address inside a network, and neither are redirects; the
connection goes to the very address that was checked.
"""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Sequence
from http.client import HTTPException, HTTPResponse
from time import monotonic, sleep

from collage.errors import PictureElsewhere, PictureNotFetched
from collage.internet import (
    Resolve,
    Target,
    asked,
    ip_address,
    is_public,
    listed,
    path_of,
    resolved,
)

MOST_BYTES = 64 * 2**20
"""Of one picture: four times what 3840 x 2160 pixels take uncompressed."""

MOST_ENCODED = MOST_BYTES * 4 // 3 + 4
"""The same in base64."""

MOST_SECONDS = 60.0
"""For the pictures of one answer, with all redirects and tries."""

PAUSES = (1.0, 3.0)
"""Seconds before the second try and the third: only the picture is asked for again."""

REDIRECTS = 5

SHARED_DOMAINS = (
    "amazonaws.com",
    "appspot.com",
    "azure.com",
    "azurewebsites.net",
    "cloudfront.net",
    "fly.dev",
    "github.io",
    "googleapis.com",
    "herokuapp.com",
    "hf.space",
    "modal.run",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "run.app",
    "runpod.net",
    "trycloudflare.com",
    "vercel.app",
    "windows.net",
    "workers.dev",
)
"""Domains under which strangers have hosts: only the host itself is the server's own there."""

REGISTERED_BELOW = ("ac", "co", "com", "edu", "go", "gov", "mil", "ne", "net", "or", "org")
"""Names right below a country's that owners register below, such as co.uk."""


class _Again(Exception):
    """The picture did not come this time; the message says how it ended."""


def fetch(url: str, base_url: str, hosts: Sequence[str] = (), ends: float | None = None) -> bytes:
    """The bytes of the picture at ``url``, as the server at ``base_url`` answered it.

    ``hosts`` are others that pictures may lie at, each with all below it. A ``data:`` address
    holds its picture. ``ends`` is when to give up, by the monotonic clock; in MOST_SECONDS unless
    pictures of one answer share it.

    Raises:
        PictureElsewhere: when the address is one that is not followed.
        PictureNotFetched: when there is no picture to be had there in time.
    """
    if url[:5].lower() == "data:":
        return _data(url)
    ends = monotonic() + MOST_SECONDS if ends is None else ends
    pauses = list(PAUSES)
    while True:
        try:
            return _followed(url, base_url, hosts, ends)
        except _Again as error:
            if not pauses or monotonic() + pauses[0] > ends:
                raise PictureNotFetched(
                    f"The picture was made, but could not be fetched from where it lies: {error}."
                ) from error
        sleep(pauses.pop(0))


def target(url: str, base_url: str, hosts: Sequence[str], resolve: Resolve) -> Target:
    """Where to connect to for ``url``, if the rules allow it.

    Raises:
        PictureElsewhere: when they do not; the message names the host and the way out.
        OSError: when the host has no address.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise _elsewhere(f"{url[:80]!r}, which is no address") from error
    own = urllib.parse.urlsplit(base_url)
    is_own = host == (own.hostname or "")
    if scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise _elsewhere(f"{url[:80]!r}; only https is fetched")
    if scheme == "http" and not (is_own and own.scheme == "http"):
        raise _elsewhere(f"{scheme}://{host}; only https is fetched")
    if not (is_own or _domain(host) == _domain(own.hostname or "") or listed(host, hosts)):
        raise _elsewhere(f"{host}, which is not the server's own; OpenAiPictureHosts may name it")
    port = port or (443 if scheme == "https" else 80)
    addresses = [a for a in resolve(host, port) if _may_lie(a, is_own, scheme)]
    if not addresses:
        raise _elsewhere(f"{host}, which is not at a public address")
    return Target(scheme, host, port, addresses[0], path_of(parts))


def _may_lie(address: str, is_own: bool, scheme: str) -> bool:
    """Whether a picture may be at an address.

    The server's own host is the stack's choice and may be inside a network; without TLS only there.
    """
    public = is_public(address)
    return public or is_own if scheme == "https" else is_own and not public


def _elsewhere(where: str) -> PictureElsewhere:
    return PictureElsewhere(f"The provider's picture lies at {where}.")


def _domain(host: str) -> str:
    """The part of a host's name that one owner has registered; of an address, all of it."""
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if ip_address(name) is not None:
        return name
    countrys = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in REGISTERED_BELOW
    domain = ".".join(labels[-3 if countrys else -2 :])
    return name if domain in SHARED_DOMAINS else domain


def _followed(url: str, base_url: str, hosts: Sequence[str], ends: float) -> bytes:
    """The picture at an address or where that leads to, in one try."""
    try:
        for _ in range(1 + REDIRECTS):
            there = target(url, base_url, hosts, resolved)
            with asked(there, ends, "GET", {"Accept": "image/*"}) as answer:
                onward = answer.getheader("location") if answer.status in REDIRECTED else None
                if onward is None:
                    return _body(answer, ends)
            url = urllib.parse.urljoin(url, onward)
    except (OSError, UnicodeError, HTTPException) as error:
        raise _Again(_late(ends) or type(error).__name__) from error
    raise PictureNotFetched(f"The picture was made, but lies behind over {REDIRECTS} redirects.")


def _late(ends: float) -> str:
    return f"it took more than {MOST_SECONDS:.0f} s" if monotonic() >= ends else ""


REDIRECTED = (301, 302, 303, 307, 308)
LASTING = (400, 401, 403, 410)
"""Answers that another try does not change; a picture that is not found may be there soon."""


def _body(answer: HTTPResponse, ends: float) -> bytes:
    if answer.status in LASTING:
        raise PictureNotFetched(f"The picture was made, but its address answers {answer.status}.")
    if answer.status != 200:
        raise _Again(f"it answers {answer.status}")
    if (answer.length or 0) > MOST_BYTES:
        raise _too_large()
    data = bytearray()
    while chunk := answer.read(min(2**20, MOST_BYTES + 1 - len(data))):
        data += chunk
        if len(data) > MOST_BYTES:
            raise _too_large()
    # What was cut off can look like an end.
    if answer.length or _late(ends):
        raise _Again(_late(ends) or "it ends before its end")
    return bytes(data)


def _too_large() -> PictureNotFetched:
    return PictureNotFetched(f"The picture was made, but has more than {MOST_BYTES // 2**20} MB.")


def embedded(encoded: str) -> bytes:
    """The picture that an answer holds in base64.

    Raises:
        PictureNotFetched: when it is larger than one that is fetched may be.
        ValueError: when it is no base64.
    """
    if len(encoded) > MOST_ENCODED:
        raise _too_large()
    return base64.b64decode(encoded)


def _data(url: str) -> bytes:
    head, comma, body = url.partition(",")
    if len(body) > MOST_ENCODED:
        raise _too_large()
    try:
        if not comma:
            raise ValueError("no comma")
        if head.lower().endswith(";base64"):
            return base64.b64decode(urllib.parse.unquote(body), validate=True)
        return urllib.parse.unquote_to_bytes(body)
    except ValueError as error:
        raise PictureNotFetched(
            "The picture was made, but is a data address without data."
        ) from error
