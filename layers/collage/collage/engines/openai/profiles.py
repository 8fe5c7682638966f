"""Servers that speak OpenAI's image API, by kind: what each does its own way.

The stack's parameter OpenAiServer, on a laptop the variable OPENAI_SERVER, names the kind.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["openai", "azure", "litellm", "compatible"]


class Profile(NamedTuple):
    """How a kind of server is asked."""

    path: str = "/v1/"
    """What follows a base URL that has no path of its own."""
    key_header: str | None = None
    """The header that the key goes into; None for `Authorization: Bearer`."""
    knows_n: bool = True
    """Whether ``n`` may be sent; a server that does not know it makes one picture a call."""


PROFILES: Mapping[Kind, Profile] = {
    "openai": Profile(),
    "azure": Profile(path="/openai/v1/", key_header="api-key"),
    "litellm": Profile(),
    "compatible": Profile(knows_n=False),
}


class Server(NamedTuple):
    """The server of a stack: how the engine asks it, and what it makes of the answers."""

    knows_n: bool = True
    mask_field: str | None = "mask"
    """The field that the mask goes out as; None for a server that takes no mask."""
    picture_hosts: tuple[str, ...] = ()
    """Hosts that pictures may lie at, beside the server's own."""
    previews: int = 0
    """Previews of a picture that it streams on the way; 0: answers come at once."""
    usd_per_image: float | None = None
    """What a picture costs there, where the stack says so."""


def address(base_url: str, kind: Kind, api_version: str) -> tuple[str | None, dict[str, str]]:
    """The base URL as the client takes it, and the query that goes with every request.

    A URL without a path gets the one of its kind; a query in the URL goes along, such as Azure's
    ``api-version``, which ``api_version`` gives too. Without a URL it is OpenAI's own.
    """
    query = {"api-version": api_version} if api_version else {}
    if not base_url:
        return None, query
    parts = urllib.parse.urlsplit(base_url)
    query = dict(urllib.parse.parse_qsl(parts.query)) | query
    path = parts.path if parts.path.strip("/") else PROFILES[kind].path
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", "")), query
