"""What is checked: a stack, or the parameters that one is to be made with, in an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from combinatoric_collage.cli.checks.finding import NotChecked
from combinatoric_collage.cli.stacks.ahead import TEMPLATE
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local.template import parse


def _now() -> datetime:
    return datetime.now(UTC)


def _abroad(service: str, region: str) -> Any:
    once = Config(connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
    return boto3.client(service, region, config=once)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Subject:
    """``client`` makes boto3 clients, ``parameters`` are those that differ from the defaults."""

    client: Callable[[str], Any]
    given: Mapping[str, str]
    stack: Stack | None = None
    """None before it is made."""
    ask_provider: bool = False
    """Whether the provider may be asked, with the key."""
    now: Callable[[], datetime] = _now
    abroad: Callable[[str, str], Any] = _abroad
    """Makes clients of a service in another Region than the stack's."""

    def parameter(self, name: str) -> str:
        """The value that a parameter of the template has or will have."""
        return str(self.given.get(name, template()["Parameters"][name]["Default"]))

    @property
    def deployed(self) -> Stack:
        """The stack.

        Raises:
            NotChecked: before it is made.
        """
        if self.stack is None:
            raise NotChecked("there is no stack yet")
        return self.stack

    def resources(self, kind: str) -> dict[str, str]:
        """The ids of the stack's resources of a type, by what the template calls them."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return {
            # An emulator may not know what the template calls it.
            found.get("LogicalResourceId", found["PhysicalResourceId"]): found["PhysicalResourceId"]
            for page in pages.paginate(StackName=self.deployed.name)
            for found in page["StackResourceSummaries"]
            if found["ResourceType"] == kind
        }

    @property
    def region(self) -> str:
        """Where the stack is, or will be."""
        return str(self.client("sts").meta.region_name)

    @property
    def sharing(self) -> bool:
        """Whether the stack shows collages to others."""
        return self.parameter("Sharing") == "on"

    @property
    def has_gpu(self) -> bool:
        """Whether the stack runs open models itself."""
        return self.parameter("EnableGpu") == "true"


@cache
def template() -> dict[str, Any]:
    """template.yaml, as data."""
    return parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE)
