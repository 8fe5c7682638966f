"""Pictures that a server answers by address: where they may lie, how large, how long it may take.

An address in an answer is someone else's word. It is followed only to the server's own domain or
to hosts that the stack names, never to an address inside a network, and neither are redirects; the
connection goes to the very address that was checked.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic, sleep

from collage.errors import PictureElsewhere, PictureNotFetched

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

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError when it has none."""


@dataclass(frozen=True)
class Target:
    """Where a picture lies, and the address that was found good for its host."""

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
    if not (is_own or _domain(host) == _domain(own.hostname or "") or _listed(host, hosts)):
        raise _elsewhere(f"{host}, which is not the server's own; OpenAiPictureHosts may name it")
    port = port or (443 if scheme == "https" else 80)
    addresses = [a for a in resolve(host, port) if _may_lie(a, is_own, scheme)]
    if not addresses:
        raise _elsewhere(f"{host}, which is not at a public address")
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Target(scheme, host, port, addresses[0], urllib.parse.quote(path, safe=PATH_MARKS))


PATH_MARKS = "/%?=&:+,;~@!$'()*"
"""What a path may hold as it is; a server's address may have spaces or letters of any kind."""


def _may_lie(address: str, is_own: bool, scheme: str) -> bool:
    """Whether a picture may be at an address.

    The server's own host is the stack's choice and may be inside a network; without TLS only there.
    """
    public = _is_public(address)
    return public or is_own if scheme == "https" else is_own and not public


def _elsewhere(where: str) -> PictureElsewhere:
    return PictureElsewhere(f"The provider's picture lies at {where}.")


def _domain(host: str) -> str:
    """The part of a host's name that one owner has registered; of an address, all of it."""
    name = host.lower().rstrip(".")
    labels = name.split(".")
    if _address(name) is not None:
        return name
    countrys = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in REGISTERED_BELOW
    domain = ".".join(labels[-3 if countrys else -2 :])
    return name if domain in SHARED_DOMAINS else domain


def _listed(host: str, hosts: Sequence[str]) -> bool:
    name = host.lower()
    return any(name == one.lower() or name.endswith(f".{one.lower()}") for one in hosts if one)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _is_public(text: str) -> bool:
    address = _address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        address = inner or address
    return address is not None and address.is_global and not address.is_multicast


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _followed(url: str, base_url: str, hosts: Sequence[str], ends: float) -> bytes:
    """The picture at an address or where that leads to, in one try."""
    try:
        for _ in range(1 + REDIRECTS):
            there = target(url, base_url, hosts, _resolved)
            with _asked(there, ends) as answer:
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


@contextmanager
def _asked(there: Target, ends: float) -> Iterator[HTTPResponse]:
    """The answer to a GET at the address that was checked, cut off when the time ends."""
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
        headers = {"Host": there.host_header, "Accept": "image/*"}
        connection.request("GET", there.path, headers=headers)
        yield connection.getresponse()
    finally:
        cut.cancel()
        line.close()


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
