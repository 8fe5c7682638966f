"""How runs end that do not go well, by a provider that fails on demand: not in an account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from collage.manifest import Failure
from rehearsal.subject import Subject, eventually, expect, photo
from tests.fake_openai import FakeOpenAI, Faults

FOUR: Mapping[str, Any] = {
    "rows": 2,
    "cols": 2,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art", "Pointillism"],
    "combine": 1,
    "engine": "openai",
    "quality": "low",
}
"""Four tiles, one of each style."""
PARAMETERS = {
    "ImagesPerMinute": "6000",
    "ImagesAtOnce": "100",
    "LatencySeconds": "0.1",
    "DailyUsdLimit": "100",
    "MinSharePercent": "50",
}
"""Of the stack: a fast provider, and half of the tiles make a collage."""


@dataclass(frozen=True)
class Ends:
    """The checks, which share the stack and the provider."""

    subject: Subject
    fake: FakeOpenAI

    @property
    def checks(self) -> tuple[Callable[[], str], ...]:
        """All of them, in order."""
        return (self.refused_source, self.failing_tile, self.too_many, self.quota, self.stopped)

    def refused_source(self) -> str:
        """A source that is no picture is refused at every door."""
        subject = self.subject
        key = subject.drop("letter.png", b"Dear Sir or Madam,", {})
        form = subject.upload(b"Dear Sir or Madam,")
        asked = subject.ask("POST", "/collages", {"source": form, "rows": 2, "cols": 2})
        (subject.folder / "letter.png").write_bytes(b"Dear Sir or Madam,")
        ran = subject.command("run", "letter.png", "--rows", "2", "--cols", "2")
        beside = eventually("the reason beside the upload", lambda: self._beside(key))
        expect(beside["error"] == "NotAPicture", f"by upload: {beside}")
        problem = asked.json()
        fields = [one["field"] for one in problem.get("errors", [])]
        expect(fields == ["source"], f"by API: {asked.status_code} {problem}")
        expect(ran.returncode == 2 and "NotAPicture" in ran.stdout, f"by command: {ran.stdout}")
        return f"NotAPicture beside the upload, {asked.status_code} by API, exit code 2"

    def failing_tile(self) -> str:
        """A tile whose answers are cut short is asked for three times and then missing."""
        seen, asked = self._made(11, Faults(prompts={"Baroque": "truncate"}))
        failed = seen["tiles"]
        expect(seen["state"] == "partial" and failed["failed"] == 1, f"{seen}")
        expect(failed["done"] == 3, f"{seen}")
        expect(asked == 6, f"{asked} requests in place of 6")
        return f"partial, {failed['done']} of {failed['total']} tiles, {asked} requests"

    def too_many(self) -> str:
        """A run that lacks too many tiles fails and says so."""
        seen, _ = self._made(12, Faults(refuse=("Baroque", "Op Art", "Pointillism")))
        failure = self._failure(seen["id"])
        expect(seen["state"] == "failed", f"{seen}")
        expect(failure.error == "TooFewTiles", f"{failure}")
        return f"{failure.error}: {failure.message}"

    def quota(self) -> str:
        """A run that its provider stops becomes a collage of what there was, and is resumed."""
        more = {"cols": 3, "styles": [*FOUR["styles"], "Fauvism", "Mosaic"]}
        seen, asked = self._made(13, Faults({5: "quota"}), more)
        expect(seen["state"] == "partial", f"{seen}")
        again = self.subject.done("resume", seen["id"], "--out", "resumed")
        expect(sum(again["tiles"].values()) == 6 and again["state"] == "done", f"{again}")
        made = seen["tiles"]["done"]
        return f"{made} of 6 tiles by {asked} requests; resumed: {again['tiles']}"

    def stopped(self) -> str:
        """A run that is stopped says so, one that is cancelled too, and it can be resumed."""
        self.fake.latency = 3
        started = self._start(14, {})
        runs = self.subject.stack.runs
        eventually("a picture", lambda: self._asked(started["id"]))
        runs.states.stop_execution(executionArn=runs.arn(started["run"]))
        eventually("the reason of the end", lambda: self._aborted(started["id"]))
        again = self._start(14, {})
        expect(again["run"] == f"{started['id']}-2", f"{again}")
        cancelled = self.subject.answer("DELETE", f"/collages/{started['id']}")
        expect(cancelled["error"] == "Cancelled", f"{cancelled}")
        # MiniStack's event of a stopped run leaves out what StopExecution was told of the reason.
        seen = self.subject.answer("GET", f"/collages/{started['id']}")
        expect(seen["state"] == "cancelled", f"{seen}")
        self.fake.latency = 0
        resumed = self.subject.done("resume", started["id"], "--out", "after")
        expect(resumed["state"] == "done", f"{resumed}")
        return f"Aborted, cancelled, then {resumed['tiles']}"

    def _start(self, seed: int, more: Mapping[str, Any]) -> dict[str, Any]:
        source = self.subject.upload(photo(seed))
        return self.subject.answer("POST", "/collages", {**FOUR, **more, "source": source})

    def _made(
        self, seed: int, faults: Faults, more: Mapping[str, Any] = {}
    ) -> tuple[dict[str, Any], int]:
        """Where a collage stands that ended with faults, and how many pictures were asked for."""
        before = len(self.fake.requests)
        self.fake.faults = faults
        seen = self.subject.ended(self._start(seed, more)["id"])
        self.fake.faults = Faults()
        return seen, len(self.fake.requests) - before

    def _asked(self, collage: str) -> bool:
        seen = self.subject.answer("GET", f"/collages/{collage}")
        expect(seen["state"] == "running", f"it ended before it was stopped: {seen}")
        return bool(seen["phase"] == "tiles")

    def _beside(self, key: str) -> dict[str, Any] | None:
        stack = self.subject.stack
        client, bucket = stack.client("s3"), stack.outputs["UploadsBucket"]
        name = f"{key}.failure.json"
        if not client.list_objects_v2(Bucket=bucket, Prefix=name)["KeyCount"]:
            return None
        found: dict[str, Any] = json.load(client.get_object(Bucket=bucket, Key=name)["Body"])
        return found

    def _failure(self, collage: str) -> Failure:
        return eventually("failure.json", lambda: self.subject.stack.failure(collage))

    def _aborted(self, collage: str) -> bool:
        failure = self.subject.stack.failure(collage)
        return failure is not None and failure.error == "Aborted"
