"""A bucket over a folder, in a process of its own: what S3 is to a function, without its work.

It knows the few requests that the store makes, keeps no more in memory than a request's body, and
takes no processor time from the process that is measured. ``python -m benchmarks.bucket FOLDER``
prints the port that it listens at.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

NAME = "bucket"


class Bucket(BaseHTTPRequestHandler):
    """GET, PUT, and uploads in parts, of objects that are files below ``folder``."""

    protocol_version = "HTTP/1.1"
    # Else an answer's head waits for the reader's acknowledgement of the one before it.
    disable_nagle_algorithm = True
    folder: Path

    def do_GET(self) -> None:
        """An object, or an empty listing."""
        file, asked = self._asked()
        if "list-type" in asked:
            self._answer(200, b"<ListBucketResult></ListBucketResult>")
        elif file.is_file():
            self._answer(200, file.read_bytes())
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_PUT(self) -> None:
        """An object, or a part of one."""
        file, asked = self._asked()
        if "partNumber" in asked:
            file = file.with_name(f"{file.name}.{int(asked['partNumber'][0]):05}")
        self._keep(file, self._body())
        self._answer(200, b"", ETag='"0"')

    def do_POST(self) -> None:
        """The begin or the end of an upload in parts."""
        file, asked = self._asked()
        self._body()
        if "uploadId" in asked:
            with file.open("wb") as whole:
                for part in sorted(file.parent.glob(f"{file.name}.*")):
                    whole.write(part.read_bytes())
                    part.unlink()
            self._answer(200, b"<CompleteMultipartUploadResult/>")
        else:
            self._answer(200, b"<R><UploadId>one</UploadId></R>")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _asked(self) -> tuple[Path, dict[str, list[str]]]:
        url = urlsplit(self.path)
        asked = parse_qs(url.query, keep_blank_values=True)
        return self.folder / unquote(url.path).removeprefix(f"/{NAME}").lstrip("/"), asked

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _keep(self, file: Path, data: bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a bucket over ``folder``."""
    command = [sys.executable, "-m", "benchmarks.bucket", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


if __name__ == "__main__":
    Bucket.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    print(server.server_port, flush=True)
    server.serve_forever()
