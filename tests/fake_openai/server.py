"""The server: its routes, the record of what came in, and the faults on the way out."""

import base64
import contextlib
import hashlib
import json
import os
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tests.fake_openai import (
    account,
    errors,
    forms,
    images,
    language,
    painting,
    profiles,
    streaming,
)
from tests.fake_openai.faults import REFUSED, Faults
from tests.fake_openai.profiles import PROFILES
from tests.fake_openai.record import IMAGE_ROUTES, NOTED_HEADERS, Answer, Record
from tests.fake_openai.sockets import Listening
from tests.fake_openai.strange import FEWER, STRANGE, bend

ROUTES = {
    "/images/edits": "edits",
    "/images/generations": "generations",
    "/responses": "responses",
    "/chat/completions": "chat",
}
# Where no limit is set the headers still name one.
UNLIMITED = 60_000


class FakeOpenAI(Listening):
    """An OpenAI API on loopback, in threads of this process; see the package for an example.

    - `limit_per_second`, `burst`: the rate limit of each key, counted in pictures. A burst smaller
      than `n` refuses such a request for ever, as the API does; by default it is one second's
      worth, and one at least.
    - `latency`: no picture is answered sooner than this many seconds after it was asked for.
    - `faults`: what goes wrong and when; may be replaced while the server runs.
    - `key`: the only key let in, or None for any.
    - `answers`: "b64_json" as the API does, or "url" as some compatible servers do.
    - `profile`: what kind of server it is, of `profiles.PROFILES`.
    - `most`: pictures that it makes for a request at most, whatever `n` says, as some servers do.
    - `supports`: of the text routes, what is there: "responses", "json_schema", "json_object",
      "text". Chat is always there.
    - `streams`: whether it answers as a stream when it is asked to.
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
        profile: str = "openai",
        most: int = images.MAX_N,
        supports: Iterable[str] = language.SUPPORTS,
        cheap: bool = False,
        streams: bool = False,
        hang: float = 60.0,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(port, hang)
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
        self.profile = PROFILES[profile]
        self.most = most
        self.supports = frozenset(supports)
        self.cheap = cheap
        self.streams = streams
        self.clock = clock
        self.requests: list[Record] = []
        self.images = 0
        self.peak = 0
        self._busy = 0
        self._replies: deque[language.Reply] = deque()
        self._buckets: dict[str, account.Bucket] = {}
        self._pictures: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()
        # Painting is work for a processor: a hundred at once would only take memory.
        self._easels = threading.BoundedSemaphore(os.cpu_count() or 1)

    @property
    def base_url(self) -> str:
        """What the SDK takes as `base_url`."""
        return f"{self.origin}{self.profile.root}"

    def say(self, replies: Iterable[language.Reply]) -> None:
        """Queue what the text routes answer next; after that they list styles again."""
        with self._lock:
            self._replies.extend(replies)

    def hush(self) -> int:
        """Forget what is still queued; how much that was."""
        with self._lock:
            left = len(self._replies)
            self._replies.clear()
        return left

    def report(self) -> dict[str, Any]:
        """What came in and was billed, for a server in another process."""
        with self._lock:
            records = [asdict(record) for record in self.requests]
            return {"images": self.images, "peak": self.peak, "requests": records}

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request, which is recorded."""
        parts = urllib.parse.urlsplit(path)
        path, query = parts.path, dict(urllib.parse.parse_qsl(parts.query))
        if method == "GET" and path == "/fake/report":
            return Answer(200, json.dumps(self.report()).encode())
        if method == "GET" and path in self._pictures:
            content_type, picture = self._pictures[path]
            return Answer(200, picture, content_type=content_type)
        noted = {name: headers[name] for name in NOTED_HEADERS if name in headers}
        route = ROUTES.get(path.removeprefix(self.profile.root))
        record = Record(time.time(), method, path, route, noted, query=query)
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
        profiles.check_version(self.profile, record.query)
        key = account.authorise(profiles.bearer(self.profile, headers), self.key)
        read = forms.read_multipart if route == "edits" else forms.read_json
        form = read(headers.get("content-type", ""), body)
        record.fields = form.names
        record.body = dict(form.values)
        form = profiles.understood(self.profile, form)
        if route in IMAGE_ROUTES:
            return self._draw(record, form, key)
        record.body["said"] = language.said(route, form)
        return self._talk(record, form, number)

    def _draw(self, record: Record, form: forms.Form, key: str) -> Answer:
        due = time.monotonic() + self.latency
        record.images = tuple(upload.digest for upload in form.files("image"))
        record.mask = next((upload.digest for upload in form.files("mask")), None)
        with self._easels:
            request = images.check(
                record.route,
                form,
                headers_only=self.cheap,
                any_model=self.profile.any_model,
                streams=self.streams,
            )
        left = self._bucket(key).take(request.n) if self.limit_per_second else UNLIMITED
        fault = self._strike(record, request.prompt)
        if fault in {"timeout", "drop"}:
            return Answer(0, b"", fault=fault)
        made = min(request.n, self.most)
        if fault == FEWER:
            made = max(1, made // 2)
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
        bend(fault, answer)
        self.stopping.wait(max(0.0, due - time.monotonic()))
        record.billed = made
        with self._lock:
            self.images += made
        headers = {"x-ratelimit-remaining-images": str(left)}
        cut = None if fault in (*STRANGE, FEWER) else fault
        if request.partial_images is not None:
            body = streaming.events(record.route, answer, request.partial_images)
            return Answer(200, body, headers, "text/event-stream", fault=cut)
        return Answer(200, json.dumps(answer).encode(), headers, fault=cut)

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
        if record.fault == "moderation":
            record.fault = self.profile.refusal
        if record.fault in REFUSED:
            raise self.faults.error(record.fault)
        return record.fault

    def _bucket(self, key: str) -> account.Bucket:
        with self._lock:
            if key not in self._buckets:
                bucket = account.Bucket(self.limit_per_second, self.burst, self.clock)
                self._buckets[key] = bucket
            return self._buckets[key]
