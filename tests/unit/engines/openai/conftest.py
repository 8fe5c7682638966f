"""A provider on loopback, with nothing asked of it so far and nothing wrong with it."""

from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket

from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.engines.openai.asked import KEY

EVERYTHING = frozenset({"responses", "json_schema", "json_object", "text"})


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The provider of these tests listens there."""
    enable_socket()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(key=KEY) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeOpenAI) -> Iterator[FakeOpenAI]:
    server.requests.clear()
    server.images = 0
    yield server
    server.faults, server.answers, server.supports = Faults(), "b64_json", EVERYTHING
    left = len(server._replies)
    server._replies.clear()
    assert left == 0, "the model was not asked as often as the test says"
