from collections.abc import Iterator

import pytest

from tests.fake_openai import FakeOpenAI
from tests.fake_openai.asked import CLIENTS


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    """Close every client a test has made."""
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeOpenAI) -> FakeOpenAI:
    """The server with nothing recorded yet."""
    server.requests.clear()
    server.images = 0
    return server
