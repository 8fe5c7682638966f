"""A stack as its client sees it: put a source in, start a collage, follow it, fetch it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import Any

from cli.fetch import fetch
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
ID_DIGITS = 20
"""Of a collage's id; what follows in a run's name numbers the try."""


class RunFailed(CollageError):
    """The workflow ended without a collage; the name is that of the reason."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self._name = name

    @property
    def name(self) -> str:
        """The error that ended the run."""
        return self._name


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

    def start(
        self, source: bytes | None, options: Mapping[str, Any], mask: bytes | None = None
    ) -> Started:
        """Put source and mask file in and start the collage, or find the run that makes or made it.

        Raises:
            CollageError: by the name that the stack gives, when it refuses.
        """
        key = None if source is None else self.store.put_source(source)
        more = {} if mask is None else {"mask_source": self.store.put_source(mask)}
        return self._start(key, {**options, **more})

    def resume(self, collage: str) -> Started:
        """Start a collage again by what its own request.json says; what exists of it is kept.

        Raises:
            NotInStore: when there is no such collage, or its source is gone.
        """
        try:
            accepted = self.store.accepted(collage)
        except NotInStore as error:
            raise NotInStore(f"There is no collage {collage} here.") from error
        key = accepted.source.key if accepted.source else None
        return self._start(key, accepted.request.model_dump(mode="json"))

    def assemble(self, collage: str, changes: Mapping[str, Any]) -> str:
        """Lay a finished collage out again; the folder, below the collage's, of the result.

        Raises:
            CollageError: by the name that the stack gives, when it cannot.
        """
        payload = {"id": collage, "layout": dict(changes)}
        result = self._invoke(self.outputs["AssembleFunction"], payload)
        return str(result["collage"]).removeprefix(f"collages/{collage}/").rpartition("/")[0]

    def _start(self, source: str | None, options: Mapping[str, Any]) -> Started:
        payload = {"source": source, "request": dict(options)}
        result = self._invoke(self.outputs["StartFunction"], payload)
        return Started(id=result["id"], run=result["run"], new=result["new"])

    def _invoke(self, function: str, payload: Mapping[str, Any]) -> Any:
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload).encode()
        )
        result: Any = json.load(answer["Payload"])
        if "FunctionError" in answer:
            name = result.get("errorType", "RunFailed")
            message = result.get("errorMessage", "The function gave no reason.")
            kind = getattr(errors, name, None)
            raise kind(message) if kind else RunFailed(name, message)
        return result

    def follow(self, started: Started) -> Iterator[Progress]:
        """The run's progress, until it ends.

        Raises:
            RunFailed: with the reason, when it ends without a collage.
        """
        states = self.client("stepfunctions")
        arn = self.runs.arn(started["run"])
        total = 0
        while (status := self.runs.status(started["run"])) == "RUNNING":
            history = states.get_execution_history(
                executionArn=arn, reverseOrder=True, maxResults=50
            )["events"]
            # Not every server heeds the order that was asked for.
            history.sort(key=lambda event: event["id"], reverse=True)
            entered = (e["stateEnteredEventDetails"] for e in history if _entered(e))
            phase = next((PHASES[s["name"]] for s in entered if s["name"] in PHASES), "start")
            if phase == "tiles" and not total:
                total = len(self.store.plan(started["id"]).calls)
            yield Progress(phase, self._ended(arn) if phase == "tiles" else 0, total)
            sleep(POLL_SECONDS)
        if status != "SUCCEEDED":
            raise self._reason(started["id"], status)

    def watch(self) -> Iterator[str]:
        """A line for every collage that starts or ends and every upload that is refused."""
        known: dict[str, str] = {}
        refused = self._refusals()
        while True:
            found = self.runs.states.list_executions(stateMachineArn=self.runs.machine)
            for run in reversed(found["executions"]):
                name, status = run["name"], run["status"]
                if known.get(name) != status:
                    known[name] = status
                    yield f"collage {name}: {self._news(name[:ID_DIGITS], status)}"
            for key in self._refusals() - refused:
                refused.add(key)
                failure = self.store.failure(key.split("/")[1])
                if failure.source is not None:
                    yield f"{failure.source} is refused: {failure.message}"
            sleep(POLL_SECONDS)

    def _refusals(self) -> set[str]:
        pages = self.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.outputs["CollagesBucket"], Prefix="collages/")
        keys = (item["Key"] for page in found for item in page.get("Contents", []))
        return {key for key in keys if key.endswith("/failure.json")}

    def fetch(self, collage: str, out: Path, folder: str = "") -> Manifest:
        """Write a result below ``out``, with the page to look at it; see `fetch`.

        Raises:
            RunFailed: NotWritten, when the disk does not take it.
        """
        try:
            return fetch(self.store, collage, out, folder)
        except OSError as error:
            raise RunFailed("NotWritten", f"{out} cannot be written: {error.strerror}.") from error

    def failure(self, collage: str) -> Failure | None:
        """Why the run failed, when that was recorded."""
        try:
            return self.store.failure(collage)
        except NotInStore:
            return None

    def _ended(self, execution: str) -> int:
        states = self.client("stepfunctions")
        runs = states.list_map_runs(executionArn=execution)["mapRuns"]
        counts = [states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"] for run in runs]
        ends = ("succeeded", "failed", "timedOut", "aborted")
        return sum(count.get(end, 0) for count in counts for end in ends)

    def _news(self, collage: str, status: str) -> str:
        if status == "RUNNING":
            return "started"
        if status == "SUCCEEDED":
            name = self.store.manifest(collage).files.collage
            return f"s3://{self.outputs['CollagesBucket']}/collages/{collage}/{name}"
        reason = self._reason(collage, status)
        return f"{reason.name}: {reason}"

    def _reason(self, collage: str, status: str) -> RunFailed:
        if (failure := self.failure(collage)) is not None:
            return RunFailed(failure.error, failure.message)
        return RunFailed("RunFailed", f"The run ended as {status}; no reason was recorded.")


def deployed(name: str) -> Stack:
    """A stack that runs, by the AWS settings of the environment: deployed, or `collage up`'s.

    Raises:
        RunFailed: NoStack, when it cannot be asked.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    def client(service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]

    stack = Stack(client, name)
    try:
        stack.outputs  # noqa: B018 - asked for once, and kept
    except (BotoCoreError, ClientError) as error:
        raise RunFailed("NoStack", f"The stack {name} cannot be asked: {error}") from error
    return stack


def _entered(event: Mapping[str, Any]) -> bool:
    return "stateEnteredEventDetails" in event
