"""An event on its way through a function's process, and what came of it."""

import json
import time
from dataclasses import dataclass, field
from enum import Enum, auto

# Lambda gives an import 10 seconds, on machines that do nothing else.
INIT_SECONDS = 60.0


class Caller(Enum):
    """Who waits for an invocation, by which it has a place."""

    WORK = auto()
    """A state machine, an event, or whoever invokes a function by Lambda's API."""
    API = auto()
    """A client of an HTTP API, perhaps for as long as something has not happened yet."""
    FUNCTION = auto()
    """Another function, which has a place itself and takes none for what it waits for."""


@dataclass(frozen=True)
class Result:
    """What came of an invocation."""

    payload: bytes
    failed: bool = False
    log: bytes = b""

    @classmethod
    def error(cls, kind: str, message: str) -> "Result":
        """A failure the function could not report itself."""
        return cls(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


@dataclass
class Invocation:
    """An event on its way through a process."""

    id: str
    event: bytes
    arn: str
    timeout: float
    given_up: float = field(default_factory=lambda: time.monotonic() + INIT_SECONDS)
    """When to stop waiting: first for the import, then for the handler."""
    started: bool = False

    def start(self) -> dict[str, str]:
        """Starts the clock; returns the headers the runtime client reads."""
        self.started = True
        self.given_up = time.monotonic() + self.timeout
        return {
            "Lambda-Runtime-Aws-Request-Id": self.id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
        }
