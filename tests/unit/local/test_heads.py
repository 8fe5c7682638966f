"""Heads of requests are read as Python and werkzeug read them."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import MotoRequestHandler

from combinatoric_collage.local.connections import Connections
from combinatoric_collage.local.http import kept_alive

PLAIN = [
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n",
    "GET /b/a%2Fb%C3%A4%FF/c+d?list-type=2&x=%2F&&y HTTP/1.1\r\nHost:x\r\n\r\n",
    "GET /b/k HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-one:  2 \r\n\r\n",
    "PUT /b/k HTTP/1.1\r\nContent-Length: 3\r\ncontent-type: a/b\r\nConnection: close\r\n\r\nabc",
    "PUT /b/k HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 2\r\nX: \xe4\r\nY:\r\n\r\nabc",
    "POST /? HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.UpdateItem\r\nContent-Length: 0\r\n\r\n",
]
OTHERS = [
    "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
    "GET //b/k HTTP/1.1\r\n\r\n",
    "GET http://x/b/k HTTP/1.1\r\nHost: y\r\n\r\n",
    "GET /b/k#part HTTP/1.1\r\n\r\n",
    "GET /b/\xe4 HTTP/1.1\r\n\r\n",
    "GET /b HTTP/1.1\nHost: x\n\n",
    "GET /b HTTP/1.1\r\nX: one\r\n two\r\n\r\n",
    "GET /b HTTP/1.1\r\nX: one\rtwo\r\n\r\n",
    "GET /b HTTP/1.1\r\nx-amz-meta-my_name: 1\r\nx_one: 2\r\n\r\n",
    "GET /b HTTP/1.1\r\nno field\r\nX: 1\r\n\r\n",
    "GET /b HTTP/1.1\r\nX: 1",
    "GET /b HTTP/1.1\r\n",
    "GET /b\r\n\r\n",
    "GET / b HTTP/1.1\r\n\r\n",
    "GET /b HTTP/2.1\r\n\r\n",
    "PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "PUT /b HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
    "GET /b HTTP/1.1\r\n" + "X: 1\r\n" * 101 + "\r\n",
    "GET /b HTTP/1.1\r\nX: " + "1" * 65_536 + "\r\n\r\n",
]
UNSEEN = ("wsgi.errors", "werkzeug.socket", "SERVER_SOFTWARE", "REMOTE_PORT", "wsgi.input")
"""What nobody looks at, or is another object each time; a body is compared by itself."""

PLACE = ("127.0.0.1", 2)
SERVER: Any = SimpleNamespace(
    server_address=PLACE,
    ssl_context=None,
    multithread=True,
    multiprocess=False,
    _server_version="moto",
)


class Client:
    """The client's end of a connection, which has sent all that it is to send."""

    def __init__(self, sent: str) -> None:
        self.heard = b""
        self._sent = io.BufferedReader(io.BytesIO(sent.encode("latin-1")))  # type: ignore[arg-type]

    def makefile(self, *_: Any) -> io.BufferedReader:
        return self._sent

    def sendall(self, said: bytes) -> None:
        self.heard += said

    def setsockopt(self, *_: Any) -> None:
        """There is no socket."""


def read(kind: type[MotoRequestHandler], sent: str) -> tuple[bool, Any, bytes]:
    """Whether a head was plain, how it is handed on with the body, and what its client hears."""
    found: list[Any] = []

    class Seen(kind):  # type: ignore[misc,valid-type]
        def run_wsgi(self) -> None:
            made = self.make_environ()
            body = made["wsgi.input"].read(int(made.get("CONTENT_LENGTH") or 0))
            kept = {name: value for name, value in made.items() if name not in UNSEEN}
            found.append((kept, body, self.close_connection, self.command, self.path))
            self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return "now"

        def log(self, *_: Any) -> None:
            """What is wrong is told to the client."""

    client: Any = Client(sent)
    made = Seen(client, PLACE, SERVER)
    return getattr(made, "is_plain", False), found, client.heard


class Theirs(MotoRequestHandler):
    """moto's, as it speaks where connections stay open."""

    protocol_version = "HTTP/1.1"


@pytest.mark.parametrize("sent", [*PLAIN, *OTHERS])
def test_a_head_is_read_as_by_werkzeug(sent: str) -> None:
    ours = kept_alive.handler(Connections())

    plain, found, heard = read(ours, sent)
    _, expected, said = read(Theirs, sent)

    assert plain == (sent in PLAIN)
    assert found == expected
    assert heard == said


def test_what_begins_after_a_request_is_left_for_the_next() -> None:
    found: list[str] = []
    client: Any = Client("GET /1 HTTP/1.1\r\n\r\n" + PLAIN[2])

    class Seen(kept_alive.handler(Connections())):  # type: ignore[misc]
        def run_wsgi(self) -> None:
            found.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"] or 0))

    Seen(client, PLACE, SERVER)

    assert found == ["/1", "/b/k"]
