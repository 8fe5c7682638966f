"""A clock that is set, and the table of limits."""

from typing import Any

import boto3
import pytest

from collage.spending import limits as limiting
from collage.spending.limits import Limits
from tests.unit.spending.bought import TABLE
from tests.unit.spending.paced import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limiting, "time", clock.time)
    monkeypatch.setattr(limiting, "sleep", clock.sleep)
    return clock


@pytest.fixture
def table(limits_table: str) -> Any:
    return boto3.client("dynamodb")


@pytest.fixture
def limits(limits_table: str) -> Limits:
    return Limits(boto3.client("dynamodb"), TABLE, daily_usd=1)
