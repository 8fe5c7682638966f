"""A web server for one person's own browser: loopback only, reading only."""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote

from combinatoric_collage.local import same_origin

logger = logging.getLogger("local.view")

ADDRESS = "127.0.0.1"


class Site(Protocol):
    """What is served."""

    def read(self, path: PurePosixPath) -> bytes | None:
        """What lies at a path without ``..``; None where there is nothing."""


class Folder:
    """A folder on the disk, with nothing of what lies outside of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, path: PurePosixPath) -> bytes | None:
        """A file of the folder."""
        # Resolved, a link that leads out of the folder is seen for what it is.
        try:
            file = (self.root / path).resolve()
            inside = file.is_relative_to(self.root) and file.is_file()
            return file.read_bytes() if inside else None
        except OSError:
            # No file can have such a name, or it is gone meanwhile.
            return None


@contextmanager
def serving(site: Site, port: int = 0) -> Iterator[str]:
    """A server for the time of the context; its address. Port 0 is one that is free.

    Raises:
        OSError: when the port is taken.
    """
    from threading import Thread

    with ThreadingHTTPServer((ADDRESS, port), partial(_Handler, site)) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{ADDRESS}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ThreadingHTTPServer

    def __init__(self, site: Site, *rest: object) -> None:
        self.site = site
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if not self._is_asked_for():
            return self._send(HTTPStatus.FORBIDDEN, b"This is served to this machine only.\n")
        asked = self.path.partition("?")[0].partition("#")[0]
        path = PurePosixPath(unquote(asked).lstrip("/"))
        if str(path) in (".", ""):
            path = PurePosixPath("index.html")
        elif asked.endswith("/"):
            path /= "index.html"
        try:
            data = None if ".." in path.parts or "\0" in str(path) else self.site.read(path)
        except Exception:
            logger.exception("%s could not be read", path)
            return self._send(HTTPStatus.INTERNAL_SERVER_ERROR, b"This could not be read.\n")
        if data is None:
            return self._send(HTTPStatus.NOT_FOUND, b"There is nothing here.\n")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return self._send(HTTPStatus.OK, data, kind)

    def _is_asked_for(self) -> bool:
        """Whether it is meant for this server, and is of no other site's page."""
        port = self.server.server_port
        return (
            same_origin.is_meant(self.headers.get_all("Host", []), port)
            and not same_origin.is_foreign(self.headers.get("Origin"), port)
            and not self._is_embedded()
        )

    def _is_embedded(self) -> bool:
        """Whether a page of another site holds it, as a picture, a script, a frame."""
        # Older browsers send neither header, and keep to Cross-Origin-Resource-Policy.
        apart = self.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        return apart and self.headers.get("Sec-Fetch-Dest") != "document"

    def _send(self, status: HTTPStatus, data: bytes, kind: str = "text/plain") -> None:
        text = kind.startswith("text/") or kind in ("application/json", "application/javascript")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def handle(self) -> None:
        # A browser that goes away is no news.
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing: a page is a hundred requests."""
