"""The server: sockets, routes, the record of what came in, and the faults on the way out."""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import select
import socket
import socketserver
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.fake_openai import account, errors, forms, images, language, painting
from tests.fake_openai.faults import REFUSED, Faults

ROUTES = {
    "/v1/images/edits": "edits",
    "/v1/images/generations": "generations",
    "/v1/responses": "responses",
    "/v1/chat/completions": "chat",
}
IMAGE_ROUTES = ("edits", "generations")
# Where no limit is set the headers still name one.
UNLIMITED = 60_000
NOTED_HEADERS = (
    "authorization",
    "content-type",
    "idempotency-key",
    "openai-organization",
    "openai-project",
    "user-agent",
    "x-stainless-retry-count",
    "x-stainless-read-timeout",
)
POLL_SECONDS = 0.02


@dataclass
class Record:
    """One request, as it came and as it ended.

    `status` stays None where no answer was sent; `fault` says what was planned for it, `code` what
    was wrong with it; `billed` counts its pictures that would have been paid for.
    """

    time: float
    method: str
    path: str
    route: str | None
    headers: dict[str, str]
    fields: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    mask: str | None = None
    status: int | None = None
    code: str | None = None
    fault: str | None = None
    billed: int = 0

    @property
    def model(self) -> str | None:
        """The model as it was sent."""
        return self.body.get("model")

    @property
    def prompt(self) -> str | None:
        """The prompt of a picture, or all text of a request for text."""
        if self.route in IMAGE_ROUTES:
            return self.body.get("prompt")
        return self.body.get("said")

    @property
    def n(self) -> int:
        """How many pictures were asked for."""
        return int(self.body.get("n", 1))

    @property
    def size(self) -> str | None:
        """The size as it was sent."""
        return self.body.get("size")

    @property
    def quality(self) -> str | None:
        """The quality as it was sent."""
        return self.body.get("quality")


@dataclass(frozen=True)
class Answer:
    """What goes back: all of it, or as much as `fault` lets through."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    fault: str | None = None


class FakeOpenAI:
    """An OpenAI API on loopback, in threads of this process; see the package for an example.

    - `limit_per_second`, `burst`: the rate limit of each key, counted in pictures. A burst smaller
      than `n` refuses such a request for ever, as the API does; by default it is one second's
      worth, and one at least.
    - `latency`: no picture is answered sooner than this many seconds after it was asked for.
    - `faults`: what goes wrong and when; may be replaced while the server runs.
    - `key`: the only key let in, or None for any.
    - `answers`: "b64_json" as the API does, or "url" as some compatible servers do.
    - `most`: pictures that it makes for a request at most, whatever `n` says, as some servers do.
    - `supports`: of the text routes, what is there: "responses", "json_schema", "json_object",
      "text". Chat is always there.
    - `cheap`: pictures are flat and sources are not decoded, for load tests.
    - `hang`: how long a "timeout" holds a client that does not give up.
    - `clock`: what the rate limit goes by, so that tests need not wait.
    """

    def __init__(
        self,
        *,
        limit_per_second: float | None = None,
        burst: float | None = None,
        latency: float = 0.0,
        faults: Faults | None = None,
        key: str | None = "sk-test",
        seed: int = 0,
        answers: str = "b64_json",
        most: int = images.MAX_N,
        supports: Iterable[str] = language.SUPPORTS,
        cheap: bool = False,
        hang: float = 60.0,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if answers not in {"b64_json", "url"}:
            raise ValueError(f"Answers are 'b64_json' or 'url', not {answers!r}")
        if strange := set(supports) - language.SUPPORTS:
            raise ValueError(f"Nothing to support: {sorted(strange)}")
        self.limit_per_second = limit_per_second
        self.burst = max(1.0, limit_per_second or 1.0) if burst is None else burst
        self.latency = latency
        self.faults = faults or Faults()
        self.key = key
        self.seed = seed
        self.answers = answers
        self.most = most
        self.supports = frozenset(supports)
        self.cheap = cheap
        self.hang = hang
        self.clock = clock
        self.requests: list[Record] = []
        self.images = 0
        self.peak = 0
        self.stopping = threading.Event()
        self._port = port
        self._busy = 0
        self._replies: deque[language.Reply] = deque()
        self._buckets: dict[str, account.Bucket] = {}
        self._pictures: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()
        # Painting is work for a processor: a hundred at once would only take memory.
        self._easels = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> "FakeOpenAI":
        """Listen, and answer from now on."""
        self.stopping.clear()
        self._server = _Server(self._port, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="fake-openai", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up on everyone and be gone; what was recorded stays."""
        if self._server is None or self._thread is None:
            return
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self._server = None

    def __enter__(self) -> "FakeOpenAI":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("The server is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What the SDK takes as `base_url`."""
        return f"{self.origin}/v1"

    def say(self, replies: Iterable[language.Reply]) -> None:
        """Queue what the text routes answer next; after that they list styles again."""
        with self._lock:
            self._replies.extend(replies)

    def report(self) -> dict[str, Any]:
        """What came in and was billed, for a server in another process."""
        with self._lock:
            records = [asdict(record) for record in self.requests]
            return {"images": self.images, "peak": self.peak, "requests": records}

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request, which is recorded."""
        path = urllib.parse.urlsplit(path).path
        if method == "GET" and path == "/fake/report":
            return Answer(200, json.dumps(self.report()).encode())
        if method == "GET" and path in self._pictures:
            content_type, picture = self._pictures[path]
            return Answer(200, picture, content_type=content_type)
        noted = {name: headers[name] for name in NOTED_HEADERS if name in headers}
        record = Record(time.time(), method, path, ROUTES.get(path), noted)
        with self._lock:
            self.requests.append(record)
            number = len(self.requests)
        with self._working():
            try:
                answer = self._work(record, headers, body, number)
            except errors.ApiError as error:
                record.code = error.code
                answer = Answer(error.status, error.body, error.headers)
        if answer.fault not in {"timeout", "drop", "drop_after"}:
            record.status = answer.status
        common = {"x-request-id": f"req_{number:08d}", "openai-version": "2020-10-01"}
        return Answer(
            answer.status,
            answer.body,
            {**common, **self._limits(), **answer.headers},
            answer.content_type,
            answer.fault,
        )

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with self._lock:
            self._busy += 1
            self.peak = max(self.peak, self._busy)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def _limits(self) -> dict[str, str]:
        a_minute = f"{(self.limit_per_second or UNLIMITED / 60) * 60:g}"
        return {"x-ratelimit-limit-requests": a_minute, "x-ratelimit-limit-images": a_minute}

    def _work(self, record: Record, headers: Mapping[str, str], body: bytes, number: int) -> Answer:
        route = record.route
        missing = route is None or (route == "responses" and "responses" not in self.supports)
        if missing or record.method != "POST":
            raise errors.no_such_route(record.method, record.path)
        key = account.authorise(headers.get("authorization"), self.key)
        read = forms.read_multipart if route == "edits" else forms.read_json
        form = read(headers.get("content-type", ""), body)
        record.fields = form.names
        record.body = dict(form.values)
        if route in IMAGE_ROUTES:
            return self._draw(record, form, key)
        record.body["said"] = language.said(route, form)
        return self._talk(record, form, number)

    def _draw(self, record: Record, form: forms.Form, key: str) -> Answer:
        due = time.monotonic() + self.latency
        record.images = tuple(upload.digest for upload in form.files("image"))
        record.mask = next((upload.digest for upload in form.files("mask")), None)
        with self._easels:
            request = images.check(record.route, form, headers_only=self.cheap)
        left = self._bucket(key).take(request.n) if self.limit_per_second else UNLIMITED
        fault = self._strike(record, request.prompt)
        if fault in {"timeout", "drop"}:
            return Answer(0, b"", fault=fault)
        made = min(request.n, self.most)
        paint = painting.paint_cheaply if self.cheap else painting.paint
        with self._easels:
            pictures = [paint(request, index, self.seed) for index in range(made)]
        width, height = request.size
        answer = {
            "created": int(time.time()),
            "background": request.background,
            "data": [self._hand_over(picture, request.output_format) for picture in pictures],
            "output_format": request.output_format,
            "quality": request.quality,
            "size": f"{width}x{height}",
            "usage": request.usage(made),
        }
        self.stopping.wait(max(0.0, due - time.monotonic()))
        record.billed = made
        with self._lock:
            self.images += made
        headers = {"x-ratelimit-remaining-images": str(left)}
        return Answer(200, json.dumps(answer).encode(), headers, fault=fault)

    def _hand_over(self, picture: bytes, output_format: str) -> dict[str, str]:
        if self.answers == "b64_json":
            return {"b64_json": base64.b64encode(picture).decode()}
        path = f"/pictures/{hashlib.sha256(picture).hexdigest()}.{output_format}"
        self._pictures[path] = (f"image/{output_format}", picture)
        return {"url": self.origin + path}

    def _talk(self, record: Record, form: forms.Form, number: int) -> Answer:
        request = language.check(record.route, form, self.supports)
        fault = self._strike(record, request.prompt)
        if fault in {"timeout", "drop"}:
            return Answer(0, b"", fault=fault)
        with self._lock:
            reply = self._replies.popleft() if self._replies else None
        if reply is None:
            reply = language.default_reply(request, self.seed)
        body = language.answer(record.route, request, reply, number, int(time.time()))
        return Answer(200, json.dumps(body).encode(), fault=fault)

    def _strike(self, record: Record, prompt: str) -> str | None:
        """The fault planned for this request; those that are answers are raised."""
        record.fault = self.faults.strike(record.route, prompt)
        if record.fault in REFUSED:
            raise self.faults.error(record.fault)
        return record.fault

    def _bucket(self, key: str) -> account.Bucket:
        with self._lock:
            if key not in self._buckets:
                bucket = account.Bucket(self.limit_per_second, self.burst, self.clock)
                self._buckets[key] = bucket
            return self._buckets[key]


class _Server(socketserver.ThreadingTCPServer):
    """A thread for each connection, and a way to end them all."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, fake: FakeOpenAI) -> None:
        self.fake = fake
        self.lines: dict[socket.socket, threading.Thread] = {}
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def hang_up(self) -> None:
        """Close every connection and wait for its thread."""
        with self.lock:
            lines = dict(self.lines)
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in lines.values():
            thread.join(timeout=5)


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection, kept open between requests as clients like it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        """Be known to the server, which may end this connection."""
        super().setup()
        with self.server.lock:
            self.server.lines[self.connection] = threading.current_thread()

    def finish(self) -> None:
        """Be forgotten."""
        with self.server.lock:
            self.server.lines.pop(self.connection, None)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """Answer until the client, or a fault, ends the connection."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing: the records tell it all."""

    def do_POST(self) -> None:
        """Read the request whole, then answer."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.fake.answer(self.command, self.path, headers, body))

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815

    def _send(self, answer: Answer) -> None:
        if answer.fault is not None:
            self.close_connection = True
        if answer.fault == "timeout":
            self._hold()
        if answer.fault in {"timeout", "drop", "drop_after"}:
            return
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        cut = len(answer.body) // 2 if answer.fault == "truncate" else len(answer.body)
        self.wfile.write(answer.body[:cut])

    def _hold(self) -> None:
        """Wait until the client hangs up, the server stops or patience ends."""
        fake = self.server.fake
        until = time.monotonic() + fake.hang
        line = select.poll()
        line.register(self.connection, select.POLLIN)
        while (left := until - time.monotonic()) > 0 and not fake.stopping.is_set():
            if line.poll(min(left, 0.5) * 1000):
                return
