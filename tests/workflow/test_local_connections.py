"""A server's connections stay open between requests, and end where nothing else ends an answer."""

import http.client
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from combinatoric_collage.local.http.server import Server


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Says what it was sent; the path says how."""
    how = environ["PATH_INFO"].strip("/")
    if how == "fails":
        raise RuntimeError("no answer")
    if how == "unread":
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    body = environ["wsgi.input"].read()
    if how == "pieces":
        start("200 OK", [])
        return [body[:3], b"", body[3:]]
    if how == "short":
        start("200 OK", [("Content-Length", str(len(body) + 1))])
        return [body]
    if how == "nothing":
        start("204 No Content", [])
        return []
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(0)
    made.start(application)
    yield made
    made.stop()


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", server.port)
    yield made
    made.close()


def ask(connection: http.client.HTTPConnection, path: str, body: Any, **how: Any) -> bytes:
    connection.request("POST", path, body, **how)
    return connection.getresponse().read()


def test_requests_come_one_after_another_on_one_connection(
    connection: http.client.HTTPConnection,
) -> None:
    assert ask(connection, "/", b"first") == b"first"
    first = connection.sock
    assert ask(connection, "/unread", b"nobody reads this") == b"ok"
    assert ask(connection, "/pieces", b"abcdef") == b"abcdef"
    assert ask(connection, "/nothing", b"abc") == b""
    assert ask(connection, "/", iter([b"in ", b"chunks"]), encode_chunked=True) == b"in chunks"
    connection.request("HEAD", "/")
    assert connection.getresponse().read() == b""
    assert ask(connection, "/", b"last") == b"last"

    assert connection.sock is first


def test_who_asks_whether_to_go_on_is_told_to(server: Server) -> None:
    with (
        socket.create_connection(("127.0.0.1", server.port)) as asked,
        asked.makefile("rb") as said,
    ):
        asked.sendall(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert said.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert said.readline() == b"\r\n"
        asked.sendall(b"body")
        assert said.readline() == b"HTTP/1.1 200 OK\r\n"


def test_an_answer_that_lacks_some_of_itself_ends_with_its_connection(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("POST", "/short", b"abc")

    with pytest.raises(http.client.IncompleteRead) as broken:
        connection.getresponse().read()
    assert broken.value.partial == b"abc"


def test_what_fails_is_said_and_ends_the_connection(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("POST", "/fails", b"abc")
    answer = connection.getresponse()

    assert (answer.status, answer.getheader("Connection")) == (500, "close")


def test_a_client_of_the_older_protocol_gets_the_body_and_the_end_of_it(server: Server) -> None:
    with (
        socket.create_connection(("127.0.0.1", server.port)) as asked,
        asked.makefile("rb") as said,
    ):
        asked.sendall(b"POST /pieces HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello")
        answer = said.read()

    assert answer.endswith(b"Connection: close\r\n\r\nhello")


def test_a_body_whose_length_is_no_number_is_refused(server: Server) -> None:
    with (
        socket.create_connection(("127.0.0.1", server.port)) as asked,
        asked.makefile("rb") as said,
    ):
        asked.sendall(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
        assert said.readline().startswith(b"HTTP/1.1 400 ")
