"""Addresses that somebody gave: where they lead, and a request to the very place that was checked.

An address is someone else's word, and so is what its host's name resolves to. Whoever follows one
says which hosts and addresses are good for it; the connection goes to the address that was found
good, and ends when its time is over, however slowly the other side goes on.
"""

from __future__ import annotations

import ipaddress
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from http.client import HTTPResponse

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError when it has none."""


class Target(NamedTuple):
    """Where an address leads, and the place that was found good for its host."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def host_header(self) -> str:
        """The host as HTTP names it: its port only where that is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


PATH_MARKS = "/%?=&:+,;~@!$'()*"
"""What a path may hold as it is; a server's address may have spaces or letters of any kind."""


def path_of(parts: urllib.parse.SplitResult) -> str:
    """Path and query of an address, as a request line has them."""
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return urllib.parse.quote(path, safe=PATH_MARKS)


def listed(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host is one of ``hosts``, or lies below one."""
    name = host.lower()
    return any(name == one.lower() or name.endswith(f".{one.lower()}") for one in hosts if one)


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, where it is no name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address is one of the internet, and of no network inside it."""
    address = ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return address is not None and address.is_global and not address.is_multicast


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises OSError when it has none."""
    import socket

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@contextmanager
def asked(
    there: Target, ends: float, method: str, headers: Mapping[str, str], body: bytes | None = None
) -> Iterator[HTTPResponse]:
    """The answer to a request at the place that was checked, cut off when the time ends.

    ``ends`` is by the monotonic clock. Nothing is followed onward.

    Raises:
        OSError, http.client.HTTPException: when there is none in time.
    """
    # Who only holds an address to a list of hosts asks nobody.
    import socket
    import ssl
    from http.client import HTTPConnection

    left = max(0.1, ends - monotonic())
    line = socket.create_connection((there.address, there.port), timeout=left)

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    # A time-out of the socket is for each read, and a server may send a byte at a time.
    cut = threading.Timer(left, hang_up)
    cut.daemon = True
    cut.start()
    try:
        if there.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=there.host)
        connection = HTTPConnection(there.host, there.port)
        connection.sock = line
        named = {"Host": there.host_header, **headers}
        connection.request(method, there.path, body, named)
        yield connection.getresponse()
    finally:
        cut.cancel()
        line.close()
