"""Functions as the template deploys them, in this process, and their sample events."""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from collage.services import services
from collage.settings import settings
from collage.steps.make_masks import make_masks
from collage.store.store import connect
from tests.infrastructure.shipped import ROOT, folder, functions, resolved, template
from tests.unit.conftest import Stack
from tests.unit.pictures import encode, quarters

EVENTS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "events").glob("*.json")}


SOURCE = encode(quarters((90, 60)))


GIVEN = {
    "MaxConcurrency": "7",
    "MinSharePercent": "70",
    "MaxSourceMegabytes": "3",
    "MaxSourceMegapixels": "4",
}
"""Parameters of the stack that are not as they are by default."""


@contextmanager
def alone(code: Path) -> Iterator[None]:
    """With the modules beside an app.py at hand, and gone afterwards, as in a new process."""
    sys.path.insert(0, str(code))
    try:
        yield
    finally:
        sys.path.remove(str(code))
        below = f"{code}{os.sep}"
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(below):
                del sys.modules[name]


def forget() -> None:
    """As a new process begins."""
    for once in (settings, connect, services):
        once.cache_clear()


def prepared(stack: Stack, collage_id: str) -> None:
    make_masks(stack.store, stack.services, collage_id)


numbers = count()


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8a1b2c3d-0000-4000-8000-000000000000"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Of the longest time there is, all."""
        return 900_000


@dataclass
class Deployed:
    """The stack as a function finds it."""

    stack: Stack
    references: Mapping[str, str]
    environ: Any
    holds: frozenset[str] = frozenset()
    """The conditions of the template that hold."""

    def invoke(self, name: str, event: Any) -> Any:
        """Give an event to a function in a new process; its answer, through JSON as in Lambda."""
        forget()
        (logical,) = (known for known in functions() if folder(known).name == name)
        spec = importlib.util.spec_from_file_location(
            f"{name}_{next(numbers)}", folder(logical) / "app.py"
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with self.environ.context() as environment:
            for variable, value in self.environment(logical).items():
                environment.setenv(variable, value)
            with alone(folder(logical)):
                spec.loader.exec_module(module)
                return json.loads(json.dumps(module.handler(event, Context(logical))))

    def executions(self) -> list[dict[str, Any]]:
        """The runs that were started."""
        client = boto3.client("stepfunctions")
        arn = self.references["CollageStateMachine"]
        return [
            client.describe_execution(executionArn=found["executionArn"])
            for found in client.list_executions(stateMachineArn=arn)["executions"]
        ]

    def environment(self, logical: str) -> dict[str, str]:
        """The variables of a function, as the template gives them."""
        own = template()["Resources"][logical]["Properties"].get("Environment", {})
        shared = template()["Globals"]["Function"]["Environment"]["Variables"]
        return {
            name: resolved(value, self.references, self.holds)
            for name, value in {**shared, **own.get("Variables", {})}.items()
        }
