"""Pictures by address, from servers on loopback; the rules for other hosts with given addresses."""

import base64
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from pytest_socket import enable_socket

from collage.engines.openai import fetching
from collage.engines.openai.fetching import fetch, target
from collage.errors import CollageError, PictureElsewhere, PictureNotFetched

PNG = b"\x89PNG and so on"
Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The servers of these tests listen on loopback."""
    enable_socket()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSES", (0.0, 0.0))


class Server(http.server.ThreadingHTTPServer):
    """Answers GET as it is told to, and keeps the paths it was asked for."""

    daemon_threads = True

    def __init__(self, answer: Handler) -> None:
        self.asked: list[str] = []
        self.hosts: list[str] = []

        class Handles(http.server.BaseHTTPRequestHandler):
            def do_GET(handler) -> None:  # noqa: N805
                self.asked.append(handler.path)
                self.hosts.append(handler.headers["host"])
                answer(handler)

            def log_message(handler, *_: object) -> None:  # noqa: N805
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Handles)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no matter."""


@contextmanager
def serving(answer: Handler) -> Iterator[Server]:
    server = Server(answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def sends(data: bytes, status: int = 200, **headers: str) -> Handler:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-length": str(len(data)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def at(*addresses: str) -> fetching.Resolve:
    return lambda host, port: addresses


PUBLIC = at("93.184.216.34")
OPENAI = "https://api.openai.com/v1/"


def test_a_picture_comes_from_the_servers_own_host() -> None:
    with serving(sends(PNG)) as server:
        assert fetch(f"{server.origin}/a.png?x=1%202#part", f"{server.origin}/v1") == PNG

    assert server.asked == ["/a.png?x=1%202"]
    assert server.hosts == [f"127.0.0.1:{server.server_port}"]


def test_a_scheme_in_capitals_is_one() -> None:
    with serving(sends(PNG)) as server:
        assert fetch(server.origin.replace("http", "HTTP") + "/a", server.origin) == PNG


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("data:image/png;base64," + base64.b64encode(PNG).decode(), PNG),
        ("DATA:;BASE64,aGVsbG8=", b"hello"),
        ("data:,a%20b", b"a b"),
    ],
)
def test_a_data_address_holds_its_picture(url: str, expected: bytes) -> None:
    assert fetch(url, OPENAI) == expected


@pytest.mark.parametrize("url", ["data:image/png;base64", "data:image/png;base64,%%%", "data:"])
def test_a_data_address_without_data_has_a_name(url: str) -> None:
    with pytest.raises(PictureNotFetched, match="without data"):
        fetch(url, OPENAI)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://api.openai.com/pictures/a.png", OPENAI),
        ("https://files.openai.com:8443/a.png", OPENAI),
        ("https://imgen.x.ai/a.png", "https://api.x.ai/v1"),
        ("https://pictures.maker.co.uk/a", "https://api.maker.co.uk/v1"),
        ("https://cdn.store.net/a", OPENAI),
        ("https://store.net/a", OPENAI),
    ],
)
def test_a_public_host_of_the_servers_domain_or_of_the_list_is_followed(
    url: str, base: str
) -> None:
    found = target(url, base, ["store.net"], PUBLIC)

    assert found.address == "93.184.216.34"
    assert found.scheme == "https"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://elsewhere.net/a", OPENAI),
        ("https://openai.com.elsewhere.net/a", OPENAI),
        ("https://notopenai.com/a", OPENAI),
        ("https://badstore.net/a", OPENAI),
        ("https://other.co.uk/a", "https://api.maker.co.uk/v1"),
        ("https://stranger.azurewebsites.net/a", "https://ours.azurewebsites.net/v1"),
        ("https://93.184.216.35/a", "https://93.184.216.34/v1"),
        ("http://api.openai.com/a", OPENAI),
        ("http://files.openai.com/a", "http://api.openai.com/v1"),
        ("http://api.openai.com/a", "http://api.openai.com/v1"),
        ("http://localhost/latest/meta-data", "http://127.0.0.1:4000/v1"),
        ("https://me:word@api.openai.com/a", OPENAI),
        ("file:///etc/hostname", OPENAI),
        ("ftp://api.openai.com/a", OPENAI),
        ("//api.openai.com/a", OPENAI),
        ("/pictures/a.png", OPENAI),
        ("https:///a", OPENAI),
        ("http://[::1", OPENAI),
        ("https://api.openai.com:port/a", OPENAI),
    ],
)
def test_another_host_or_scheme_is_not_followed(url: str, base: str) -> None:
    with pytest.raises(PictureElsewhere, match="The provider's picture lies at "):
        target(url, base, ["store.net"], PUBLIC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_inside_a_network_is_not_followed(address: str) -> None:
    with pytest.raises(PictureElsewhere, match="not at a public address"):
        target("https://files.openai.com/a", OPENAI, [], at(address))


def test_of_many_addresses_a_public_one_is_taken() -> None:
    found = target("https://files.openai.com/a", OPENAI, [], at("10.0.0.1", "2606:2800::1"))

    assert found.address == "2606:2800::1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_servers_own_host_may_lie_inside(scheme: str) -> None:
    base = f"{scheme}://gpu.lan:8000/v1"

    assert target(f"{scheme}://gpu.lan:8000/a", base, [], at("10.0.0.9")).address == "10.0.0.9"


def test_a_redirect_is_held_to_the_same_rules() -> None:
    with (
        serving(sends(b"", 302, location="http://localhost:9/a")) as server,
        pytest.raises(PictureElsewhere, match="http://localhost"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert server.asked == ["/a"]


def test_a_redirect_within_the_host_is_followed() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        if handler.path == "/a":
            sends(b"", 307, location="b?c=d")(handler)
        else:
            sends(PNG)(handler)

    with serving(answer) as server:
        assert fetch(f"{server.origin}/a", server.origin) == PNG

    assert server.asked == ["/a", "/b?c=d"]


def test_redirects_in_a_circle_end() -> None:
    with (
        serving(sends(b"", 302, location="/a")) as server,
        pytest.raises(PictureNotFetched, match="5 redirects"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert len(server.asked) == 6


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_picture_that_is_not_there_yet_is_asked_for_again(status: int) -> None:
    answers = [sends(b"", status), sends(b"", status), sends(PNG)]

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        answers.pop(0)(handler)

    with serving(answer) as server:
        assert fetch(f"{server.origin}/a", server.origin) == PNG

    assert server.asked == ["/a"] * 3


def test_a_picture_that_never_comes_is_given_up() -> None:
    with (
        serving(sends(b"", 404)) as server,
        pytest.raises(PictureNotFetched, match=r"could not be fetched .* it answers 404"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert len(server.asked) == 3


def test_a_picture_that_is_kept_from_us_is_asked_for_once() -> None:
    with (
        serving(sends(b"", 403)) as server,
        pytest.raises(PictureNotFetched, match="answers 403"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert len(server.asked) == 1


def cut(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(PNG)


def test_a_picture_that_is_cut_off_is_asked_for_again() -> None:
    with (
        serving(cut) as server,
        pytest.raises(PictureNotFetched, match="could not be fetched"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert len(server.asked) == 3


@pytest.mark.parametrize("tells", [True, False])
def test_a_picture_without_end_is_not_read_to_it(
    tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 3_000_000)
    written = []

    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if tells:
            handler.send_header("content-length", "3000001")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(bytes(100_000))
            written.append(100_000)

    with (
        serving(endless) as server,
        pytest.raises(PictureNotFetched, match="more than 2 MB"),
    ):
        fetch(f"{server.origin}/a", server.origin)

    assert len(server.asked) == 1
    assert sum(written) < 20_000_000


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_picture_in_drops_is_cut_off_in_time(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    ended = threading.Event()

    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        while not ended.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    with serving(drip) as server, pytest.raises(PictureNotFetched, match=r"more than [01] s"):
        fetch(f"{server.origin}/a", server.origin)
    ended.set()


def test_pictures_of_one_answer_share_its_time() -> None:
    with serving(cut) as server, pytest.raises(PictureNotFetched, match="could not be fetched"):
        fetch(f"{server.origin}/a", server.origin, (), monotonic() - 1)

    assert len(server.asked) == 1


def test_a_host_that_has_no_address_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    monkeypatch.setattr(fetching, "resolved", unknown)

    with pytest.raises(CollageError, match="could not be fetched"):
        fetch("https://files.openai.com/a", OPENAI)
