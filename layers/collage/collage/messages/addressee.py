"""Who is told: the stack's own topics and webhook, and addresses that came with requests."""

from __future__ import annotations

import urllib.parse
from typing import Literal

from pydantic import Field

from collage.digest import sha256
from collage.errors import FieldError, InvalidRequest
from collage.frozen import Frozen
from collage.internet import listed

LONGEST_ADDRESS = 2_000
"""Characters of an address, which is what servers commonly take."""

REQUEST = "notify:"
"""How one of a request is called while it is told, with the name of its record: addresses stay out
of the workflow's history.
"""

LOOPBACK = ("127.0.0.1", "localhost")
"""Hosts that are this machine: with them alone is plain http spoken, on a laptop."""


class Addressee(Frozen):
    """notify/{name}.json: an address that is told of every end of a collage."""

    version: Literal[1] = 1
    webhook: str = Field(description="where to; who knows it may be all that guards it")

    @property
    def name(self) -> str:
        """The record's name: the same address is there once."""
        return sha256(self.webhook.encode())[:20]


def addressee(address: object, hosts: tuple[str, ...]) -> Addressee:
    """Who is told at ``address``, by a request; ``hosts`` are those that the stack allows.

    Raises:
        InvalidRequest: when it is no address of one of these hosts.
    """
    if not isinstance(address, str):
        raise _wrong("an address is text", hosts)
    try:
        parts = urllib.parse.urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong("it is no address", hosts) from None
    if not hosts:
        raise _wrong("this stack tells nobody by request; NotifyHosts says which hosts it may", ())
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not secure or not host or parts.username is not None or parts.password is not None:
        raise _wrong("an address begins with https:// and has no user in it", hosts)
    if len(address) > LONGEST_ADDRESS or parts.fragment or not address.isprintable():
        raise _wrong(f"an address has at most {LONGEST_ADDRESS:,} characters and no #", hosts)
    if not listed(host, hosts):
        raise _wrong(f"{host} is none of the hosts that may be told: {', '.join(hosts)}", hosts)
    return Addressee(webhook=address)


def _wrong(why: str, hosts: tuple[str, ...]) -> InvalidRequest:
    return InvalidRequest(f"notify: {why}.", [FieldError("notify", why, list(hosts))])
