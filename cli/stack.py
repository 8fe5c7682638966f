"""A stack as its client sees it: put a source in, start a collage, follow it, fetch it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import Any

from collage import errors
from collage.errors import CollageError, NotInStore
from collage.manifest import Failure, Manifest
from collage.pipeline import Started
from collage.runs import Runs
from collage.settings import OpenAISettings, Settings
from collage.store import Store
from collage.tools import Tools

PHASES = {
    "ListStyles": "styles",
    "MakeMasks": "masks",
    "PlanTiles": "plan",
    "RenderTiles": "tiles",
    "AssembleCollage": "assembly",
}
"""The states of the workflow that a user waits for, and what they are called."""

POLL_SECONDS = 0.25


class RunFailed(CollageError):
    """The workflow ended without a collage."""


@dataclass(frozen=True)
class Progress:
    """Where a run is: its phase, and how many of the tiles have ended."""

    phase: str
    ended: int
    total: int


@dataclass(frozen=True)
class Stack:
    """A deployed stack. ``client`` makes boto3 clients for it."""

    client: Callable[[str], Any]
    name: str

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by name."""
        return {o["OutputKey"]: o["OutputValue"] for o in self._described["Outputs"]}

    @property
    def store(self) -> Store:
        """The stack's store, with the caller's credentials."""
        return Store(
            self.client("s3"), self.outputs["UploadsBucket"], self.outputs["CollagesBucket"]
        )

    @property
    def runs(self) -> Runs:
        """The executions of the stack's workflow."""
        return Runs(self.client("stepfunctions"), self.outputs["StateMachine"])

    @property
    def tools(self) -> Tools:
        """The stack's settings, as its functions have them."""
        given = {p["ParameterKey"]: p["ParameterValue"] for p in self._described["Parameters"]}
        return Tools(
            Settings(
                uploads_bucket=self.outputs["UploadsBucket"],
                collages_bucket=self.outputs["CollagesBucket"],
            ),
            OpenAISettings(
                secret=given["OpenAiSecret"],
                model=given["OpenAiModel"],
                images_per_minute=float(given["ImagesPerMinute"]),
            ),
        )

    @cached_property
    def _described(self) -> Any:
        return self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]

    def start(self, source: bytes, options: Mapping[str, Any]) -> Started:
        """Put the source in and start its collage, or find the run that makes or made it.

        Raises:
            CollageError: by the name that the stack gives, when it refuses.
        """
        return self._start(self.store.put_source(source), options)

    def resume(self, collage: str) -> Started:
        """Start a collage again by what its own request.json says; what exists of it is kept.

        Raises:
            NotInStore: when there is no such collage, or its source is gone.
        """
        accepted = self.store.accepted(collage)
        return self._start(accepted.source.key, accepted.request.model_dump(mode="json"))

    def assemble(self, collage: str, changes: Mapping[str, Any]) -> str:
        """Lay a finished collage out again; the folder, below the collage's, of the result.

        Raises:
            CollageError: by the name that the stack gives, when it cannot.
        """
        payload = {"id": collage, "layout": dict(changes)}
        result = self._invoke(self.outputs["AssembleFunction"], payload)
        return str(result["collage"]).removeprefix(f"collages/{collage}/").rpartition("/")[0]

    def _start(self, source: str, options: Mapping[str, Any]) -> Started:
        payload = {"source": source, "request": dict(options)}
        result = self._invoke(self.outputs["StartFunction"], payload)
        return Started(id=result["id"], run=result["run"], new=result["new"])

    def _invoke(self, function: str, payload: Mapping[str, Any]) -> Any:
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload).encode()
        )
        result: Any = json.load(answer["Payload"])
        if "FunctionError" in answer:
            kind = getattr(errors, result.get("errorType", ""), RunFailed)
            raise kind(result.get("errorMessage", "The function gave no reason."))
        return result

    def follow(self, started: Started) -> Iterator[Progress]:
        """The run's progress, until it ends.

        Raises:
            RunFailed: with the reason, when it ends without a collage.
        """
        states = self.client("stepfunctions")
        arn = self.runs.arn(started["run"])
        while (status := self.runs.status(started["run"])) == "RUNNING":
            history = states.get_execution_history(
                executionArn=arn, reverseOrder=True, maxResults=50
            )["events"]
            # Not every server heeds the order that was asked for.
            history.sort(key=lambda event: event["id"], reverse=True)
            entered = (e["stateEnteredEventDetails"] for e in history if _entered(e))
            phase = next((PHASES[s["name"]] for s in entered if s["name"] in PHASES), "start")
            yield Progress(phase, *(self._tiles(arn) if phase == "tiles" else (0, 0)))
            sleep(POLL_SECONDS)
        if status != "SUCCEEDED":
            raise RunFailed(self._reason(started["id"], status))

    def watch(self) -> Iterator[str]:
        """A line for every collage that starts or ends, as long as somebody listens."""
        states = self.client("stepfunctions")
        known: dict[str, str] = {}
        while True:
            for run in reversed(
                states.list_executions(stateMachineArn=self.outputs["StateMachine"])["executions"]
            ):
                collage, status = run["name"], run["status"]
                if known.get(collage) != status:
                    known[collage] = status
                    yield f"collage {collage}: {self._news(collage, status)}"
            sleep(POLL_SECONDS)

    def fetch(self, collage: str, out: Path, folder: str = "") -> Manifest:
        """Write collage.png, manifest.json and the tiles that exist below ``out``.

        ``folder`` is where another layout of the collage lies, if it is not the first.
        """
        store = self.store
        manifest = store.manifest(collage, folder)
        (out / "tiles").mkdir(parents=True, exist_ok=True)
        for record in manifest.tiles:
            if record.state != "failed" and (found := store.tile(record.tile)) is not None:
                (out / "tiles" / f"{record.key}.png").write_bytes(found[0])
        (out / "collage.png").write_bytes(store.collage(collage, folder))
        (out / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n")
        return manifest

    def failure(self, collage: str) -> Failure | None:
        """Why the run failed, when that was recorded."""
        try:
            return self.store.failure(collage)
        except NotInStore:
            return None

    def _tiles(self, execution: str) -> tuple[int, int]:
        states = self.client("stepfunctions")
        runs = states.list_map_runs(executionArn=execution)["mapRuns"]
        if not runs:
            return 0, 0
        counts = states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]
        ended = sum(counts.get(end, 0) for end in ("succeeded", "failed", "timedOut", "aborted"))
        return ended, counts["total"]

    def _news(self, collage: str, status: str) -> str:
        if status == "RUNNING":
            return "started"
        if status == "SUCCEEDED":
            return f"s3://{self.outputs['CollagesBucket']}/collages/{collage}/collage.png"
        return self._reason(collage, status)

    def _reason(self, collage: str, status: str) -> str:
        if (failure := self.failure(collage)) is not None:
            return f"{failure.error}: {failure.message}"
        return f"The run ended as {status}; no reason was recorded."


def _entered(event: Mapping[str, Any]) -> bool:
    return "stateEnteredEventDetails" in event
