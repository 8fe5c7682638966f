"""RecordFailure: why a run, or one call of it, came to nothing is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collage import clock
from collage.engines import call_ends
from collage.errors import CollageError, NotInStore
from collage.manifest import Failure
from collage.store.store import Store


def record_failure(
    store: Store, collage_id: str, error: Mapping[str, str], call: int | None = None
) -> Failure:
    """Write down why a run, or one call of it, failed.

    ``error`` is what a Catch gives: ``Error`` and ``Cause``. The cause of a Lambda error is
    JSON that holds the message; that of a platform error is the message.
    """
    cause = error.get("Cause", "")
    try:
        message = str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        message = cause
    name = error.get("Error", "Unknown")
    name, message = call_ends.of_platform(name, message) or (name, message)
    failure = Failure(
        id=collage_id,
        error=name,
        message=message,
        created=clock.now(),
        call=call,
    )
    store.put_failure(failure)
    return failure


ENDS = {
    "FAILED": {"Error": "States.Runtime", "Cause": "The run failed where no state could say why."},
    "ABORTED": {"Error": "Aborted", "Cause": "The run was stopped."},
    "TIMED_OUT": {"Error": "States.Timeout", "Cause": "The run took longer than a run may take."},
}
"""What a run ended of that did not write it down itself, where nobody said more."""


def recorded_end(store: Store, run: Mapping[str, Any]) -> Failure | None:
    """The failure that a run wrote down itself, if it came to that.

    ``run`` is as for `record_end`. A failure.json of an earlier try does not count. A run that was
    stopped or timed out wrote none.
    """
    if run["status"] != "FAILED":
        return None
    try:
        failure = store.failure(json.loads(run["input"])["id"])
    except NotInStore:
        return None
    # Failures name the second in which they were written; a run's times are in milliseconds.
    began = datetime.fromtimestamp(run["startDate"] // 1000, UTC)
    return failure if datetime.fromisoformat(failure.created) >= began else None


def record_end(store: Store, run: Mapping[str, Any]) -> Failure:
    """Write down why a run ended that had no state left to say so itself.

    ``run`` is the detail of the event by which Step Functions tells of it; ``error`` and
    ``cause`` are those of StopExecution, when it was given any, or of a failure that no state
    could catch.
    """
    known = ENDS[run["status"]]
    error = {"Error": run.get("error"), "Cause": run.get("cause")}
    said = {name: value for name, value in error.items() if value}
    return record_failure(store, json.loads(run["input"])["id"], known | said)


def failure_of(collage_id: str, error: CollageError, call: int | None = None) -> Failure:
    """The failure that an error of the pack is, now."""
    return Failure(
        id=collage_id, error=error.name, message=str(error), created=clock.now(), call=call
    )
