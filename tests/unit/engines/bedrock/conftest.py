"""Bedrock on loopback, as a process of the pack finds it."""

from collections.abc import Iterator

import boto3
import pytest
from pytest_socket import enable_socket

from collage.engines.bedrock.clients import Clients
from collage.engines.bedrock.engine import Bedrock
from collage.engines.bedrock.settings import BedrockSettings
from collage.services import aws_client
from tests.fake_bedrock import FakeBedrock


@pytest.fixture(autouse=True)
def _no_bearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own set-up."""
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBedrock]:
    enable_socket()
    with FakeBedrock(detail=32, rpm_share=None) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeBedrock, monkeypatch: pytest.MonkeyPatch) -> FakeBedrock:
    """The server with nothing recorded yet, and where it is in the environment."""
    enable_socket()
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    # It keeps the credentials that it was first asked with.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    server.forget()
    return server


@pytest.fixture
def settings() -> BedrockSettings:
    return BedrockSettings(enabled=True, timeout=600)


@pytest.fixture
def engine(fake: FakeBedrock, settings: BedrockSettings) -> Bedrock:
    return Bedrock(Clients(settings.places, settings.timeout, aws_client), settings)
