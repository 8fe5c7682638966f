"""The shipped steps in their order, tried again as the state machine says, without its waits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from collage.steps import start_collage
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import Planned, plan_tiles
from collage.steps.record_failure import record_end, record_failure, recorded_end
from collage.steps.render_tile import render_tile
from collage.tile import Call
from tests.faults.kinds import Killed
from tests.faults.world import SMALL, SOURCE, World
from tests.infrastructure.shipped import states

Answer = TypeVar("Answer")
Work = Callable[[], Answer]
STATES = {str(state): state.body for state in states()}
MOST = 50
"""Tries of a rule that would go on for hours: no injected fault lasts that long."""

KILLED = "Runtime.ExitError"
PHASES = ("ListStyles", "MakeMasks", "PlanTiles", "RenderTiles", "AssembleCollage")


class LambdaFault(Exception):
    """What Lambda itself says in place of a function, by the name that Step Functions sees."""


@dataclass(frozen=True)
class Invocation:
    """A fault of Lambda: at which invocation, by which name, and whether the function ran."""

    number: int
    error: str
    ran: bool


class Caught(Exception):
    """A state failed, and its Catch leads to the state ``next``."""

    def __init__(self, following: str, error: dict[str, str]) -> None:
        super().__init__(error["Error"])
        self.following, self.error = following, error


@dataclass
class Run:
    """How a run came to its end."""

    status: str
    """SUCCEEDED, FAILED, UNTOLD where that is a dead letter, or REFUSED at the door."""
    error: str | None = None


@dataclass
class Workflow:
    """One run of the workflow over a world."""

    world: World
    fault: Invocation | None = None
    options: dict[str, Any] = field(default_factory=lambda: dict(SMALL))
    collage: str = ""
    planned: Planned | None = None
    invocations: int = 0
    faulted: bool = False
    """Whether the fault of Lambda came to pass."""
    errors: list[str] = field(default_factory=list)
    """Names of all errors that a state saw."""

    def start(self, *, retry_refused: bool = False) -> bool:
        """Ask for the collage at the door; whether a run was started."""
        runs, options = self.world.runs, self.options
        made = self.door(
            lambda: start_collage.start(
                *self._stack, runs, SOURCE, options, retry_refused=retry_refused
            )
        )
        self.collage = made["id"]
        return made["new"]

    def run(self, since: str = PHASES[0]) -> Run:
        """Come from a phase to the end; why it ended is written down."""
        try:
            for phase in PHASES[PHASES.index(since) :]:
                self.phase(phase)
        except Caught as caught:
            return self.fail(caught.error)
        self.world.end_runs()
        return Run("SUCCEEDED")

    def phase(self, name: str) -> None:
        """One phase of the run. Raises Caught where its Catch leads to RecordFailure."""
        if name == "RenderTiles":
            self._render()
            return
        if name == "ListStyles" and self.options.get("styles") is not None:
            return
        step: Any = {
            "ListStyles": list_styles,
            "MakeMasks": make_masks,
            "PlanTiles": plan_tiles,
            "AssembleCollage": assemble_collage,
        }[name]
        answer = self.task(name, lambda: step(*self._stack, self.collage))
        if name == "PlanTiles":
            self.planned = answer

    def door(self, work: Work[Answer]) -> Answer:
        """The function that no state invokes: Lambda tries an event's twice more, then keeps it."""
        for left in (2, 1, 0):
            try:
                return self.invoke(work)
            except (Exception, Killed):
                if not left:
                    raise
        raise AssertionError

    def task(self, state: str, work: Work[Answer]) -> Answer:
        """A Task by its rules. Raises Caught."""
        body, tries = STATES[state], Counter[int]()
        while True:
            try:
                return self.invoke(work)
            except (Exception, Killed) as error:
                found = _as_seen(error)
            self.errors.append(found["Error"])
            rules = body.get("Retry", [])
            number = _first(rules, found["Error"])
            if number is None or tries[number] >= min(rules[number]["MaxAttempts"], MOST):
                catches = body.get("Catch", [])
                caught = _first(catches, found["Error"])
                raise Caught(catches[caught]["Next"] if caught is not None else "", found)
            tries[number] += 1

    def invoke(self, work: Work[Answer]) -> Answer:
        """One invocation, in a process that may be another one."""
        self.world.forget()
        self.invocations += 1
        fault = self.fault
        if fault is None or fault.number != self.invocations:
            return work()
        self.faulted = True
        if fault.ran:
            work()
        raise LambdaFault(fault.error)

    def _render(self) -> None:
        assert self.planned is not None
        for wave in self.planned["waves"]:
            if wave["calls"] is None:
                continue
            for call in self._items(wave["calls"]):
                if not self._item(call):
                    return

    def _items(self, key: str) -> list[Call]:
        """What the Map reads; its reader is S3's client in Step Functions, not the pack's."""
        rules, tries = STATES["RenderTiles"]["Retry"], Counter[int]()
        while True:
            try:
                return [Call.model_validate(item) for item in json.loads(self._read(key))]
            except (ClientError, BotoCoreError, Killed) as error:
                name = "States.ItemReaderFailed"
                self.world.forget()
                self.errors.append(name)
                number = _first(rules, name)
                if number is None or tries[number] >= rules[number]["MaxAttempts"]:
                    found = {"Error": name, "Cause": str(error)}
                    raise Caught("RecordFailure", found) from error
                tries[number] += 1

    def _read(self, key: str) -> bytes:
        bucket = self.world.store.collages
        return bytes(self.world.store.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _item(self, call: Call, again: bool = False) -> bool:
        """One call; whether the others go on."""
        try:
            self.task("RenderTile", lambda: render_tile(*self._stack, self.collage, call))
        except Caught as caught:
            following, error = caught.following, caught.error
            if following == "Killed":
                if not call.priced and not again:
                    return self._item(call, again=True)
                following = "RecordCall"
            # Without its reason the tile is missing all the same.
            with suppress(Caught):
                self.task(following, lambda: self._record(error, call.index))
            return following == "RecordCall"
        return True

    def _record(self, error: dict[str, str], call: int | None = None) -> None:
        record_failure(self.world.store, self.collage, error, call)

    def fail(self, error: dict[str, str]) -> Run:
        """RecordFailure and what comes after it, where a state failed with this error."""
        began = datetime.now(UTC)
        try:
            self.task("RecordFailure", lambda: self._record(error))
        except Caught:
            # The event by which Step Functions tells of a failed run is the last to write it down.
            told = {
                "status": "FAILED",
                "error": error["Error"],
                "cause": error["Cause"],
                "input": json.dumps({"id": self.collage}),
                "startDate": round(began.timestamp() * 1000),
            }
            try:
                self.door(lambda: self._record_end(told))
            except (Exception, Killed):
                # Lambda keeps the event with the dead letters.
                self.world.end_runs()
                return Run("UNTOLD", error["Error"])
        self.world.end_runs()
        return Run("FAILED", error["Error"])

    def _record_end(self, told: dict[str, Any]) -> None:
        store = self.world.store
        if recorded_end(store, told) is None:
            record_end(store, told)

    @property
    def _stack(self) -> tuple[Any, Any]:
        return self.world.store, self.world.services


def _as_seen(error: BaseException) -> dict[str, str]:
    """An error as Step Functions is told of it."""
    if isinstance(error, Killed):
        return {"Error": KILLED, "Cause": "Error: Runtime exited with error: signal: killed"}
    if isinstance(error, LambdaFault):
        return {"Error": str(error), "Cause": "injected"}
    cause = {"errorMessage": str(error), "errorType": type(error).__name__}
    return {"Error": type(error).__name__, "Cause": json.dumps(cause)}


def _first(rules: list[dict[str, Any]], error: str) -> int | None:
    """The first rule that is about an error."""
    for number, rule in enumerate(rules):
        if error in rule["ErrorEquals"] or "States.ALL" in rule["ErrorEquals"]:
            return number
    return None
