"""The runs of collages: executions of the workflow, found by the collage's id."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Run:
    """An execution by its name. ``new`` says whether it was started just now."""

    name: str
    new: bool


@dataclass(frozen=True)
class Runs:
    """Executions of the state machine ``machine`` (an ARN).

    The first run of a collage is named by its id, so that a duplicate finds it there; a name can
    be used only once, so later tries are ``{id}-2``, ``{id}-3``.
    """

    states: SFNClient
    machine: str

    def start(
        self, collage: str, given: Mapping[str, Any], done: Callable[[], bool] | None = None
    ) -> Run:
        """Start the workflow for a collage, or find the run that makes or made it.

        ``done`` says whether an ended run left nothing to do; where it did not, another try is
        started. Without it the first run is the only one, however it ended.
        """
        for name in chain([collage], (f"{collage}-{attempt}" for attempt in count(2))):
            # The time makes every input different: for the same input a run that is under way
            # would be answered as if it were started now.
            stamped = {**given, "asked": datetime.now(UTC).isoformat()}
            try:
                self.states.start_execution(
                    stateMachineArn=self.machine, name=name, input=json.dumps(stamped)
                )
            except self.states.exceptions.ExecutionAlreadyExists:
                if done is None or self.status(name) == "RUNNING" or done():
                    return Run(name, new=False)
            else:
                return Run(name, new=True)
        raise AssertionError("there is always another name")

    def status(self, name: str) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE."""
        return self.states.describe_execution(executionArn=self.arn(name))["status"]

    def arn(self, name: str) -> str:
        """The ARN of the execution ``name``."""
        return f"{self.machine.replace(':stateMachine:', ':execution:')}:{name}"
