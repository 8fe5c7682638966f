from collections.abc import Iterator

import pytest

from tests.fake_bedrock import FakeBedrock
from tests.fake_bedrock.asked import CLIENTS


@pytest.fixture(autouse=True)
def _hang_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's own set-up; close every client a test has made."""
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    yield
    while CLIENTS:
        CLIENTS.pop().close()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBedrock]:
    with FakeBedrock(detail=64, rpm_share=None) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeBedrock) -> FakeBedrock:
    """The server with nothing recorded yet."""
    server.forget()
    return server
