"""Whether a request is meant for a server on this machine, or came by a page of another site.

A page may have a name of its own point at 127.0.0.1 (DNS rebinding), and may send simple requests
to any address (cross-site request forgery); the browser tells of both in Host and Origin.
"""

from collections.abc import Sequence
from functools import lru_cache

PORTS = 256
"""Whose names are kept; a process has one of each of its servers."""
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@lru_cache(PORTS)
def hosts(port: int) -> frozenset[str]:
    """What a client that means this server calls it in Host."""
    return frozenset(f"{name}:{port}" for name in LOOPBACK_NAMES)


def origins(port: int) -> frozenset[str]:
    """The origins of pages that the server itself has sent."""
    return frozenset(f"http://{host}" for host in hosts(port))


def is_foreign(origin: str | None, port: int) -> bool:
    """Whether a page of another origin asks; what is no page names no origin."""
    return origin is not None and origin not in origins(port)


def is_meant(hosts_named: Sequence[str], port: int) -> bool:
    """Whether the values of Host are one name of this server."""
    return len(hosts_named) == 1 and hosts_named[0].lower() in hosts(port)
