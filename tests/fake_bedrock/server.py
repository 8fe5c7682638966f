"""The server: its routes, the record of what came in, and what would have been billed."""

import contextlib
import json
import os
import threading
import time
import urllib.parse
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from tests.fake_bedrock import answers, catalogue, converse, drawn, errors, signature
from tests.fake_bedrock.account import Account, Quotas
from tests.fake_bedrock.control import Control
from tests.fake_bedrock.faults import REASONS, REFUSED, Faults
from tests.fake_bedrock.fields import PICTURES
from tests.fake_bedrock.models import Asked
from tests.fake_bedrock.painting import Easel
from tests.fake_bedrock.record import Record
from tests.fake_openai.faults import CUT
from tests.fake_openai.record import Answer
from tests.fake_openai.sockets import Listening

MAX_BODY = 25_000_000
CONTENT_TYPES = (None, "application/json")
ACCEPTED = (None, "*/*", "application/json")


class FakeBedrock(Listening):
    """Bedrock on loopback, in threads of this process; see the package for an example.

    - `account`: whose account it is, with its rights and subscriptions.
    - `rpm_share`: the share of AWS's default quotas that the account has; None for no quotas.
    - `faults`: what goes wrong and when; may be replaced while the server runs.
    - `latency`: no picture is answered sooner than this many seconds after it was asked for.
    - `megapixels`: how large inpainted and such pictures come back; as they were sent by default.
    - `detail`: the longer side in pixels of what is really painted: less is faster; 0 for flat
      pictures.
    - `bill_filtered`: whether a filtered call costs as much as one that brought a picture, which
      AWS does not say.
    - `seed`: other pictures, other styles.
    - `hang`: how long a "timeout" holds a client that does not give up.
    - `clock`: what quotas and subscriptions go by, so that tests need not wait.
    """

    def __init__(
        self,
        *,
        account: Account | None = None,
        rpm_share: float | None = 1.0,
        faults: Faults | None = None,
        latency: float = 0.0,
        megapixels: float | None = None,
        detail: int = 320,
        bill_filtered: bool = True,
        seed: int = 0,
        hang: float = 60.0,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(port, hang)
        self.account = account or Account()
        self.quotas = Quotas(rpm_share, clock)
        self.faults = faults or Faults()
        self.latency = latency
        self.megapixels = megapixels
        self.easel = Easel(detail) if detail else None
        self.bill_filtered = bill_filtered
        self.seed = seed
        self.clock = clock
        self.control = Control(self.account, clock)
        self.requests: list[Record] = []
        self.bills: Counter[str] = Counter()
        self.usd = 0.0
        self.images = 0
        self.peak = 0
        self._busy = 0
        self._routed = 0
        self._replies: deque[converse.Reply] = deque()
        self._lock = threading.Lock()
        # Painting is work for a processor: a hundred at once would only take memory.
        self._easels = threading.BoundedSemaphore(os.cpu_count() or 1)

    @property
    def url(self) -> str:
        """Where it listens: the endpoint of `bedrock-runtime` and of `bedrock`."""
        return self.origin

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a process asks this server, as somebody whom it lets in."""
        session = self.account.session_token
        return {
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.url,
            "AWS_ENDPOINT_URL_BEDROCK": self.url,
            "AWS_ACCESS_KEY_ID": self.account.access_key,
            "AWS_SECRET_ACCESS_KEY": self.account.secret_key,
        } | ({"AWS_SESSION_TOKEN": session} if session else {})

    def say(self, replies: Iterable[converse.Reply]) -> None:
        """Queue what Converse answers next; after that it lists styles again."""
        with self._lock:
            self._replies.extend(replies)

    def asked(self, name: str) -> list[Record]:
        """The requests that came for the model of this name."""
        return [record for record in self.requests if record.model == name]

    def forget(self) -> None:
        """Begin the record, the bills and the schedule of faults anew."""
        with self._lock:
            self.requests.clear()
            self.bills.clear()
            self.usd, self.images = 0.0, 0
            self._replies.clear()
        self.faults = Faults()

    def report(self) -> dict[str, Any]:
        """What came in and was billed, for a server in another process."""
        with self._lock:
            records = [asdict(record) for record in self.requests]
            return {
                "images": self.images,
                "usd": round(self.usd, 6),
                "bills": dict(self.bills),
                "peak": self.peak,
                "requests": records,
            }

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request, which is recorded."""
        if method == "GET" and path == "/fake/report":
            return Answer(200, json.dumps(self.report()).encode())
        bare = path.partition("?")[0]
        record = Record(time.time(), method, path, "", user_agent=headers.get("user-agent", ""))
        with self._lock:
            self.requests.append(record)
            number = len(self.requests)
        with self._working():
            try:
                answer = self._work(record, bare, headers, body)
            except errors.ApiError as error:
                record.code = error.code
                answer = Answer(error.status, error.body, error.headers)
        if answer.fault not in {"timeout", "drop", "drop_after"}:
            record.status = answer.status
        return Answer(
            answer.status,
            answer.body,
            {"x-amzn-RequestId": f"00000000-0000-4000-8000-{number:012d}", **answer.headers},
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

    def _work(self, record: Record, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        region = signature.signed_region(record.method, record.path, headers, body, self.account)
        record.region = region
        parts = path.split("/")
        if record.method == "POST" and len(parts) >= 4 and parts[1] == "model":
            record.operation = parts[-1]
            record.identifier = urllib.parse.unquote("/".join(parts[2:-1]))
            return self._invoke(record, headers, body)
        record.operation = parts[1]
        status, answer = self.control.answer(record.method, path, region, body)
        return Answer(status, json.dumps(answer).encode())

    def _invoke(self, record: Record, headers: Mapping[str, str], body: bytes) -> Answer:
        if len(body) > MAX_BODY:
            raise errors.too_large()
        region = str(record.region)
        asked = catalogue.asked(str(record.identifier), self.account.number, region)
        record.model = asked.model.name
        routes = {"invoke": self._draw, "converse": self._talk}
        if record.operation not in routes:
            raise errors.ApiError(404, "UnknownOperationException", "")
        if asked.model.text != (record.operation == "converse"):
            raise errors.validation("The model does not support this operation. Use another.")
        record.destination = self._destination(asked, region)
        self.account.authorise(asked, region, record.destination)
        self.account.admit(asked.model.product, self.clock())
        if (
            headers.get("content-type") not in CONTENT_TYPES
            or headers.get("accept") not in ACCEPTED
        ):
            raise errors.validation(
                "The content type and what is accepted must be application/json."
            )
        try:
            read = json.loads(body)
        except ValueError:
            raise errors.malformed("", "the body is no JSON") from None
        return routes[record.operation](record, asked, read)

    def _destination(self, asked: Asked, region: str) -> str:
        """The Region that does the work: one after the other, so that a missing right shows."""
        destinations = asked.destinations(region)
        with self._lock:
            self._routed += 1
            return destinations[self._routed % len(destinations)]

    def _draw(self, record: Record, asked: Asked, body: Any) -> Answer:
        due = time.monotonic() + self.latency
        if isinstance(body, dict):
            record.body = {key: value for key, value in body.items() if key not in PICTURES}
        with self._easels:
            request = drawn.check(asked.model.name, body, self.megapixels)
        for key, picture in request.pictures.items():
            record.pictures[key] = picture.digest
            record.sizes[key], record.modes[key] = picture.image.size, picture.image.mode
        record.prompt, record.seed = request.prompt, request.seed
        record.weights = dict(request.weights)
        fault = self._strike(record, asked, request.prompt)
        if fault in {"timeout", "drop"}:
            return Answer(0, b"", fault=fault)
        if fault in REASONS:
            if self.bill_filtered and fault != "inference_error":
                self._bill(record, asked, asked.model.usd)
            return Answer(200, json.dumps(answers.filtered(fault)).encode())
        with self._easels:
            if self.easel is None:
                picture = answers.flat(request)
            else:
                picture = self.easel.paint(request, self.seed)
            answer = answers.answer(request, picture, fault)
        self.stopping.wait(max(0.0, due - time.monotonic()))
        self._bill(record, asked, asked.model.usd)
        with self._lock:
            self.images += 1
        return Answer(200, json.dumps(answer).encode(), fault=fault if fault in CUT else None)

    def _talk(self, record: Record, asked: Asked, body: Any) -> Answer:
        request = converse.check(asked.model, body)
        record.body, record.prompt = body, request.prompt
        fault = self._strike(record, asked, request.prompt)
        if fault in {"timeout", "drop"}:
            return Answer(0, b"", fault=fault)
        with self._lock:
            reply = self._replies.popleft() if self._replies else None
            number = len(self.requests)
        if reply is None:
            reply = converse.default_reply(request, self.seed)
        answer = converse.answer(request, reply, number)
        self._bill(record, asked, asked.model.usd * answer["usage"]["outputTokens"] / 1000)
        return Answer(200, json.dumps(answer).encode(), fault=fault if fault in CUT else None)

    def _strike(self, record: Record, asked: Asked, prompt: str) -> str | None:
        """Count a request that is right; the fault planned for it, unless that is an error."""
        self.quotas.take(asked, str(record.region))
        record.fault = self.faults.strike(asked.model.name, prompt)
        if record.fault in REFUSED:
            raise self.faults.error(record.fault)
        return record.fault

    def _bill(self, record: Record, asked: Asked, usd: float) -> None:
        record.usd = usd
        with self._lock:
            self.bills[asked.model.name] += 1
            self.usd += usd
