"""What tests of steps ask a provider by: the fake one, on loopback, and services that reach it.

A module that imports these has them as fixtures.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pytest_socket import enable_socket

from collage.engines.openai.settings import OpenAISettings
from collage.services import Services
from collage.settings import Settings
from tests.fake_openai import FakeOpenAI
from tests.unit.conftest import COLLAGES, UPLOADS, Stack


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    enable_socket()
    with FakeOpenAI(cheap=True) as fake:
        yield fake


@pytest.fixture
def services(stack: Stack, limits_table: str, fake: FakeOpenAI) -> Services:
    """The services of a stack that asks the fake provider, as fast as it likes."""
    boto3.client("secretsmanager").create_secret(Name="the-key", SecretString="sk-test")
    return told(fake)


def told(fake: FakeOpenAI, **provider: Any) -> Services:
    """Services as another process makes them."""
    given = {"images_per_minute": 6000, "burst": 10, **provider}
    return Services(
        Settings(uploads_bucket=UPLOADS, collages_bucket=COLLAGES, limits_table="limits"),
        {"openai": OpenAISettings(secret="the-key", base_url=fake.base_url, **given)},
    )
