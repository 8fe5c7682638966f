"""What listens on loopback is asked there."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from pytest_socket import enable_socket

from combinatoric_collage.studio import pages
from combinatoric_collage.studio.studio_server import Server, serving
from tests.unit.studio.asking import Gateway, reached


@pytest.fixture(autouse=True)
def _loopback(_no_network: None) -> None:
    enable_socket()
    if not pages.is_built():
        pytest.skip("the studio was not built")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    known = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            known.asked.append((self.command, self.path, headers, body))
            bucket = self.path.startswith("/bucket")
            sent = b"" if bucket or known.status == 304 else json.dumps(known.answer).encode()
            self.send_response(204 if bucket else known.status)
            self.send_header("Content-Type", known.kind)
            self.send_header("Content-Length", str(len(sent)))
            for name, value in known.more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@pytest.fixture
def studio(stack: Any, gateway: Gateway) -> Iterator[Server]:
    found = reached(stack, gateway.url)
    with serving(lambda: found, "a<b") as server:
        yield server
