"""The runs of collages: executions of the workflow, found by the collage's id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from collage.settings import Settings

EVENTS = (5, 100)
"""How many of the last events of a run are read, at first and at most: a Map has entered its state
three events ago, and a shard of tasks enters states of its own."""

STOP_LOOKS, STOP_SECONDS = 20, 0.1
"""How often, and how far apart, a run that was stopped is looked at until it has ended."""


class Run(NamedTuple):
    """An execution by its name. ``new`` says whether it was started just now."""

    name: str
    new: bool


class Execution(NamedTuple):
    """A run as the workflow remembers it."""

    name: str
    status: str
    """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE."""
    started: datetime
    stopped: datetime | None


class Items(NamedTuple):
    """How many engine calls ended, in whatever way, of how many, and when the first began."""

    ended: int
    total: int
    began: datetime


@dataclass(frozen=True)
class Runs:
    """Executions of the state machine ``machine`` (an ARN).

    The first run of a collage is named by its id, so that a duplicate finds it there; a name can
    be used only once, so later tries are ``{id}-2``, ``{id}-3``.
    """

    states: SFNClient
    machine: str
    messages: str = ""
    """The ARN of the state machine that tells people, for those who may have it do so."""

    def start(
        self,
        collage: str,
        given: Mapping[str, Any],
        done: Callable[[], bool] | None = None,
        asked: datetime | None = None,
    ) -> Run:
        """Start the workflow for a collage, or find the run that makes or made it.

        ``done`` says whether an ended run left nothing to do; where it did not, another try is
        started. Without it the first run is the only one, however it ended. ``asked`` is when it
        was asked for, where that may be told more than once: a run that ended since was for it.
        """
        for name in _names(collage):
            # The time makes every input different: for the same input a run that is under way
            # would be answered as if it were started now.
            stamped = {**given, "asked": datetime.now(UTC).isoformat()}
            try:
                self.states.start_execution(
                    stateMachineArn=self.machine, name=name, input=json.dumps(stamped)
                )
            except self.states.exceptions.ExecutionAlreadyExists:
                if done is None or self._serves(name, asked) or done():
                    return Run(name, new=False)
            else:
                return Run(name, new=True)
        raise AssertionError("there is always another name")

    def tell(self, event: Mapping[str, Any]) -> None:
        """Have somebody told of an end, as the bus would."""
        self.states.start_execution(stateMachineArn=self.messages, input=json.dumps(event))

    def _serves(self, name: str, asked: datetime | None) -> bool:
        """Whether a run is under way, or ended after it was ``asked`` for."""
        run = _execution(self.states.describe_execution(executionArn=self.arn(name)))
        if run.stopped is None or run.status == "RUNNING":
            return True
        return asked is not None and run.stopped >= asked

    def status(self, name: str) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE."""
        return self.states.describe_execution(executionArn=self.arn(name))["status"]

    def latest(self, collage: str) -> Execution | None:
        """The run of a collage that was started last, or None when none is remembered."""
        found: list[Execution] = []
        for name in _names(collage):
            try:
                run = self.states.describe_execution(executionArn=self.arn(name))
            except self.states.exceptions.ExecutionDoesNotExist:
                break
            found.append(_execution(run))
            if run["status"] == "RUNNING":
                # There is another only once this one has ended.
                break
        return max(found, key=lambda run: run.started, default=None)

    def recent(self) -> dict[str, Execution]:
        """The last run of each collage, by its id: of the last thousand, and of those running."""
        running = self.states.list_executions(
            stateMachineArn=self.machine, maxResults=1000, statusFilter="RUNNING"
        )
        # Asked for last, and so the last word on what ended between the two.
        started = self.states.list_executions(stateMachineArn=self.machine, maxResults=1000)
        found = map(_execution, [*running["executions"], *started["executions"]])
        runs = sorted(found, key=lambda run: run.started)
        return {run.name.partition("-")[0]: run for run in runs}

    def entered(self, name: str) -> Iterator[str]:
        """The states that a run entered, the last one first; of a long history its end.

        More than the last few events are asked for only when somebody asks for more states.
        """
        for most in EVENTS:
            events = self.states.get_execution_history(
                executionArn=self.arn(name), reverseOrder=True, maxResults=most
            )["events"]
            ids = [event["id"] for event in events]
            # Not every server heeds the order that was asked for: what it gives are then the first.
            if most != EVENTS[-1] and ids != sorted(ids, reverse=True):
                continue
            events.sort(key=lambda event: event["id"], reverse=True)
            details = (event.get("stateEnteredEventDetails") for event in events)
            yield from (entered["name"] for entered in details if entered is not None)

    def items(self, name: str) -> Items | None:
        """What became of the items of a run's Maps so far, or None before it has one."""
        found = self.states.list_map_runs(executionArn=self.arn(name))["mapRuns"]
        if not found:
            return None
        runs = [self.states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in found]
        counts = [run["itemCounts"] for run in runs]
        ended = sum(c["succeeded"] + c["failed"] + c["timedOut"] + c["aborted"] for c in counts)
        total = sum(c["total"] for c in counts)
        return Items(ended, total, min(run["startDate"] for run in runs))

    def stop(self, name: str, cause: str) -> bool:
        """End a run before its end, and wait a moment until it has; False if it was over."""
        self.states.stop_execution(executionArn=self.arn(name), error="Cancelled", cause=cause)
        for _ in range(STOP_LOOKS):
            if (status := self.status(name)) != "RUNNING":
                return status == "ABORTED"
            sleep(STOP_SECONDS)
        return True

    def arn(self, name: str) -> str:
        """The ARN of the execution ``name``."""
        return f"{self.machine.replace(':stateMachine:', ':execution:')}:{name}"


def _names(collage: str) -> Iterator[str]:
    return chain([collage], (f"{collage}-{attempt}" for attempt in count(2)))


def _execution(found: Any) -> Execution:
    return Execution(found["name"], found["status"], found["startDate"], found.get("stopDate"))


def of_stack(states: SFNClient, settings: Settings) -> Runs:
    """The runs of the stack that a function belongs to, by a client of Step Functions."""
    return Runs(states, settings.state_machine_arn, settings.messages_machine_arn)
