"""The Hugging Face Hub on loopback: what its client asks for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMMIT = hashlib.sha1(b"the commit", usedforsecurity=False).hexdigest()


@contextmanager
def serving(repositories: Path) -> Iterator[str]:
    """Serve OWNER/NAME below ``repositories``, each of one commit; the address.

    Files of weights are large ones there, which it names by their SHA-256.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._file()

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if not path.startswith("/api/models/"):
                return self._file()
            owner, name = path.removeprefix("/api/models/").split("/")[:2]
            files = [_described(repositories / owner / name, one) for one in _files(owner, name)]
            said = {"id": f"{owner}/{name}", "sha": COMMIT, "siblings": files}
            # What the client asks for with a path ending in tree is a list, in pages.
            answer = files if "/tree/" in path else said
            return self._answer(json.dumps(answer).encode(), "application/json")

        def _file(self) -> None:
            owner, name, _, _, file = unquote(urlsplit(self.path).path).lstrip("/").split("/", 4)
            path = repositories / owner / name / file
            if not path.is_file():
                return self.send_error(404)
            return self._answer(path.read_bytes(), "application/octet-stream")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    def _files(owner: str, name: str) -> list[str]:
        folder = repositories / owner / name
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _described(folder: Path, name: str) -> dict[str, object]:
    """A file as the Hub describes it."""
    body = (folder / name).read_bytes()
    size = len(body)
    said: dict[str, object] = {"rfilename": name, "path": name, "type": "file", "size": size}
    said |= {"oid": "0" * 40, "blobId": "0" * 40}
    if name.endswith((".safetensors", ".bin")):
        digest = hashlib.sha256(body).hexdigest()
        said["lfs"] = {"sha256": digest, "oid": digest, "size": size, "pointerSize": 134}
    return said
