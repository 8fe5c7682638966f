"""What the workflow tests share: small requests, runs to their end, and faults that are real."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PIL import Image

from collage.manifest import Manifest
from collage.steps.start_collage import Started
from combinatoric_collage.cli.stacks.stack import Stack
from tests.unit.pictures import encode, noise

SMALL: dict[str, Any] = {
    "rows": 2,
    "cols": 3,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art"],
}

HANGS_SECONDS = 600
"""What nothing takes on a machine however busy: who waits so long waits for what never comes."""


def photo(seed: int = 0) -> bytes:
    """A source of its own for each seed, so that tests share no tiles by chance.

    It is four colours that run into each other: made as large as a provider takes it, it has 200
    KB, where what cannot be made small has 3 MB, of which every tile sends, reads and keeps some.
    """
    return encode(noise((2, 2), seed).resize((96, 96), Image.Resampling.BICUBIC))


def run(stack: Stack, source: bytes, **options: Any) -> Manifest:
    """Run a small collage to its end; its manifest."""
    started = stack.start(source, SMALL | options)
    ended(stack, started)
    return stack.store.manifest(started["id"])


def ended(stack: Stack, started: Started) -> None:
    """Wait until a run has ended, asking for no more than whether it has.

    Raises:
        RunFailed: with the reason, when it ends without a collage.
    """
    eventually(lambda: stack.runs.status(started["run"]) != "RUNNING", pause=0.2)
    for _ in stack.follow(started):
        pass


def eventually(look: Callable[[], Any], pause: float = 0.1) -> Any:
    """What ``look`` returns once it returns something; an event has no other end to wait for."""
    end = time.monotonic() + HANGS_SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(pause)
    raise AssertionError("it never came")


@contextmanager
def denied(stack: Stack, function: str, action: str, resources: list[str]) -> Iterator[None]:
    """A real fault: the role of a function may not do something any more."""
    configuration = stack.client("lambda").list_functions()["Functions"]
    role = next(f["Role"] for f in configuration if function in f["FunctionName"]).split("/")[-1]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": action, "Resource": resources}],
    }
    iam = stack.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="fault", PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="fault")


def states_of(stack: Stack, collage: str) -> list[str]:
    """The names of the workflow's states that a run entered."""
    return entered(
        stack.client("stepfunctions").get_execution_history(executionArn=stack.runs.arn(collage))
    )


def entered(history: Mapping[str, Any]) -> list[str]:
    """The names of the states that a history tells of."""
    events = history["events"]
    return [
        e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e
    ]
