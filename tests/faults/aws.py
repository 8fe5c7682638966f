"""Faults of AWS: at every request of every step, each kind that it can meet, and by chance."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults import injector
from tests.faults.kinds import KILLS, is_transient, of
from tests.faults.trial import ALL, DOOR, Scenario, Trial
from tests.faults.workflow import Invocation

NAMES = {
    "s3": "S3",
    "dynamodb": "DynamoDB",
    "stepfunctions": "Step Functions",
    "secretsmanager": "Secrets Manager",
}
LAMBDA = (
    ("Lambda.TooManyRequestsException", False),
    ("Lambda.ServiceException", False),
    ("Lambda.ServiceException", True),
    ("Lambda.SdkClientException", True),
    ("Lambda.ClientExecutionTimeoutException", True),
    ("Lambda.Unknown", True),
    ("Sandbox.Timedout", False),
    ("Sandbox.Timedout", True),
    ("Runtime.OutOfMemory", False),
    ("Runtime.ExitError", True),
)
"""What Lambda says in place of a function, and whether that had done its work by then."""


def each(
    trial: Trial, phases: tuple[str, ...] = ALL, services: tuple[str, ...] = tuple(NAMES)
) -> Iterator[Scenario]:
    """One fault at one request of a phase, for all kinds and all requests to these services."""
    for phase in phases:
        for number, service in enumerate(trial.requests[phase], 1):
            for kind in of(service) if service in services else ():
                told = f"{NAMES[service]}: {kind.name}"
                plan = injector.at(number, kind)
                # A state is tried again by its rules; that a picture was paid for twice is told.
                steady = is_transient(kind) and phase != DOOR and trial.billed is None
                yield Scenario(told, phase, plan, steady=steady)


def outages() -> Iterator[Scenario]:
    """The first requests of a phase all fail in one way: longer than it is tried again, or not."""
    for phase in ALL:
        for kind in of("s3"):
            if kind not in KILLS:
                for length in (3, 10_000):
                    plan = injector.until(length, kind)
                    yield Scenario(f"an outage: {kind.name}", phase, plan)


def by_chance(seeds: range, phase: str = DOOR) -> Iterator[Scenario]:
    """Several faults of all kinds in a whole run, or from a phase on."""
    for seed in seeds:
        share, most = ((0.02, 3), (0.05, 10), (0.1, 30), (0.3, 1000))[seed % 4]
        name = f"at random, {share:.0%} of requests"
        yield Scenario(name, phase, injector.by_chance(seed, share, most), whole=True)


def lambdas(trial: Trial, phases: tuple[str, ...] = ALL) -> Iterator[Scenario]:
    """One invocation ends as Lambda says."""
    for phase in phases:
        for number in range(1, trial.invocations[phase] + 1):
            for error, ran in LAMBDA:
                told = f"Lambda: {error}, {'after' if ran else 'before'} the work"
                yield Scenario(told, phase, fault=Invocation(number, error, ran))
